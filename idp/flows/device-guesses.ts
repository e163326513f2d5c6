import type { ClientId } from '../domain/login-policy.ts';
import type { MaybePromise } from '../domain/maybe-promise.ts';
import type { Clock } from '../ports/clock.ts';
import { type Admission, cardGuessSettings, GuessGuard, type GuessSettings } from './guess-guard.ts';

/** How a device account stands for its unknown card numbers. */
export type GuessStage = 'free' | 'slowed' | 'stopped';

/** A device account came to another stage. */
export interface GuessChange {
  readonly clientId: ClientId;
  readonly stage: GuessStage;
  readonly misses: number;
  /** Operations that were refused unanswered since it was stopped. */
  readonly refused: number;
  readonly remoteAddress: string;
}

/** What is shown of a device account that is not free. */
export interface GuessStanding extends GuessChange {
  /** When the account is free again if nothing more is asked. */
  readonly freeAt: number;
}

interface Standing {
  stage: GuessStage;
  refused: number;
  remoteAddress: string;
}

/** What the façade asks for every operation with a card number, wherever the misses are counted. */
export interface CardGuesses {
  /** Whether an operation with a card number may go on now. */
  admit(clientId: ClientId, remoteAddress: string): MaybePromise<Admission>;
  /** A number that nobody has. @returns how many stand against the account now, where they are counted here */
  miss(clientId: ClientId, remoteAddress: string): number | undefined;
}

/**
 * Unknown card numbers, by device account and by address. An account is judged by its own misses; only once it
 * missed more than is normal do those of other accounts at its address count against it too. So several accounts of
 * one guesser share one allowance, and whoever holds the secret of one device cannot stop its honest neighbours
 * behind the same address. Kept in memory: a restart forgives, and nobody but an administrator can cause one.
 */
export class DeviceGuesses implements CardGuesses {
  readonly #clock: Clock;
  readonly #settings: GuessSettings;
  readonly #accounts: GuessGuard;
  readonly #addresses: GuessGuard;
  readonly #standings = new Map<ClientId, Standing>();
  #tell: (change: GuessChange) => void = () => {};

  constructor(clock: Clock, settings: GuessSettings = cardGuessSettings) {
    this.#clock = clock;
    this.#settings = settings;
    this.#accounts = new GuessGuard(clock, settings);
    this.#addresses = new GuessGuard(clock, settings);
  }

  /** Who hears of every change of a stage. */
  onChange(tell: (change: GuessChange) => void): void {
    this.#tell = tell;
  }

  /** Whether an operation with a card number may go on now. Asked for every one of them. */
  admit(clientId: ClientId, remoteAddress: string): Admission {
    // Nearly every device, nearly always.
    if (!this.#accounts.knows(clientId)) return 'now';
    const admission = this.#accounts.admit(clientId, this.#addresses.missesOf(remoteAddress));
    this.#note(clientId, stageOf(admission), remoteAddress);
    const standing = this.#standings.get(clientId);
    if (admission === 'stopped' && standing !== undefined) standing.refused += 1;
    return admission;
  }

  /** @returns how many misses stand against the account now */
  miss(clientId: ClientId, remoteAddress: string): number {
    this.#addresses.miss(remoteAddress);
    return this.#accounts.miss(clientId);
  }

  /** The accounts against which something stands at this moment. */
  suspects(): readonly ClientId[] {
    return this.#accounts.keysWithMisses() as ClientId[];
  }

  /** How an account stands at this moment, without an operation of it; `undefined` when it is free. */
  standingOf(clientId: ClientId): GuessStanding | undefined {
    const standing = this.#standings.get(clientId);
    if (standing === undefined) return undefined;
    const { remoteAddress, refused } = standing;
    const atAddress = this.#addresses.missesOf(remoteAddress);
    const stage = stageOf(this.#accounts.admit(clientId, atAddress));
    if (stage === 'free') return undefined;
    const own = this.#accounts.missesOf(clientId);
    const minutes = (own - this.#settings.freeMisses) / this.#settings.forgivenPerMinute;
    const freeAt = this.#clock.now() + Math.ceil(Math.max(0, minutes) * 60_000);
    return { clientId, stage, misses: Math.round(own), refused, remoteAddress, freeAt };
  }

  /** An administrator lifts it, with what stands against the address: otherwise its next miss would stop it again. */
  resume(clientId: ClientId): void {
    const standing = this.#standings.get(clientId);
    if (standing !== undefined) this.#addresses.clear(standing.remoteAddress);
    this.#accounts.clear(clientId);
    this.#standings.delete(clientId);
  }

  #note(clientId: ClientId, stage: GuessStage, remoteAddress: string): void {
    const before = this.#standings.get(clientId);
    if (stage === (before?.stage ?? 'free')) return;
    const misses = this.#accounts.missesOf(clientId);
    // Around the limit it would be slowed and free again with every miss: it is free when half of them are forgiven.
    if (stage === 'free' && misses > this.#settings.freeMisses / 2) return;
    const refused = before?.refused ?? 0;
    if (stage === 'free') this.#standings.delete(clientId);
    else this.#standings.set(clientId, { stage, refused: 0, remoteAddress });
    this.#tell({ clientId, stage, misses: Math.round(misses), refused, remoteAddress });
  }
}

function stageOf(admission: Admission): GuessStage {
  if (admission === 'now') return 'free';
  return admission === 'stopped' ? 'stopped' : 'slowed';
}
