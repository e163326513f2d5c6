import { expect, it } from 'vitest';
import { FailureLimit } from '../../../idp/http/failure-limit.ts';
import { HandSetClock } from '../../support/clock.ts';

const options = { failures: 3, windowSeconds: 60 };

function fail(limit: FailureLimit, address: string, times: number): void {
  for (let time = 0; time < times; time += 1) limit.note(address);
}

it('lets an address try until it has failed too often, and again when the window is over', () => {
  const clock = new HandSetClock(0);
  const limit = new FailureLimit(clock, options);
  fail(limit, '203.0.113.9', 2);
  expect(limit.secondsToWait('203.0.113.9')).toBe(0);
  clock.advance(10);
  fail(limit, '203.0.113.9', 1);
  expect(limit.secondsToWait('203.0.113.9')).toBe(50);
  clock.advance(49);
  expect(limit.secondsToWait('203.0.113.9')).toBe(1);
  clock.advance(1);
  expect(limit.secondsToWait('203.0.113.9')).toBe(0);
});

it('does not count one address against another', () => {
  const limit = new FailureLimit(new HandSetClock(0), options);
  fail(limit, '203.0.113.9', 5);
  expect(limit.secondsToWait('203.0.113.10')).toBe(0);
});

it.each([
  ['2001:db8::1', '2001:db8::ffff:1', 60],
  ['2001:db8:0:0:1::', '2001:db8::2', 60],
  ['2001:db8::1', '2001:db8:0:1::1', 0],
])('%s and %s: whoever has one IPv6 address has its /64', (one, other, seconds) => {
  const limit = new FailureLimit(new HandSetClock(0), options);
  fail(limit, one, 3);
  expect(limit.secondsToWait(other)).toBe(seconds);
});

it('forgets the oldest rather than grow without end', () => {
  const limit = new FailureLimit(new HandSetClock(0), options);
  fail(limit, '198.51.100.1', 3);
  for (let index = 0; index < 10_000; index += 1)
    limit.note(`10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`);
  expect(limit.secondsToWait('198.51.100.1')).toBe(0);
});
