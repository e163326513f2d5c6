import type { KeyObject } from 'node:crypto';
import type { CardFacts, CardKey } from '../../domain/card.ts';
import { Fault } from '../../domain/fault.ts';
import type { CardIndex } from '../../ports/card-index.ts';
import { cardFactsToText, parseCardFacts } from '../card-facts.ts';
import { octetsOf } from '../card-key-octets.ts';
import { ReadOnce } from '../read-once.ts';
import { openBox, sealBox } from '../sealed-box.ts';
import { connectRedis, type RedisConnection } from './connection.ts';
import { Deadline, ticksOfChange } from './deadline.ts';

const code = 'ERR_CARD_INDEX_UNAVAILABLE';
const keyPrefix = Buffer.from('kazasu:card:');
const markerKey = Buffer.from('kazasu:card-index');
const valueVersion = 'kazasu-card-facts-2';
const markerVersion = 'kazasu-card-index-2';
const rebuildBatch = 500;

/**
 * The card index that many nodes share.
 *
 * Redis may forget and may be written by others; neither turns a no into a yes or a fault into a no. Values are sealed
 * to their card key and to the index's generation with a key that Redis does not have. A sealed marker says that
 * every card of that generation was put: it comes with each look-up in the same round trip, so that a flushed, foreign
 * or older index is a fault and not "unknown card".
 */
export interface RedisCardIndex extends CardIndex {
  find(cardKey: CardKey): Promise<readonly CardFacts[]>;
  /** Trusts what Redis holds, if it is a whole index of this generation. Until then, and otherwise, `find` is a fault. */
  adopt(generation: string): Promise<boolean>;
  /** Empties the index, fills it as a new generation and adopts it. */
  rebuild(
    generation: string,
    entries: AsyncIterable<readonly [CardKey, readonly CardFacts[]]>,
  ): Promise<void>;
}

/** @throws {Fault} `ERR_CARD_INDEX_UNAVAILABLE` when there is no Redis under this address. */
export async function openRedisCardIndex(options: {
  readonly url: string;
  readonly indexKey: KeyObject;
}): Promise<RedisCardIndex> {
  return new SealedCardIndex(await connectRedis(options.url, code), options.indexKey);
}

class SealedCardIndex implements RedisCardIndex {
  readonly #redis: RedisConnection;
  readonly #key: KeyObject;
  readonly #deadline = new Deadline(code);
  /** For everything but look-ups. */
  readonly #patience = new Deadline(code, ticksOfChange);
  readonly #facts = new ReadOnce<Buffer>((sealed, cardKey) => this.#open(sealed, cardKey));
  #generation: string | undefined;
  /** The marker as it was last opened: as long as Redis repeats it, nothing needs to be opened again. */
  #trustedMarker: Buffer | undefined;

  constructor(redis: RedisConnection, key: KeyObject) {
    this.#redis = redis;
    this.#key = key;
  }

  async find(cardKey: CardKey): Promise<readonly CardFacts[]> {
    const [sealed, marker] = await this.#deadline.within(
      this.#redis.mGet([Buffer.concat([keyPrefix, octetsOf(cardKey)]), markerKey]),
    );
    this.#requireMarker(marker ?? null);
    if (sealed === null || sealed === undefined) return [];
    return this.#facts.of(cardKey, sealed);
  }

  async put(cardKey: CardKey, cards: readonly CardFacts[]): Promise<void> {
    await this.#patience.within(this.#send(octetsOf(cardKey), cards));
  }

  async adopt(generation: string): Promise<boolean> {
    this.#trust(generation);
    const marker = await this.#patience.within(this.#redis.get(markerKey));
    return marker !== null && this.#isOurs(marker);
  }

  async rebuild(
    generation: string,
    entries: AsyncIterable<readonly [CardKey, readonly CardFacts[]]>,
  ): Promise<void> {
    this.#trust(generation);
    await this.#empty();
    let sending: Promise<unknown>[] = [];
    for await (const [cardKey, cards] of entries) {
      sending.push(this.#send(octetsOf(cardKey), cards));
      if (sending.length < rebuildBatch) continue;
      await this.#patience.within(Promise.all(sending));
      sending = [];
    }
    await this.#patience.within(Promise.all(sending));
    const marker = sealBox(this.#key, Buffer.from(markerVersion), this.#markerBoundTo());
    await this.#patience.within(this.#redis.set(markerKey, marker));
  }

  async close(): Promise<void> {
    this.#deadline.stop();
    this.#patience.stop();
    if (this.#redis.isOpen) this.#redis.destroy();
  }

  #open(sealed: Buffer, cardKey: CardKey): readonly CardFacts[] {
    const facts = openBox(this.#key, sealed, this.#boundTo(octetsOf(cardKey)));
    if (facts !== undefined) return parseCardFacts(facts.toString('utf8'));
    throw new Fault(
      code,
      'The card index in Redis holds an entry that is not ours or not of this generation.',
    );
  }

  #send(octets: Buffer, cards: readonly CardFacts[]): Promise<unknown> {
    const key = Buffer.concat([keyPrefix, octets]);
    if (cards.length === 0) return this.#redis.unlink(key);
    const sealed = sealBox(this.#key, Buffer.from(cardFactsToText(cards)), this.#boundTo(octets));
    return this.#redis.set(key, sealed);
  }

  /** The marker goes first: from then on nobody trusts what is being taken away. */
  async #empty(): Promise<void> {
    await this.#patience.within(this.#redis.unlink(markerKey));
    for (let cursor = '0'; ; ) {
      const page = await this.#patience.within(
        this.#redis.scan(cursor, { MATCH: `${keyPrefix}*`, COUNT: rebuildBatch }),
      );
      if (page.keys.length > 0) await this.#patience.within(this.#redis.unlink(page.keys));
      cursor = page.cursor.toString();
      if (cursor === '0') return;
    }
  }

  #trust(generation: string): void {
    if (this.#generation === generation) return;
    this.#generation = generation;
    this.#trustedMarker = undefined;
    this.#facts.forget();
  }

  #requireMarker(marker: Buffer | null): void {
    if (marker !== null && (this.#trustedMarker?.equals(marker) || this.#isOurs(marker))) return;
    throw new Fault(
      code,
      'The card index in Redis is empty, incomplete or another one. It is not used before it is built again.',
    );
  }

  #isOurs(marker: Buffer): boolean {
    if (this.#generation === undefined) return false;
    const ours = openBox(this.#key, marker, this.#markerBoundTo()) !== undefined;
    if (ours) this.#trustedMarker = Buffer.from(marker);
    return ours;
  }

  #markerBoundTo(): Buffer {
    return Buffer.from(`${markerVersion}\n${this.#generation}`);
  }

  #boundTo(octets: Buffer): Buffer {
    if (this.#generation === undefined) throw new Fault(code, 'The card index in Redis is not in use yet.');
    return Buffer.concat([Buffer.from(`${valueVersion}\n${this.#generation}\n`), octets]);
  }
}
