import { randomBytes } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Fault, InvalidInput } from '../domain/fault.ts';
import { type GivenFile, noFiles, type Progress } from './command.ts';
import {
  type Answer,
  proofDirectory,
  proofHeader,
  type ReplyLine,
  requestOctets,
  socketPath,
} from './control-wire.ts';

/** What goes along with a command, and who hears how far it is. */
export interface Company {
  /** Read as they are sent, each when the server asks for it. */
  readonly files?: AsyncIterable<GivenFile>;
  readonly progress?: Progress;
}

/**
 * Runs a command in the server that has this data directory open.
 * @returns its output, or `undefined` when no server runs there.
 * @throws {InvalidInput | Fault} as the command threw in the server.
 */
export async function runInServer(
  dataDir: string,
  command: string,
  input: unknown,
  { files = noFiles(), progress = () => undefined }: Company = {},
): Promise<{ readonly output: unknown } | undefined> {
  const proof = randomBytes(16).toString('hex');
  try {
    await writeFile(join(proofDirectory(dataDir), proof), '', { flag: 'wx', mode: 0o600 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw new InvalidInput(
      'ERR_CONTROL_PROOF',
      `You may not act on ${dataDir}: run this as its owner or as root.`,
      error,
    );
  }
  const body = requestOctets({ command, input }, files);
  // The server takes the proof away; where none runs, or the request never got there, we do.
  const answer = await post({ path: socketPath(dataDir), proof, body, progress }).finally(() =>
    rm(join(proofDirectory(dataDir), proof), { force: true }),
  );
  if (answer === undefined || 'output' in answer) return answer;
  const { code, message, fault } = answer.error;
  if (fault) throw new Fault('ERR_RECORD_UNAVAILABLE', `${message} (${code})`);
  throw new InvalidInput(code as `ERR_${string}`, message);
}

interface Post {
  readonly path: string;
  readonly proof: string;
  readonly body: AsyncIterable<Uint8Array>;
  readonly progress: Progress;
}

function post({ path, proof, body, progress }: Post): Promise<Answer | undefined> {
  return new Promise((resolve, reject) => {
    let answering = false;
    const failed = (error: unknown) => {
      const { code } = error as NodeJS.ErrnoException;
      // A file that cannot be read is the caller's own to mend.
      if (error instanceof InvalidInput) reject(error);
      // Nobody listens: the socket is of a server that is gone, or there never was one.
      else if (code === 'ENOENT' || code === 'ECONNREFUSED') resolve(undefined);
      // The server may answer before it has read everything; then the answer tells.
      else if (!answering) reject(brokenOff(error));
    };
    const sent = request(
      { socketPath: path, method: 'POST', path: '/', headers: { [proofHeader]: proof } },
      (response) => {
        answering = true;
        readReply(response, progress).then(resolve, (error) => reject(brokenOff(error)));
      },
    );
    sent.on('error', failed);
    pipeline(Readable.from(body), sent).catch(failed);
  });
}

async function readReply(response: IncomingMessage, progress: Progress): Promise<Answer> {
  let parts: Buffer[] = [];
  for await (const chunk of response) {
    let rest = chunk as Buffer;
    for (let end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n')) {
      const line = JSON.parse(Buffer.concat([...parts, rest.subarray(0, end)]).toString('utf8')) as ReplyLine;
      if (!('progress' in line)) return line;
      progress(line.progress);
      parts = [];
      rest = rest.subarray(end + 1);
    }
    parts.push(rest);
  }
  throw new Error('the reply ended without an answer');
}

function brokenOff(cause: unknown): Fault {
  return new Fault(
    'ERR_RECORD_UNAVAILABLE',
    'The running server broke off; ask again to see what it did.',
    cause,
  );
}
