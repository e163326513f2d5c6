import type { Command } from 'commander';
import type { Actor } from '../domain/registration.ts';
import type { Outside } from '../flows/carry-lists.ts';
import type { FlowContext } from '../flows/context.ts';

/** What the person typed, as commander read it. */
export interface Typed {
  readonly positional: readonly string[];
  readonly options: { readonly [name: string]: unknown };
}

/** Says in one line how far it is, to whoever waits; no part of the answer. */
export type Progress = (line: string) => void;

/** A file that goes along with a command. */
export interface GivenFile {
  readonly name: string;
  readonly octets: Uint8Array;
}

/**
 * One command on the record. `read` runs where the person typed it; `run` runs where the record is open: in the server
 * when one runs, here when none does (design: one writer). `Input` and `Output` are JSON.
 */
export interface RecordCommand<Input = unknown, Output = unknown> {
  /** `person suspend`: its name on the command line and over the socket. */
  readonly name: string;
  readonly summary: string;
  /** Adds arguments and options. */
  readonly shape?: (command: Command) => void;
  /** @throws {InvalidInput} before anything is changed. */
  readonly read: (typed: Typed) => Input | Promise<Input>;
  /** Reads the files that go along, where the person typed it and with that person's rights; one at a time in memory. */
  readonly files?: (input: Input) => AsyncIterable<GivenFile>;
  readonly run: (
    context: FlowContext,
    input: Input,
    actor: Actor,
    progress: Progress,
    files: AsyncIterable<GivenFile>,
  ) => Promise<Output>;
  /** Present for what can be done where no record is; `undefined`: this input needs the record. */
  readonly outside?: (input: Input, open: () => Outside, progress: Progress) => Promise<Output> | undefined;
  /** Writes files that the answer brings, where the person typed it and with that person's rights; what it gives is printed. */
  readonly keep?: (output: Output, typed: Typed) => Promise<Output>;
  /** For people; `--json` prints the output itself. */
  readonly text: (output: Output) => string;
  /** Whether it did what was asked; decides the exit status. */
  readonly succeeded?: (output: Output) => boolean;
}

/** Most commands bring none. */
export async function* noFiles(): AsyncGenerator<GivenFile> {}

/** Keeps the types of one command together and forgets them for the list of all. */
export function recordCommand<Input, Output>(command: RecordCommand<Input, Output>): RecordCommand {
  return command as unknown as RecordCommand;
}

/** The `n`th word behind the command's name; commander has made sure that it is there. */
export function word({ positional }: Typed, n: number): string {
  return positional[n] ?? '';
}

/** An option that takes one text. */
export function text({ options }: Typed, name: string): string | undefined {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
}

/** An option that may stand several times. */
export function texts({ options }: Typed, name: string): readonly string[] {
  const value = options[name];
  return Array.isArray(value) ? value.map(String) : [];
}

/** An option that is there or not. */
export function flag({ options }: Typed, name: string): boolean {
  return options[name] === true;
}

/** Collects a repeatable option: `command.option('--group <name>', '…', collect, [])`. */
export function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}
