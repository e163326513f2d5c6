import { hash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CardKey } from '../../../idp/domain/card.ts';
import { Fault } from '../../../idp/domain/fault.ts';
import type { NoticeId } from '../../../idp/domain/notice.ts';
import type { Person, PersonId } from '../../../idp/domain/person.ts';
import type { FlowContext } from '../../../idp/flows/context.ts';
import { eraseWhatIsOwed } from '../../../idp/flows/erase-traces.ts';
import { forgetPerson } from '../../../idp/flows/forget-person.ts';
import { importPeople } from '../../../idp/flows/import-people.ts';
import { leavePerson } from '../../../idp/flows/leave-person.ts';
import { publishCards } from '../../../idp/flows/publish-cards.ts';
import type { Erasure } from '../../../idp/ports/erasure.ts';
import { type EmbeddedStorage, openEmbeddedStorage } from '../../../idp/storage/embedded.ts';
import { type Keys, openKeyDirectory } from '../../../idp/storage/keys/key-directory.ts';
import { createSecrets } from '../../../idp/storage/keys/secrets.ts';
import { HandSetClock } from '../../support/clock.ts';
import { seededRandom } from '../../support/random.ts';
import {
  card,
  operator,
  organization,
  person,
  start,
  tap,
  temporaryDirectory,
} from './support/storage-world.ts';

/** Enough for pages to be split and merged many times. */
const staffCount = 400;

let directory: ReturnType<typeof temporaryDirectory>;
let keys: Keys;
let storage: EmbeddedStorage;
let context: Parameters<typeof forgetPerson>[0] & Pick<FlowContext, 'secrets'>;
let staff: readonly Person[];

beforeEach(async () => {
  directory = temporaryDirectory();
  keys = await openKeyDirectory(directory.path);
  const clock = new HandSetClock(start);
  storage = await openEmbeddedStorage({ dataDir: directory.path, keys, clock });
  const sessionEnds = { process: async () => {} } as unknown as FlowContext['sessionEnds'];
  context = { ...storage, clock, sessionEnds, secrets: createSecrets() };
  staff = await addStaff();
});

afterEach(async () => {
  await storage.close();
  directory.remove();
});

/** Names that nothing else spells, of different lengths, so that rows move when they change. */
function nameOf(n: number): string {
  return `氏名${n}番${'々'.repeat(n % 37)}`;
}

async function addStaff(): Promise<readonly Person[]> {
  const people = Array.from({ length: staffCount }, (_, n) =>
    person(`uid-${n}-x`, {
      personId: `internal-${n}` as PersonId,
      displayName: nameOf(n),
      mail: `mail-${n}-x@city.example`,
      employeeNumber: `E${n}-x`,
    }),
  );
  await storage.record.change(async (tables) => {
    await tables.organizations.add(organization);
    for (const [n, one] of people.entries()) {
      await tables.people.put(one);
      const own = card(n, one, { cardKey: cardKeyOf(n), sealedNumber: `sealed-number-${n}-x` });
      await tables.cards.add(own);
      await tables.notices.queue({
        ...{ noticeId: `notice-${n}` as NoticeId, kind: 'registration-rejected', about: own.cardId },
        ...{ personId: one.personId, words: { ja: `理由${n}番`, en: `reason-${n}-x` }, state: 'waiting' },
        ...{ queuedAt: start, attempts: 0, nextAttemptAt: start },
      });
    }
  });
  await publishCards(context);
  return people;
}

/** People marry, move and change offices: their rows and index entries are written again and again. */
async function stir(seed: number): Promise<void> {
  const random = seededRandom(seed);
  for (let round = 0; round < 3; round += 1) {
    const some = staff.filter(() => random.below(10) < 3);
    const people = some.map(({ personId: _, organizationId: __, state: ___, roles: ____, ...one }) => ({
      ...one,
      department: '課'.repeat(random.below(60)),
    }));
    await importPeople(context, { people, actor: operator });
  }
}

function filesOf(path: string): readonly string[] {
  return readdirSync(path).flatMap((name) => {
    const inner = join(path, name);
    return statSync(inner).isDirectory() ? filesOf(inner) : [inner];
  });
}

/** Which of these texts or octets any file of the data directory still holds. */
function found(wanted: readonly (string | Uint8Array)[]): readonly string[] {
  const contents = filesOf(directory.path).map((path) => readFileSync(path));
  return wanted
    .filter((one) => contents.some((content) => content.includes(Buffer.from(one))))
    .map((one) => Buffer.from(one).toString('utf8'));
}

function tracesOf(n: number): readonly (string | Uint8Array)[] {
  return [
    ...[`uid-${n}-x`, `氏名${n}番`, `mail-${n}-x@city.example`, `E${n}-x`],
    ...[`sealed-number-${n}-x`, `reason-${n}-x`, `理由${n}番`],
  ];
}

async function leaveAndForget(n: number, erasure: Erasure = storage.erasure): Promise<void> {
  const request = { person: `uid-${n}-x`, actor: operator };
  await leavePerson(context, request);
  await forgetPerson({ ...context, erasure }, request);
}

describe('after somebody is forgotten', () => {
  it('no file of the data directory holds uid, names, mail, numbers or reasons any more', async () => {
    await stir(1);
    const own = (await storage.record.cards.findByPerson(staff[7]!.personId))[0]!;
    await storage.taps.keep(tap('tap-7', { cardKey: own.cardKey }), { counter: 1 });
    expect(found(tracesOf(7))).toHaveLength(tracesOf(7).length);
    await leaveAndForget(7);
    expect(found([...tracesOf(7), Buffer.from(own.cardKey, 'hex')])).toEqual([]);
  });

  it('the same holds of many, one after the other, with changes in between; the others are all there', async () => {
    for (const n of [50, 51, 52, 199]) {
      await stir(n);
      await leaveAndForget(n);
      staff = staff.filter(({ uid }) => uid !== `uid-${n}-x`);
      expect(found(tracesOf(n))).toEqual([]);
    }
    expect(found(tracesOf(100))).toHaveLength(tracesOf(100).length);
    expect(await storage.record.people.list()).toHaveLength(staffCount - 4);
  });

  it('the audit trail verifies, also after the files are opened again', async () => {
    await leaveAndForget(9);
    expect(await storage.audit.verify()).toMatchObject({ outcome: 'intact' });
    await storage.close();
    storage = await openEmbeddedStorage({ dataDir: directory.path, keys, clock: context.clock });
    expect(await storage.audit.verify()).toMatchObject({ outcome: 'intact' });
    expect(found(tracesOf(9))).toEqual([]);
  });

  it('the index answers for everybody else as before', async () => {
    const before = storage.cardIndex.find(cardKeyOf(11));
    await leaveAndForget(10);
    expect(await storage.cardIndex.find(cardKeyOf(10))).toEqual([]);
    expect(await storage.cardIndex.find(cardKeyOf(11))).toEqual(await before);
  });

  it('what an earlier version deleted without overwriting it goes too', async () => {
    const earlier = new DatabaseSync(join(directory.path, 'record.sqlite'));
    earlier.exec(
      `PRAGMA secure_delete = OFF; INSERT INTO settings VALUES ('old', 'remnant-x'), ('kept', 'stays-x')`,
    );
    earlier.exec(`DELETE FROM settings WHERE name = 'old'; PRAGMA wal_checkpoint(TRUNCATE)`);
    earlier.close();
    expect(found(['remnant-x', 'stays-x'])).toEqual(['remnant-x', 'stays-x']);
    await storage.erasure.erase(['remnant-x']);
    expect(found(['remnant-x', 'stays-x'])).toEqual(['stays-x']);
  });

  it('files that could not be wiped then are wiped later, after a crash too', async () => {
    const outage = async () => {
      throw new Fault('ERR_RECORD_UNAVAILABLE', 'in use');
    };
    await expect(leaveAndForget(13, { erase: outage })).rejects.toMatchObject({
      code: 'ERR_RECORD_UNAVAILABLE',
    });
    expect(found(tracesOf(13))).not.toEqual([]);
    await storage.close();
    storage = await openEmbeddedStorage({ dataDir: directory.path, keys, clock: context.clock });
    const still = { ...storage, erasure: { erase: outage } };
    await expect(eraseWhatIsOwed(still)).rejects.toMatchObject({ code: 'ERR_RECORD_UNAVAILABLE' });
    await eraseWhatIsOwed(storage);
    expect(found(tracesOf(13))).toEqual([]);
    // Nothing is owed any more: the one that fails is not asked.
    await eraseWhatIsOwed(still);
  });

  it('nothing is left of sessions, sealed as they are', async () => {
    const sealedNames = () => readFileSync(join(directory.path, 'oidc-state.sqlite')).length;
    for (let n = 0; n < 50; n += 1) {
      await storage.oidcState.upsert('Session', `s${n}`, { accountId: 'internal-14', uid: `u${n}` }, 3_600);
    }
    await storage.erasure.erase([]);
    const before = sealedNames();
    for (let n = 0; n < 50; n += 1) await storage.oidcState.destroy('Session', `s${n}`);
    await leaveAndForget(14);
    expect(sealedNames()).toBeLessThan(before);
  });

  it('somebody who reads for long holds up the wiping, and nobody who writes', async () => {
    const reader = new DatabaseSync(join(directory.path, 'record.sqlite'), { readOnly: true });
    reader.exec('BEGIN');
    reader.prepare('SELECT count(*) FROM people').get();
    const forgotten = leaveAndForget(15);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const startedAt = performance.now();
    await storage.audit.append({ at: start, type: 'login.denied', actor: operator });
    expect(performance.now() - startedAt).toBeLessThan(500);
    expect(found(tracesOf(15))).not.toEqual([]);
    reader.close();
    await forgotten;
    expect(found(tracesOf(15))).toEqual([]);
  });

  it('changes go on while files are wiped', async () => {
    const work = Array.from({ length: 20 }, (_, n) =>
      storage.audit.append({ at: start + n, type: 'login.denied', actor: operator }),
    );
    await Promise.all([leaveAndForget(12), stir(12), ...work]);
    expect(await storage.audit.verify()).toMatchObject({ outcome: 'intact' });
  });
});

it('what was deleted would be found without the wiping: this search can fail', async () => {
  await stir(2);
  await leaveAndForget(7, { erase: async () => {} });
  expect(found(tracesOf(7))).not.toEqual([]);
});

function cardKeyOf(n: number): CardKey {
  return hash('sha256', `key ${n}`).slice(0, 32) as CardKey;
}
