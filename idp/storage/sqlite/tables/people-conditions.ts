import { type RawBuilder, sql } from 'kysely';
import { foldText } from '../../../domain/fold-text.ts';
import type { Audience, PersonLookUp } from '../../../ports/people-search.ts';

/** Texts as one parameter, however many there are. */
export function listOf(texts: readonly string[]): RawBuilder<unknown> {
  return sql`(SELECT value FROM json_each(${JSON.stringify(texts)}))`;
}

/** What a row of `people` must hold to be of an audience; `+` keeps SQLite from choosing an index by it. */
export function isSeenBy({ organizations, requiredGroups }: Audience): RawBuilder<unknown> {
  const inOrganization =
    organizations === 'any' ? sql`` : sql`AND +people.organization_id IN ${listOf(organizations)}`;
  const inGroup =
    requiredGroups.length === 0
      ? sql``
      : sql`AND EXISTS (SELECT 1 FROM json_each(people.groups) WHERE value IN ${listOf(requiredGroups)})`;
  return sql`+people.state = 'active' ${inOrganization} ${inGroup}`;
}

/** Where to look for uids: rows that have a `uid` and are in its order. */
export interface Source {
  readonly from: RawBuilder<unknown>;
  readonly where: RawBuilder<unknown>;
  /** At most a few rows: no need to find out how far to look. */
  readonly isShort: boolean;
}

const nobody: Source = { from: sql`people`, where: sql`FALSE`, isShort: true };

/** Each look-up names its index: a plan that reads everybody would be an error and not a slow answer. */
export function sourceOf({ attribute, value }: PersonLookUp): Source {
  const key = foldText(value);
  switch (attribute) {
    case 'uid':
      return { from: sql`people INDEXED BY people_by_uid_key`, where: sql`uid_key = ${key}`, isShort: true };
    case 'mail':
      return {
        from: sql`people INDEXED BY people_by_mail_key`,
        where: sql`mail_key = ${key}`,
        isShort: false,
      };
    case 'displayName':
      return {
        from: sql`people INDEXED BY people_by_display_name_key`,
        where: sql`display_name_key = ${key}`,
        isShort: false,
      };
    case 'employeeNumber':
      return {
        from: sql`people INDEXED BY people_by_employee_number_key`,
        where: sql`employee_number_key = ${key}`,
        isShort: false,
      };
    case 'unixNumber':
      return /^[1-9][0-9]{0,14}$/.test(value)
        ? {
            from: sql`people INDEXED BY people_by_unix_number`,
            where: sql`unix_number = ${Number(value)}`,
            isShort: true,
          }
        : nobody;
    case 'group':
      return groupSource(key);
  }
}

/** Everybody of an audience, by the narrowest index that reaches them. */
export function sourcesOf({ organizations, requiredGroups }: Audience): readonly Source[] {
  if (requiredGroups.length > 0) return requiredGroups.map((name) => groupSource(foldText(name)));
  if (organizations === 'any') return [{ from: sql`people`, where: sql`TRUE`, isShort: false }];
  return organizations.map((id) => ({
    from: sql`people INDEXED BY people_by_organization`,
    where: sql`organization_id = ${id}`,
    isShort: false,
  }));
}

function groupSource(key: string): Source {
  const number = sql`(SELECT group_number FROM group_names WHERE name_key = ${key})`;
  return { from: sql`person_groups`, where: sql`group_number = ${number}`, isShort: false };
}
