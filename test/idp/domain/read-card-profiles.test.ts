import { describe, expect, it } from 'vitest';
import { myNumberCard } from '../../../idp/domain/card-profile.ts';
import { InvalidInput } from '../../../idp/domain/fault.ts';
import { parseCardProfiles, readCardProfiles } from '../../../idp/domain/read-card-profiles.ts';

const card = { name: 'card', extends: 'my-number-card-2016' };
const phone = { name: 'phone', extends: 'smartphone', certificatePolicies: ['1.2.3.4'] };
const application = {
  aid: 'A000000000AA01',
  certificate: { fileId: '000A' },
  certificateNeedsPin: false,
  privateKey: { fileId: '0017' },
  pin: { fileId: '0018', reference: '80', digits: 6, maxTries: 5 },
};
const next = { name: 'next', extends: 'next-generation', certificatePolicies: ['1.2.3.5'], application };

/** The lines of the refusal, without its headline. */
function problemsOf(json: unknown): readonly string[] {
  try {
    readCardProfiles(json);
    return [];
  } catch (error) {
    if (!(error instanceof InvalidInput) || error.code !== 'ERR_CARD_PROFILE') throw error;
    return error.message.split('\n- ').slice(1);
  }
}

describe('a file of card profiles', () => {
  it('may name the present card under its own name, unchanged', () => {
    const [read] = readCardProfiles([{ name: 'my-number-card-2016', extends: 'my-number-card-2016' }]);
    expect(read).toEqual(myNumberCard);
  });

  it('makes the smartphone usable by naming its policy', () => {
    const [read] = readCardProfiles([phone]);
    expect(read).toMatchObject({
      name: 'phone',
      certificatePolicies: ['1.2.3.4'],
      application: { aid: myNumberCard.application.aid, certificateNeedsPin: true },
    });
    expect(read?.application.tokenInfo?.labels).toEqual(['JPKIAPGPSETOKEN', 'JPKIAPIOSTOKEN']);
  });

  it('makes the next card usable by naming its policy and application; hex is taken in either case', () => {
    const [read] = readCardProfiles([next]);
    expect(read).toMatchObject({
      key: { type: 'ec', namedCurves: ['secp384r1'] },
      possession: { digest: 'sha384' },
      application: { aid: 'a000000000aa01', certificate: { fileId: '000a' } },
    });
  });

  it('keeps what it does not override, field by field within the application', () => {
    const [read] = readCardProfiles([{ ...phone, application: { certificateNeedsPin: false } }]);
    expect(read?.application).toMatchObject({ certificateNeedsPin: false, pin: { fileId: '0018' } });
  });

  it('accepts nothing that it does not name: the present card must be named too', () => {
    expect(readCardProfiles([card, phone, next]).map(({ name }) => name)).toEqual(['card', 'phone', 'next']);
    expect(readCardProfiles([next]).map(({ name }) => name)).toEqual(['next']);
  });

  it('names every problem of every profile at once', () => {
    const problems = problemsOf([
      { ...card, colour: 'red', maxValiditySeconds: '1' },
      { name: 'phone', extends: 'smartphone' },
      { name: 'next', extends: 'next-generation', certificatePolicies: [] },
    ]);
    expect(problems).toEqual([
      'profiles[0].colour: is no field of it',
      expect.stringContaining('profiles[0].maxValiditySeconds: is a whole number'),
      'profiles[1].certificatePolicies: is missing',
      'profiles[2].certificatePolicies: is a list of at least one',
      'profiles[2].application.aid: is missing',
      'profiles[2].application.certificate: is missing',
      'profiles[2].application.certificateNeedsPin: is missing',
      'profiles[2].application.privateKey: is missing',
      'profiles[2].application.pin: is missing',
    ]);
  });

  const withApplication = (changes: object) => [{ ...next, application: { ...application, ...changes } }];
  const wrong: readonly (readonly [what: string, json: unknown, problem: string])[] = [
    ['no list', {}, 'profiles: is a list'],
    ['an empty list', [], 'profiles: is a list'],
    ['a profile that is no object', ['card'], 'profiles[0].extends'],
    ['a profile without a template', [{ name: 'x' }], 'profiles[0].extends'],
    ['a template that is none', [{ name: 'x', extends: 'constructor' }], 'profiles[0].extends'],
    [
      'a profile without a name of its own',
      [{ extends: 'my-number-card-2016' }],
      'profiles[0].name: is missing',
    ],
    ['a name with spaces', [{ ...card, name: 'My card' }], 'profiles[0].name'],
    ['the same name twice', [card, { ...phone, name: 'card' }], 'the same name twice'],
    ['an application that is no object', [{ ...next, application: 'x' }], 'application: is an object'],
    ['an AID that is no hex', withApplication({ aid: 'JPKI' }), 'application.aid'],
    ['an AID of four octets', withApplication({ aid: 'd392f000' }), 'application.aid'],
    ['券面事項確認AP', withApplication({ aid: 'D3921000310001010402' }), 'individual number'],
    ['券面入力補助AP', withApplication({ aid: 'd3921000310001010408' }), 'individual number'],
    ['住基AP', withApplication({ aid: 'd3921000310001010100' }), 'individual number'],
    ['a partial name that would reach them', withApplication({ aid: 'd392100031' }), 'individual number'],
    [
      'a longer name that begins like one',
      withApplication({ aid: 'd392100031000101040200' }),
      'individual number',
    ],
    [
      'the key of the electronic signature',
      [{ ...card, application: { privateKey: { fileId: '001A' } } }],
      'electronic signature',
    ],
    [
      'the password of the electronic signature',
      [{ ...card, application: { pin: { ...application.pin, fileId: '001B' } } }],
      'electronic signature',
    ],
    [
      'its certificate by a short identifier',
      [{ ...card, application: { certificate: { fileId: '000a', shortId: '01' } } }],
      'electronic signature',
    ],
    [
      'the signature’s key under a part of the application’s name, which cards complete',
      [{ ...card, application: { aid: 'D392F00026', privateKey: { fileId: '001A' } } }],
      'electronic signature',
    ],
    [
      'the signature’s password as the reference of VERIFY',
      [{ ...card, application: { pin: { ...application.pin, reference: '9B' } } }],
      'electronic signature',
    ],
    ['the master file', withApplication({ certificate: { fileId: '3F00' } }), 'never touched'],
    ['nonRepudiation', [{ ...card, keyUsage: ['nonRepudiation'] }], 'profiles[0].keyUsage[0]'],
    [
      'a weak key',
      [{ ...card, key: { type: 'rsa', modulusLengths: [1024], publicExponent: 65537 } }],
      'modulusLengths',
    ],
    ['half a key', [{ ...card, key: { type: 'rsa' } }], 'profiles[0].key.modulusLengths: is missing'],
    [
      'a curve that we do not know',
      [{ ...next, key: { type: 'ec', namedCurves: ['P-384'] } }],
      'namedCurves',
    ],
    [
      'an EC key with a DigestInfo',
      [{ ...card, key: { type: 'ec', namedCurves: ['secp384r1'] } }],
      'digestInfoPrefix',
    ],
    ['an RSA key without one', [{ ...card, possession: { digest: 'sha256' } }], 'digestInfoPrefix'],
    [
      'an algorithm under the digest of another',
      [
        {
          ...card,
          signatureAlgorithms: [{ oid: '1.2.840.113549.1.1.11', digest: 'sha384', keyType: 'rsa' }],
        },
      ],
      'signatureAlgorithms',
    ],
    [
      'an extension that nobody here processes',
      [{ ...card, criticalExtensions: ['2.5.29.30'] }],
      'criticalExtensions',
    ],
    ['a test organisation less', [{ ...card, testOrganizations: ['OTHER'] }], 'JPKI-TEST'],
    ['the same policy twice', [{ ...phone, certificatePolicies: ['1.2.3', '1.2.3'] }], 'the same twice'],
    ['two profiles that a bridge cannot tell apart', [card, { ...card, name: 'other' }], 'no label'],
    [
      'a field of every object',
      JSON.parse('[{"name":"x","extends":"smartphone","__proto__":{}}]'),
      '__proto__',
    ],
  ];

  it.each(wrong)('is refused with %s', (_what, json, problem) => {
    expect(problemsOf(json).join('\n')).toContain(problem);
  });

  it('is refused when it is no JSON', () => {
    expect(() => parseCardProfiles('[{]')).toThrow(expect.objectContaining({ code: 'ERR_CARD_PROFILE' }));
    expect(parseCardProfiles(JSON.stringify([card]))).toHaveLength(1);
  });
});
