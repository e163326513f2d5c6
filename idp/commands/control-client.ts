import { randomBytes } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { Fault, InvalidInput } from '../domain/fault.ts';
import { type Answer, proofDirectory, proofHeader, socketPath } from './control-wire.ts';

/**
 * Runs a command in the server that has this data directory open.
 * @returns its output, or `undefined` when no server runs there.
 * @throws {InvalidInput | Fault} as the command threw in the server.
 */
export async function runInServer(
  dataDir: string,
  command: string,
  input: unknown,
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
  const answer = await post(socketPath(dataDir), { command, input }, proof);
  // The server takes the proof away; where none runs, we do.
  if (answer === undefined) await rm(join(proofDirectory(dataDir), proof), { force: true });
  if (answer === undefined || 'output' in answer) return answer;
  const { code, message, fault } = answer.error;
  if (fault) throw new Fault('ERR_RECORD_UNAVAILABLE', `${message} (${code})`);
  throw new InvalidInput(code as `ERR_${string}`, message);
}

function post(path: string, body: unknown, proof: string): Promise<Answer | undefined> {
  return new Promise((resolve, reject) => {
    const sent = request(
      { socketPath: path, method: 'POST', path: '/', headers: { [proofHeader]: proof } },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => resolve(JSON.parse(Buffer.concat(chunks).toString('utf8')) as Answer));
      },
    );
    sent.on('error', (error: NodeJS.ErrnoException) => {
      // Nobody listens: the socket is of a server that is gone, or there never was one.
      if (error.code === 'ENOENT' || error.code === 'ECONNREFUSED') resolve(undefined);
      else
        reject(
          new Fault(
            'ERR_RECORD_UNAVAILABLE',
            'The running server broke off; ask again to see what it did.',
            error,
          ),
        );
    });
    sent.end(JSON.stringify(body));
  });
}
