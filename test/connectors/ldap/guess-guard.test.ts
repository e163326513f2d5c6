import { expect, test } from 'vitest';
import { cardGuessSettings, GuessGuard } from '../../../connectors/ldap/guess-guard.ts';
import { HandClock } from './support/running-server.ts';

const missTimes = (guard: GuessGuard, key: string, times: number) => {
  for (let index = 0; index < times; index += 1) guard.miss(key);
};

test('a device is let through, then slowed, then stopped, and forgiven with time', () => {
  const clock = new HandClock();
  const guard = new GuessGuard(clock, cardGuessSettings);
  expect(guard.admit('printer')).toBe('now');
  missTimes(guard, 'printer', 20);
  expect(guard.admit('printer')).toBe('now');
  missTimes(guard, 'printer', 1);
  expect(guard.admit('printer')).toEqual({ afterMs: 100 });
  missTimes(guard, 'printer', 98);
  expect(guard.admit('printer')).toEqual({ afterMs: 2_000 });
  missTimes(guard, 'printer', 1);
  expect(guard.admit('printer')).toBe('stopped');
  expect(guard.admit('another')).toBe('now');
  clock.advanceSeconds(60);
  expect(guard.admit('printer')).toEqual({ afterMs: 2_000 });
  clock.advanceSeconds(600);
  expect(guard.admit('printer')).toBe('now');
});

test('a clock that goes back forgives nothing and punishes nobody', () => {
  const clock = new HandClock();
  const guard = new GuessGuard(clock, cardGuessSettings);
  missTimes(guard, 'printer', 30);
  clock.advanceSeconds(-3_600);
  expect(guard.admit('printer')).toEqual({ afterMs: 1_000 });
});

test('an attacker with many addresses does not fill the memory', () => {
  const guard = new GuessGuard(new HandClock(), cardGuessSettings);
  for (let index = 0; index < 10_050; index += 1) guard.miss(`2001:db8::${index}`);
  expect(guard.miss('2001:db8::10049')).toBe(2);
  expect(guard.miss('2001:db8::0')).toBe(1);
});
