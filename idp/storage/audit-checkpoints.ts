import type { KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { jwtVerify, SignJWT } from 'jose';
import type { Clock } from '../ports/clock.ts';
import { replaceFile } from './durable-file.ts';
import type { ChainTail } from './sqlite/audit-chain.ts';

const type = 'audit-checkpoint+jwt';

export interface CheckpointKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

/** A line of the file: what was vouched for, or why that cannot be said. */
export type Checkpoint = ChainTail | { readonly unreadable: string };

/**
 * Signed statements "the trail stood here": without them the newest events could be cut off unseen.
 * The file holds the newest one. One that the trail contradicts is kept beside it for ever: a server that starts
 * again and writes on would otherwise wipe out the trace.
 * @see RFC 7519
 */
export class AuditCheckpoints {
  readonly #path: string;
  readonly #key: CheckpointKey;
  readonly #clock: Clock;
  #contradicted: readonly string[] = [];

  constructor(path: string, key: CheckpointKey, clock: Clock) {
    this.#path = path;
    this.#key = key;
    this.#clock = clock;
  }

  /**
   * Compares what was vouched for with the trail as it is found when opened.
   * @param holds whether the trail has this event with this hash.
   */
  async open(tail: ChainTail, holds: (checkpoint: ChainTail) => boolean): Promise<void> {
    const lines = await this.#lines();
    if (lines === undefined && tail.sequence === 0) return this.write(tail);
    const missing = [`missing: nothing vouched for the events up to ${tail.sequence}`];
    const contradicted: string[] = lines === undefined ? missing : [];
    for (const line of lines ?? []) {
      const checkpoint = await this.#read(line);
      if ('unreadable' in checkpoint || !holds(checkpoint)) contradicted.push(line);
    }
    this.#contradicted = contradicted;
    if (lines === undefined) await this.write(tail);
  }

  /** Vouches for the trail up to `tail`, which must be on disk already. */
  async write(tail: ChainTail): Promise<void> {
    const newest = await new SignJWT({ sequence: tail.sequence, hash: tail.hash })
      .setProtectedHeader({ alg: 'ES256', typ: type, kid: this.#key.kid })
      .setIssuedAt(Math.floor(this.#clock.now() / 1_000))
      .sign(this.#key.privateKey);
    await replaceFile(this.#path, `${[...this.#contradicted, newest].join('\n')}\n`);
  }

  /** Everything that vouches, or should. */
  async list(): Promise<readonly Checkpoint[]> {
    const lines = await this.#lines();
    if (lines === undefined) return [{ unreadable: 'the file of signed checkpoints is missing' }];
    return Promise.all(lines.map((line) => this.#read(line)));
  }

  async #read(line: string): Promise<Checkpoint> {
    if (line.startsWith('missing:')) return { unreadable: `a checkpoint is ${line}` };
    try {
      const { payload } = await jwtVerify(line, this.#key.publicKey, {
        algorithms: ['ES256'],
        typ: type,
        // Checkpoints do not age, and the machine's clock may have been set back since.
        currentDate: new Date(0),
      });
      const { sequence, hash } = payload;
      if (typeof sequence === 'number' && typeof hash === 'string') return { sequence, hash };
    } catch {
      // Which check failed would help only whoever forges one.
    }
    return { unreadable: 'a checkpoint was not signed with the key of this installation' };
  }

  async #lines(): Promise<readonly string[] | undefined> {
    try {
      const lines = (await readFile(this.#path, 'utf8')).split('\n').filter((line) => line !== '');
      return lines.length === 0 ? undefined : lines;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
      throw error;
    }
  }
}
