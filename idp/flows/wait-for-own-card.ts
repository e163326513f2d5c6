import type { AuditEvent } from '../domain/audit-event.ts';
import type { ClientId } from '../domain/login-policy.ts';
import type { PersonId } from '../domain/person.ts';
import type { Client } from '../ports/clients.ts';
import type { Card } from '../ports/system-record.ts';
import type { FlowContext } from './context.ts';
import { type CardLoginContext, type CardLoginOutcome, logInWithCard } from './log-in-with-card.ts';
import { readersOf, takeTap } from './take-tap.ts';

/** What was decided of a card, and what its line in the trail would have said beside. */
export interface OwnCardLogin {
  readonly outcome: CardLoginOutcome;
  readonly details: NonNullable<AuditEvent['details']>;
}

type Context = CardLoginContext & Pick<FlowContext, 'record' | 'tapWaits'>;

/**
 * Waits until one of a person's own cards is held at a reader of the device; all rules of a sign-in with a card hold.
 * For somebody unknown it waits just as long. The sign-in is not written down: whoever asked does that, once.
 * @returns `undefined` where no card was held in time
 */
export async function waitForOwnCard(
  context: Context,
  request: {
    readonly clientId: ClientId;
    readonly personId: PersonId | undefined;
    readonly seconds: number;
    readonly signal: AbortSignal;
  },
): Promise<OwnCardLogin | 'too-many' | undefined> {
  const { clientId, personId, seconds, signal } = request;
  const cards = personId === undefined ? [] : await context.record.cards.findByPerson(personId);
  // A card that is stopped must not stand in the way of the one in use.
  const inOrder = [...cards].sort((one, other) => rank(one) - rank(other));
  const cardKeys = inOrder.map(({ cardKey }) => cardKey);
  return context.tapWaits.until({ clientId, cardKeys, seconds, signal }, () => {
    const client = context.clients.find(clientId);
    return client === undefined ? Promise.resolve(undefined) : attempt(context, client, cardKeys);
  });
}

function rank({ state }: Card): number {
  return state === 'active' ? 0 : 1;
}

async function attempt(
  context: Context,
  { policy }: Client,
  cardKeys: readonly Card['cardKey'][],
): Promise<OwnCardLogin | undefined> {
  const readers = await readersOf(context, policy);
  for (const cardKey of cardKeys) {
    const tap = await takeTap(context, policy, readers, cardKey);
    if (tap !== undefined) {
      const login = { clientId: policy.clientId, cardKey, way: 'person-bind', ...tap } as const;
      let details: OwnCardLogin['details'] = {};
      const outcome = await logInWithCard(
        holdingBack(context, (event) => (details = event.details ?? {})),
        login,
      );
      return { outcome, details };
    }
  }
  return undefined;
}

/** What else the sign-in brings about, say that the issuer revoked the card, is written down as ever. */
function holdingBack(context: Context, hold: (event: AuditEvent) => void): Context {
  const { audit } = context;
  return {
    ...context,
    audit: {
      append: (event) => (event.type.startsWith('login.') ? hold(event) : audit.append(event)),
    },
  };
}
