import { Command } from 'commander';
import { addRecordCommands } from '../../idp/commands/program.ts';

/** What the command line makes of what was typed; it is read and not run. */
export interface TypedCommand {
  readonly name: string;
  readonly input: unknown;
}

/** @throws what the command line says of words that it does not take */
export async function readTyped(words: readonly string[]): Promise<TypedCommand> {
  const program = new Command().exitOverride().configureOutput({ writeErr: () => undefined });
  let found: TypedCommand | undefined;
  const run = async ({ name }: { readonly name: string }, input: unknown) => {
    found = { name, input };
    throw new Error('read');
  };
  const output = {
    out: () => undefined,
    err: () => undefined,
    progress: { isTTY: false, write: () => true },
  };
  addRecordCommands(program, run, output as never);
  await program.parseAsync([...words], { from: 'user' }).catch((error: unknown) => {
    if (found === undefined) throw error;
  });
  if (found === undefined) throw new Error(`no command: ${words.join(' ')}`);
  return found;
}
