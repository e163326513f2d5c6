import { describe, expect, it } from 'vitest';
import type { CardKey } from '../../../idp/domain/card.ts';
import type { ClientId } from '../../../idp/domain/login-policy.ts';
import { TapWaits } from '../../../idp/flows/tap-waits.ts';

const key = 'card-key' as CardKey;
const door = 'door' as ClientId;
const forEver = 3_600;
const wait = (changes: { signal?: AbortSignal; seconds?: number; clientId?: ClientId } = {}) => ({
  ...{ clientId: door, cardKeys: [key], seconds: forEver, signal: new AbortController().signal },
  ...changes,
});
/** Nothing but arrivals wakes anybody. */
const never = 3_600_000;

/** What is there to be found, and how often it was looked for. */
function shelf() {
  let found: string | undefined;
  let looks = 0;
  return {
    put: (what: string) => {
      found = what;
    },
    looks: () => looks,
    look: async () => {
      looks += 1;
      return found;
    },
  };
}

describe('who waits for a tap', () => {
  it('has it at once when it is there, and looks once where no time is given', async () => {
    const waits = new TapWaits(never);
    const { look, put, looks } = shelf();
    expect(await waits.until(wait({ seconds: 0 }), look)).toBeUndefined();
    put('tap');
    expect(await waits.until(wait(), look)).toBe('tap');
    expect(looks()).toBe(2);
  });

  it('is woken by a tap of the own card, and by no other', async () => {
    const waits = new TapWaits(never);
    const { look, put, looks } = shelf();
    const waiting = waits.until(wait(), look);
    waits.arrived('another' as CardKey);
    await Promise.resolve();
    expect(looks()).toBe(1);
    put('tap');
    waits.arrived(key);
    expect(await waiting).toBe('tap');
    expect(looks()).toBe(2);
  });

  it('misses no tap that comes while it looks', async () => {
    const waits = new TapWaits(never);
    let looks = 0;
    const found = await waits.until(wait(), async () => {
      looks += 1;
      if (looks === 1) waits.arrived(key);
      return looks === 2 ? 'tap' : undefined;
    });
    expect(found).toBe('tap');
  });

  it('finds a tap that another node kept, without being told', async () => {
    const waits = new TapWaits(1);
    const { look, put, looks } = shelf();
    const waiting = waits.until(wait(), look);
    await expect.poll(looks).toBeGreaterThan(2);
    put('tap');
    expect(await waiting).toBe('tap');
  });

  it('takes nothing once it is gone', async () => {
    const waits = new TapWaits(never);
    const { look, put, looks } = shelf();
    const gone = new AbortController();
    const waiting = waits.until(wait({ signal: gone.signal }), look);
    put('tap');
    gone.abort();
    expect(await waiting).toBeUndefined();
    expect(looks()).toBe(1);
    expect(await waits.until(wait({ signal: gone.signal }), look)).toBeUndefined();
  });

  it('waits beside fifteen others at a device, and leaves the place to the next', async () => {
    const waits = new TapWaits(never);
    const { look } = shelf();
    const gone = new AbortController();
    const waiting = Array.from({ length: 16 }, () => waits.until(wait({ signal: gone.signal }), look));
    expect(await waits.until(wait(), look)).toBe('too-many');
    expect(await waits.until(wait({ clientId: 'other' as ClientId, seconds: 0.001 }), look)).toBeUndefined();
    gone.abort();
    await Promise.all(waiting);
    expect(await waits.until(wait({ seconds: 0.001 }), look)).toBeUndefined();
  });
});
