import type { OrganizationId, Person, PersonId, ReleasedPerson } from '../domain/person.ts';
import type { Actor } from '../domain/registration.ts';
import type { Tables } from '../ports/system-record.ts';
import type { FlowContext } from './context.ts';
import { changeAndPublish } from './publish-cards.ts';

type Context = Pick<FlowContext, 'record' | 'cardIndex' | 'clock' | 'secrets'>;

export interface ImportedPeople {
  readonly added: number;
  readonly updated: number;
  /** Told, because a misspelt organisation is a new one, and no declared verifier. */
  readonly newOrganizations: readonly string[];
  /** Rows of people who left: nothing of theirs was changed. */
  readonly left: readonly string[];
}

/**
 * Adds people and brings known ones (by `uid`) up to date; all of them or none. State, roles and cards stay as they are.
 * Who left is not brought up to date and does not come back: a new person of that `uid` can come once the old one is forgotten.
 * Organisations come into being with their first person.
 */
export function importPeople(
  context: Context,
  { people, actor }: { readonly people: readonly ReleasedPerson[]; readonly actor: Actor },
): Promise<ImportedPeople> {
  return changeAndPublish(context, async (tables) => {
    const before = new Set((await tables.organizations.list()).map(({ name }) => name));
    const left: string[] = [];
    let added = 0;
    for (const row of people) {
      const known = await tables.people.find(row.uid);
      if (known?.state === 'left') {
        left.push(row.uid);
        continue;
      }
      const organizationId = await organizationOf(context, tables, row.organization, actor);
      const person: Person = {
        ...row,
        personId: known?.personId ?? (context.secrets.id() as PersonId),
        organizationId,
        state: known?.state ?? 'active',
        roles: known?.roles ?? [],
      };
      await tables.people.put(person);
      if (known === undefined) added += 1;
    }
    const details = { added, updated: people.length - left.length - added };
    await tables.audit.append({ at: context.clock.now(), type: 'person.imported', actor, details });
    const newOrganizations = (await tables.organizations.list()).map(({ name }) => name);
    return { ...details, newOrganizations: newOrganizations.filter((name) => !before.has(name)), left };
  });
}

/** The organisation of that name, made when it is new. */
export async function organizationOf(
  { clock, secrets }: Pick<FlowContext, 'clock' | 'secrets'>,
  tables: Tables,
  name: string,
  actor: Actor,
): Promise<OrganizationId> {
  const known = await tables.organizations.findByName(name);
  if (known !== undefined) return known.organizationId;
  const organizationId = secrets.id() as OrganizationId;
  await tables.organizations.add({ organizationId, name });
  await tables.audit.append({ at: clock.now(), type: 'organization.added', actor, subject: organizationId });
  return organizationId;
}
