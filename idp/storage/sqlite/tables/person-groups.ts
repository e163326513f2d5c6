import type { Kysely } from 'kysely';
import { foldText } from '../../../domain/fold-text.ts';
import type { Person } from '../../../domain/person.ts';
import type { RecordSchema } from '../schema.ts';

/** Keeps who is in which group in step with what `people.groups` says, so that groups are found without reading everybody. */
export async function putGroupsOf(
  db: Kysely<RecordSchema>,
  { uid, groups }: Pick<Person, 'uid' | 'groups'>,
): Promise<void> {
  await db.deleteFrom('person_groups').where('uid', '=', uid).execute();
  for (const name of groups) {
    await db
      .insertInto('person_groups')
      .values({ group_number: await numberOf(db, name), uid })
      // Two spellings of one group.
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
}

/** The number that a group has for ever, from its first member on; spellings that fold alike are one group. */
async function numberOf(db: Kysely<RecordSchema>, name: string): Promise<number> {
  const name_key = foldText(name);
  const known = await db
    .selectFrom('group_names')
    .select('group_number')
    .where('name_key', '=', name_key)
    .executeTakeFirst();
  if (known !== undefined) return known.group_number;
  const { group_number } = await db
    .insertInto('group_names')
    .values({ name, name_key })
    .returning('group_number')
    .executeTakeFirstOrThrow();
  return group_number;
}
