import { expect, test } from 'vitest';
import { cardGuessSettings, GuessGuard } from '../../../idp/flows/guess-guard.ts';
import { HandSetClock } from '../../support/clock.ts';

const missTimes = (guard: GuessGuard, key: string, times: number) => {
  for (let index = 0; index < times; index += 1) guard.miss(key);
};

test('a device is let through, then slowed, then stopped, and forgiven with time', () => {
  const clock = new HandSetClock('2026-11-22T09:00:00Z');
  const guard = new GuessGuard(clock, cardGuessSettings);
  expect(guard.admit('printer')).toBe('now');
  missTimes(guard, 'printer', 20);
  expect(guard.admit('printer')).toBe('now');
  missTimes(guard, 'printer', 1);
  expect(guard.admit('printer')).toEqual({ afterMs: 100 });
  missTimes(guard, 'printer', 218);
  expect(guard.admit('printer')).toEqual({ afterMs: 2_000 });
  missTimes(guard, 'printer', 1);
  expect(guard.admit('printer')).toBe('stopped');
  expect(guard.admit('another')).toBe('now');
});

test('a device that was stopped gets no guess every few seconds, but waits until it is where it began', () => {
  const clock = new HandSetClock('2026-11-22T09:00:00Z');
  const guard = new GuessGuard(clock, cardGuessSettings);
  missTimes(guard, 'printer', 240);
  expect(guard.admit('printer')).toBe('stopped');
  clock.advance(10 * 60);
  expect(guard.admit('printer')).toBe('stopped');
  clock.advance(60);
  expect(guard.admit('printer')).toBe('now');
});

test('misses of others at the same place add to those of a device that misses too often, and to no other', () => {
  const guard = new GuessGuard(new HandSetClock('2026-11-22T09:00:00Z'), cardGuessSettings);
  missTimes(guard, 'printer', 20);
  expect(guard.admit('printer', 1_000)).toBe('now');
  missTimes(guard, 'printer', 1);
  expect(guard.admit('printer')).toEqual({ afterMs: 100 });
  expect(guard.admit('printer', 1_000)).toBe('stopped');
});

test('what stands against a device can be read, and lifted', () => {
  const guard = new GuessGuard(new HandSetClock('2026-11-22T09:00:00Z'), cardGuessSettings);
  missTimes(guard, 'printer', 240);
  expect(guard.missesOf('printer')).toBe(240);
  guard.clear('printer');
  expect([guard.missesOf('printer'), guard.admit('printer')]).toEqual([0, 'now']);
});

test('a clock that goes back forgives nothing and punishes nobody', () => {
  const clock = new HandSetClock('2026-11-22T09:00:00Z');
  const guard = new GuessGuard(clock, cardGuessSettings);
  missTimes(guard, 'printer', 30);
  clock.advance(-3_600);
  expect(guard.admit('printer')).toEqual({ afterMs: 1_000 });
});

test('an attacker with many addresses does not fill the memory', () => {
  const guard = new GuessGuard(new HandSetClock('2026-11-22T09:00:00Z'), cardGuessSettings);
  for (let index = 0; index < 10_050; index += 1) guard.miss(`2001:db8::${index}`);
  expect(guard.miss('2001:db8::10049')).toBe(2);
  expect(guard.miss('2001:db8::0')).toBe(1);
});
