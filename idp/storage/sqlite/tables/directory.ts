import { type Kysely, type RawBuilder, type Selectable, sql } from 'kysely';
import { foldText } from '../../../domain/fold-text.ts';
import type {
  DirectoryTables,
  GroupLookUp,
  MemberSearch,
  PeopleSearch,
} from '../../../ports/people-search.ts';
import type { RecordSchema } from '../schema.ts';
import { isSeenBy, listOf, type Source, sourceOf, sourcesOf } from './people-conditions.ts';
import { toPerson } from './person-rows.ts';

/** Rows that one call looks at: about a millisecond, in which nobody else is served. */
const window = 1_024;

/** How a directory is asked; over the columns and tables that `put` keeps for it. */
export function directoryTables(db: Kysely<RecordSchema>): DirectoryTables {
  return {
    async searchPeople({ audience, anyOf, afterUid, limit }: PeopleSearch) {
      const sources = anyOf?.map(sourceOf) ?? sourcesOf(audience);
      if (sources.length === 0) return { people: [], next: undefined };
      const boundary = await boundaryOf(db, sources, afterUid);
      const { rows } = await sql<PersonRowWithOrganization>`
        SELECT people.*, organizations.name AS organization
        FROM (${uidsOf(sources, afterUid, boundary)}) AS found
          CROSS JOIN people ON people.uid = found.uid
          CROSS JOIN organizations ON organizations.organization_id = people.organization_id
        WHERE ${isSeenBy(audience)} ORDER BY people.uid LIMIT ${limit}`.execute(db);
      const people = rows.map(toPerson);
      return { people, next: people.length < limit ? boundary : people.at(-1)?.uid };
    },

    async searchGroups({ anyOf, afterNumber, limit }) {
      if (anyOf?.length === 0) return [];
      const found = anyOf === undefined ? sql`TRUE` : sql`group_number IN (${numbersOf(anyOf)})`;
      const { rows } = await sql<{ name: string; number: number }>`
        SELECT name, group_number AS number FROM group_names
        WHERE ${found} AND group_number > ${afterNumber} ORDER BY group_number LIMIT ${limit}`.execute(db);
      return rows.map(({ name, number }) => ({ name, number }));
    },

    async membersOf({ group, audience, among, afterUid, limit }: MemberSearch) {
      const only = among === undefined ? sql`` : sql`AND uid IN ${uidsLike(among)}`;
      const members: Source = {
        from: sql`person_groups`,
        where: sql`group_number = ${group} ${only}`,
        isShort: false,
      };
      const boundary = await boundaryOf(db, [members], afterUid);
      const { rows } = await sql<{ uid: string }>`
        SELECT people.uid FROM (${uidsOf([members], afterUid, boundary)}) AS found
          CROSS JOIN people ON people.uid = found.uid
        WHERE ${isSeenBy(audience)} ORDER BY people.uid LIMIT ${limit}`.execute(db);
      const uids = rows.map(({ uid }) => uid);
      return { uids, next: uids.length < limit ? boundary : uids.at(-1) };
    },
  };
}

/** Uids as DNs compare them. */
function uidsLike(uids: readonly string[]): RawBuilder<unknown> {
  const keys = listOf(uids.map(foldText));
  return sql`(SELECT uid FROM people INDEXED BY people_by_uid_key WHERE uid_key IN ${keys})`;
}

type PersonRowWithOrganization = Selectable<RecordSchema['people']> & { organization: string };

/** The last uid of the rows that this call looks at; `undefined`: all there are. */
async function boundaryOf(
  db: Kysely<RecordSchema>,
  sources: readonly Source[],
  afterUid: string | undefined,
): Promise<string | undefined> {
  if (sources.every(({ isShort }) => isShort)) return undefined;
  const { rows } = await sql<{ uid: string }>`
    SELECT uid FROM (${uidsOf(sources, afterUid, undefined)}) ORDER BY uid LIMIT 1 OFFSET ${window - 1}`.execute(
    db,
  );
  return rows[0]?.uid;
}

/** The uids of all sources once, at most a window of each. */
function uidsOf(
  sources: readonly Source[],
  afterUid: string | undefined,
  upTo: string | undefined,
): RawBuilder<unknown> {
  const after = afterUid === undefined ? sql`` : sql`AND uid > ${afterUid}`;
  const until = upTo === undefined ? sql`` : sql`AND uid <= ${upTo}`;
  const parts = sources.map(
    ({ from, where }) =>
      sql`SELECT * FROM (SELECT uid FROM ${from} WHERE ${where} ${after} ${until} ORDER BY uid LIMIT ${window})`,
  );
  return sql.join(parts, sql` UNION `);
}

function numbersOf(anyOf: readonly GroupLookUp[]): RawBuilder<unknown> {
  return sql.join(anyOf.map(groupOf), sql` UNION ALL `);
}

function groupOf({ attribute, value }: GroupLookUp): RawBuilder<unknown> {
  switch (attribute) {
    case 'name':
      return sql`SELECT group_number FROM group_names WHERE name_key = ${foldText(value)}`;
    case 'number':
      return sql`SELECT ${/^[0-9]{1,15}$/.test(value) ? Number(value) : null}`;
    case 'memberUid':
      return sql`SELECT group_number FROM person_groups INDEXED BY person_groups_by_uid 
        WHERE uid IN (SELECT uid FROM people INDEXED BY people_by_uid_key WHERE uid_key = ${foldText(value)})`;
  }
}
