import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AuditEvent } from '../../../idp/domain/audit-event.ts';
import { type EmbeddedStorage, openEmbeddedStorage } from '../../../idp/storage/embedded.ts';
import { type Keys, openKeyDirectory } from '../../../idp/storage/keys/key-directory.ts';
import { chain, chainStart, eventText } from '../../../idp/storage/sqlite/audit-chain.ts';
import { openForWriting } from '../../../idp/storage/sqlite/connection.ts';
import { HandSetClock } from '../../support/clock.ts';
import { operator, start, temporaryDirectory } from './support/storage-world.ts';

let directory: ReturnType<typeof temporaryDirectory>;
let keys: Keys;
let storage: EmbeddedStorage;

const open = () => openEmbeddedStorage({ dataDir: directory.path, keys, clock: new HandSetClock(start) });
const event = (n: number): AuditEvent => ({
  at: start + n,
  type: 'login.granted',
  actor: operator,
  subject: `person-${n}`,
  details: { way: 'ldap', attempt: n },
});
const append = (count: number) =>
  Promise.all(Array.from({ length: count }, (_, n) => storage.audit.append(event(n + 1))));
/** What somebody with the file in hands could do to it. */
const tamper = (sql: string) => {
  const raw = openForWriting(join(directory.path, 'record.sqlite'), 'FULL', 'ERR_AUDIT_UNAVAILABLE');
  raw.exec(sql);
  raw.close();
};
const checkpointPath = () => join(directory.path, 'audit-checkpoint.jwt');

beforeEach(async () => {
  directory = temporaryDirectory();
  keys = await openKeyDirectory(directory.path);
  storage = await open();
});

afterEach(async () => {
  await storage.close();
  directory.remove();
});

describe('the audit trail', () => {
  it('keeps what was appended in one chain, changes and sign-ins alike', async () => {
    await append(3);
    await storage.record.change((tables) =>
      tables.audit.append({ at: start, type: 'person.suspended', actor: operator, reason: 'left' }),
    );
    await append(2);
    const events = await Array.fromAsync(storage.audit.read());
    expect(events.map(({ sequence, type }) => [sequence, type])).toEqual([
      [1, 'login.granted'],
      [2, 'login.granted'],
      [3, 'login.granted'],
      [4, 'person.suspended'],
      [5, 'login.granted'],
      [6, 'login.granted'],
    ]);
    expect(events[0]).toMatchObject(event(1));
    // Those that were written together share a row.
    for (const [index, { hash, previousHash }] of events.entries()) {
      const before = events[index - 1];
      const isOfOneRow = before?.hash === hash;
      expect(previousHash).toBe(isOfOneRow ? before.previousHash : (before?.hash ?? '0'.repeat(64)));
    }
    const lastHash = events.at(-1)?.hash;
    expect(await storage.audit.verify()).toEqual({ outcome: 'intact', events: 6, lastHash });
  });

  it('is read from a place, and as far as asked for', async () => {
    await append(1_200);
    const all = await Array.fromAsync(storage.audit.read());
    expect(all).toHaveLength(1_200);
    expect(await Array.fromAsync(storage.audit.read({ afterSequence: 2, limit: 2 }))).toEqual(
      all.slice(2, 4),
    );
    expect(await Array.fromAsync(storage.audit.read({ afterSequence: 1_200 }))).toEqual([]);
    expect(await Array.fromAsync(storage.audit.read({ limit: 0 }))).toEqual([]);
  });

  it('goes on where it stood after reopening', async () => {
    await append(2);
    await storage.close();
    storage = await open();
    await append(1);
    expect(await storage.audit.verify()).toMatchObject({ outcome: 'intact', events: 3 });
  });

  it('holds events that were appended while a change was open, after it', async () => {
    const appended = new Promise((resolve) => setTimeout(resolve, 10)).then(() =>
      storage.audit.append(event(2)),
    );
    await storage.record.change(async (tables) => {
      await tables.settings.set('a', 'b');
      await new Promise((resolve) => setTimeout(resolve, 30));
      await tables.audit.append({ ...event(1), type: 'card.suspended' });
    });
    await appended;
    const types = (await Array.fromAsync(storage.audit.read())).map(({ type }) => type);
    expect(types).toEqual(['card.suspended', 'login.granted']);
  });

  it('throws a fault when it is closed: an answer that cannot be audited is not given', async () => {
    const { audit } = storage;
    await storage.close();
    await expect(audit.append(event(1))).rejects.toMatchObject({ code: 'ERR_AUDIT_UNAVAILABLE' });
    storage = await open();
  });
});

describe('events that a crash left in the journal', () => {
  const journalPath = (index: number) => join(directory.path, `audit-journal-main-${index}.jsonl`);
  const subjects = async () => (await Array.fromAsync(storage.audit.read())).map(({ subject }) => subject);

  /** The files as they are at this moment, for a directory that is opened after the crash. */
  const crash = async (afterwards: (index: number, text: string) => string = (_, text) => text) => {
    const left = [0, 1].map((index) => readFileSync(journalPath(index), 'utf8'));
    await storage.close();
    const record = ['record.sqlite'].map((name) => join(directory.path, name));
    expect(existsSync(record[0] ?? '')).toBe(true);
    tamper(`DELETE FROM audit_events; DELETE FROM settings WHERE name = 'audit-journal-main'`);
    rmSync(checkpointPath());
    for (const [index, text] of left.entries()) writeFileSync(journalPath(index), afterwards(index, text));
    storage = await open();
  };

  it('are in the trail when it is opened again, once, in their order', async () => {
    await append(5);
    await crash();
    expect(await subjects()).toEqual([1, 2, 3, 4, 5].map((n) => `person-${n}`));
    await storage.close();
    storage = await open();
    expect(await subjects()).toHaveLength(5);
  });

  it('are taken as far as they are whole', async () => {
    await append(3);
    await crash((_, text) => text.slice(0, -20));
    expect(await subjects()).toEqual(['person-1', 'person-2']);
    await append(1);
    expect(await subjects()).toEqual(['person-1', 'person-2', 'person-1']);
  });

  it('are not taken again when the record has them already', async () => {
    await append(4);
    const left = [0, 1].map((index) => readFileSync(journalPath(index), 'utf8'));
    expect(left.join('')).toContain('person-4');
    await storage.close();
    for (const [index, text] of left.entries()) writeFileSync(journalPath(index), text);
    storage = await open();
    expect(await subjects()).toHaveLength(4);
    expect((await storage.audit.verify()).outcome).toBe('intact');
  });

  it('are written before the answer', async () => {
    await append(2);
    expect([0, 1].map((index) => readFileSync(journalPath(index), 'utf8')).join('')).toContain('person-2');
  });
});

describe('a flood of events', () => {
  it('of which the record takes all, whoever else writes meanwhile', async () => {
    const change = storage.record.change(async (tables) => {
      await tables.settings.set('a', 'b');
      await new Promise((resolve) => setTimeout(resolve, 200));
    });
    const appended = Array.from({ length: 50 }, () => append(2_000));
    await change;
    await Promise.all(appended);
    expect(await storage.audit.verify()).toMatchObject({ outcome: 'intact', events: 100_000 });
  });
});

describe('a trail that an earlier version wrote, with a number and a hash for each event', () => {
  const lines = [1, 2, 3].map((n) => `{"sequence":${n},${eventText(event(n)).slice(1)}`);
  const rowsOf = (texts: readonly string[]) => {
    let hash = '0'.repeat(64);
    const hashes = texts.map((line) => {
      hash = createHash('sha256').update(`${hash}\n${line}`).digest('hex');
      return hash;
    });
    return `INSERT INTO audit_events VALUES (1, '${texts[0]}', '${hashes[0]}');
      INSERT INTO audit_events VALUES (3, '${texts[1]}\n${texts[2]}', '${hashes[2]}')`;
  };

  it('is read and verified as it stands, and goes on', async () => {
    await storage.close();
    tamper(rowsOf(lines));
    storage = await open();
    await append(2);
    const events = await Array.fromAsync(storage.audit.read());
    expect(events.map(({ sequence, subject }) => [sequence, subject])).toEqual([
      [1, 'person-1'],
      [2, 'person-2'],
      [3, 'person-3'],
      [4, 'person-1'],
      [5, 'person-2'],
    ]);
    expect(await storage.audit.verify()).toMatchObject({ outcome: 'intact', events: 5 });
  });

  it('shows that one of its events was changed', async () => {
    await storage.close();
    tamper(rowsOf(lines));
    tamper(`UPDATE audit_events SET line = replace(line, 'person-2', 'person-9') WHERE sequence = 3`);
    storage = await open();
    expect(await storage.audit.verify()).toMatchObject({ outcome: 'broken', atSequence: 2 });
  });
});

describe('verification', () => {
  // One after the other, each read back: in rows of their own.
  beforeEach(async () => {
    for (let n = 1; n <= 10; n += 1) {
      await storage.audit.append(event(n));
      await Array.fromAsync(storage.audit.read({ afterSequence: n }));
    }
  });

  const tampering: [string, string, number][] = [
    [
      'an event changed',
      `UPDATE audit_events SET line = replace(line, 'person-4', 'person-5') WHERE sequence = 4`,
      4,
    ],
    ['an event removed', 'DELETE FROM audit_events WHERE sequence = 6', 6],
    ['the first event removed', 'DELETE FROM audit_events WHERE sequence = 1', 1],
    ['the newest events cut off', 'DELETE FROM audit_events WHERE sequence > 7', 8],
    ['everything removed', 'DELETE FROM audit_events', 1],
    ['a hash changed', `UPDATE audit_events SET hash = 'f' || substr(hash, 2) WHERE sequence = 10`, 10],
  ];
  it.each(tampering)('notices %s', async (_what, sql, atSequence) => {
    await storage.close();
    tamper(sql);
    storage = await open();
    expect(await storage.audit.verify()).toMatchObject({ outcome: 'broken', atSequence });
  });

  it('still notices a tail that was cut off before more events were written', async () => {
    await storage.close();
    tamper('DELETE FROM audit_events WHERE sequence > 7');
    storage = await open();
    await append(20);
    await storage.close();
    storage = await open();
    expect(await storage.audit.verify()).toMatchObject({ outcome: 'broken', atSequence: 10 });
  });

  it('notices checkpoints that were removed, also after new ones were written', async () => {
    await storage.close();
    rmSync(checkpointPath());
    storage = await open();
    expect((await storage.audit.verify()).outcome).toBe('broken');
    await append(1);
    await storage.close();
    storage = await open();
    expect((await storage.audit.verify()).outcome).toBe('broken');
  });

  it('notices a checkpoint that another key signed', async () => {
    await storage.close();
    const elsewhere = temporaryDirectory();
    const otherKeys = await openKeyDirectory(elsewhere.path);
    const other = await openEmbeddedStorage({
      dataDir: elsewhere.path,
      keys: otherKeys,
      clock: new HandSetClock(start),
    });
    await other.close();
    writeFileSync(checkpointPath(), readFileSync(join(elsewhere.path, 'audit-checkpoint.jwt')));
    elsewhere.remove();
    storage = await open();
    expect((await storage.audit.verify()).outcome).toBe('broken');
  });

  it.each([
    ['one of them changed', `replace(line, 'person-14', 'person-99')`],
    [
      'two of them exchanged',
      `replace(replace(replace(line, 'person-14"', 'x'), 'person-15"', 'person-14"'), 'x', 'person-15"')`,
    ],
    ['one of them removed', 'substr(line, instr(line, char(10)) + 1)'],
    ['one of them added', `line || char(10) || '{"at":31}'`],
  ])('notices of events that share a row %s', async (_what, changed) => {
    await append(20);
    await storage.close();
    tamper(`UPDATE audit_events SET line = ${changed} WHERE sequence = 30`);
    storage = await open();
    expect(await storage.audit.verify()).toMatchObject({ outcome: 'broken' });
  });

  it.each([
    [
      'merged with the one before it',
      'UPDATE audit_events SET line = (SELECT line FROM audit_events WHERE sequence = 5) || char(10) || line WHERE sequence = 6; DELETE FROM audit_events WHERE sequence = 5',
    ],
    ['numbered otherwise', 'UPDATE audit_events SET sequence = 11 WHERE sequence = 10'],
  ])('notices a row %s', async (_what, sql) => {
    await storage.close();
    tamper(sql);
    storage = await open();
    expect(await storage.audit.verify()).toMatchObject({ outcome: 'broken' });
  });

  it('notices a chain that somebody computed anew, by what was vouched for', async () => {
    await storage.close();
    const row = chain(chainStart, [eventText(event(1))]);
    tamper(`DELETE FROM audit_events; INSERT INTO audit_events VALUES (1, '${row.line}', '${row.hash}')`);
    storage = await open();
    expect(await storage.audit.verify()).toMatchObject({ outcome: 'broken' });
  });

  it('is content with a whole trail while events are being appended', async () => {
    const appending = append(2_000);
    expect((await storage.audit.verify()).outcome).toBe('intact');
    await appending;
    expect(await storage.audit.verify()).toMatchObject({ outcome: 'intact', events: 2_010 });
  });

  it('vouches for what was appended within about a second, without being closed', async () => {
    const before = readFileSync(checkpointPath(), 'utf8');
    await expect.poll(() => readFileSync(checkpointPath(), 'utf8'), { timeout: 3_000 }).not.toBe(before);
    expect(existsSync(`${checkpointPath()}.new`)).toBe(false);
  });
});
