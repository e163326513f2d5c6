import { type IdentifierRow, readIdentifiersCsv } from '../../connectors/directory/identifiers-csv.ts';
import { InvalidInput } from '../domain/fault.ts';
import type { Actor } from '../domain/registration.ts';
import { requireOidcClient } from '../flows/change-client-settings.ts';
import type { FlowContext } from '../flows/context.ts';
import { type LinkedIdentifiers, linkIdentifiers } from '../flows/link-identifiers.ts';
import { flag, recordCommand, type Typed, word } from './command.ts';
import { readGivenFile } from './person.ts';
import { oneOf } from './reader.ts';
import { table } from './table.ts';

interface Input {
  readonly client: string;
  /** Absent: list them. */
  readonly links?: readonly IdentifierRow[];
  readonly preview: boolean;
  readonly replace: boolean;
}

type Listed = readonly { readonly uid: string; readonly identifier: string }[];

export const clientIdentifiers = recordCommand({
  name: 'client identifiers',
  summary: 'link people with the numbers under which a client knows them, released to that client only',
  shape: (command) =>
    command
      .argument('<action>', 'import or list')
      .argument('<id>', 'the client: name or id')
      .argument('[file]', 'for import: CSV with the header uid,identifier')
      .option('--preview', 'only say what would be linked, and what is wrong on which line')
      .option('--replace', 'people who are linked with another identifier get this one'),
  read: readInput,
  run: async (context, input: Input, actor): Promise<Listed | LinkedIdentifiers> =>
    input.links === undefined
      ? list(context, input.client)
      : link(context, { ...input, links: input.links }, actor),
  text: (answer) => ('applied' in answer ? linkedText(answer) : listText(answer)),
  succeeded: (answer) => !('problems' in answer) || answer.problems.length === 0,
});

async function readInput(typed: Typed): Promise<Input> {
  const action = oneOf(word(typed, 0), ['import', 'list'], 'The action');
  const common = { client: word(typed, 1), preview: flag(typed, 'preview'), replace: flag(typed, 'replace') };
  if (action === 'list') return common;
  const file = word(typed, 2);
  if (file === '')
    throw new InvalidInput('ERR_OPTION', 'Say which file: kazasu client identifiers import ID FILE.csv');
  return { ...common, links: readIdentifiersCsv(await readGivenFile(file)) };
}

function link(
  context: FlowContext,
  input: Input & { readonly links: readonly IdentifierRow[] },
  actor: Actor,
): Promise<LinkedIdentifiers> {
  return linkIdentifiers(context, { ...input, actor });
}

async function list(context: FlowContext, client: string): Promise<Listed> {
  const { policy } = requireOidcClient(context, client);
  const links = await context.record.clientIdentifiers.list(policy.clientId);
  return Promise.all(
    links.map(async ({ personId, identifier }) => {
      const person = await context.record.people.find(personId);
      return { uid: person?.uid ?? personId, identifier };
    }),
  );
}

function linkedText({ client, linked, changed, unchanged, problems, applied }: LinkedIdentifiers): string {
  const [done, other] = applied ? ['linked', 'changed'] : ['would be linked', 'would be changed'];
  const counts = `${client}: ${linked} ${done}, ${changed} ${other}, ${unchanged} as before.`;
  if (applied) return counts;
  return [counts, ...problems, 'Nothing was changed: this was a preview.'].join('\n');
}

function listText(links: Listed): string {
  return table(
    ['UID', 'IDENTIFIER'],
    links.map(({ uid, identifier }) => [uid, identifier]),
    'Nobody is linked yet: kazasu client identifiers import ID FILE.csv',
  );
}
