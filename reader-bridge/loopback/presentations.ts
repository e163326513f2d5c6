import { Fault, InvalidInput } from '../../idp/domain/fault.ts';
import type { BridgeClock } from '../system-clock.ts';
import type { PageTrouble } from '../texts.ts';
import { conductPresentation, type PresentationParts } from './conduct-presentation.ts';
import { Presentation } from './presentation.ts';

export interface PresentationsParts extends PresentationParts {
  readonly clock: BridgeClock;
  readonly log: (message: string) => void;
}

export type Begun =
  | { readonly outcome: 'begun'; readonly presentation: Presentation }
  | { readonly outcome: 'refused'; readonly trouble: PageTrouble };

/** Shorter than a prompt lives at the provider, so that what is posted is still wanted. */
const lifetimeMs = 150_000;
/** Longer than any challenge lives. */
const rememberedMs = 600_000;
const maxRemembered = 10_000;

/** The presentations of this bridge: one at a time, each challenge once. */
export class Presentations {
  readonly #parts: PresentationsParts;
  readonly #usedAt = new Map<string, number>();
  #current: Presentation | undefined;

  constructor(parts: PresentationsParts) {
    this.#parts = parts;
  }

  /** Begins what a challenge asks for. */
  async begin(token: string): Promise<Begun> {
    const { client, clock } = this.#parts;
    try {
      const challenge = await client.openChallenge(token);
      // Everything from here on happens in one turn: two challenges at once cannot both pass.
      if (this.#isUsed(challenge.nonce)) return { outcome: 'refused', trouble: 'challenge-used' };
      if (this.#isBusy()) return { outcome: 'refused', trouble: 'busy' };
      this.#usedAt.set(challenge.nonce, clock.now());
      const presentation = new Presentation(challenge, clock.now());
      this.#current = presentation;
      this.#conduct(presentation);
      return { outcome: 'begun', presentation };
    } catch (error) {
      if (error instanceof InvalidInput) return { outcome: 'refused', trouble: 'challenge' };
      // Its new keys could not be asked for.
      if (error instanceof Fault) return { outcome: 'refused', trouble: 'idp-unreachable' };
      throw error;
    }
  }

  find(id: string): Presentation | undefined {
    return this.#current?.id === id ? this.#current : undefined;
  }

  close(): void {
    this.#current?.enter({ stage: 'failed', failure: 'cancelled' });
  }

  #isBusy(): boolean {
    const current = this.#current;
    if (current === undefined || current.ended) return false;
    if (!current.abandoned(this.#parts.clock.now())) return true;
    current.enter({ stage: 'failed', failure: 'cancelled' });
    return false;
  }

  #isUsed(nonce: string): boolean {
    const now = this.#parts.clock.now();
    for (const [used, at] of this.#usedAt) {
      if (now - at > rememberedMs || this.#usedAt.size > maxRemembered) this.#usedAt.delete(used);
    }
    return this.#usedAt.has(nonce);
  }

  #conduct(presentation: Presentation): void {
    const expiry = setTimeout(() => presentation.enter({ stage: 'failed', failure: 'expired' }), lifetimeMs);
    conductPresentation(this.#parts, presentation)
      .catch((error: unknown) => this.#parts.log(`presentation failed: ${nameOf(error)}`))
      .finally(() => clearTimeout(expiry));
  }
}

/** The kind of an error, and never its text: that may repeat what was read. */
function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown';
}
