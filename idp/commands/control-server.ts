import { chmod, lstat, mkdir, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { Fault, InvalidInput } from '../domain/fault.ts';
import { type Actor, actor } from '../domain/registration.ts';
import type { FlowContext } from '../flows/context.ts';
import { type Answer, proofDirectory, proofHeader, socketPath } from './control-wire.ts';
import { recordCommands } from './registry.ts';

/** A list of a million entries in base64, with room. */
const maxBodyBytes = 256 * 1024 * 1024;

/**
 * Lets the command line act through the running server: a Unix socket in the data directory, for its owner (and root).
 * Who acts is told by the kernel: the caller makes a file in a directory only the owner can write to, and the file's
 * owner is the actor (Node gives no peer credentials of a socket).
 */
export async function startControlServer(
  context: FlowContext,
  dataDir: string,
  log: (line: string) => void,
): Promise<{ close(): Promise<void> }> {
  const path = socketPath(dataDir);
  await mkdir(proofDirectory(dataDir), { recursive: true, mode: 0o700 });
  await chmod(proofDirectory(dataDir), 0o700);
  // We hold the record's lock: a socket that lies here is of a server that is gone.
  await rm(path, { force: true });
  const server = createServer((request, response) => {
    answer(context, dataDir, request).then(
      (body) => reply(response, 200, body),
      (error: unknown) => reply(response, 400, toError(error, log)),
    );
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

async function answer(context: FlowContext, dataDir: string, request: IncomingMessage): Promise<Answer> {
  const by = await actorOf(dataDir, request.headers[proofHeader]);
  const { command: name, input } = (await readJson(request)) as { command?: unknown; input?: unknown };
  const command = recordCommands.find((candidate) => candidate.name === name);
  if (command === undefined) {
    throw new InvalidInput(
      'ERR_COMMAND',
      'The running server knows no such command: is it of another version?',
    );
  }
  return { output: await command.run(context, input, by) };
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

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > maxBodyBytes) throw new InvalidInput('ERR_TOO_LARGE', 'The request is larger than 256 MiB.');
    chunks.push(chunk as Buffer);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch (cause) {
    throw new InvalidInput('ERR_COMMAND', 'The request is not JSON.', cause);
  }
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

function reply(response: ServerResponse, status: number, body: Answer): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
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
