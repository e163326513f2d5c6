import { createInterface, type Interface } from 'node:readline';
import type { Readable } from 'node:stream';
import { Writable } from 'node:stream';
import { InvalidInput } from '../idp/domain/fault.ts';

/** How a command speaks with whoever started it. */
export interface BridgeIo {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly stdin: Readable & { readonly isTTY?: boolean };
}

/** The first line of standard input, for scripts. @throws {InvalidInput} `ERR_STDIN` when there is none. */
export async function firstLine({ stdin }: BridgeIo): Promise<string> {
  const lines = createInterface({ input: stdin });
  for await (const line of lines) {
    lines.close();
    return line;
  }
  throw new InvalidInput('ERR_STDIN', 'Standard input ended before anything was read from it.');
}

/**
 * Asks at the terminal without showing what is typed.
 * @throws {InvalidInput} `ERR_NO_TERMINAL` where nobody can answer.
 */
export function askSecret(io: BridgeIo, question: string): Promise<string> {
  requireTerminal(io);
  io.err(question);
  return ask(io, new Writable({ write: (_chunk, _encoding, done) => done() }));
}

/** Asks for a word at the terminal. @throws {InvalidInput} `ERR_NO_TERMINAL` where nobody can answer. */
export function askWord(io: BridgeIo, question: string): Promise<string> {
  requireTerminal(io);
  io.err(question);
  return ask(io, undefined);
}

function requireTerminal({ stdin }: BridgeIo): void {
  if (stdin.isTTY) return;
  throw new InvalidInput(
    'ERR_NO_TERMINAL',
    'There is no terminal to ask at. For scripts: --agree, and the PIN on standard input with --pin-stdin.',
  );
}

async function ask({ stdin }: BridgeIo, output: Writable | undefined): Promise<string> {
  // With an output that swallows everything, `terminal` keeps the typed characters off the screen.
  const lines: Interface = createInterface({ input: stdin, ...(output && { output, terminal: true }) });
  try {
    return await new Promise((resolve, reject) => {
      lines.once('line', resolve);
      lines.once('close', () => reject(new InvalidInput('ERR_CANCELLED', 'Cancelled; nothing was changed.')));
    });
  } finally {
    lines.close();
  }
}
