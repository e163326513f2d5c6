import { withParts } from '../domain/assurance.ts';
import type { AuditEvent } from '../domain/audit-event.ts';
import type { CardFacts, CardId, CardKey } from '../domain/card.ts';
import {
  decideLogin,
  denied,
  type LoginDecision,
  type LoginFacts,
  type PinProof,
  type Presence,
} from '../domain/decide-login.ts';
import { msPerSecond } from '../domain/instant.ts';
import type { LoginPolicy } from '../domain/login-policy.ts';
import { type MaybePromise, whenKnown } from '../domain/maybe-promise.ts';
import type { PersonId, ReleasedPerson } from '../domain/person.ts';
import { actor } from '../domain/registration.ts';
import type { Evidence } from '../domain/tap.ts';
import type { WritesEvents } from '../ports/audit-trail.ts';
import type { Client } from '../ports/clients.ts';
import { type AskIssuerContext, askIssuer, type IssuerWord } from './ask-issuer.ts';
import type { FlowContext } from './context.ts';
import type { AlarmContext } from './raise-alarm.ts';
import { noteStaleLogin } from './watch-freshness.ts';

/** A card that asks to sign in at a client: where both protocols meet. */
export interface CardLogin {
  readonly clientId: string;
  readonly cardKey: CardKey;
  readonly evidence: Evidence;
  readonly presence: Presence;
  /** How it came, for the audit trail. */
  readonly way: 'oidc' | 'ciba' | 'device' | 'tap' | 'card-search' | 'card-bind' | 'person-bind';
  /** What a device sent was no number in its spelling; the card key is nobody's. */
  readonly spelledOtherwise?: true;
  /** It may be a part of what the client demands: whoever asks holds the whole against the client's list. */
  readonly asPart?: true;
}

/** The decision, and with a yes what the client may learn of the person. */
export type CardLoginOutcome =
  | (LoginDecision & {
      readonly outcome: 'granted';
      readonly person: ReleasedPerson & { readonly personId: PersonId };
    })
  | (LoginDecision & { readonly outcome: 'denied' });

/** What a sign-in with a card may touch. */
export type CardLoginContext = AlarmContext &
  AskIssuerContext &
  Pick<FlowContext, 'cardIndex' | 'clients' | 'freshness' | 'taps' | 'clock'> & {
    readonly audit: WritesEvents;
  };

/** What a decision may touch that needs nothing but what is in memory, or a look-up away. */
export type DecidesAtHand = Pick<FlowContext, 'freshness' | 'clients' | 'clock'> & {
  readonly cardIndex: Pick<FlowContext['cardIndex'], 'find'>;
  readonly audit: WritesEvents;
};

const nothingAsked: IssuerWord['details'] = {};

/** A sign-in of a client that is known. */
interface Attempt {
  readonly login: CardLogin;
  readonly client: Client;
}

/**
 * Decides one sign-in with one look-up, and writes it to the audit trail before it answers. Nothing is waited for where
 * nothing need be asked: that is the way of nearly every tap.
 * @throws {Fault} when the index, the record or the trail cannot be asked.
 */
export function logInWithCard(context: CardLoginContext, login: CardLogin): MaybePromise<CardLoginOutcome> {
  const client = context.clients.find(login.clientId);
  if (client === undefined)
    return audited(context, login, denied('client-disabled'), nothingAsked, undefined);
  return whenKnown(context.cardIndex.find(login.cardKey), (cards) => {
    const attempt = { login, client };
    const card = shownCard(cards, login.evidence);
    return whenKnown(pinProofOf(context, attempt, card), (pinProof) =>
      decide(context, attempt, card, factsOf(context, attempt, cards, card, pinProof)),
    );
  });
}

/** Whether a client wants something of a sign-in that others must be asked for: a tap, the issuer, or an alarm. */
export function needsMoreThanIsAtHand({ policy }: Client): boolean {
  return policy.reader !== 'own' || policy.ocspOnEveryUse || policy.staleGraceSeconds > 0;
}

/** The same decision for a number that a device's own reader read, at a client that wants nothing more. */
export function decideAtHand(
  context: DecidesAtHand,
  client: Client,
  login: CardLogin,
): MaybePromise<CardLoginOutcome> {
  return whenKnown(context.cardIndex.find(login.cardKey), (cards) => {
    const attempt = { login, client };
    const card = shownCard(cards, login.evidence);
    const decision = decideLogin(
      factsOf(context, attempt, cards, card, undefined),
      client.policy,
      context.clock.now(),
    );
    return audited(context, login, outcomeOf(decision, card), nothingAsked, card?.cardId);
  });
}

/** A card's assurance also counts as the first half of a combination where the rest is asked for too. */
function demandOf({ policy }: Client, { asPart }: CardLogin): LoginPolicy {
  return asPart ? { ...policy, acceptedAcr: withParts(policy.acceptedAcr) } : policy;
}

/** Which of the cards under a key was shown: by its issuer, where the evidence says it. */
export function shownCard(
  cards: readonly CardFacts[],
  { issuerKeyId: shown }: Evidence,
): CardFacts | undefined {
  return cards.find((candidate) => shown === undefined || candidate.issuerKeyId === shown);
}

function pinProofOf(
  { taps }: CardLoginContext,
  { client, login: { presence } }: Attempt,
  card: CardFacts | undefined,
): MaybePromise<PinProof | undefined> {
  if (card === undefined || client.policy.pinWindowSeconds === 0 || presence.type !== 'tap') return undefined;
  const { cardId } = card;
  const readerGroup = presence.reader.group;
  return whenKnown(taps.findPinProof(cardId, readerGroup), (provedAt) =>
    provedAt === undefined ? undefined : { cardId, readerGroup, provedAt },
  );
}

function factsOf(
  { freshness }: Pick<DecidesAtHand, 'freshness'>,
  { login: { evidence, presence } }: Attempt,
  cards: readonly CardFacts[],
  card: CardFacts | undefined,
  pinProof: PinProof | undefined,
): LoginFacts {
  const knownAt = card && freshness.knownAt(card);
  return {
    cards,
    evidence,
    presence,
    ...(knownAt === undefined ? {} : { revocationKnownAt: knownAt }),
    ...(pinProof === undefined ? {} : { pinProof }),
  };
}

function decide(
  context: CardLoginContext,
  attempt: Attempt,
  card: CardFacts | undefined,
  facts: LoginFacts,
): MaybePromise<CardLoginOutcome> {
  const policy = demandOf(attempt.client, attempt.login);
  const now = context.clock.now();
  if (!policy.ocspOnEveryUse || card?.kind !== 'jpki') {
    return conclude(context, attempt, card, decideLogin(facts, policy, now), nothingAsked);
  }
  const { cardKey, clientId } = attempt.login;
  const asked = askIssuer(context, {
    ...{ cardKey, card, facts, policy, now },
    actor: actor('client', clientId),
  });
  return asked.then((word) => {
    // While the issuer thought, the client may have been stopped.
    const known = context.clients.find(clientId);
    const decision = known
      ? decideLogin(word.facts, demandOf(known, attempt.login), now)
      : denied('client-disabled');
    return conclude(context, attempt, card, decision, word.details);
  });
}

function conclude(
  context: CardLoginContext,
  attempt: Attempt,
  card: CardFacts | undefined,
  decision: LoginDecision,
  issuer: IssuerWord['details'],
): MaybePromise<CardLoginOutcome> {
  const outcome = outcomeOf(decision, card);
  const written = () => audited(context, attempt.login, outcome, issuer, card?.cardId);
  if (outcome.outcome === 'denied' || card === undefined) return written();
  const { evidence, presence } = attempt.login;
  const provesPin = evidence.type === 'signature' && presence.type === 'tap';
  if (!provesPin && !outcome.onStaleRevocation) return written();
  return noteGranted(context, attempt, card, outcome).then(written);
}

function outcomeOf(decision: LoginDecision, card: CardFacts | undefined): CardLoginOutcome {
  if (decision.outcome === 'denied') return decision;
  return card === undefined ? denied('unknown-card') : { ...decision, person: card.person };
}

async function noteGranted(
  context: CardLoginContext,
  { login: { evidence, presence }, client }: Attempt,
  card: CardFacts,
  decision: LoginDecision & { readonly outcome: 'granted' },
): Promise<void> {
  if (evidence.type === 'signature' && presence.type === 'tap') {
    await context.taps.notePinProof(card.cardId, presence.reader.group, presence.readAt);
  }
  // Grace is with an alarm: where none can be raised, nobody is let in by it.
  if (decision.onStaleRevocation) await noteStaleLogin(context, card.revocationScope, client);
}

function audited(
  { audit, clock }: Pick<DecidesAtHand, 'audit' | 'clock'>,
  { clientId, way, spelledOtherwise }: CardLogin,
  outcome: CardLoginOutcome,
  issuer: IssuerWord['details'],
  cardId: CardId | undefined,
): MaybePromise<CardLoginOutcome> {
  const granted = outcome.outcome === 'granted';
  const subject = granted ? outcome.cardId : cardId;
  const written = audit.append({
    at: clock.now(),
    type: granted ? 'login.granted' : 'login.denied',
    actor: actor('client', clientId),
    ...(subject === undefined ? {} : { subject }),
    ...(granted ? {} : { reason: outcome.reason }),
    details: granted
      ? grantDetails(outcome, way, issuer)
      : { ...issuer, ...(spelledOtherwise ? { spelledOtherwise } : {}), way },
  });
  return whenKnown(written, () => outcome);
}

/** In the order of their names, as the trail keeps them. */
function grantDetails(
  { acr, personId: person, onStaleRevocation }: LoginDecision & { readonly outcome: 'granted' },
  way: CardLogin['way'],
  issuer: IssuerWord['details'],
): NonNullable<AuditEvent['details']> {
  if (onStaleRevocation === undefined && issuer === nothingAsked) return { acr, person, way };
  return { acr, ...issuer, person, ...(onStaleRevocation ? { stale: true } : {}), way };
}

/** The moment from which an unprompted tap still counts. */
export function freshSince(now: number, tapFreshSeconds: number): number {
  return now - tapFreshSeconds * msPerSecond;
}
