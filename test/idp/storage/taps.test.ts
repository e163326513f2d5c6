import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CardId } from '../../../idp/domain/card.ts';
import type { ClientId } from '../../../idp/domain/login-policy.ts';
import type { ReaderId } from '../../../idp/domain/reader.ts';
import type { Prompt } from '../../../idp/ports/taps.ts';
import { openSqliteTaps } from '../../../idp/storage/sqlite/taps.ts';
import { cardKey, start, tap, temporaryDirectory } from './support/storage-world.ts';

const prompt: Prompt = {
  nonce: 'nonce-1',
  clientId: 'client-1' as ClientId,
  demand: 'pin',
  interactionHash: 'browser-1',
  openedAt: start,
  expiresAt: start + 1_000,
};
const prompted = tap('tap-1', { nonce: 'nonce-1' });
const code = { returnCodeHash: 'code-1' };
const hundred = Array.from({ length: 100 }, (_, n) => n + 1);
const here = ['reader-1' as ReaderId];

let directory: ReturnType<typeof temporaryDirectory>;
let taps: Awaited<ReturnType<typeof openSqliteTaps>>;

const open = () => openSqliteTaps(join(directory.path, 'taps.sqlite'));
const reopen = async () => {
  await taps.close();
  taps = await open();
};

beforeEach(async () => {
  directory = temporaryDirectory();
  taps = await open();
  await taps.open(prompt);
});

afterEach(async () => {
  await taps.close();
  directory.remove();
});

describe('a tap that answers a prompt', () => {
  it('is kept and comes back as it was, also after reopening', async () => {
    expect(await taps.keep(prompted, code)).toBe('kept');
    await reopen();
    expect(await taps.find(prompted.tapId)).toEqual(prompted);
    expect(await taps.findPrompt('nonce-1')).toEqual(prompt);
  });

  it('is kept once of a hundred equal ones at once', async () => {
    const outcomes = await Promise.all(
      hundred.map((n) => taps.keep(prompted, { returnCodeHash: `code-${n}` })),
    );
    expect(outcomes.filter((outcome) => outcome === 'kept')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === 'tap-replayed')).toHaveLength(99);
    await reopen();
    expect(await taps.keep(prompted, code)).toBe('tap-replayed');
  });

  const refusals: [string, Parameters<typeof tap>[1], string][] = [
    ['to no prompt that we opened', { nonce: 'nonce-x' }, 'prompt-unknown'],
    [
      'in the millisecond the prompt expires',
      { nonce: 'nonce-1', receivedAt: start + 1_000 },
      'prompt-expired',
    ],
    ['in the millisecond before that', { nonce: 'nonce-1', receivedAt: start + 999 }, 'kept'],
  ];
  it.each(refusals)('%s: %o → %s', async (_what, changed, outcome) => {
    expect(await taps.keep(tap('tap-2', changed), code)).toBe(outcome);
  });

  it('is refused when another tap answered the prompt, whichever of a hundred came first', async () => {
    const outcomes = await Promise.all(
      hundred.map((n) => taps.keep(tap(`tap-${n}`, { nonce: 'nonce-1' }), { returnCodeHash: `code-${n}` })),
    );
    expect(outcomes.filter((outcome) => outcome === 'kept')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === 'prompt-answered')).toHaveLength(99);
  });
});

describe('a return code', () => {
  beforeEach(() => taps.keep(prompted, code));

  it('gives the tap and its prompt once, of a hundred at once and across reopening', async () => {
    const outcomes = await Promise.all(hundred.map(() => taps.redeem('code-1', ['browser-1'], start)));
    expect(outcomes.filter(({ outcome }) => outcome === 'return-code-used')).toHaveLength(99);
    expect(outcomes.find(({ outcome }) => outcome === 'redeemed')).toEqual({
      outcome: 'redeemed',
      tap: prompted,
      prompt,
    });
    await reopen();
    expect(await taps.redeem('code-1', ['browser-1'], start)).toEqual({ outcome: 'return-code-used' });
  });

  it('is not told to another browser, and is used up when it brings it', async () => {
    const ofAnother = { outcome: 'return-code-of-another-browser' };
    expect(await taps.redeem('code-1', ['browser-2'], start)).toEqual(ofAnother);
    expect(await taps.redeem('code-1', ['browser-1'], start)).toEqual({ outcome: 'return-code-used' });
    expect(await taps.redeem('code-1', ['browser-2'], start)).toEqual(ofAnother);
  });

  it('is used up when a browser without any interaction brings it', async () => {
    expect((await taps.redeem('code-1', [], start)).outcome).toBe('return-code-of-another-browser');
    expect((await taps.redeem('code-1', ['browser-1'], start)).outcome).toBe('return-code-used');
  });

  it('finds its interaction among several of one browser', async () => {
    const outcome = await taps.redeem('code-1', ['browser-0', 'browser-1'], start);
    expect(outcome).toMatchObject({ outcome: 'redeemed', prompt });
  });

  it('is unknown when we never gave it, and good until its prompt expires', async () => {
    expect(await taps.redeem('code-x', ['browser-1'], start)).toEqual({ outcome: 'return-code-unknown' });
    expect(await taps.redeem('code-1', ['browser-1'], start + 1_000)).toEqual({
      outcome: 'return-code-expired',
    });
    expect(await taps.redeem('code-1', ['browser-1'], start + 999)).toMatchObject({ outcome: 'redeemed' });
  });
});

describe('an unprompted tap', () => {
  it('counts only when its reader’s counter rose, also after reopening and sweeping', async () => {
    expect(await taps.keep(tap('a'), { counter: 5 })).toBe('kept');
    expect(await taps.keep(tap('b'), { counter: 5 })).toBe('counter-not-risen');
    await taps.sweep(start + 1);
    await reopen();
    expect(await taps.keep(tap('a'), { counter: 5 })).toBe('counter-not-risen');
    expect(await taps.keep(tap('c'), { counter: 4 })).toBe('counter-not-risen');
    expect(await taps.keep(tap('d', { readerId: 'reader-2' as ReaderId }), { counter: 1 })).toBe('kept');
    expect(await taps.keep(tap('e'), { counter: 6 })).toBe('kept');
  });

  it('is kept once of a hundred equal ones at once', async () => {
    const outcomes = await Promise.all(hundred.map(() => taps.keep(tap('a'), { counter: 1 })));
    expect(outcomes.filter((outcome) => outcome === 'kept')).toHaveLength(1);
  });

  it('is taken once of a hundred at once, and stays taken', async () => {
    await taps.keep(tap('a'), { counter: 1 });
    const taken = await Promise.all(hundred.map(() => taps.takeUnprompted(cardKey(1), here, start, 1)));
    expect(taken.filter((found) => found !== undefined)).toEqual([tap('a')]);
    await reopen();
    expect(await taps.takeUnprompted(cardKey(1), here, start, 1)).toBeUndefined();
  });

  it('serves as many sign-ins as the policy says, of a hundred at once, also across reopening', async () => {
    await taps.keep(tap('a'), { counter: 1 });
    const take = () => taps.takeUnprompted(cardKey(1), here, start, 3);
    expect(await take()).toEqual(tap('a'));
    await reopen();
    const taken = await Promise.all(hundred.map(take));
    expect(taken.filter((found) => found !== undefined)).toEqual([tap('a'), tap('a')]);
    await reopen();
    expect(await take()).toBeUndefined();
  });

  it('is used up for who takes it once, and not for who may take it twice', async () => {
    await taps.keep(tap('a'), { counter: 1 });
    expect(await taps.takeUnprompted(cardKey(1), here, start, 2)).toEqual(tap('a'));
    expect(await taps.takeUnprompted(cardKey(1), here, start, 1)).toBeUndefined();
    expect(await taps.takeUnprompted(cardKey(1), here, start, 2)).toEqual(tap('a'));
    expect(await taps.takeUnprompted(cardKey(1), here, start, 2)).toBeUndefined();
  });

  it('is the newest of this card at one of these readers since that moment', async () => {
    await taps.keep(prompted, code);
    await taps.keep(tap('old'), { counter: 1 });
    await taps.keep(tap('new', { receivedAt: start + 5 }), { counter: 2 });
    await taps.keep(tap('elsewhere', { readerId: 'reader-2' as ReaderId, receivedAt: start + 9 }), {
      counter: 1,
    });
    expect(await taps.takeUnprompted(cardKey(2), here, start, 1)).toBeUndefined();
    expect(await taps.takeUnprompted(cardKey(1), [], start, 1)).toBeUndefined();
    expect(await taps.takeUnprompted(cardKey(1), here, start + 6, 1)).toBeUndefined();
    expect((await taps.takeUnprompted(cardKey(1), here, start + 5, 1))?.tapId).toBe('new');
    expect((await taps.takeUnprompted(cardKey(1), here, start, 1))?.tapId).toBe('old');
    expect(await taps.takeUnprompted(cardKey(1), here, start, 1)).toBeUndefined();
  });
});

describe('PIN proofs', () => {
  const cardId = 'card-1' as CardId;

  it('are found for their card and reader group, the newest of them', async () => {
    await taps.notePinProof(cardId, 'floor-1', start + 5);
    await taps.notePinProof(cardId, 'floor-1', start);
    await reopen();
    expect(await taps.findPinProof(cardId, 'floor-1')).toBe(start + 5);
    expect(await taps.findPinProof(cardId, 'floor-2')).toBeUndefined();
  });

  it('outlive the sweeping of taps as long as any PIN window lasts', async () => {
    await taps.keep(prompted, code);
    await taps.notePinProof(cardId, 'floor-1', start);
    const day = 24 * 60 * 60 * 1_000;
    expect(await taps.sweep(start + day)).toBe(2);
    expect(await taps.findPinProof(cardId, 'floor-1')).toBe(start);
    expect(await taps.find(prompted.tapId)).toBeUndefined();
    expect(await taps.sweep(start + day + 1)).toBe(1);
  });
});

it('throws a fault when the store cannot answer, never "unknown"', async () => {
  await taps.close();
  const fault = { code: 'ERR_RECORD_UNAVAILABLE' };
  await expect(taps.keep(prompted, code)).rejects.toMatchObject(fault);
  await expect(taps.redeem('code-1', ['browser-1'], start)).rejects.toMatchObject(fault);
  await expect(taps.takeUnprompted(cardKey(1), here, start, 1)).rejects.toMatchObject(fault);
  await expect(taps.findPrompt('nonce-1')).rejects.toMatchObject(fault);
  taps = await open();
});
