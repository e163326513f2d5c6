import { acrNames, toAcr } from '../../../idp/domain/assurance.ts';
import type { CardFacts, CardId } from '../../../idp/domain/card.ts';
import { parseIssuerKeyId } from '../../../idp/domain/certificate-id.ts';
import type { LoginFacts, PinProof, Presence } from '../../../idp/domain/decide-login.ts';
import { decideLogin } from '../../../idp/domain/decide-login.ts';
import type { ClientId, LoginPolicy } from '../../../idp/domain/login-policy.ts';
import type { OrganizationId, PersonId } from '../../../idp/domain/person.ts';
import type { ReaderFacts, ReaderId } from '../../../idp/domain/reader.ts';
import type { Evidence } from '../../../idp/domain/tap.ts';

/** Noon: the moment at which every case is decided unless it says otherwise. */
export const noon = Date.parse('2026-11-20T12:00:00.000Z');
export const second = 1_000;
export const hour = 3_600 * second;
export const day = 24 * hour;

export const issuer = parseIssuerKeyId('1ac100f596a3bc8c4b3df195e32699249e9e308a');
export const otherIssuer = parseIssuerKeyId('8cd5586a891485e559379b7e29d410cfd28b3593');
export const client = 'client-1' as ClientId;
export const otherClient = 'client-2' as ClientId;
export const organization = 'organization-1' as OrganizationId;
export const otherOrganization = 'organization-2' as OrganizationId;

export const certificate: Evidence = { type: 'certificate', kind: 'jpki', issuerKeyId: issuer };
export const signature: Evidence = { type: 'signature', kind: 'jpki', issuerKeyId: issuer };
export const serial: Evidence = { type: 'identifier', kind: 'jpki' };
export const idm: Evidence = { type: 'identifier', kind: 'felica' };

type Tapped = Presence & { readonly type: 'tap' };

/** What a case changes in a sign-in that would be granted at noon, by certificate, on a tap one second old. */
export interface Changes {
  readonly card?: Partial<CardFacts>;
  readonly person?: Partial<CardFacts['person']>;
  readonly cards?: readonly CardFacts[];
  readonly evidence?: Evidence;
  readonly reader?: Partial<ReaderFacts>;
  readonly tap?: Partial<Tapped>;
  readonly presence?: Presence;
  readonly pinProof?: Partial<PinProof>;
  readonly revocationKnownAt?: number | undefined;
  readonly issuerSays?: NonNullable<LoginFacts['issuerSays']>;
  readonly policy?: Partial<LoginPolicy>;
  readonly now?: number;
}

export function jpkiCard({ card, person }: Pick<Changes, 'card' | 'person'> = {}): CardFacts {
  return {
    cardId: 'card-1' as CardId,
    kind: 'jpki',
    state: 'active',
    notBefore: noon - 365 * day,
    notAfter: noon + 365 * day,
    issuerKeyId: issuer,
    provedBySignatureAt: noon - 30 * day,
    organizationId: organization,
    declaredVerifier: true,
    person: {
      personId: 'person-1' as PersonId,
      state: 'active',
      uid: 'sato',
      displayName: '佐藤 花子',
      organization: 'Himeji',
      groups: ['staff'],
      ...person,
    },
    ...card,
  };
}

export function felicaCard(changes: Pick<Changes, 'card' | 'person'> = {}): CardFacts {
  const { issuerKeyId: _issuer, provedBySignatureAt: _proved, ...card } = jpkiCard(changes);
  return { ...card, kind: 'felica' };
}

export function policyOf(policy: Partial<LoginPolicy> = {}): LoginPolicy {
  return {
    clientId: client,
    clientState: 'active',
    acceptedAcr: acrNames.map(toAcr),
    reader: 'ours',
    organizations: 'any',
    requiredGroups: [],
    hours: [],
    tapUses: 1,
    tapFreshSeconds: 30,
    readerClockAheadSeconds: 5,
    pinWindowSeconds: 4 * 3_600,
    maxRevocationAgeSeconds: 48 * 3_600,
    staleGraceSeconds: 0,
    ocspOnEveryUse: false,
    ...policy,
  };
}

function presenceOf({ reader, tap }: Changes): Presence {
  const at = noon - second;
  const facts: ReaderFacts = {
    readerId: 'reader-1' as ReaderId,
    kind: 'device',
    state: 'active',
    group: 'first floor',
    clientIds: [client],
    ...reader,
  };
  return {
    type: 'tap',
    reader: facts,
    readAt: at,
    receivedAt: at,
    used: false,
    requestedAt: 'device',
    ...tap,
  };
}

export function factsOf(changes: Changes): LoginFacts {
  const known = 'revocationKnownAt' in changes ? changes.revocationKnownAt : noon - hour;
  const pinProof = { cardId: 'card-1' as CardId, readerGroup: 'first floor', provedAt: noon - hour };
  return {
    cards: changes.cards ?? [jpkiCard(changes)],
    evidence: changes.evidence ?? certificate,
    presence: changes.presence ?? presenceOf(changes),
    ...(changes.pinProof === undefined ? {} : { pinProof: { ...pinProof, ...changes.pinProof } }),
    ...(known === undefined ? {} : { revocationKnownAt: known }),
    ...(changes.issuerSays === undefined ? {} : { issuerSays: changes.issuerSays }),
  };
}

/** `granted certificate`, or the reason for the denial. */
export function decide(changes: Changes): string {
  const decision = decideLogin(factsOf(changes), policyOf(changes.policy), changes.now ?? noon);
  if (decision.outcome === 'denied') return decision.reason;
  const stale = decision.onStaleRevocation ? ', stale' : '';
  return `granted ${decision.acr.replace('urn:kazasu:acr:', '')}${stale}`;
}
