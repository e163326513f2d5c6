import { chmod, lstat, mkdir, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { Fault, InvalidInput } from '../domain/fault.ts';
import { type Actor, actor } from '../domain/registration.ts';
import type { FlowContext } from '../flows/context.ts';
import type { Progress, RecordCommand } from './command.ts';
import {
  type Answer,
  lineOf,
  proofDirectory,
  proofHeader,
  type ReplyLine,
  RequestReader,
  socketPath,
} from './control-wire.ts';
import { recordCommands } from './registry.ts';

/** A caller that sends nothing for so long, in the middle of a command, holds up whoever waits for its end. */
const usualPatienceMs = 600_000;

/**
 * Lets the command line act through the running server: a Unix socket in the data directory, for its owner (and root).
 * Who acts is told by the kernel: the caller makes a file in a directory only the owner can write to, and the file's
 * owner is the actor (Node gives no peer credentials of a socket).
 */
export async function startControlServer(
  context: FlowContext,
  dataDir: string,
  log: (line: string) => void,
  commands: readonly RecordCommand[] = recordCommands,
  patienceMs = usualPatienceMs,
): Promise<{ close(): Promise<void> }> {
  const path = socketPath(dataDir);
  await mkdir(proofDirectory(dataDir), { recursive: true, mode: 0o700 });
  await chmod(proofDirectory(dataDir), 0o700);
  // We hold the record's lock: a socket that lies here is of a server that is gone.
  await rm(path, { force: true });
  // No deadline for a request: the files of a nation go along with one, each read when the one before it is applied.
  const server = createServer({ requestTimeout: 0 }, (request, response) => {
    void converse({ context, dataDir, log, commands, patienceMs }, request, response);
  });
  await listen(server, path);
  await chmod(path, 0o600);
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Control {
  readonly context: FlowContext;
  readonly dataDir: string;
  readonly log: (line: string) => void;
  readonly commands: readonly RecordCommand[];
  readonly patienceMs: number;
}

/** Says how far it is while it works, and answers with the last line. */
async function converse(control: Control, request: IncomingMessage, response: ServerResponse): Promise<void> {
  // Whoever asked may leave before the end; what was begun goes on.
  response.on('error', () => undefined);
  response.writeHead(200, { 'content-type': 'application/x-ndjson' });
  const say = (line: ReplyLine) => response.write(lineOf(line));
  const chunks = chunksOf(request, control.patienceMs);
  try {
    const by = await actorOf(control.dataDir, request.headers[proofHeader]);
    say(await answer(control, by, new RequestReader(chunks), (progress) => void say({ progress })));
  } catch (error) {
    say(toError(error, control.log));
  }
  await chunks.return();
  // A caller that is still sending reads no answer before it is done.
  request.resume();
  response.end();
}

/** What the caller sends, as long as it sends something; one that stopped is cut off. */
function chunksOf(
  request: IncomingMessage,
  patienceMs: number,
): AsyncIterator<Uint8Array> & { return(): Promise<IteratorResult<Uint8Array>> } {
  // Destroyed by an early end of reading, it would take the answer with it.
  const chunks = request.iterator({ destroyOnReturn: false });
  return {
    async next() {
      const patience = setTimeout(() => request.destroy(), patienceMs).unref();
      try {
        return await chunks.next();
      } finally {
        clearTimeout(patience);
      }
    },
    async return() {
      await chunks.return?.();
      return { done: true, value: undefined };
    },
  };
}

async function answer(
  { context, commands }: Control,
  by: Actor,
  reader: RequestReader,
  progress: Progress,
): Promise<Answer> {
  const { command: name, input } = ((await reader.line()) ?? {}) as { command?: unknown; input?: unknown };
  const command = commands.find((candidate) => candidate.name === name);
  if (command === undefined) {
    throw new InvalidInput(
      'ERR_COMMAND',
      'The running server knows no such command: is it of another version?',
    );
  }
  return { output: await command.run(context, input, by, progress, reader.files()) };
}

async function actorOf(dataDir: string, proof: unknown): Promise<Actor> {
  if (typeof proof !== 'string' || !/^[a-f0-9]{32}$/.test(proof)) throw notProved();
  const path = join(proofDirectory(dataDir), proof);
  const found = await lstat(path).catch(() => undefined);
  await rm(path, { force: true });
  if (!found?.isFile()) throw notProved();
  return actor('os', found.uid);
}

function notProved(): InvalidInput {
  return new InvalidInput('ERR_CONTROL_PROOF', 'The caller did not show who it is.');
}

function toError(error: unknown, log: (line: string) => void): Answer {
  if (error instanceof InvalidInput || error instanceof Fault) {
    return { error: { code: error.code, message: error.message, fault: error instanceof Fault } };
  }
  log(`a command failed: ${error instanceof Error ? error.stack : String(error)}`);
  return {
    error: { code: 'ERR_INTERNAL', message: 'The server failed on this; its log says more.', fault: true },
  };
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      reject(
        new InvalidInput(
          'ERR_CONTROL_SOCKET',
          `The socket ${path} cannot be made: choose a shorter KAZASU_DATA_DIR.`,
          cause,
        ),
      );
    });
    server.listen(path, resolve);
  });
}
