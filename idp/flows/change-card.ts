import type { AuditEventType } from '../domain/audit-event.ts';
import { InvalidInput } from '../domain/fault.ts';
import type { Actor } from '../domain/registration.ts';
import type { Card, Tables } from '../ports/system-record.ts';
import { changeAndPublish, changeAndStop, type StopContext } from './publish-cards.ts';
import { requireCard } from './require.ts';

interface Request {
  readonly card: string;
  readonly actor: Actor;
}

/**
 * Stops a card at once: it holds on the very next operation of every protocol, and the sessions that rest on it end.
 * Stopping a stopped card is no mistake: who was told of an outage asks again.
 */
export function suspendCard(context: StopContext, request: Request): Promise<Card> {
  return stop(context, request, { state: 'suspended' }, 'card.suspended');
}

/** Lifts our own suspension; what the issuer revoked stays revoked. */
export function restoreCard(context: StopContext, request: Request): Promise<Card> {
  const change = changeState(context, request, ['suspended'], { state: 'active' }, 'card.restored');
  return changeAndPublish(context, change);
}

/** Ends a card for good. */
export function revokeCard(context: StopContext, request: Request): Promise<Card> {
  return stop(context, request, { state: 'revoked', revokedBy: 'operator' }, 'card.revoked');
}

type NewState = Pick<Card, 'state' | 'revokedBy'>;

function stop(context: StopContext, request: Request, to: NewState, type: AuditEventType): Promise<Card> {
  const change = changeState(context, request, ['active', 'suspended'], to, type);
  return changeAndStop(context, change, ({ personId, cardId }) => [
    { personId, authenticator: cardId, cause: type },
  ]);
}

function changeState(
  { clock }: StopContext,
  { card: id, actor }: Request,
  from: readonly Card['state'][],
  to: NewState,
  type: AuditEventType,
): (tables: Tables) => Promise<Card> {
  return async (tables) => {
    const before = await requireCard(tables, id);
    const card: Card = { ...before, ...to };
    if (!from.includes(before.state) || !(await tables.cards.update(card, before.state))) {
      throw new InvalidInput('ERR_CARD_STATE', refusalOf(before, from));
    }
    await tables.audit.append({ at: clock.now(), type, actor, subject: card.cardId });
    return card;
  };
}

function refusalOf({ state, revokedBy }: Card, from: readonly Card['state'][]): string {
  if (state !== 'revoked') return `The card is ${state}; this needs one that is ${from.join(' or ')}.`;
  const who = revokedBy === 'issuer' ? 'by its issuer' : 'here';
  return `The card was revoked ${who}, for good: that is never lifted. Its holder registers a card that is valid: kazasu person invite UID`;
}
