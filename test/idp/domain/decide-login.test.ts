import { describe, expect, it } from 'vitest';
import { toAcr } from '../../../idp/domain/assurance.ts';
import type { CardId } from '../../../idp/domain/card.ts';
import { decideLogin, denialReasons } from '../../../idp/domain/decide-login.ts';
import {
  type Changes,
  day,
  decide,
  factsOf,
  felicaCard,
  hour,
  idm,
  jpkiCard,
  noon,
  organization,
  otherClient,
  otherIssuer,
  otherOrganization,
  policyOf,
  second,
  serial,
  signature,
} from './login-case.ts';

const everyUse = { ocspOnEveryUse: true };

const closedNow = { days: [], fromMinute: 0, untilMinute: 1_440 };

const number: Changes['presence'] = { type: 'number-from-device' };

/** Each row: what differs from a sign-in that is granted by certificate at noon, and what comes of it. */
const table: readonly (readonly [name: string, changes: Changes, expected: string])[] = [
  ['nothing differs', {}, 'granted certificate'],
  ['a signature', { evidence: signature }, 'granted card-pin'],
  ['a bare serial', { evidence: serial }, 'granted serial'],
  ['a FeliCa card', { cards: [felicaCard()], evidence: idm }, 'granted idm'],

  ['the client is disabled', { policy: { clientState: 'disabled' } }, 'client-disabled'],
  ['no card under the key', { cards: [] }, 'unknown-card'],
  ['the card under the key is of another kind', { evidence: idm }, 'unknown-card'],
  ['the evidence shows another issuer', { card: { issuerKeyId: otherIssuer } }, 'issuer-mismatch'],
  ['two cards share a bare serial', { cards: twoGenerations(), evidence: serial }, 'ambiguous-card'],
  [
    'two cards share a serial and the certificate tells them apart',
    { cards: twoGenerations() },
    'granted certificate',
  ],
  ['the card is suspended', { card: { state: 'suspended' } }, 'card-suspended'],
  ['the card is revoked', { card: { state: 'revoked' } }, 'card-revoked'],
  ['the card is retired', { card: { state: 'retired' } }, 'card-retired'],
  ['the card is in a state that nobody knows', { card: { state: 'lost' as 'retired' } }, 'card-retired'],

  ['1 ms before notBefore', { card: { notBefore: noon + 1 } }, 'card-not-yet-valid'],
  ['at notBefore', { card: { notBefore: noon } }, 'granted certificate'],
  ['the last ms of the second of notAfter', { card: { notAfter: noon - 999 } }, 'granted certificate'],
  ['the first ms after the second of notAfter', { card: { notAfter: noon - 1_000 } }, 'card-expired'],

  ['the person is suspended', { person: { state: 'suspended' } }, 'person-suspended'],
  ['the person has left', { person: { state: 'left' } }, 'person-left'],
  [
    'the organisation is not among those served',
    { policy: { organizations: [otherOrganization] } },
    'organization-not-served',
  ],
  ['no organisation is served', { policy: { organizations: [] } }, 'organization-not-served'],
  [
    'the organisation is one of those served',
    { policy: { organizations: [otherOrganization, organization] } },
    'granted certificate',
  ],
  ['the person is in none of the groups', { policy: { requiredGroups: ['tax', 'audit'] } }, 'group-required'],
  ['it is not within the hours', { policy: { hours: [closedNow] } }, 'outside-hours'],
  [
    'the person is in one of the groups',
    { policy: { requiredGroups: ['tax', 'staff'] } },
    'granted certificate',
  ],

  ['a number from a device where a tap is demanded', { presence: number, evidence: serial }, 'tap-missing'],
  [
    'a number from a device whose own reader is admitted',
    { presence: number, evidence: serial, policy: { reader: 'own' } },
    'granted serial',
  ],
  ['the reader is disabled', { reader: { state: 'disabled' } }, 'reader-disabled'],
  ['the reader never enrolled', { reader: { state: 'awaiting-enrolment' } }, 'reader-disabled'],
  ['the reader serves another client', { reader: { clientIds: [otherClient] } }, 'reader-not-for-client'],
  ['the reader serves no client', { reader: { clientIds: [] } }, 'reader-not-for-client'],
  [
    'a tap without PIN at a workstation that lists no client',
    { reader: { kind: 'workstation', clientIds: [] } },
    'reader-not-for-client',
  ],
  [
    'a signature at a workstation that lists no client',
    { evidence: signature, reader: { kind: 'workstation', clientIds: [] } },
    'granted card-pin',
  ],
  [
    'a signature at a workstation that lists another client',
    { evidence: signature, reader: { kind: 'workstation', clientIds: [otherClient] } },
    'reader-not-for-client',
  ],
  [
    'a signature at a device that lists no client',
    { evidence: signature, reader: { clientIds: [] } },
    'reader-not-for-client',
  ],
  [
    'read 1 ms before the reader’s taps became void',
    { reader: { tapsVoidBefore: noon - second + 1 } },
    'tap-void',
  ],
  [
    'read at the moment from which taps count again',
    { reader: { tapsVoidBefore: noon - second } },
    'granted certificate',
  ],
  ['the tap was used', { tap: { used: true } }, 'tap-used'],

  ['exactly 30 s old', readAndReceived(noon - 30 * second), 'granted certificate'],
  ['30 s and 1 ms old', readAndReceived(noon - 30 * second - 1), 'tap-stale'],
  [
    'old by the reader’s clock, received now',
    { tap: { readAt: noon - 31 * second, receivedAt: noon } },
    'tap-stale',
  ],
  [
    'received long ago, by a reader whose clock runs ahead',
    { tap: { readAt: noon - 29 * second, receivedAt: noon - 31 * second } },
    'tap-stale',
  ],
  ['exactly 5 s ahead', { tap: { readAt: noon + 5 * second, receivedAt: noon } }, 'granted certificate'],
  ['5 s and 1 ms ahead', { tap: { readAt: noon + 5 * second + 1, receivedAt: noon } }, 'tap-from-the-future'],
  ['received at the moment of the request', { tap: { requestedAt: noon - second } }, 'granted certificate'],
  ['received 1 ms before the request', { tap: { requestedAt: noon - second + 1 } }, 'tap-before-request'],
  [
    'read before the request by a slow clock, received after it',
    { tap: { readAt: noon - 3 * second, requestedAt: noon - 2 * second } },
    'granted certificate',
  ],

  [
    'the organisation is no declared verifier',
    { card: { declaredVerifier: false } },
    'organization-not-verifier',
  ],
  [
    'the same, with a signature',
    { card: { declaredVerifier: false }, evidence: signature },
    'granted card-pin',
  ],
  [
    'the same, with a FeliCa card',
    { cards: [felicaCard({ card: { declaredVerifier: false } })], evidence: idm },
    'granted idm',
  ],
  ['never proved by signature', { cards: [neverProved()] }, 'never-proved-by-signature'],
  [
    'never proved by signature before, proved now',
    { cards: [neverProved()], evidence: signature },
    'granted card-pin',
  ],
  ['nobody spoke about revocation', { revocationKnownAt: undefined }, 'revocation-unknown'],
  [
    'the newest word on revocation is exactly 48 h old',
    { revocationKnownAt: noon - 48 * hour },
    'granted certificate',
  ],
  [
    'the newest word on revocation is 48 h and 1 ms old',
    { revocationKnownAt: noon - 48 * hour - 1 },
    'revocation-unknown',
  ],
  [
    'nobody spoke about revocation, but the card signed',
    { revocationKnownAt: undefined, evidence: signature },
    'granted card-pin',
  ],

  [
    'the newest word is older, but within the grace of the policy',
    { revocationKnownAt: noon - 48 * hour - 1, policy: { staleGraceSeconds: 3_600 } },
    'granted certificate, stale',
  ],
  [
    'the newest word is exactly at the end of the grace',
    { revocationKnownAt: noon - 49 * hour, policy: { staleGraceSeconds: 3_600 } },
    'granted certificate, stale',
  ],
  [
    'the grace is over by 1 ms',
    { revocationKnownAt: noon - 49 * hour - 1, policy: { staleGraceSeconds: 3_600 } },
    'revocation-unknown',
  ],
  [
    'nobody ever spoke, grace or not',
    { revocationKnownAt: undefined, policy: { staleGraceSeconds: 3_600 } },
    'revocation-unknown',
  ],
  ['the issuer was to be asked and was not', { policy: everyUse }, 'revocation-unknown'],
  ['the issuer says good', { policy: everyUse, issuerSays: 'good' }, 'granted certificate'],
  ['the issuer says revoked', { policy: everyUse, issuerSays: 'revoked' }, 'card-revoked'],
  [
    'the issuer does not know it',
    { policy: everyUse, issuerSays: 'unknown' },
    'certificate-unknown-to-issuer',
  ],
  [
    'the issuer says revoked, and the card signed',
    { policy: everyUse, issuerSays: 'revoked', evidence: signature },
    'card-revoked',
  ],
  [
    'the issuer was to be asked, but a FeliCa card has none',
    { cards: [felicaCard()], evidence: idm, policy: everyUse },
    'granted idm',
  ],
  ['replaced, 1 ms before the overlap ends', { card: { retiresAt: noon + 1 } }, 'granted certificate'],
  ['replaced, when the overlap ends', { card: { retiresAt: noon } }, 'card-retired'],

  ['the client accepts nothing', { policy: { acceptedAcr: [] } }, 'assurance-not-accepted'],
  [
    'the client accepts nothing, not even a signature',
    { policy: { acceptedAcr: [] }, evidence: signature },
    'assurance-not-accepted',
  ],
  ['the client demands the PIN', accepting('card-pin'), 'assurance-not-accepted'],
  [
    'the client wants a certificate and gets a serial',
    { ...accepting('certificate'), evidence: serial },
    'assurance-not-accepted',
  ],
  [
    'there is no order to guess: a PIN is not accepted as a certificate',
    { ...accepting('certificate'), evidence: signature },
    'assurance-not-accepted',
  ],
  ['a passkey’s client gets a card', accepting('passkey'), 'assurance-not-accepted'],

  ['in the PIN window', { pinProof: {} }, 'granted certificate-in-window'],
  [
    'in the window, but the client accepts a bare certificate only',
    { ...accepting('certificate'), pinProof: {} },
    'granted certificate',
  ],
  ['the window begins with the signature', { pinProof: { provedAt: noon } }, 'granted certificate-in-window'],
  ['1 ms before the window', { pinProof: { provedAt: noon + 1 } }, 'granted certificate'],
  [
    'the last ms of the window',
    { pinProof: { provedAt: noon - 4 * hour + 1 } },
    'granted certificate-in-window',
  ],
  ['the end of the window', { pinProof: { provedAt: noon - 4 * hour } }, 'granted certificate'],
  [
    'no window is set',
    { pinProof: { provedAt: noon }, policy: { pinWindowSeconds: 0 } },
    'granted certificate',
  ],
  ['another card proved its PIN', { pinProof: { cardId: 'card-2' as CardId } }, 'granted certificate'],
  [
    'the PIN was proved at another reader group',
    { pinProof: { readerGroup: 'second floor' } },
    'granted certificate',
  ],
  ['a serial in the window stays a serial', { evidence: serial, pinProof: {} }, 'granted serial'],
  ['in the window, revocation unknown', { pinProof: {}, revocationKnownAt: undefined }, 'revocation-unknown'],
];

describe('decideLogin', () => {
  it.each(table)('%s', (_name, changes, expected) => {
    expect(decide(changes)).toBe(expected);
  });

  it('has a row for every denial reason', () => {
    const shown = new Set(table.map(([, , expected]) => expected));
    expect(denialReasons.filter((reason) => !shown.has(reason))).toEqual([]);
  });

  it('names person, card, acr and amr in a grant', () => {
    expect(decideLogin(factsOf({ evidence: signature }), policyOf(), noon)).toEqual({
      outcome: 'granted',
      personId: 'person-1',
      cardId: 'card-1',
      acr: 'urn:kazasu:acr:card-pin',
      amr: ['sc', 'hwk', 'pin', 'mfa'],
    });
  });

  it('says nothing but the reason in a denial', () => {
    expect(decideLogin(factsOf({ cards: [] }), policyOf(), noon)).toEqual({
      outcome: 'denied',
      reason: 'unknown-card',
    });
  });
});

describe('where several reasons hold', () => {
  /** Earlier in the list wins over everything later. */
  const inOrder: readonly (readonly [reason: string, changes: Changes])[] = [
    ['client-disabled', { policy: { clientState: 'disabled' } }],
    ['card-suspended', { card: { state: 'suspended' } }],
    ['card-expired', { card: { notAfter: noon - day } }],
    ['person-left', { person: { state: 'left' } }],
    ['organization-not-served', { policy: { organizations: [] } }],
    ['group-required', { policy: { requiredGroups: ['tax'] } }],
    ['outside-hours', { policy: { hours: [closedNow] } }],
    ['reader-disabled', { reader: { state: 'disabled' } }],
    ['reader-not-for-client', { reader: { clientIds: [] } }],
    ['tap-void', { reader: { tapsVoidBefore: noon } }],
    ['tap-used', { tap: { used: true } }],
    ['tap-stale', readAndReceived(noon - hour)],
    ['organization-not-verifier', { card: { declaredVerifier: false } }],
    ['revocation-unknown', { revocationKnownAt: undefined }],
    ['assurance-not-accepted', { policy: { acceptedAcr: [] } }],
  ];

  it.each(inOrder.slice(0, -1).map((row, index) => [row[0], row[1], inOrder.slice(index + 1)] as const))(
    '%s is told before everything that follows it',
    (reason, changes, later) => {
      for (const [, others] of later) expect(decide(merge(changes, others))).toBe(reason);
    },
  );
});

describe('a time that is no number', () => {
  const cases: readonly (readonly [string, Changes])[] = [
    ['notBefore', { card: { notBefore: Number.NaN } }],
    ['notAfter', { card: { notAfter: Number.NaN } }],
    ['readAt', { tap: { readAt: Number.NaN } }],
    ['receivedAt', { tap: { receivedAt: Number.NaN } }],
    ['requestedAt', { tap: { requestedAt: Number.NaN } }],
    ['tapsVoidBefore', { reader: { tapsVoidBefore: Number.NaN } }],
    ['revocationKnownAt', { revocationKnownAt: Number.NaN }],
    ['tapFreshSeconds', { policy: { tapFreshSeconds: Number.NaN } }],
    ['readerClockAheadSeconds', { policy: { readerClockAheadSeconds: Number.NaN } }],
    ['retiresAt', { card: { retiresAt: Number.NaN } }],
    ['staleGraceSeconds', { policy: { staleGraceSeconds: Number.NaN } }],
    ['maxRevocationAgeSeconds', { policy: { maxRevocationAgeSeconds: Number.NaN } }],
    ['now', { now: Number.NaN }],
  ];

  it.each(cases)('never grants: %s', (_name, changes) => {
    expect(denialReasons as readonly string[]).toContain(decide(changes));
  });

  it('opens no PIN window', () => {
    expect(decide({ pinProof: { provedAt: Number.NaN } })).toBe('granted certificate');
  });
});

function twoGenerations() {
  return [jpkiCard(), jpkiCard({ card: { cardId: 'card-2' as CardId, issuerKeyId: otherIssuer } })];
}

function neverProved() {
  const { provedBySignatureAt: _proved, ...card } = jpkiCard();
  return card;
}

function readAndReceived(at: number): Changes {
  return { tap: { readAt: at, receivedAt: at } };
}

function accepting(...names: Parameters<typeof toAcr>[0][]): Changes {
  return { policy: { acceptedAcr: names.map(toAcr) } };
}

function merge(first: Changes, then: Changes): Changes {
  return {
    ...then,
    ...first,
    ...('revocationKnownAt' in then ? { revocationKnownAt: then.revocationKnownAt } : {}),
    card: { ...then.card, ...first.card },
    person: { ...then.person, ...first.person },
    reader: { ...then.reader, ...first.reader },
    tap: { ...then.tap, ...first.tap },
    policy: { ...then.policy, ...first.policy },
  };
}
