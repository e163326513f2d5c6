import { describe, expect, it } from 'vitest';
import { type ProofClaims, proofMessage } from '../../../idp/domain/proof-message.ts';
import { seededRandom } from '../../support/random.ts';

const login: ProofClaims = {
  purpose: 'login',
  issuer: 'https://idp.example',
  readerId: 'reader-1',
  nonce: 'abcdefghijklmnop',
  issuedAtSeconds: 1_790_000_000,
};

const registration: ProofClaims = {
  ...login,
  purpose: 'registration',
  registration: { registrationId: 'registration-1', personId: 'person-1', consentSha256: 'ab'.repeat(32) },
};

const text = (claims: ProofClaims) => new TextDecoder().decode(proofMessage(claims));

describe('the message that the card signs', () => {
  it('is fixed to the byte: bridge and provider build it apart from each other', () => {
    expect(text(login)).toBe(
      '15:kazasu-proof-v1\n5:login\n19:https://idp.example\n8:reader-1\n16:abcdefghijklmnop\n10:1790000000\n0:\n0:\n0:\n',
    );
  });

  it('counts octets, not characters', () => {
    expect(text({ ...login, readerId: '窓口' })).toContain('\n6:窓口\n');
  });

  it('differs for every single field', () => {
    const changed: readonly ProofClaims[] = [
      login,
      { ...login, purpose: 'registration' },
      { ...login, issuer: 'https://idp.example/' },
      { ...login, readerId: 'reader-2' },
      { ...login, nonce: 'abcdefghijklmnoq' },
      { ...login, issuedAtSeconds: login.issuedAtSeconds + 1 },
      registration,
      { ...registration, purpose: 'login' },
      ...(['registrationId', 'personId', 'consentSha256'] as const).map((field) => ({
        ...registration,
        registration: { ...registration.registration!, [field]: 'other' },
      })),
    ];
    expect(new Set(changed.map(text)).size).toBe(changed.length);
  });

  it('is shared by no two different claims, also where fields hold lengths, colons and line ends', () => {
    const seen = new Map<string, string>();
    for (const claims of randomClaims(20_000)) {
      const message = Buffer.from(proofMessage(claims)).toString('latin1');
      const meaning = JSON.stringify(claims);
      expect(seen.get(message) ?? meaning).toBe(meaning);
      seen.set(message, meaning);
    }
    expect(seen.size).toBeGreaterThan(10_000);
  });

  it('cannot be shifted from one field into the next', () => {
    const shifted = { ...login, readerId: 'reader-1\n16:abcdefghijklmnop', nonce: '' };
    expect(text(shifted)).not.toBe(text(login));
    expect(text({ ...login, issuer: 'a', readerId: 'bc' })).not.toBe(
      text({ ...login, issuer: 'ab', readerId: 'c' }),
    );
  });
});

/** Fields out of few awkward pieces, so that collisions would be likely if any were possible. */
function* randomClaims(count: number): Generator<ProofClaims> {
  const next = seededRandom(20_261_122).below;
  const pieces = [
    '',
    '0:',
    '\n',
    '1:a\n',
    'a',
    ':',
    '5:login\n',
    '0',
    '窓',
    '10:1790000000\n',
    'kazasu-proof-v1',
  ];
  const field = () => Array.from({ length: next(3) }, () => pieces[next(pieces.length)] ?? '').join('');
  for (let index = 0; index < count; index += 1) {
    yield {
      purpose: next(2) === 0 ? 'login' : 'registration',
      issuer: field(),
      readerId: field(),
      nonce: field(),
      issuedAtSeconds: next(3),
      // Never all empty: that says the same as no registration.
      ...(next(2) === 0
        ? {}
        : { registration: { registrationId: `r${field()}`, personId: field(), consentSha256: field() } }),
    };
  }
}
