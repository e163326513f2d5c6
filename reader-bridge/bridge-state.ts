import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JWK } from 'jose';
import { InvalidInput } from '../idp/domain/fault.ts';
import type { EnrolmentAnswer } from '../idp/wire/enrolment.ts';
import { writeDurably } from './durable-file.ts';

/** What a bridge keeps: its provider, and the private half of the key that signs its taps. */
export interface Enrolment {
  readonly provider: EnrolmentAnswer;
  readonly privateKey: JWK;
}

/** The bridge's own directory (mode 0700): one enrolment, and the count of its taps. */
export class BridgeState {
  readonly #enrolmentPath: string;
  readonly #counterPath: string;
  #counter: number | undefined;

  constructor(directory: string) {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    this.#enrolmentPath = join(directory, 'enrolment.json');
    this.#counterPath = join(directory, 'tap-counter');
  }

  /** @throws {InvalidInput} `ERR_NOT_ENROLLED` with the way to enrol. */
  enrolment(): Enrolment {
    if (!existsSync(this.#enrolmentPath)) {
      throw new InvalidInput(
        'ERR_NOT_ENROLLED',
        'This bridge belongs to no provider yet. Get a code with “kazasu reader add”, then run “kazasu bridge enroll --idp URL --code CODE”.',
      );
    }
    // Written by us alone, in a directory of ours alone.
    return JSON.parse(readFileSync(this.#enrolmentPath, 'utf8')) as Enrolment;
  }

  saveEnrolment(enrolment: Enrolment): void {
    writeDurably(this.#enrolmentPath, `${JSON.stringify(enrolment, undefined, 2)}\n`);
  }

  /** The next count of an unprompted tap; on disk before it is used, so that none is ever used twice. */
  nextCounter(): number {
    this.#counter ??= existsSync(this.#counterPath) ? Number(readFileSync(this.#counterPath, 'utf8')) : 0;
    if (!Number.isSafeInteger(this.#counter)) {
      throw new InvalidInput('ERR_BRIDGE_STATE', `${this.#counterPath} is damaged. Enrol this reader again.`);
    }
    this.#counter += 1;
    writeDurably(this.#counterPath, `${this.#counter}\n`);
    return this.#counter;
  }

  /** A new enrolment is a new reader, which begins to count from 1. */
  resetCounter(): void {
    this.#counter = 0;
    writeDurably(this.#counterPath, '0\n');
  }
}
