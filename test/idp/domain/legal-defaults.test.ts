import { describe, expect, it } from 'vitest';
import { consentText, currentConsent } from '../../../idp/domain/consent.ts';
import { createSecrets } from '../../../idp/storage/keys/secrets.ts';
import {
  type Changes,
  decide,
  felicaCard,
  hour,
  idm,
  jpkiCard,
  noon,
  second,
  serial,
  signature,
} from './login-case.ts';

const neverProved = (() => {
  const { provedBySignatureAt: _, ...card } = jpkiCard();
  return card;
})();

/**
 * What the law lets a verifier do (JPKI Act art. 38-4): accept the bare certificate, without PIN, of a holder whom it once
 * confirmed by PIN and signature, as long as it checks that the certificate is not revoked.
 */
const table: readonly (readonly [string, Changes, string])[] = [
  [
    'PIN-less use, by a declared verifier, of a card once proved, known not to be revoked',
    {},
    'granted certificate',
  ],
  [
    'PIN-less use where nobody declared the verifier',
    { card: { declaredVerifier: false } },
    'organization-not-verifier',
  ],
  [
    'the same by its number alone',
    { card: { declaredVerifier: false }, evidence: serial },
    'organization-not-verifier',
  ],
  ['PIN-less use of a card that never signed', { cards: [neverProved] }, 'never-proved-by-signature'],
  ['the same by its number alone', { cards: [neverProved], evidence: serial }, 'never-proved-by-signature'],
  [
    'PIN-less use when nobody ever said that it is not revoked',
    { revocationKnownAt: undefined },
    'revocation-unknown',
  ],
  [
    'PIN-less use at the very age that policy allows',
    { policy: { maxRevocationAgeSeconds: 3_600 }, revocationKnownAt: noon - hour },
    'granted certificate',
  ],
  [
    'PIN-less use a moment past that age',
    { policy: { maxRevocationAgeSeconds: 3_600 }, revocationKnownAt: noon - hour - 1 },
    'revocation-unknown',
  ],
  [
    'PIN-less use where a PIN window is open but the verifier is not declared',
    { card: { declaredVerifier: false }, pinProof: {} },
    'organization-not-verifier',
  ],
  [
    'a FeliCa card where nobody declared anything: it is no My Number Card',
    {
      cards: [felicaCard({ card: { declaredVerifier: false } })],
      evidence: idm,
      revocationKnownAt: undefined,
    },
    'granted idm',
  ],
  [
    'PIN and signature where nobody declared the verifier',
    { card: { declaredVerifier: false }, evidence: signature },
    'granted card-pin',
  ],
  [
    'an ended certificate, to the last moment of its last second',
    { card: { notAfter: noon - second + 1 } },
    'granted certificate',
  ],
  ['an ended certificate, from the next second on', { card: { notAfter: noon - second } }, 'card-expired'],
  [
    'the same with PIN and signature',
    { card: { notAfter: noon - second }, evidence: signature },
    'card-expired',
  ],
  [
    'a replaced card in the last millisecond of its overlap',
    { card: { retiresAt: noon + 1 } },
    'granted certificate',
  ],
  ['a replaced card from the end of its overlap on', { card: { retiresAt: noon } }, 'card-retired'],
  ['the same with PIN and signature', { card: { retiresAt: noon }, evidence: signature }, 'card-retired'],
  ['the card of somebody who left', { person: { state: 'left' } }, 'person-left'],
  ['the same with PIN and signature', { person: { state: 'left' }, evidence: signature }, 'person-left'],
];

describe('the legal defaults', () => {
  it.each(table)('%s: %j → %s', (_name, changes, expected) => {
    expect(decide(changes)).toBe(expected);
  });
});

describe('the consent', () => {
  /** Every wording there ever was, by its version. A new text is a new line here; an old line never changes. */
  const wordings: { readonly [version: string]: string } = {
    '2026-11-01': '2d3f29d37e67d111568ae85a269a4f8f4eaafd88aa00eb8a6cdbde7608b53c63',
  };

  it('has a version of its own for each text', () => {
    const { version } = currentConsent;
    expect(createSecrets().hash(consentText(currentConsent))).toBe(wordings[version]);
  });

  it('is dated, and no older than any before it', () => {
    expect(currentConsent.version).toMatch(/^\d{4}-\d{2}-\d{2}$/);
    expect(Object.keys(wordings).sort().at(-1)).toBe(currentConsent.version);
  });
});
