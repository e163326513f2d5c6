#!/usr/bin/env node
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import packageJson from '../package.json' with { type: 'json' };
import { noFiles, type Progress, type RecordCommand } from './commands/command.ts';
import { runInServer } from './commands/control-client.ts';
import { crlWanted, type WantedLists } from './commands/crl-carry.ts';
import { addRecordCommands, exitStatus, type Output, reportFailure } from './commands/program.ts';
import { bridgeStateDir, parsePort, readConfig } from './config.ts';
import { actor } from './domain/registration.ts';
import { defaultBridgePort } from './wire/challenge.ts';

// Each command loads what it needs when it runs: `kazasu --help` must not open a database or a card reader.

const output: Output = {
  out: (text) => void process.stdout.write(`${text}\n`),
  err: (text) => void process.stderr.write(`${text}\n`),
  progress: {
    isTerminal: process.stderr.isTTY === true,
    columns: () => process.stderr.columns,
    write: (text) => void process.stderr.write(text),
  },
};

const program = new Command('kazasu')
  .description('Sign in with the My Number Card: OpenID Connect provider and LDAP façade')
  .version(packageJson.version)
  .showHelpAfterError('(add --help to see what there is)')
  .exitOverride();

addServerCommands();
addRecordCommands(program, runWhereItCan, output);
addBridgeCommands();

try {
  await program.parseAsync();
} catch (error) {
  // Commander has said what is wrong, or has shown the help that was asked for.
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : exitStatus.invalid;
  else process.exitCode = reportFailure(error, process.argv.includes('--json'), output);
}

function addServerCommands(): void {
  program
    .command('start')
    .description('the provider and the LDAP façade; needs no configuration')
    .action(async () => (await import('./start.ts')).start(readConfig(), output));
  program
    .command('demo')
    .description('everything on one machine with software cards')
    .option('--once', 'play the story in the terminal and exit')
    .action(async ({ once = false }: { once?: boolean }) => {
      const { runDemo } = await import('./demo/main.ts');
      process.exitCode = await runDemo({ once, log: output.out });
    });
  program
    .command('doctor')
    .description('what works, what does not, and what to do about it')
    .option('--json', 'print JSON for machines')
    .action(async ({ json = false }: { json?: boolean }) => {
      const { examine, findingsText } = await import('./doctor.ts');
      const findings = await examine(readConfig());
      output.out(json ? JSON.stringify(findings) : findingsText(findings));
      if (findings.some(({ state }) => state === 'problem')) process.exitCode = exitStatus.notDone;
    });
}

/** What needs no record, here; the rest in the server that has the data directory open, or here when none has. */
async function runWhereItCan(command: RecordCommand, input: unknown, progress: Progress): Promise<unknown> {
  if (command.outside === undefined) return runWhereTheRecordIs(command, input, progress);
  const { openOutside } = await import('./outside.ts');
  const wanted = async () => {
    const asked = await runWhereTheRecordIs(crlWanted, {}, progress);
    return (asked as WantedLists).distributionPoints;
  };
  const open = () => openOutside(readConfig(), wanted);
  return command.outside(input, open, progress) ?? runWhereTheRecordIs(command, input, progress);
}

async function runWhereTheRecordIs(
  command: RecordCommand,
  input: unknown,
  progress: Progress,
): Promise<unknown> {
  const config = readConfig();
  const files = () => command.files?.(input) ?? noFiles();
  const answered = await runInServer(config.dataDir, command.name, input, { files: files(), progress });
  if (answered !== undefined) return answered.output;
  const { openSystem } = await import('./compose.ts');
  const system = await openSystem(config, { log: output.err });
  try {
    return await command.run(system.context, input, actor('os', process.getuid?.() ?? 0), progress, files());
  } finally {
    await system.close();
  }
}

function addBridgeCommands(): void {
  const bridge = program.command('bridge').description('the program beside a card reader');
  const add = (name: string, summary: string) =>
    bridge
      .command(name)
      .description(summary)
      .option('--state-dir <dir>', 'where this bridge keeps its key', bridgeStateDir());
  const commands = () => import('../reader-bridge/commands.ts');
  const io = { out: output.out, err: output.err, stdin: process.stdin };
  add('enroll', 'make this reader known to a provider')
    .requiredOption('--idp <url>', 'the provider’s issuer URL')
    .requiredOption('--code <code>', 'from `kazasu reader add`')
    .action(async (options) => (await commands()).enroll(options, io));
  add('run', 'read cards until ended')
    .option('--profiles <file>', 'the card profiles of the provider (KAZASU_JPKI_PROFILES)')
    .option('--port <number>', 'of the loopback page', readPort, defaultBridgePort)
    .option('--reader <name>', 'a part of the PC/SC reader’s name, where there are several')
    .action(async (options) => (await commands()).run(options, io));
  add('register', 'register the card on this reader (asks for the PIN)')
    .requiredOption('--invite <code>', 'from `kazasu person invite`')
    .option('--profiles <file>', 'the card profiles of the provider (KAZASU_JPKI_PROFILES)')
    .option('--pin-stdin', 'read the PIN from standard input; for scripts')
    .option('--agree', 'agree to the consent text without being asked; for scripts')
    .option('--reader <name>', 'a part of the PC/SC reader’s name, where there are several')
    .action(async (options) => (await commands()).register(options, io));
  add('see', 'what a tap reads at this reader, in the spellings that devices use')
    .option('--profiles <file>', 'the card profiles of the provider (KAZASU_JPKI_PROFILES)')
    .option('--reader <name>', 'a part of the PC/SC reader’s name, where there are several')
    .option('--json', 'print JSON for machines')
    .action(async (options) => (await commands()).see(options, io));
}

/** @throws {InvalidArgumentError} which commander turns into words. */
function readPort(text: string): number {
  try {
    return parsePort(text);
  } catch (error) {
    throw new InvalidArgumentError(`It ${error instanceof Error ? error.message : 'cannot be read'}.`);
  }
}
