import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Fault, InvalidInput } from '../../../idp/domain/fault.ts';
import type { ClientId } from '../../../idp/domain/login-policy.ts';
import { presetSettings } from '../../../idp/domain/oidc-settings.ts';
import type { OidcClient } from '../../../idp/ports/clients.ts';
import type { SystemRecord } from '../../../idp/ports/system-record.ts';
import { openForWriting } from '../../../idp/storage/sqlite/connection.ts';
import { openSqliteRecord } from '../../../idp/storage/sqlite/record.ts';
import { WriteTurn } from '../../../idp/storage/sqlite/write-turn.ts';
import {
  card,
  cardKey,
  clock,
  facts,
  issuerKeyId,
  ldapClient,
  operator,
  organization,
  person,
  proof,
  reader,
  registration,
  scope,
  start,
  temporaryDirectory,
} from './support/storage-world.ts';

const since = { addedAt: start, changedAt: start };
const tanaka = person('tanaka', { ...since, unixNumber: 1 });
const sato = person('sato', { ...since, unixNumber: 2 });

let directory: ReturnType<typeof temporaryDirectory>;
let path: string;
let record: SystemRecord;

beforeEach(async () => {
  directory = temporaryDirectory();
  path = join(directory.path, 'record.sqlite');
  record = await openSqliteRecord(path, new WriteTurn(), clock);
  await record.change(async (tables) => {
    await tables.organizations.add(organization);
    await tables.people.put(tanaka);
    await tables.people.put(sato);
  });
});

afterEach(async () => {
  await record.close();
  directory.remove();
});

describe('a change', () => {
  it('is seen by the next read, and by the one after reopening', async () => {
    await record.change((tables) => tables.settings.set('demo', 'yes'));
    expect(await record.settings.get('demo')).toBe('yes');
    await record.close();
    record = await openSqliteRecord(path, new WriteTurn(), clock);
    expect(await record.settings.get('demo')).toBe('yes');
    expect(await record.people.find('tanaka')).toEqual(tanaka);
  });

  it('leaves nothing behind when its work throws, not even a note for the index', async () => {
    const change = record.change(async (tables) => {
      await tables.cards.add(card(1, tanaka));
      await tables.audit.append({ at: start, type: 'card.suspended', actor: operator });
      throw new InvalidInput('ERR_TEST', 'no');
    });
    await expect(change).rejects.toMatchObject({ code: 'ERR_TEST' });
    expect(await record.cards.list()).toEqual([]);
    expect(await record.pendingIndexKeys()).toEqual([]);
  });

  it('is not seen by readers before it is done, and does not keep them waiting', async () => {
    let go: () => void = () => {};
    const held = new Promise<void>((resolve) => {
      go = resolve;
    });
    const change = record.change(async (tables) => {
      await tables.settings.set('step', 'one');
      await held;
    });
    expect(await record.settings.get('step')).toBeUndefined();
    go();
    await change;
    expect(await record.settings.get('step')).toBe('one');
  });

  it('runs after the one before, so that a hundred at once count to a hundred', async () => {
    const increment = () =>
      record.change(async (tables) => {
        const count = Number((await tables.settings.get('count')) ?? 0);
        await tables.settings.set('count', String(count + 1));
      });
    await Promise.all(Array.from({ length: 100 }, increment));
    expect(await record.settings.get('count')).toBe('100');
  });

  it('within a change is refused instead of waiting for itself for ever', async () => {
    const nested = record.change(() => record.change(async () => {}));
    await expect(nested).rejects.toThrow('use the tables of the change');
  });

  it('waits without blocking while another connection writes', async () => {
    const other = openForWriting(path, 'NORMAL', 'ERR_RECORD_UNAVAILABLE');
    other.exec('BEGIN IMMEDIATE');
    setTimeout(() => other.exec('COMMIT'), 50);
    await record.change((tables) => tables.settings.set('after', 'wait'));
    expect(await record.settings.get('after')).toBe('wait');
    other.close();
  });

  it('is a fault when the store is closed, never an empty answer', async () => {
    const closed = await openSqliteRecord(join(directory.path, 'other.sqlite'), new WriteTurn(), clock);
    await closed.close();
    await expect(closed.people.list()).rejects.toBeInstanceOf(Fault);
    await expect(closed.change(async () => {})).rejects.toBeInstanceOf(Fault);
  });
});

describe('what is stored', () => {
  it('is a fault to read when it is damaged, never a default', async () => {
    const raw = openForWriting(path, 'NORMAL', 'ERR_RECORD_UNAVAILABLE');
    raw.exec("UPDATE people SET state = 'superuser' WHERE uid = 'tanaka'");
    raw.exec("UPDATE people SET groups = '{' WHERE uid = 'sato'");
    raw.close();
    await expect(record.people.find('tanaka')).rejects.toMatchObject({ code: 'ERR_RECORD_UNAVAILABLE' });
    await expect(record.people.find('sato')).rejects.toMatchObject({ code: 'ERR_RECORD_UNAVAILABLE' });
  });

  it('is not opened when a newer version wrote it', async () => {
    const raw = openForWriting(path, 'NORMAL', 'ERR_RECORD_UNAVAILABLE');
    raw.exec("INSERT INTO kysely_migration (name, timestamp) VALUES ('999-later', '2030')");
    raw.close();
    const opening = openSqliteRecord(path, new WriteTurn(), clock);
    await expect(opening).rejects.toMatchObject({ code: 'ERR_RECORD_UNAVAILABLE' });
  });
});

describe('people', () => {
  it('are found by id, by uid without case, and by one attribute', async () => {
    expect(await record.people.find(tanaka.personId)).toEqual(tanaka);
    expect(await record.people.find('TANAKA')).toEqual(tanaka);
    expect(await record.people.findBy('mail', 'Sato@Example.JP', 5)).toEqual([sato]);
    expect(await record.people.findBy('employeeNumber', '1', 5)).toEqual([]);
    expect(await record.people.find('nobody')).toBeUndefined();
  });

  it('cannot take the place of another by a uid that spells the other’s id', async () => {
    const impostor = person(tanaka.personId);
    await record.change((tables) => tables.people.put(impostor));
    expect(await record.people.find(tanaka.personId)).toEqual(tanaka);
  });

  it('keep id, state and roles when they are put again', async () => {
    await record.change(async (tables) => {
      await tables.people.setRoles(tanaka.personId, ['approver']);
      await tables.people.setState(tanaka.personId, 'active', 'suspended');
      await tables.people.put(person('tanaka', { personId: sato.personId, displayName: 'New', roles: [] }));
    });
    expect(await record.people.find('tanaka')).toEqual({
      ...tanaka,
      displayName: 'New',
      roles: ['approver'],
      state: 'suspended',
    });
  });

  it('change state only from the state that was expected', async () => {
    await record.change(async (tables) => {
      expect(await tables.people.setState(tanaka.personId, 'suspended', 'active')).toBe(false);
      expect(await tables.people.setState(tanaka.personId, 'active', 'left')).toBe(true);
    });
    expect((await record.people.find('tanaka'))?.state).toBe('left');
  });
});

describe('invitations', () => {
  const invitation = { codeHash: 'h', personId: tanaka.personId, inviter: operator, expiresAt: start + 10 };

  it.each([
    ['before it expires', start + 9, true],
    ['in the millisecond it expires', start + 10, false],
  ])('can be used %s: %d → %s', async (_when, now, usable) => {
    await record.change((tables) => tables.invitations.add(invitation));
    expect(await record.change((tables) => tables.invitations.use('h', now))).toBe(usable);
  });

  it('are used once, also by a hundred at once', async () => {
    await record.change((tables) => tables.invitations.add(invitation));
    const uses = await Promise.all(
      Array.from({ length: 100 }, () => record.change((tables) => tables.invitations.use('h', start))),
    );
    expect(uses.filter(Boolean)).toHaveLength(1);
    expect(await record.invitations.find('h')).toEqual({ ...invitation, usedAt: start });
  });
});

describe('registrations', () => {
  it('come back as they were put, and are found pending by card key', async () => {
    const begun = registration('r1', tanaka);
    const pending = { ...begun, state: 'pending', proof: proof(7) } as const;
    await record.change(async (tables) => {
      await tables.registrations.add(begun);
      expect(await tables.registrations.update(pending, 'approved')).toBe(false);
      expect(await tables.registrations.update(pending, 'begun')).toBe(true);
    });
    expect(await record.registrations.find(begun.registrationId)).toEqual(pending);
    expect(await record.registrations.findPendingByCardKey(cardKey(7))).toEqual([pending]);
    expect(await record.registrations.list('begun')).toEqual([]);
    expect(await record.registrations.list()).toEqual([pending]);
  });
});

describe('cards', () => {
  it('come back as they were put and change by compare-and-set', async () => {
    await record.change((tables) => tables.cards.add(card(1, tanaka)));
    const revoked = card(1, tanaka, { state: 'revoked', revokedBy: 'issuer' });
    await record.change(async (tables) => {
      expect(await tables.cards.update(revoked, 'suspended')).toBe(false);
      expect(await tables.cards.update(revoked, 'active')).toBe(true);
    });
    expect(await record.cards.find(revoked.cardId)).toEqual(revoked);
    expect(await record.cards.findByKey(cardKey(1))).toEqual([revoked]);
    expect(await record.cards.findByPerson(tanaka.personId)).toEqual([revoked]);
  });

  it('are in use once: a second person cannot have the same card before it is retired', async () => {
    const second = card(2, sato, { cardKey: cardKey(1) });
    await record.change((tables) => tables.cards.add(card(1, tanaka)));
    const twice = record.change((tables) => tables.cards.add(second));
    await expect(twice).rejects.toMatchObject({ name: 'InvalidInput', code: 'ERR_ALREADY_EXISTS' });
    await record.change(async (tables) => {
      await tables.cards.update(card(1, tanaka, { state: 'retired' }), 'active');
      await tables.cards.add(second);
    });
    expect((await record.factsOf(cardKey(1))).map(({ cardId }) => cardId)).toEqual(['card-2']);
  });

  it('of one bare number but two issuers stand side by side', async () => {
    const other = card(2, sato, { cardKey: cardKey(1), issuerKeyId: '0b'.repeat(20) as typeof issuerKeyId });
    await record.change(async (tables) => {
      await tables.cards.add(card(1, tanaka));
      await tables.cards.add(other);
    });
    expect(await record.factsOf(cardKey(1))).toHaveLength(2);
  });

  it('in use and pending registrations are what a list is held against', async () => {
    await record.change(async (tables) => {
      await tables.cards.add(card(1, tanaka));
      await tables.cards.add(card(2, tanaka, { state: 'retired' }));
      await tables.cards.add(card(3, tanaka, { state: 'suspended' }));
      const elsewhere = { issuerKeyId, distributionPoint: 'cn=crl2' };
      await tables.cards.add(card(4, tanaka, { revocationScope: elsewhere }));
      await tables.registrations.add(registration('r5', sato, { state: 'pending', proof: proof(5) }));
      await tables.registrations.add(registration('r6', sato, { state: 'rejected', proof: proof(6) }));
    });
    const found = await Array.fromAsync(record.cards.inScope(scope));
    expect(found).toEqual([
      { registrationId: 'r5', cardKey: cardKey(5), sealedNumber: 'sealed-5' },
      { cardId: 'card-1', cardKey: cardKey(1), sealedNumber: 'sealed-1' },
      { cardId: 'card-3', cardKey: cardKey(3), sealedNumber: 'sealed-3' },
    ]);
    const points = (await record.cards.revocationScopes()).map(({ distributionPoint }) => distributionPoint);
    expect(points.sort()).toEqual(['cn=crl1,o=jpki,c=jp', 'cn=crl2']);
  });

  it('are all held against a list, also those approved while it is being read', async () => {
    const many = Array.from({ length: 2_500 }, (_, n) => n + 10);
    await record.change(async (tables) => {
      for (const n of many) await tables.cards.add(card(n, tanaka));
      await tables.registrations.add(registration('late', sato, { state: 'pending', proof: proof(3) }));
    });
    const keys = new Set<string>();
    for await (const { cardKey: key } of record.cards.inScope(scope)) {
      if (keys.size === 1_500) await record.change((tables) => tables.cards.add(card(4, sato)));
      keys.add(key);
    }
    expect(keys.size).toBe(2_502);
    expect(keys.has(cardKey(4))).toBe(true);
  });
});

describe('notes for the index', () => {
  beforeEach(async () => {
    await record.change(async (tables) => {
      await tables.cards.add(card(1, tanaka));
      await tables.cards.add(card(2, sato));
    });
    for (const key of await record.pendingIndexKeys())
      await record.indexed([{ cardKey: key, facts: await record.factsOf(key) }]);
    expect(await record.pendingIndexKeys()).toEqual([]);
  });

  const changes: [string, Parameters<SystemRecord['change']>[0], number[]][] = [
    ['a card changed', (t) => t.cards.update(card(1, tanaka, { state: 'suspended' }), 'active'), [1]],
    ['its person changed state', (t) => t.people.setState(tanaka.personId, 'active', 'suspended'), [1]],
    ['its person was imported anew', (t) => t.people.put({ ...sato, displayName: 'New' }), [2]],
    ['its person was imported as it was', (t) => t.people.put(sato), []],
    [
      'its organisation was declared a verifier',
      (t) => t.organizations.declareVerifier(organization.organizationId, 'notified'),
      [1, 2],
    ],
    ['a change had no effect', (t) => t.people.setState(tanaka.personId, 'left', 'active'), []],
  ];
  it.each(changes)('tell which entries are old when %s', async (_what, work, numbers) => {
    await record.change(work);
    expect([...(await record.pendingIndexKeys())].sort()).toEqual(numbers.map(cardKey));
  });

  it('stay when the record changed between reading the facts and indexing them', async () => {
    await record.change((tables) => tables.people.setState(tanaka.personId, 'active', 'suspended'));
    const old = await record.factsOf(cardKey(1));
    await record.change((tables) => tables.people.setState(tanaka.personId, 'suspended', 'left'));
    await record.indexed([{ cardKey: cardKey(1), facts: old }]);
    expect(await record.pendingIndexKeys()).toEqual([cardKey(1)]);
  });

  it('come back when something older was put into the index after the newest', async () => {
    await record.indexed([{ cardKey: cardKey(1), facts: [facts(1, tanaka, { state: 'suspended' })] }]);
    expect(await record.pendingIndexKeys()).toEqual([cardKey(1)]);
  });

  it('are about exactly the facts that a decision needs', async () => {
    expect(await record.factsOf(cardKey(1))).toEqual([facts(1, tanaka)]);
    await record.change((t) => t.organizations.declareVerifier(organization.organizationId, 'notified'));
    expect(await record.factsOf(cardKey(1))).toEqual([facts(1, tanaka, { declaredVerifier: true })]);
    expect(await record.factsOf(cardKey(9))).toEqual([]);
  });
});

describe('readers', () => {
  const publicKey = { kty: 'EC', crv: 'P-256', x: 'x', y: 'y' } as const;
  const door = reader('door');

  beforeEach(async () => {
    const enrolment = { codeHash: 'code', expiresAt: start + 10 };
    await record.change((tables) => tables.readers.add(door, enrolment));
  });

  it('enrol once, with the code they were given, before it expires', async () => {
    expect(await record.readers.findByEnrolmentCode('code', start + 9)).toEqual(door);
    expect(await record.readers.findByEnrolmentCode('code', start + 10)).toBeUndefined();
    const enrol = (code: string) =>
      record.change((tables) => tables.readers.enrol(door.readerId, code, publicKey));
    expect(await enrol('another')).toBe(false);
    expect(await Promise.all([enrol('code'), enrol('code')])).toEqual([true, false]);
    expect(await record.readers.find('door')).toEqual({ ...door, state: 'active', publicKey });
  });

  it('are disabled once, with the moment from which their taps are void', async () => {
    const disable = () => record.change((tables) => tables.readers.disable(door.readerId, start));
    expect([await disable(), await disable()]).toEqual([true, false]);
    expect((await record.readers.find(door.readerId))?.tapsVoidBefore).toBe(start);
    expect(await record.readers.findByEnrolmentCode('code', start)).toBeUndefined();
  });

  it('serve a client once, however often it is assigned', async () => {
    const client = 'client-1' as ClientId;
    await record.change(async (tables) => {
      await tables.readers.assignClient(door.readerId, client);
      await tables.readers.assignClient(door.readerId, client);
    });
    expect((await record.readers.list())[0]?.clientIds).toEqual([client]);
  });

  it('have names of their own', async () => {
    const enrolment = { codeHash: 'other', expiresAt: start };
    const second = reader('Door');
    const adding = record.change((tables) => tables.readers.add(second, enrolment));
    await expect(adding).rejects.toMatchObject({ code: 'ERR_ALREADY_EXISTS' });
  });
});

describe('clients', () => {
  it('come back as they were added, in both protocols', async () => {
    const printer = ldapClient('printer');
    const { policy } = ldapClient('kiosk');
    const kiosk: OidcClient = {
      protocol: 'oidc',
      name: 'kiosk',
      addedAt: start,
      redirectUris: ['https://kiosk.example.jp/cb'],
      settings: presetSettings('web'),
      sealedSecret: 'sealed',
      policy: { ...policy, organizations: [organization.organizationId] },
    };
    await record.change(async (tables) => {
      await tables.clients.add(printer);
      await tables.clients.add(kiosk);
      expect(await tables.clients.replaceSecret(printer.policy.clientId, 'new')).toBe(true);
      expect(await tables.clients.replaceSecret('none' as ClientId, 'new')).toBe(false);
      expect(await tables.clients.replaceSettings({ ...printer, certificateSha256s: ['ab'] })).toBe(true);
      const nobody = { ...printer, policy: { ...policy, clientId: 'none' as ClientId } };
      expect(await tables.clients.replaceSettings(nobody)).toBe(false);
    });
    const changed = { ...printer, secretHash: 'new', certificateSha256s: ['ab'] };
    expect(await record.clients.list()).toEqual([kiosk, changed]);
    expect(await record.clients.find('kiosk')).toEqual(kiosk);
    expect(await record.clients.find(kiosk.policy.clientId)).toEqual(kiosk);
  });
});

describe('applied lists and organisations', () => {
  it('keep the newest list of each scope', async () => {
    const trusted = { thisUpdate: 1, nextUpdate: 2, entryCount: 3 };
    const list = { ...scope, crlNumber: '5', sha256: 'a', ...trusted, appliedAt: 4, trusted };
    await record.change((tables) => tables.appliedLists.put(list));
    await record.change((tables) => tables.appliedLists.put({ ...list, crlNumber: '6' }));
    expect(await record.appliedLists.find(scope)).toEqual({ ...list, crlNumber: '6' });
    expect(await record.appliedLists.list()).toHaveLength(1);
  });

  it('keep what is doubted beside what is trusted', async () => {
    const trusted = { thisUpdate: 1, nextUpdate: 2, entryCount: 300 };
    const doubted = { ...trusted, thisUpdate: 2, entryCount: 3, doubt: 'shrunk' as const, trusted };
    const list = { ...scope, crlNumber: '7', sha256: 'b', appliedAt: 4, ...doubted };
    await record.change((tables) => tables.appliedLists.put(list));
    expect(await record.appliedLists.find(scope)).toEqual(list);
  });

  it('keep the runs, the newest first', async () => {
    const run = { trigger: 'schedule' as const, startedAt: 5, endedAt: 9, lists: [] };
    const list = { distributionPoint: 'CN=here', outcome: 'applied' as const, seconds: 0.25, revoked: 2 };
    await record.change((tables) => tables.crlRuns.add({ ...run, runId: 'one' }));
    await record.change((tables) => tables.crlRuns.add({ ...run, runId: 'two', lists: [list] }));
    expect(await record.crlRuns.list(9)).toEqual([
      { ...run, runId: 'two', lists: [list] },
      { ...run, runId: 'one' },
    ]);
    expect(await record.crlRuns.list(1)).toHaveLength(1);
  });

  it('are found by id and by name', async () => {
    expect(await record.organizations.find(organization.organizationId)).toEqual(organization);
    expect(await record.organizations.findByName('かざす市')).toEqual(organization);
    expect(await record.organizations.list()).toEqual([organization]);
  });
});
