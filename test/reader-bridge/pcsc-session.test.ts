import type { CardInterface } from 'smartcard';
import { describe, expect, test } from 'vitest';
import { Fault } from '../../idp/domain/fault.ts';
import { asCardProblem, isSharingViolation, pcscFault } from '../../reader-bridge/pcsc-problem.ts';
import { pcscSession } from '../../reader-bridge/pcsc-session.ts';

const unpower = 2;
const leave = 0;

/** A card as the addon gives it; it answers when told to. */
function opened() {
  const dispositions: (number | undefined)[] = [];
  const answer = Promise.withResolvers<Buffer>();
  let abandoned = 0;
  const card = {
    transmit: () => answer.promise,
    disconnect: (disposition?: number) => void dispositions.push(disposition),
  } as Partial<CardInterface> as CardInterface;
  const session = pcscSession({
    card,
    unpower,
    leave,
    abandon: () => {
      abandoned += 1;
    },
    lost: (error) => asCardProblem(error) ?? pcscFault(error),
  });
  return { session, answer, dispositions, abandoned: () => abandoned };
}

describe('a session through PC/SC', () => {
  test('ends with the power off, or with the card left as it is', async () => {
    const one = opened();
    await one.session.powerOff();
    expect(one.dispositions).toEqual([unpower]);
    const other = opened();
    await other.session.release();
    expect(other.dispositions).toEqual([leave]);
  });

  test('with a silent card does not wait for it: its context is given up, and the power goes off if it ever answers', async () => {
    const { session, answer, dispositions, abandoned } = opened();
    void session.transmit(Uint8Array.of(0)).catch(() => undefined);
    await session.powerOff();
    expect(dispositions).toEqual([]);
    expect(abandoned()).toBe(1);
    answer.resolve(Buffer.from('9000', 'hex'));
    await new Promise(setImmediate);
    expect(dispositions).toEqual([unpower]);
  });

  test('turns the addon’s texts into typed errors', async () => {
    const removed = opened();
    removed.answer.reject(new Error('Card was removed'));
    await expect(removed.session.transmit(Uint8Array.of(0))).rejects.toMatchObject({
      code: 'ERR_CARD_REMOVED',
    });
    const gone = opened();
    gone.answer.reject(new Error('PC/SC service not running'));
    await expect(gone.session.transmit(Uint8Array.of(0))).rejects.toBeInstanceOf(Fault);
    expect(isSharingViolation(new Error('Sharing violation'))).toBe(true);
    expect(isSharingViolation(new Error('Card was removed'))).toBe(false);
  });

  test('does not fail at the end when card or service are gone already', async () => {
    const { session } = opened();
    const broken = pcscSession({
      card: {
        disconnect: () => {
          throw new Error('Invalid handle');
        },
      } as Partial<CardInterface> as CardInterface,
      unpower,
      leave,
      abandon: () => {},
      lost: pcscFault,
    });
    await expect(broken.powerOff()).resolves.toBeUndefined();
    await expect(session.release()).resolves.toBeUndefined();
  });
});
