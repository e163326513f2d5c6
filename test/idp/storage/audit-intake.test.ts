import { mkdtempSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AuditEvent } from '../../../idp/domain/audit-event.ts';
import { actor } from '../../../idp/domain/registration.ts';
import { AuditJournal, readLeftover } from '../../../idp/storage/audit-journal.ts';
import { openEmbeddedStorage } from '../../../idp/storage/embedded.ts';
import { openKeyDirectory } from '../../../idp/storage/keys/key-directory.ts';
import { eventText } from '../../../idp/storage/sqlite/audit-chain.ts';
import { AuditIntake } from '../../../idp/storage/sqlite/audit-intake.ts';
import { HandSetClock } from '../../support/clock.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'kazasu-intake-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** A journal whose disk is full as long as somebody says so. */
class FillingJournal extends AuditJournal {
  isFull = false;

  override append(lines: string): void {
    if (this.isFull) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    super.append(lines);
  }
}

function granted(card: string): AuditEvent {
  return { at: 1_000, type: 'login.granted', actor: actor('client', 'door'), subject: card };
}

const subjects = (lines: readonly string[]) =>
  lines.map((line) => (JSON.parse(line) as { readonly subject: string }).subject);

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

describe('events that the disk does not take', () => {
  let moved: string[];
  let journal: FillingJournal;
  let intake: AuditIntake;
  beforeEach(() => {
    moved = [];
    journal = new FillingJournal(directory, 'test', 0);
    intake = new AuditIntake({ journal, move: async (events) => void moved.push(...events) });
  });

  it('keep back every answer that rests on them, not only the first that wanted to leave', async () => {
    journal.isFull = true;
    intake.note(granted('card-1'));
    intake.note(granted('card-2'));
    expect(() => intake.settle()).toThrow(expect.objectContaining({ code: 'ERR_AUDIT_UNAVAILABLE' }));
    // The other connection's answer.
    expect(() => intake.settle()).toThrow(expect.objectContaining({ code: 'ERR_AUDIT_UNAVAILABLE' }));
    // Nor one that leaves a turn later, when they were tried without anybody's asking.
    await nextTurn();
    expect(() => intake.settle()).toThrow(expect.objectContaining({ code: 'ERR_AUDIT_UNAVAILABLE' }));
    journal.isFull = false;
    await intake.close();
  });

  it('are written once it takes some again, and meanwhile no more are taken', async () => {
    journal.isFull = true;
    intake.note(granted('card-1'));
    expect(() => intake.settle()).toThrow();
    for (let index = 0; index < 3; index += 1) {
      expect(() => intake.note(granted('card-2'))).toThrow(
        expect.objectContaining({ code: 'ERR_AUDIT_UNAVAILABLE' }),
      );
    }
    journal.isFull = false;
    intake.note(granted('card-3'));
    intake.settle();
    await intake.close();
    expect(subjects(moved)).toEqual(['card-1', 'card-3']);
  });
});

describe('a journal', () => {
  it('gives back the room of what the record holds, and goes on in the same files', async () => {
    const journal = new AuditJournal(directory, 'test', 0);
    const moved: string[] = [];
    const intake = new AuditIntake({ journal, move: async (events) => void moved.push(...events) });
    for (const card of ['card-1', 'card-2', 'card-3']) {
      intake.note(granted(card));
      await intake.moved();
      const sizes = [0, 1].map(
        (index) => statSync(join(directory, `audit-journal-test-${index}.jsonl`)).size,
      );
      // Nothing but the head of the generation that goes on.
      expect(sizes.toSorted((a, b) => a - b)).toEqual([0, `{"generation":${journal.generation}}\n`.length]);
    }
    intake.note(granted('card-4'));
    intake.settle();
    expect(readLeftover(directory, 'test', journal.generation - 1).lines).toEqual([
      eventText(granted('card-4')),
    ]);
    await intake.close();
    expect(subjects(moved)).toEqual(['card-1', 'card-2', 'card-3', 'card-4']);
  });
});

describe('a journal whose next file cannot be begun', () => {
  it('goes on in the one that it has, and writes over nothing', () => {
    symlinkSync('/dev/full', join(directory, 'audit-journal-test-0.jsonl'));
    const journal = new AuditJournal(directory, 'test', 0);
    journal.turnOver();
    journal.append('{"line":1}\n');
    for (let index = 0; index < 3; index += 1) expect(() => journal.turnOver()).toThrow();
    journal.append('{"line":2}\n');
    journal.close();
    rmSync(join(directory, 'audit-journal-test-0.jsonl'));
    expect(readLeftover(directory, 'test', 0)).toEqual({
      ...{ lines: ['{"line":1}', '{"line":2}'], unreadable: 0, generation: 1 },
    });
  });
});

describe('the journal of a thread that ended', () => {
  it('is taken over behind what that thread handed over last, and nothing of it twice', async () => {
    const keys = await openKeyDirectory(directory);
    const storage = await openEmbeddedStorage({ dataDir: directory, keys, clock: new HandSetClock(1_000) });
    const { journals } = storage.shareable;
    const [first, second] = ['card-1', 'card-2'].map((card) => eventText(granted(card)));
    const journal = journals.open('ldap-1');
    journal.turnOver();
    journal.append(`${first}\n`);
    const ended = journal.turnOver();
    journal.append(`${second}\n`);
    journal.close();
    // Somebody has the turn to write, for longer than the thread takes to be replaced.
    const { promise, resolve } = Promise.withResolvers<void>();
    const change = storage.record.change(() => promise);
    const handedOver = journals.move('ldap-1', [first ?? ''], ended);
    const takenOver = journals.takeOver('ldap-1');
    await nextTurn();
    resolve();
    await Promise.all([change, handedOver, takenOver]);
    const trail = await Array.fromAsync(storage.audit.read());
    expect(trail.map(({ subject }) => subject)).toEqual(['card-1', 'card-2']);
    await storage.close();
  });
});
