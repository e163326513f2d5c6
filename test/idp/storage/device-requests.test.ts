import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CardId } from '../../../idp/domain/card.ts';
import type { ClientId } from '../../../idp/domain/login-policy.ts';
import type { RequestedRegistration } from '../../../idp/domain/registration.ts';
import type { SystemRecord } from '../../../idp/ports/system-record.ts';
import { openForWriting } from '../../../idp/storage/sqlite/connection.ts';
import { migrateToLatest } from '../../../idp/storage/sqlite/migrate.ts';
import { openSqliteRecord, recordMigrations } from '../../../idp/storage/sqlite/record.ts';
import { WriteTurn } from '../../../idp/storage/sqlite/write-turn.ts';
import {
  cardKey,
  clock,
  operator,
  organization,
  person,
  proof,
  registration,
  request,
  start,
  temporaryDirectory,
} from './support/storage-world.ts';

const tanaka = person('tanaka');
const sato = person('sato');
const printer = 'client-printer' as ClientId;
const copier = 'client-copier' as ClientId;

let directory: ReturnType<typeof temporaryDirectory>;
let record: SystemRecord;

beforeEach(async () => {
  directory = temporaryDirectory();
  record = await openSqliteRecord(join(directory.path, 'record.sqlite'), new WriteTurn(), clock);
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

describe('a card that a device asked for', () => {
  it('comes back as it was kept, and as it was decided', async () => {
    const asked = request('asked', tanaka, 1, { boundBy: 'card-bind' });
    await record.change((tables) => tables.registrations.add(asked));
    expect(await record.registrations.find(asked.registrationId)).toEqual(asked);
    const decided: RequestedRegistration = {
      ...asked,
      ...{ state: 'approved', faceToFace: true, decidedBy: operator, decidedAt: start + 1 },
      cardId: 'card-1' as CardId,
    };
    const updated = await record.change((tables) => tables.registrations.update(decided, 'pending'));
    expect(updated).toBe(true);
    expect(await record.registrations.findByCard('card-1' as CardId)).toEqual(decided);
    expect(await record.registrations.findByPerson(tanaka.personId)).toEqual([decided]);
  });

  it('is found by its card key while it waits, beside one that was proved', async () => {
    const asked = request('asked', tanaka, 1);
    const proved = registration('proved', sato, { state: 'pending', proof: proof(1) });
    await record.change(async ({ registrations }) => {
      await registrations.add(asked);
      await registrations.add(proved);
      await registrations.add(request('rejected', sato, 1, { state: 'rejected' }));
    });
    const found = await record.registrations.findPendingByCardKey(cardKey(1));
    expect(found.map(({ registrationId }) => registrationId).sort()).toEqual(['asked', 'proved']);
  });

  it('is decided once', async () => {
    const asked = request('asked', tanaka, 1);
    await record.change(({ registrations }) => registrations.add(asked));
    const decide = (state: 'approved' | 'rejected') =>
      record.change(({ registrations }) => registrations.update({ ...asked, state }, 'pending'));
    expect(await Promise.all([decide('approved'), decide('rejected')])).toEqual([true, false]);
  });

  it('is no business of revocation lists', async () => {
    await record.change(({ registrations }) => registrations.add(request('asked', tanaka, 1)));
    expect(await record.cards.revocationScopes()).toEqual([]);
  });
});

describe('what was asked for since a moment', () => {
  beforeEach(() =>
    record.change(async ({ registrations }) => {
      await registrations.add(request('before', tanaka, 1, { begunAt: start - 1 }));
      await registrations.add(request('at', tanaka, 2));
      await registrations.add(request('rejected', tanaka, 3, { state: 'rejected', clientId: copier }));
      await registrations.add(request('of-another', sato, 4));
      await registrations.add(registration('invited', tanaka));
    }),
  );

  it('is counted by device', async () => {
    expect(await record.registrations.countRequests({ clientId: printer }, start)).toBe(2);
    expect(await record.registrations.countRequests({ clientId: copier }, start)).toBe(1);
  });

  it('is counted by person, over all devices', async () => {
    expect(await record.registrations.countRequests({ personId: tanaka.personId }, start)).toBe(2);
    expect(await record.registrations.countRequests({ personId: tanaka.personId }, start - 1)).toBe(3);
  });
});

it('registrations from before devices could ask stay as they are', async () => {
  const path = join(directory.path, 'earlier.sqlite');
  const earlier = openForWriting(path, 'FULL', 'ERR_RECORD_UNAVAILABLE');
  const before = Object.entries(recordMigrations).filter(([name]) => name < '005');
  await migrateToLatest(earlier, Object.fromEntries(before), 'ERR_RECORD_UNAVAILABLE');
  earlier.exec(`INSERT INTO organizations (organization_id, name) VALUES ('o', 'Himeji');
    INSERT INTO people (person_id, uid, organization_id, state, display_name, groups, roles)
      VALUES ('p', 'sato', 'o', 'active', 'Sato', '[]', '[]')`);
  const { personId, organizationId } = person('p', { personId: 'p' as never, organizationId: 'o' as never });
  const kept = registration('kept', sato, { personId, organizationId, state: 'pending', proof: proof(7) });
  earlier
    .prepare(
      `INSERT INTO registrations (registration_id, person_id, organization_id, reader_id, inviter, state, nonce,
         begun_at, consent_sha256, consent_version, invitation_hash, proof, proof_card_key)
       VALUES (?, 'p', 'o', ?, ?, 'pending', ?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(
      ...[kept.registrationId, kept.readerId, kept.inviter, kept.nonce, kept.begunAt, kept.consentSha256],
      ...[kept.consentVersion, kept.invitationHash, JSON.stringify(kept.proof)],
      Buffer.from(cardKey(7), 'hex'),
    );
  earlier.close();
  const opened = await openSqliteRecord(path, new WriteTurn(), clock);
  expect(await opened.registrations.list('pending')).toEqual([kept]);
  expect(await opened.registrations.findPendingByCardKey(cardKey(7))).toEqual([kept]);
  await opened.close();
});
