import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { addRecordCommands } from '../../../idp/commands/program.ts';
import { recordCommands } from '../../../idp/commands/registry.ts';

const nowhere = { isTerminal: false, columns: () => undefined, write: () => undefined };

function commandsWithHelp(): readonly (readonly [string, string])[] {
  const program = new Command('kazasu');
  const run = () => Promise.reject(new Error('no command runs here'));
  addRecordCommands(program, run, { out: () => undefined, err: () => undefined, progress: nowhere });
  return program.commands.flatMap((group) =>
    group.commands.map((verb) => [`${group.name()} ${verb.name()}`, verb.helpInformation()] as const),
  );
}

it('every command that is registered can be typed', () => {
  const typable = commandsWithHelp().map(([name]) => name);
  expect(recordCommands.map(({ name }) => name).filter((name) => !typable.includes(name))).toEqual([]);
});

describe('the help of', () => {
  it.each(commandsWithHelp())('%s fits 80 columns and tells no default that is none', (_name, help) => {
    // A single word, like the first line of a CSV file, is to be copied as it stands.
    const folded = help.split('\n').filter((line) => line.trim().includes(' '));
    expect(folded.filter((line) => line.length > 80)).toEqual([]);
    expect(help).not.toContain('(default: [])');
  });
});
