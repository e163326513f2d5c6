import { describe, expect, it } from 'vitest';
import { acrNames, assurancesOf, cardAcrs, parseAcr, toAcr } from '../../../idp/domain/assurance.ts';
import type { CardKind, CardState } from '../../../idp/domain/card.ts';
import { decideLogin, type Presence } from '../../../idp/domain/decide-login.ts';
import type { PersonState } from '../../../idp/domain/person.ts';
import type { Evidence } from '../../../idp/domain/tap.ts';
import {
  certificate,
  factsOf,
  idm,
  issuer,
  jpkiCard,
  noon,
  policyOf,
  serial,
  signature,
} from './login-case.ts';

const uid: Evidence = { type: 'identifier', kind: 'uid' };

describe('the assurance table', () => {
  it.each([
    ['a FeliCa IDm', idm, false, [['idm', ['user']]]],
    ['a card UID', uid, false, [['idm', ['user']]]],
    ['a bare serial', serial, false, [['serial', ['user']]]],
    ['a bare serial in the PIN window', serial, true, [['serial', ['user']]]],
    ['an IDm in the PIN window', idm, true, [['idm', ['user']]]],
    ['a certificate', certificate, false, [['certificate', ['user']]]],
    [
      'a certificate in the PIN window',
      certificate,
      true,
      [
        ['certificate-in-window', ['user']],
        ['certificate', ['user']],
      ],
    ],
    ['a signature', signature, false, [['card-pin', ['sc', 'hwk', 'pin', 'mfa']]]],
    ['a signature in the PIN window', signature, true, [['card-pin', ['sc', 'hwk', 'pin', 'mfa']]]],
  ] as const)('%s', (_name, evidence, inWindow, expected) => {
    const reached = assurancesOf(evidence, inWindow).map(({ acr, amr }) => [parseAcr(acr), amr]);
    expect(reached).toEqual(expected.map(([name, amr]) => [toAcr(name), amr]));
  });

  it('lets a card reach exactly these', () => {
    expect(cardAcrs).toEqual(
      ['idm', 'serial', 'certificate', 'certificate-in-window', 'card-pin'].map(
        (name) => `urn:kazasu:acr:${name}`,
      ),
    );
  });

  it('gives evidence of an unknown type nothing', () => {
    expect(assurancesOf({ ...signature, type: 'telepathy' } as unknown as Evidence, true)).toEqual([]);
  });
});

describe('parseAcr', () => {
  it.each(acrNames)('reads %s in both spellings', (name) => {
    expect(parseAcr(name)).toBe(`urn:kazasu:acr:${name}`);
    expect(parseAcr(`urn:kazasu:acr:${name}`)).toBe(`urn:kazasu:acr:${name}`);
  });

  it.each([
    '',
    'urn:kazasu:acr:',
    'CARD-PIN',
    'card-pin ',
    'urn:kazasu:acr:urn:kazasu:acr:serial',
    'toString',
    'urn:other:serial',
  ])('does not know %j', (text) => {
    expect(parseAcr(text)).toBeUndefined();
  });
});

describe('what can be copied', () => {
  it('never makes hwk, mfa, pin or sc, whatever else is true', () => {
    const tried = everyCombination();
    const grants = tried.filter(({ decision }) => decision.outcome === 'granted');
    const strong = grants.filter(({ decision }) => decision.outcome === 'granted' && isStrong(decision.amr));
    expect(tried.length).toBeGreaterThan(5_000);
    expect(grants.length).toBeGreaterThan(100);
    expect(strong.length).toBeGreaterThan(10);
    expect(strong.filter(({ evidence }) => evidence.type !== 'signature')).toEqual([]);
    expect(grants.filter(({ evidence }) => evidence.type === ('telepathy' as Evidence['type']))).toEqual([]);
  });
});

function isStrong(amr: readonly string[]): boolean {
  return ['hwk', 'mfa', 'pin', 'sc', 'swk'].some((method) => amr.includes(method));
}

/** Every evidence with every kind and state of card, person, reader, window, way in and list of accepted acr. */
function everyCombination() {
  const base = factsOf({}).presence as Presence & { type: 'tap' };
  const ways: readonly Presence[] = [
    base,
    { ...base, reader: { ...base.reader, kind: 'workstation', clientIds: [] } },
    { type: 'number-from-device' },
  ];
  const accepted = [acrNames.map(toAcr), ...acrNames.map((name) => [toAcr(name)])];
  return everyEvidence().flatMap((evidence) =>
    everyCard().flatMap((card) =>
      ways.flatMap((presence) =>
        [true, false].flatMap((inWindow) =>
          accepted.flatMap((acceptedAcr) =>
            (['ours', 'own'] as const).map((reader) => {
              const facts = factsOf({
                evidence,
                cards: [card],
                presence,
                ...(inWindow ? { pinProof: {} } : {}),
              });
              return { evidence, decision: decideLogin(facts, policyOf({ acceptedAcr, reader }), noon) };
            }),
          ),
        ),
      ),
    ),
  );
}

function everyEvidence(): readonly Evidence[] {
  const kinds: readonly CardKind[] = ['jpki', 'felica', 'uid'];
  const types = ['identifier', 'certificate', 'signature', 'telepathy'];
  return types.flatMap((type) =>
    kinds.map((kind) => ({ type, kind, issuerKeyId: issuer }) as unknown as Evidence),
  );
}

function everyCard() {
  const kinds: readonly CardKind[] = ['jpki', 'felica'];
  const states: readonly CardState[] = ['active', 'suspended'];
  const people: readonly PersonState[] = ['active', 'left'];
  return kinds.flatMap((kind) =>
    states.flatMap((state) =>
      people.flatMap((person) =>
        [true, false].map((declaredVerifier) =>
          jpkiCard({ card: { kind, state, declaredVerifier }, person: { state: person } }),
        ),
      ),
    ),
  );
}
