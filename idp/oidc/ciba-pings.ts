import { setTimeout as delay } from 'node:timers/promises';
import { msPerSecond } from '../domain/instant.ts';

/** A client that waits to be told. */
export interface CibaPing {
  readonly endpoint: string;
  /** What the client gave with its request, to know us by. @see OpenID Connect CIBA Core 1.0 §7.1 */
  readonly notificationToken: string;
  readonly authReqId: string;
  /** After that there is nothing to fetch any more. */
  readonly expiresAtSeconds: number;
}

const answerWithinMs = 5_000;
const longestPauseMs = 30_000;

/**
 * Tells clients in ping mode that their request was answered, and tells them again until they take it, refuse it, or the
 * request is over. It is lost with the process: whoever was not told may poll (CIBA §10.2), and does after a while.
 */
export class CibaPings {
  readonly #closing = new AbortController();
  readonly #log: (line: string) => void;
  readonly #firstPauseMs: number;
  #running: Promise<void> = Promise.resolve();

  constructor(log: (line: string) => void, firstPauseMs = msPerSecond) {
    this.#log = log;
    this.#firstPauseMs = firstPauseMs;
  }

  /** Starts to tell; nobody waits for it. @param nowSeconds by the clock of the request's expiry */
  start(ping: CibaPing, nowSeconds: number): void {
    const told = this.#tell(ping, ping.expiresAtSeconds - nowSeconds).catch(() => undefined);
    this.#running = Promise.all([this.#running, told]).then(() => undefined);
  }

  /** Resolves when nobody is being told any more. */
  idle(): Promise<void> {
    return this.#running;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
  }

  async #tell(ping: CibaPing, seconds: number): Promise<void> {
    const over = AbortSignal.any([
      this.#closing.signal,
      AbortSignal.timeout(Math.max(1, seconds) * msPerSecond),
    ]);
    for (let pause = this.#firstPauseMs; !over.aborted; pause = Math.min(pause * 2, longestPauseMs)) {
      const status = await this.#post(ping, over);
      if (status !== undefined && status < 300) return;
      if (status !== undefined && isRefusal(status)) break;
      await delay(pause, undefined, { signal: over, ref: false }).catch(() => undefined);
    }
    this.#log('a client could not be told that a tap came: it did not take the notification');
  }

  /** @see OpenID Connect CIBA Core 1.0 §10.2 */
  async #post(
    { endpoint, notificationToken, authReqId }: CibaPing,
    over: AbortSignal,
  ): Promise<number | undefined> {
    try {
      const response = await fetch(endpoint, {
        method: 'POST',
        headers: { authorization: `Bearer ${notificationToken}`, 'content-type': 'application/json' },
        body: JSON.stringify({ auth_req_id: authReqId }),
        // Somewhere else is not what the administrator noted.
        redirect: 'manual',
        signal: AbortSignal.any([over, AbortSignal.timeout(answerWithinMs)]),
      });
      // What it says beside the status is of no interest, and unread it would hold the connection.
      await response.body?.cancel();
      return response.status;
    } catch {
      return undefined;
    }
  }
}

/** It understood, and does not want it; trouble of its own and redirects count as no answer. */
function isRefusal(status: number): boolean {
  return status >= 400 && status < 500 && status !== 429 && status !== 408;
}
