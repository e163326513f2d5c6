import { msPerSecond } from '../domain/instant.ts';
import type { Actor } from '../domain/registration.ts';
import type { Card, Tables } from '../ports/system-record.ts';
import type { FlowContext } from './context.ts';
import { queueNotice } from './queue-notice.ts';

type Context = Pick<FlowContext, 'clock' | 'secrets' | 'cardOverlapSeconds'>;

/**
 * Gives an older card of the same person and profile its end, within the change that approves the new one. A card of
 * another profile (the certificate on a smartphone) stands beside it and stays.
 * @param card the new card, already added.
 */
export async function replaceOlderCards(
  context: Context,
  tables: Tables,
  card: Card,
  actor: Actor,
): Promise<void> {
  const older = (await tables.cards.findByPerson(card.personId)).filter(
    (other) => other.cardId !== card.cardId && isSameKind(other, card) && other.retiresAt === undefined,
  );
  const inUse = older.filter(({ state }) => state === 'active' || state === 'suspended');
  const newest = inUse.at(-1) ?? older.filter(({ state }) => state === 'revoked').at(-1);
  if (newest === undefined) return;
  await tables.cards.update({ ...card, replaces: newest.cardId }, card.state);
  for (const old of inUse) await giveEnd(context, tables, old, card, actor);
}

function isSameKind(one: Card, other: Card): boolean {
  return one.kind === other.kind && one.profile !== undefined && one.profile === other.profile;
}

async function giveEnd(context: Context, tables: Tables, old: Card, by: Card, actor: Actor): Promise<void> {
  const at = context.clock.now();
  const subject = old.cardId;
  // One that is lost must not come back in the overlap.
  const isLost = old.state === 'suspended';
  const retiresAt = isLost ? at : at + context.cardOverlapSeconds * msPerSecond;
  const state = isLost ? 'retired' : old.state;
  await tables.cards.update({ ...old, state, retiresAt }, old.state);
  await tables.audit.append({ at, type: 'card.replaced', actor, subject, details: { by: by.cardId } });
  if (isLost) await tables.audit.append({ at, type: 'card.retired', actor, subject });
  const { personId } = old;
  await queueNotice(context, tables, { kind: 'card-replaced', about: old.cardId, personId });
}
