import { type Command, Help } from 'commander';
import { Fault, InvalidInput } from '../domain/fault.ts';
import type { Progress, RecordCommand, Typed } from './command.ts';
import { type ProgressOutput, progressLines } from './progress-lines.ts';
import { recordCommands } from './registry.ts';

/** Exit statuses: a shell script can tell "it said no" from "you typed it wrong" from "try again later". */
export const exitStatus = { done: 0, notDone: 1, invalid: 2, fault: 3 } as const;

/** Where a command's words go. */
export interface Output {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly progress: ProgressOutput;
}

/** Runs a record command where the record is open. */
export type RunRecordCommand = (
  command: RecordCommand,
  input: unknown,
  progress: Progress,
) => Promise<unknown>;

const groups: { readonly [name: string]: string } = {
  org: 'organisations',
  person: 'people: import, suspend, invite, leave, forget',
  passkey: 'passkeys: what people have, and removing one',
  card: 'cards and registrations: approve, suspend, revoke',
  notice: 'notices: what people were told, and what did not reach them',
  reader: 'readers and their enrolment',
  client: 'relying parties: OpenID Connect clients and LDAP devices',
  keys: 'the keys that sign tokens',
  ldap: 'the LDAP façade, as devices see it',
  anchors: 'CA certificates that are trusted',
  crl: 'certificate revocation lists',
  session: 'where people are signed in, and the end of it',
  audit: 'the audit trail',
};

/** Adds every record command, grouped by its noun, to the program. */
export function addRecordCommands(program: Command, run: RunRecordCommand, output: Output): void {
  const watched = async (command: RecordCommand, input: unknown) => {
    const lines = progressLines(output.progress);
    try {
      return await run(command, input, lines.progress);
    } finally {
      lines.end();
    }
  };
  for (const [noun, summary] of Object.entries(groups)) {
    const group = program.command(noun).description(summary);
    // With all its arguments a command leaves no room to wrap what it does; its own help has them.
    group.configureHelp({
      subcommandTerm: (command) => command.name(),
      // Beside long options there is less room than commander wraps in by itself, and lines ran over.
      minWidthToWrap: 30,
      optionDescription: (option) => withoutNoDefault(new Help().optionDescription(option)),
    });
    for (const command of recordCommands.filter(({ name }) => name.startsWith(`${noun} `))) {
      const verb = group.command(command.name.slice(noun.length + 1)).description(command.summary);
      command.shape?.(verb);
      verb.option('--json', 'print JSON for machines');
      verb.action(async () => {
        const typed: Typed = { positional: verb.args, options: verb.opts() };
        const json = typed.options.json === true;
        const input = await command.read(typed);
        const answer = await (json ? run(command, input, () => undefined) : watched(command, input));
        const result = command.keep === undefined ? answer : await command.keep(answer, typed);
        output.out(json ? JSON.stringify(result) : command.text(result));
        if (command.succeeded?.(result) === false) process.exitCode = exitStatus.notDone;
      });
    }
  }
}

/** An option that may be repeated begins with none, which is nothing to tell. */
function withoutNoDefault(description: string): string {
  return description.replace(/ \(default: \[\]\)$/, '');
}

/** Says what went wrong and what to do, and gives the exit status. */
export function reportFailure(error: unknown, json: boolean, { err }: Output): number {
  const code = error instanceof InvalidInput || error instanceof Fault ? error.code : 'ERR_INTERNAL';
  const message = error instanceof Error ? error.message : String(error);
  err(json ? JSON.stringify({ error: { code, message } }) : `kazasu: ${message}`);
  if (error instanceof InvalidInput) return exitStatus.invalid;
  if (error instanceof Fault) return exitStatus.fault;
  if (error instanceof Error && error.stack) err(error.stack);
  return exitStatus.fault;
}
