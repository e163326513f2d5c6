import type { CardId } from '../domain/card.ts';
import type { Notice } from '../domain/notice.ts';
import type { ReadTables } from '../ports/system-record.ts';

/** Who is to get a notice, as things stand at its delivery. */
export type Addressee =
  | { readonly outcome: 'addressed'; readonly addresses: readonly string[]; readonly name?: string }
  /** What it says is no longer so, or they left. */
  | { readonly outcome: 'withdrawn' };

/** Looks up who is meant now: an address is never kept with a notice. */
export async function addresseeOf(
  tables: Pick<ReadTables, 'people' | 'cards'>,
  { kind, about, personId }: Notice,
  operators: readonly string[],
): Promise<Addressee> {
  if (personId === undefined) return { outcome: 'addressed', addresses: operators };
  const person = await tables.people.find(personId);
  if (person === undefined || person.state === 'left') return { outcome: 'withdrawn' };
  if (kind.startsWith('card-expire')) {
    const card = await tables.cards.find(about as CardId);
    const stands = card?.state === 'active' && card.retiresAt === undefined;
    if (!stands) return { outcome: 'withdrawn' };
  }
  const { mail, displayName } = person;
  return { outcome: 'addressed', addresses: mail === undefined ? [] : [mail], name: displayName };
}
