import type { Acr, Amr, Assurance } from './assurance.ts';
import { assurancesOf } from './assurance.ts';
import type { CardFacts, CardId } from './card.ts';
import { startOfDay } from './hours-of-use.ts';
import type { Instant } from './instant.ts';
import { msPerSecond } from './instant.ts';
import { type LoginPolicy, ownPagesId } from './login-policy.ts';
import type { PersonId } from './person.ts';
import { hoursProblem, personProblem } from './person-problem.ts';
import type { ReaderFacts } from './reader.ts';
import type { Evidence } from './tap.ts';

/** Why a sign-in was refused: a closed set, each with its text in both languages and its row in the decision table. */
export type DenialReason = (typeof denialReasons)[number];

export const denialReasons = [
  'client-disabled',
  'unknown-card',
  'issuer-mismatch',
  'ambiguous-card',
  'card-suspended',
  'card-revoked',
  'card-retired',
  'card-not-yet-valid',
  'card-expired',
  'person-suspended',
  'person-left',
  'organization-not-served',
  'group-required',
  'outside-hours',
  'tap-missing',
  'reader-disabled',
  'reader-not-for-client',
  'tap-void',
  'tap-used',
  'tap-stale',
  'tap-from-the-future',
  'tap-before-request',
  'organization-not-verifier',
  'never-proved-by-signature',
  'revocation-unknown',
  'certificate-unknown-to-issuer',
  'assurance-not-accepted',
] as const;

/** The outcome of one sign-in attempt; every way in (OIDC, LDAP, taps) gets it from `decideLogin`. */
export type LoginDecision =
  | {
      readonly outcome: 'granted';
      readonly personId: PersonId;
      readonly cardId: CardId;
      readonly acr: Acr;
      readonly amr: readonly Amr[];
      /** Let in by the grace of the client's policy although nobody spoke for the certificate lately: a reason for an alarm. */
      readonly onStaleRevocation?: true;
    }
  | { readonly outcome: 'denied'; readonly reason: DenialReason };

/** How the card came to be presented. */
export type Presence =
  /** A tap at a reader of ours. `requestedAt`: when the prompt it answers was opened; `device`: the tap itself is the request. */
  | {
      readonly type: 'tap';
      readonly reader: ReaderFacts;
      readonly readAt: Instant;
      readonly receivedAt: Instant;
      readonly used: boolean;
      readonly requestedAt: Instant | 'device';
    }
  /** A device sent a number that its own reader read. */
  | { readonly type: 'number-from-device' };

/** A PIN signature that may lift a later tap of the same card. */
export interface PinProof {
  readonly cardId: CardId;
  readonly readerGroup: string;
  readonly provedAt: Instant;
}

/** All that is known when a card asks to sign in. */
export interface LoginFacts {
  /** What the card index holds under the card key: none, one, or several that share a bare number. */
  readonly cards: readonly CardFacts[];
  readonly evidence: Evidence;
  readonly presence: Presence;
  readonly pinProof?: PinProof;
  /** The newest moment for which a list, whole and verified, or OCSP spoke for the card's certificate. */
  readonly revocationKnownAt?: Instant;
  /** What OCSP said at this very use; without it nothing is granted where the policy demands it. */
  readonly issuerSays?: 'good' | 'revoked' | 'unknown';
}

/**
 * Decides one sign-in: pure, total, denied unless every rule holds.
 * The order is from what is cheapest to explain to the person to what only an administrator can mend.
 * @param now by our clock.
 */
export function decideLogin(facts: LoginFacts, policy: LoginPolicy, now: Instant): LoginDecision {
  if (policy.clientState !== 'active') return denied('client-disabled');
  const card = theCard(facts);
  if (typeof card === 'string') return denied(card);
  const reason =
    cardProblem(card, now) ??
    personProblem(holderOf(card), policy) ??
    hoursProblem(policy, now) ??
    presenceProblem(facts, policy, now) ??
    issuerProblem(facts, card, policy) ??
    pinlessProblem(facts, card, policy, now);
  if (reason !== undefined) return denied(reason);
  const assurance = acceptedAssurance(facts, card, policy, now);
  if (assurance === undefined) return denied('assurance-not-accepted');
  const stale = isPinless(facts, card) && !isKnownWithin(facts, policy.maxRevocationAgeSeconds, now);
  return {
    outcome: 'granted',
    personId: card.person.personId,
    cardId: card.cardId,
    ...assurance,
    ...(stale ? { onStaleRevocation: true } : {}),
  };
}

/** A refusal; exported so that flows that refuse before a decision speak the same words. */
export function denied(reason: DenialReason): LoginDecision & { readonly outcome: 'denied' } {
  return { outcome: 'denied', reason };
}

/** JPKI's CA generations can give one serial twice: the issuer tells them apart, a bare serial cannot. */
function theCard({ cards, evidence }: LoginFacts): CardFacts | DenialReason {
  const ofKind = cards.filter((card) => card.kind === evidence.kind);
  const shown = evidence.issuerKeyId;
  const matching = shown === undefined ? ofKind : ofKind.filter((card) => card.issuerKeyId === shown);
  const [card, another] = matching;
  if (card === undefined) return ofKind.length > 0 ? 'issuer-mismatch' : 'unknown-card';
  return another === undefined ? card : 'ambiguous-card';
}

function cardProblem(card: CardFacts, now: Instant): DenialReason | undefined {
  if (card.state === 'suspended') return 'card-suspended';
  if (card.state === 'revoked') return 'card-revoked';
  if (card.state !== 'active') return 'card-retired';
  if (card.retiresAt !== undefined && !(now < card.retiresAt)) return 'card-retired';
  // Times are compared as what must hold: a time that is no number then denies instead of slipping through.
  if (!(now >= card.notBefore)) return 'card-not-yet-valid';
  // RFC 5280 §4.1.2.5: valid through notAfter, that second included.
  if (!(now < card.notAfter + msPerSecond)) return 'card-expired';
  return undefined;
}

function holderOf({
  person: { state, groups },
  organizationId,
}: CardFacts): Parameters<typeof personProblem>[0] {
  return { state, groups, organizationId };
}

function presenceProblem(facts: LoginFacts, policy: LoginPolicy, now: Instant): DenialReason | undefined {
  const { presence, evidence } = facts;
  if (presence.type === 'number-from-device') return policy.reader === 'own' ? undefined : 'tap-missing';
  const { reader } = presence;
  if (reader.state !== 'active') return 'reader-disabled';
  if (!serves(reader, policy, evidence)) return 'reader-not-for-client';
  if (reader.tapsVoidBefore !== undefined && !(presence.readAt >= reader.tapsVoidBefore)) return 'tap-void';
  if (presence.used) return 'tap-used';
  return timeProblem(presence, policy, now);
}

/** A PIN-less tap is worth no more than its reader's key; a signature at a workstation does not rest on it. */
function serves(reader: ReaderFacts, policy: LoginPolicy, evidence: Evidence): boolean {
  if (reader.clientIds.includes(policy.clientId)) return true;
  const isForAll = reader.clientIds.length === 0 || policy.clientId === ownPagesId;
  return reader.kind === 'workstation' && isForAll && evidence.type === 'signature';
}

function timeProblem(
  { readAt, receivedAt, requestedAt }: Presence & { type: 'tap' },
  policy: LoginPolicy,
  now: Instant,
): DenialReason | undefined {
  const freshMs = policy.tapFreshSeconds * msPerSecond;
  const aheadMs = policy.readerClockAheadSeconds * msPerSecond;
  if (!(readAt <= receivedAt + aheadMs)) return 'tap-from-the-future';
  // A reader's clock that runs ahead must not lengthen a tap's life: the earlier of both moments counts.
  if (!(now - Math.min(readAt, receivedAt) <= freshMs)) return 'tap-stale';
  if (requestedAt !== 'device' && !(receivedAt >= requestedAt)) return 'tap-before-request';
  return undefined;
}

/** For unattended machines: the issuer is asked at every use, PIN or not. */
function issuerProblem(
  { issuerSays }: LoginFacts,
  { kind }: CardFacts,
  policy: LoginPolicy,
): DenialReason | undefined {
  if (kind !== 'jpki' || !policy.ocspOnEveryUse || issuerSays === 'good') return undefined;
  if (issuerSays === 'revoked') return 'card-revoked';
  return issuerSays === 'unknown' ? 'certificate-unknown-to-issuer' : 'revocation-unknown';
}

/** What the law asks before a My Number Card counts without its PIN (JPKI Act art. 38-4). */
function pinlessProblem(
  facts: LoginFacts,
  card: CardFacts,
  policy: LoginPolicy,
  now: Instant,
): DenialReason | undefined {
  if (!isPinless(facts, card)) return undefined;
  if (!card.declaredVerifier) return 'organization-not-verifier';
  if (card.provedBySignatureAt === undefined) return 'never-proved-by-signature';
  const withinSeconds = policy.maxRevocationAgeSeconds + policy.staleGraceSeconds;
  return isKnownWithin(facts, withinSeconds, now) ? undefined : 'revocation-unknown';
}

function isPinless({ evidence }: LoginFacts, card: CardFacts): boolean {
  return card.kind === 'jpki' && evidence.type !== 'signature';
}

function isKnownWithin({ revocationKnownAt }: LoginFacts, seconds: number, now: Instant): boolean {
  return revocationKnownAt !== undefined && now - revocationKnownAt <= seconds * msPerSecond;
}

function acceptedAssurance(
  facts: LoginFacts,
  card: CardFacts,
  policy: LoginPolicy,
  now: Instant,
): Assurance | undefined {
  const inWindow = isInPinWindow(facts, card, policy, now);
  return assurancesOf(facts.evidence, inWindow).find(({ acr }) => policy.acceptedAcr.includes(acr));
}

function isInPinWindow(facts: LoginFacts, card: CardFacts, policy: LoginPolicy, now: Instant): boolean {
  const { pinProof, presence } = facts;
  if (pinProof === undefined || presence.type !== 'tap') return false;
  if (pinProof.cardId !== card.cardId || pinProof.readerGroup !== presence.reader.group) return false;
  const age = now - pinProof.provedAt;
  // However many hours: a window ends with the day.
  if (!(pinProof.provedAt >= startOfDay(now))) return false;
  return age >= 0 && age < policy.pinWindowSeconds * msPerSecond;
}
