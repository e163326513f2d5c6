import type { CardKey } from '../domain/card.ts';
import {
  decideLogin,
  denied,
  type LoginDecision,
  type LoginFacts,
  type Presence,
} from '../domain/decide-login.ts';
import { msPerSecond } from '../domain/instant.ts';
import type { PersonId, ReleasedPerson } from '../domain/person.ts';
import { actor } from '../domain/registration.ts';
import type { Evidence } from '../domain/tap.ts';
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
  readonly way: 'oidc' | 'ldap';
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
  Pick<FlowContext, 'cardIndex' | 'clients' | 'freshness' | 'taps' | 'clock' | 'audit'>;

/**
 * Decides one sign-in with one look-up, and writes it to the audit trail before it answers.
 * @throws {Fault} when the index, the record or the trail cannot be asked.
 */
export async function logInWithCard(context: CardLoginContext, login: CardLogin): Promise<CardLoginOutcome> {
  const client = context.clients.find(login.clientId);
  if (client === undefined) return audited(context, login, denied('client-disabled'));
  const { policy } = client;
  const found = context.cardIndex.find(login.cardKey);
  const cards = found instanceof Promise ? await found : found;
  const shown = login.evidence.issuerKeyId;
  const card = cards.find((candidate) => shown === undefined || candidate.issuerKeyId === shown);
  const pinProvedAt =
    card !== undefined && policy.pinWindowSeconds > 0 && login.presence.type === 'tap'
      ? await context.taps.findPinProof(card.cardId, login.presence.reader.group)
      : undefined;
  const knownAt = card && context.freshness.knownAt(card);
  const now = context.clock.now();
  const known: LoginFacts = {
    cards,
    evidence: login.evidence,
    presence: login.presence,
    ...(knownAt === undefined ? {} : { revocationKnownAt: knownAt }),
    ...(pinProvedAt === undefined || card === undefined || login.presence.type !== 'tap'
      ? {}
      : {
          pinProof: {
            cardId: card.cardId,
            readerGroup: login.presence.reader.group,
            provedAt: pinProvedAt,
          },
        }),
  };
  // Nothing is awaited where the issuer need not be asked: that is the way of nearly every tap.
  const word =
    policy.ocspOnEveryUse && card?.kind === 'jpki'
      ? await askIssuer(context, {
          ...{ cardKey: login.cardKey, card, facts: known, policy, now },
          actor: actor('client', login.clientId),
        })
      : undefined;
  // While the issuer thought, the client may have been stopped.
  const policyNow = word === undefined ? policy : context.clients.find(login.clientId)?.policy;
  const decision = policyNow ? decideLogin(word?.facts ?? known, policyNow, now) : denied('client-disabled');
  if (decision.outcome === 'denied' || card === undefined) {
    return audited(context, login, decision.outcome === 'denied' ? decision : denied('unknown-card'), {
      cardId: card?.cardId,
      issuer: word?.details,
    });
  }
  if (login.evidence.type === 'signature' && login.presence.type === 'tap') {
    await context.taps.notePinProof(card.cardId, login.presence.reader.group, login.presence.readAt);
  }
  // Grace is with an alarm: where none can be raised, nobody is let in by it.
  if (decision.onStaleRevocation) await noteStaleLogin(context, card.revocationScope, client);
  return audited(context, login, { ...decision, person: card.person }, { issuer: word?.details });
}

async function audited(
  { audit, clock }: CardLoginContext,
  login: CardLogin,
  outcome: CardLoginOutcome,
  {
    cardId,
    issuer = {},
  }: { readonly cardId?: string | undefined; readonly issuer?: IssuerWord['details'] | undefined } = {},
): Promise<CardLoginOutcome> {
  const granted = outcome.outcome === 'granted';
  const subject = granted ? outcome.cardId : cardId;
  await audit.append({
    at: clock.now(),
    type: granted ? 'login.granted' : 'login.denied',
    actor: actor('client', login.clientId),
    ...(subject === undefined ? {} : { subject }),
    ...(granted ? {} : { reason: outcome.reason }),
    details: granted
      ? {
          ...{ way: login.way, acr: outcome.acr, person: outcome.personId },
          ...(outcome.onStaleRevocation ? { stale: true } : {}),
          ...issuer,
        }
      : { way: login.way, ...issuer },
  });
  return outcome;
}

/** The moment from which an unprompted tap still counts. */
export function freshSince(now: number, tapFreshSeconds: number): number {
  return now - tapFreshSeconds * msPerSecond;
}
