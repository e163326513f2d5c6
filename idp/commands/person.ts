import { readFile } from 'node:fs/promises';
import { readPeopleCsv } from '../../connectors/directory/people-csv.ts';
import { InvalidInput } from '../domain/fault.ts';
import type { Person, ReleasedPerson, Role } from '../domain/person.ts';
import { restorePerson, suspendPerson } from '../flows/change-person.ts';
import { forgetPerson } from '../flows/forget-person.ts';
import { giveRoles } from '../flows/give-roles.ts';
import { importPeople } from '../flows/import-people.ts';
import { invitePerson } from '../flows/invite-person.ts';
import { leavePerson } from '../flows/leave-person.ts';
import { recordCommand, type Typed, text, word } from './command.ts';
import { oneOf } from './reader.ts';
import { isoTime, table, timeInJapan } from './table.ts';

const roleNames: readonly Role[] = ['administrator', 'approver', 'auditor'];

export const personCommands = [
  recordCommand({
    name: 'person import',
    summary: 'add people from a CSV file, or bring them up to date; all rows or none',
    shape: (command) =>
      command
        .argument(
          '<file>',
          'header uid,employeeNumber,displayName,displayNameKana,mail,organization,department,title,groups; uid, displayName and organization are required, groups are separated by ";"',
        )
        .option('--encoding <name>', 'utf-8 or shift_jis', 'utf-8'),
    read: async (typed) => ({ people: await readPeopleFile(word(typed, 0), text(typed, 'encoding')) }),
    run: (context, { people }: { people: readonly ReleasedPerson[] }, actor) =>
      importPeople(context, { people, actor }),
    text: ({ added, updated, newOrganizations, left }) =>
      [
        `${added} added, ${updated} brought up to date. Next: kazasu person invite UID`,
        ...newOrganizations.map((name) => `New organisation: ${name}. Is it spelt as the others are?`),
        ...left.map(
          (uid) =>
            `${uid} left, and the row changed nothing. If this is somebody who comes (back) as a new person: kazasu person forget ${uid}, then import again.`,
        ),
      ].join('\n'),
  }),
  recordCommand({
    name: 'person list',
    summary: 'who there is',
    read: () => ({}),
    run: async ({ record }) => (await record.people.list()).map(summary),
    text: (people) =>
      table(
        ['UID', 'NAME', 'ORGANISATION', 'STATE', 'ROLES'],
        people.map((one) => [one.uid, one.displayName, one.organization, one.state, one.roles.join(' ')]),
        'No people yet: kazasu person import FILE.csv',
      ),
  }),
  recordCommand({
    name: 'person suspend',
    summary: 'stop a person with all cards at once',
    shape: (command) => command.argument('<id>', 'uid or internal id'),
    read: personOf,
    run: async (context, { person }: PersonInput, actor) =>
      summary(await suspendPerson(context, { person, actor })),
    text: ({ uid }) =>
      `${uid} is suspended: every card is refused from this moment. To lift it: kazasu person restore ${uid}`,
  }),
  recordCommand({
    name: 'person restore',
    summary: 'lift a suspension',
    shape: (command) => command.argument('<id>', 'uid or internal id'),
    read: personOf,
    run: async (context, { person }: PersonInput, actor) =>
      summary(await restorePerson(context, { person, actor })),
    text: ({ uid }) => `${uid} is active again.`,
  }),
  recordCommand({
    name: 'person leave',
    summary: 'somebody is no longer of the organisation: nothing of theirs works any more, for good',
    shape: (command) => command.argument('<id>', 'uid or internal id'),
    read: personOf,
    run: async (context, { person }: PersonInput, actor) =>
      summary(await leavePerson(context, { person, actor })),
    text: ({ uid }) =>
      `${uid} left: nothing of theirs signs in, cards are retired, invitations are void. To delete what is kept of them: kazasu person forget ${uid}`,
  }),
  recordCommand({
    name: 'person forget',
    summary: 'delete somebody who left, with everything kept of them; the audit trail stays whole',
    shape: (command) => command.argument('<id>', 'uid or internal id'),
    read: personOf,
    run: (context, { person }: PersonInput, actor) => forgetPerson(context, { person, actor }),
    text: ({ cards }) =>
      `Forgotten, with ${cards} card${cards === 1 ? '' : 's'}. The audit trail knows an internal id only. Backups made before still hold what they held.`,
  }),
  recordCommand({
    name: 'person role',
    summary: 'give a person exactly these roles; none takes them all away',
    shape: (command) =>
      command
        .argument('<id>', 'uid or internal id')
        .argument('[roles...]', 'administrator, approver, auditor'),
    read: (typed) => ({
      person: word(typed, 0),
      roles: typed.positional.slice(1).map((role) => oneOf(role, roleNames, 'A role')),
    }),
    run: async (context, input: PersonInput & { readonly roles: readonly Role[] }, actor) =>
      summary(await giveRoles(context, { ...input, actor })),
    text: ({ uid, roles }) => `${uid}: ${roles.length === 0 ? 'no role' : roles.join(', ')}.`,
  }),
  recordCommand({
    name: 'person invite',
    summary: 'make a one-time code (72 hours) with which a person registers a card',
    shape: (command) => command.argument('<id>', 'uid or internal id'),
    read: personOf,
    run: async (context, { person }: PersonInput, actor) => {
      const { code, expiresAt } = await invitePerson(context, { person, inviter: actor });
      return { code, expiresAt: isoTime(expiresAt) };
    },
    text: ({ code, expiresAt }) =>
      `${code}\nHand it to the person, not by the mail they sign in to. Good once, until ${timeInJapan(expiresAt)}.\nAt a reader: kazasu bridge register --invite ${code}`,
  }),
];

interface PersonInput {
  readonly person: string;
}

function personOf(typed: Typed): PersonInput {
  return { person: word(typed, 0) };
}

function summary({
  personId,
  ...person
}: Person): Omit<Person, 'personId' | 'organizationId'> & { id: string } {
  const { organizationId: _, ...shown } = person;
  return { id: personId, ...shown };
}

async function readPeopleFile(path: string, encoding = 'utf-8'): Promise<readonly ReleasedPerson[]> {
  if (encoding !== 'utf-8' && encoding !== 'shift_jis') {
    throw new InvalidInput('ERR_ENCODING', `--encoding is utf-8 or shift_jis, not "${encoding}".`);
  }
  return readPeopleCsv(await readGivenFile(path), encoding);
}

/** @throws {InvalidInput} `ERR_FILE` when it cannot be read. */
export async function readGivenFile(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

/** Why a path that somebody named cannot be read. */
export function unreadable(path: string, cause: unknown): InvalidInput {
  const reasons: { readonly [code: string]: string } = {
    ENOENT: 'nothing is there',
    EACCES: 'you may not read it',
    EISDIR: 'it is a directory; name one file',
  };
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const why = reasons[code] ?? 'is it a file, and may you read it?';
  return new InvalidInput('ERR_FILE', `${path} cannot be read: ${why}.`.replace('?.', '?'), cause);
}
