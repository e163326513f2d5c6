import type { Instant } from '../domain/instant.ts';
import { msPerSecond } from '../domain/instant.ts';
import type { FlowContext } from './context.ts';
import { deliverNotices } from './deliver-notices.ts';
import { eraseWhatIsOwed } from './erase-traces.ts';
import type { StopContext } from './publish-cards.ts';
import { retireCards } from './retire-cards.ts';
import { tellOfExpiry } from './tell-of-expiry.ts';

type Context = StopContext & Pick<FlowContext, 'secrets' | 'issuer' | 'notices' | 'erasure' | 'log'>;

const lookEveryMs = 24 * 3_600 * msPerSecond;

/** What time brings about by itself: overlaps end, holders are told of the end of their cards, notices go out. */
export class Upkeep {
  readonly #context: Context;
  #lookedAt: Instant | undefined;
  #telling: Promise<void> | undefined;

  constructor(context: Context) {
    this.#context = context;
  }

  /** Every minute; a mail server that hangs holds up no retirement, and no second round begins beside the first. */
  async round(): Promise<void> {
    this.#telling ??= this.#tell().finally(() => {
      this.#telling = undefined;
    });
    await Promise.all([retireCards(this.#context), this.#telling]);
  }

  /** Resolves when nothing is half said: a message that was taken is also noted as sent. */
  async close(): Promise<void> {
    await this.#telling?.catch(() => undefined);
  }

  /** The first round after a start looks too: that is how what fell into a pause is caught up with. */
  async #tell(): Promise<void> {
    // What cannot be wiped or looked up today must not keep an alarm from going out.
    const looked = await Promise.allSettled([this.#look()]);
    const { failed } = await deliverNotices(this.#context);
    if (failed !== undefined) this.#context.log(`notices wait and are tried again: ${failed}`);
    for (const one of looked) if (one.status === 'rejected') throw one.reason;
  }

  async #look(): Promise<void> {
    const now = this.#context.clock.now();
    const lookedAt = this.#lookedAt;
    // A clock that was set back has not looked yet.
    if (lookedAt !== undefined && now >= lookedAt && now - lookedAt < lookEveryMs) return;
    const erased = await Promise.allSettled([eraseWhatIsOwed(this.#context)]);
    await tellOfExpiry(this.#context);
    for (const one of erased) if (one.status === 'rejected') throw one.reason;
    this.#lookedAt = now;
  }
}
