import type { AuditEventType } from '../domain/audit-event.ts';
import { InvalidInput } from '../domain/fault.ts';
import type { Actor } from '../domain/registration.ts';
import type { Card } from '../ports/system-record.ts';
import type { FlowContext } from './context.ts';
import { changeAndPublish } from './publish-cards.ts';
import { requireCard } from './require.ts';

type Context = Pick<FlowContext, 'record' | 'cardIndex' | 'clock' | 'oidcState'>;
interface Request {
  readonly card: string;
  readonly actor: Actor;
}

/** Stops a card at once: it holds on the very next operation of every protocol, and its holder's sessions end. */
export async function suspendCard(context: Context, request: Request): Promise<Card> {
  const card = await changeState(context, request, ['active'], { state: 'suspended' }, 'card.suspended');
  await context.oidcState.revokeByAccountId(card.personId);
  return card;
}

/** Lifts our own suspension; what the issuer revoked stays revoked. */
export function restoreCard(context: Context, request: Request): Promise<Card> {
  return changeState(context, request, ['suspended'], { state: 'active' }, 'card.restored');
}

/** Ends a card for good. */
export async function revokeCard(context: Context, request: Request): Promise<Card> {
  const to = { state: 'revoked', revokedBy: 'operator' } as const;
  const card = await changeState(context, request, ['active', 'suspended'], to, 'card.revoked');
  await context.oidcState.revokeByAccountId(card.personId);
  return card;
}

function changeState(
  context: Context,
  { card: id, actor }: Request,
  from: readonly Card['state'][],
  to: Pick<Card, 'state' | 'revokedBy'>,
  type: AuditEventType,
): Promise<Card> {
  return changeAndPublish(context, async (tables) => {
    const before = await requireCard(tables, id);
    const card: Card = { ...before, ...to };
    if (!from.includes(before.state) || !(await tables.cards.update(card, before.state))) {
      throw new InvalidInput(
        'ERR_CARD_STATE',
        `The card is ${before.state}; this needs one that is ${from.join(' or ')}.`,
      );
    }
    await tables.audit.append({ at: context.clock.now(), type, actor, subject: card.cardId });
    return card;
  });
}
