import type { CardId } from '../domain/card.ts';
import type { LoginPolicy } from '../domain/login-policy.ts';
import { personProblem } from '../domain/person-problem.ts';
import type { ReadTables } from '../ports/system-record.ts';

/**
 * Whether somebody who signed in earlier may still be here: asked at every operation on a connection that stays open.
 * Hours are not asked about: whoever is in already is not put out.
 * @param cardId of the card that let the person in; a card that was stopped since then puts its holder out.
 */
export async function stillAdmitted(
  { record }: { readonly record: Pick<ReadTables, 'people' | 'cards'> },
  policy: Pick<LoginPolicy, 'organizations' | 'requiredGroups'>,
  { uid, cardId }: { readonly uid: string; readonly cardId?: CardId },
): Promise<boolean> {
  const [person] = await record.people.findBy('uid', uid, 1);
  if (person === undefined || personProblem(person, policy) !== undefined) return false;
  return cardId === undefined || (await record.cards.find(cardId))?.state === 'active';
}
