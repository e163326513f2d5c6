import { beforeEach, describe, expect, it } from 'vitest';
import type { ClientId } from '../../../idp/domain/login-policy.ts';
import { DeviceGuesses, type GuessChange } from '../../../idp/flows/device-guesses.ts';
import { HandSetClock } from '../../support/clock.ts';

const [printer, copier, door] = ['printer', 'copier', 'door'] as ClientId[] as [ClientId, ClientId, ClientId];
const office = '192.0.2.10';
let clock: HandSetClock;
let guesses: DeviceGuesses;
let told: GuessChange[];

beforeEach(() => {
  clock = new HandSetClock('2026-11-22T09:00:00Z');
  guesses = new DeviceGuesses(clock);
  told = [];
  guesses.onChange((change) => told.push(change));
});

/** As the façade does: asks, and counts a miss where it may go on. @returns how many went on */
function guess(clientId: ClientId, times: number, from = office): number {
  let answered = 0;
  for (let index = 0; index < times; index += 1) {
    if (guesses.admit(clientId, from) === 'stopped') continue;
    guesses.miss(clientId, from);
    answered += 1;
  }
  return answered;
}

describe('a device that sends unknown card numbers', () => {
  it('is free, then slowed, then stopped, and each is told once', () => {
    expect(guess(printer, 21)).toBe(21);
    expect(guesses.admit(printer, office)).toEqual({ afterMs: 100 });
    expect(guess(printer, 1_000)).toBe(219);
    expect(guesses.admit(printer, office)).toBe('stopped');
    expect(told.map(({ stage, misses }) => [stage, misses])).toEqual([
      ['slowed', 21],
      ['stopped', 240],
    ]);
    expect(guesses.standingOf(printer)).toMatchObject({ stage: 'stopped', misses: 240, refused: 782 });
  });

  it('goes on by itself after eleven minutes of silence, and says how many were refused', () => {
    guess(printer, 300);
    expect(guesses.standingOf(printer)?.freeAt).toBe(clock.now() + 11 * 60_000);
    clock.advance(10 * 60);
    expect(guesses.admit(printer, office)).toBe('stopped');
    clock.advance(2 * 60);
    expect(guesses.admit(printer, office)).toBe('now');
    expect(guesses.standingOf(printer)).toBeUndefined();
    clock.advance(60);
    guesses.admit(printer, office);
    expect(told.at(-1)).toMatchObject({ stage: 'free', refused: 61 });
  });

  it('around the limit is not told of with every miss', () => {
    guess(printer, 22);
    for (let round = 0; round < 300; round += 1) {
      clock.advance(4);
      guess(printer, 1);
      clock.advance(2);
      guess(printer, 1);
    }
    expect(told).toHaveLength(1);
  });

  it('goes on at once when an administrator lifts it, and has its whole allowance again', () => {
    guess(printer, 300);
    guesses.resume(printer);
    expect(guesses.standingOf(printer)).toBeUndefined();
    expect(guess(printer, 300)).toBe(240);
  });
});

describe('several devices at one address', () => {
  it('share one allowance when one guesser holds them all', () => {
    const rounds = Array.from({ length: 200 }, () => guess(printer, 1) + guess(copier, 1) + guess(door, 1));
    expect(rounds.reduce((sum, each) => sum + each, 0)).toBe(240);
  });

  it('do not stop an honest neighbour, who misses now and then', () => {
    guess(printer, 500);
    expect(guesses.admit(copier, office)).toBe('now');
    expect(guess(copier, 20)).toBe(20);
    expect(guesses.admit(copier, office)).toBe('now');
  });

  it('are nothing to a device elsewhere', () => {
    guess(printer, 500);
    expect(guess(copier, 100, '198.51.100.7')).toBe(100);
  });
});
