import { beforeEach, describe, expect, it } from 'vitest';
import { Fault } from '../../../idp/domain/fault.ts';
import { PasswordChecks } from '../../../idp/flows/password-checks.ts';
import { HandSetClock } from '../../support/clock.ts';

const sato = { uid: 'sato' };
let clock: HandSetClock;
let asked: string[];
let isDown: boolean;
let checks: PasswordChecks;

beforeEach(() => {
  clock = new HandSetClock('2026-11-23T01:00:00Z');
  asked = [];
  isDown = false;
  const directory = {
    async verify({ uid }: { readonly uid: string }, password: string) {
      asked.push(uid);
      if (isDown) throw new Fault('ERR_DIRECTORY_UNAVAILABLE', 'away');
      return password === 'right' ? ('right' as const) : ('wrong' as const);
    },
  };
  checks = new PasswordChecks(directory, clock);
});

const guesses = (count: number, address = '192.0.2.1', uid = 'sato') =>
  Promise.all(Array.from({ length: count }, () => checks.check({ uid }, 'wrong', address)));

describe('passwords of one person', () => {
  it('are asked about and no more than three wrong ones from one address, also of twenty at once', async () => {
    const answers = await guesses(20);
    expect(answers.filter((answer) => answer === 'wrong')).toHaveLength(3);
    expect(asked).toHaveLength(3);
    expect(await checks.check(sato, 'right', '192.0.2.1')).toBe('stopped');
  });

  it('are asked about from another address once more, and then from nowhere', async () => {
    await guesses(4, '192.0.2.1', 'SATO');
    expect(await guesses(2, '192.0.2.2')).toEqual(['wrong', 'stopped']);
    expect(asked).toHaveLength(4);
    expect(await checks.check({ uid: 'suzuki' }, 'right', '192.0.2.1')).toBe('right');
  });

  it('are those of one person however the name is spelled: directories overlook width, marks and spaces', async () => {
    for (const uid of ['sató', 'ｓａｔｏ', ' Sato']) await guesses(1, '192.0.2.1', uid);
    expect(await guesses(1)).toEqual(['stopped']);
    await guesses(3, '192.0.2.1', 'さとう');
    expect(await guesses(1, '192.0.2.1', 'サトウ')).toEqual(['stopped']);
    expect(asked).toHaveLength(6);
  });

  it('are asked about again half an hour later', async () => {
    await guesses(3);
    clock.advance(29 * 60);
    expect(await checks.check(sato, 'right', '192.0.2.1')).toBe('stopped');
    clock.advance(60);
    expect(await checks.check(sato, 'right', '192.0.2.1')).toBe('right');
  });

  it('begin anew after a right one, as directories count', async () => {
    await guesses(1);
    expect(await checks.check(sato, 'right', '192.0.2.1')).toBe('right');
    await guesses(1);
    expect(await checks.check(sato, 'right', '192.0.2.1')).toBe('right');
  });

  it('are not counted as wrong while the directory is away, which is a fault', async () => {
    isDown = true;
    for (let attempt = 0; attempt < 5; attempt += 1) {
      await expect(checks.check(sato, 'right', '192.0.2.1')).rejects.toMatchObject({
        code: 'ERR_DIRECTORY_UNAVAILABLE',
      });
    }
    isDown = false;
    expect(await checks.check(sato, 'right', '192.0.2.1')).toBe('right');
  });

  it('cannot be asked about where no directory is configured, which is a fault too', async () => {
    const none = new PasswordChecks(undefined, clock);
    expect(none.areOffered).toBe(false);
    await expect(none.check(sato, 'x', '192.0.2.1')).rejects.toMatchObject({
      code: 'ERR_DIRECTORY_UNAVAILABLE',
    });
  });
});
