import type { Kysely } from 'kysely';
import type { PasskeyId } from '../../../domain/factor.ts';
import type { CredentialId, Passkey } from '../../../domain/passkey.ts';
import type { PersonId } from '../../../domain/person.ts';
import type { Actor } from '../../../domain/registration.ts';
import type { PasskeyCode } from '../../../ports/passkey-tables.ts';
import type { Tables } from '../../../ports/system-record.ts';
import { present, StoredFields } from '../../stored-fields.ts';
import type { RecordSchema } from '../schema.ts';

type PasskeyTables = Pick<Tables, 'passkeys' | 'passkeyChallenges' | 'passkeyCodes'>;

export function passkeyTables(db: Kysely<RecordSchema>): PasskeyTables {
  return { passkeys: passkeys(db), passkeyChallenges: challenges(db), passkeyCodes: codes(db) };
}

function passkeys(db: Kysely<RecordSchema>): Tables['passkeys'] {
  const all = db.selectFrom('passkeys').selectAll();
  return {
    async find(passkeyId) {
      const row = await all.where('passkey_id', '=', passkeyId).executeTakeFirst();
      return row && toPasskey(row);
    },
    async findByCredential(credentialId) {
      const row = await all.where('credential_id', '=', credentialId).executeTakeFirst();
      return row && toPasskey(row);
    },
    async findByPerson(personId) {
      const rows = await all
        .where('person_id', '=', personId)
        .orderBy('added_at')
        .orderBy('passkey_id')
        .execute();
      return rows.map(toPasskey);
    },
    async list() {
      return (await all.orderBy('added_at').orderBy('passkey_id').execute()).map(toPasskey);
    },
    async add(passkey) {
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('passkeys')
        .values(toRow(passkey))
        .onConflict((conflict) => conflict.column('credential_id').doNothing())
        .executeTakeFirst();
      return (numInsertedOrUpdatedRows ?? 0n) > 0n;
    },
    async use(passkeyId, { counter, backedUp, at }) {
      const { numUpdatedRows } = await db
        .updateTable('passkeys')
        .set({ counter, backed_up: backedUp ? 1 : 0, last_used_at: at })
        .where('passkey_id', '=', passkeyId)
        // `mayFollow`: it rises, or stands at nothing.
        .where((row) => (counter === 0 ? row('counter', '=', 0) : row('counter', '<', counter)))
        .executeTakeFirstOrThrow();
      return numUpdatedRows > 0n;
    },
    async rename(passkeyId, name) {
      const { numUpdatedRows } = await db
        .updateTable('passkeys')
        .set({ name })
        .where('passkey_id', '=', passkeyId)
        .executeTakeFirstOrThrow();
      return numUpdatedRows > 0n;
    },
    async remove(passkeyId) {
      const { numDeletedRows } = await db
        .deleteFrom('passkeys')
        .where('passkey_id', '=', passkeyId)
        .executeTakeFirstOrThrow();
      return numDeletedRows > 0n;
    },
    async removeOf(personId) {
      await db.deleteFrom('passkeys').where('person_id', '=', personId).execute();
    },
  };
}

function challenges(db: Kysely<RecordSchema>): Tables['passkeyChallenges'] {
  return {
    async open({ challengeHash, boundTo, expiresAt }, now) {
      await db.deleteFrom('passkey_challenges').where('expires_at', '<=', now).execute();
      const values = { challenge_hash: challengeHash, expires_at: expiresAt };
      await db
        .insertInto('passkey_challenges')
        .values({ bound_to: boundTo, ...values })
        .onConflict((conflict) => conflict.column('bound_to').doUpdateSet(values))
        .execute();
    },
    async take({ challengeHash, boundTo }, now) {
      const { numDeletedRows } = await db
        .deleteFrom('passkey_challenges')
        .where('bound_to', '=', boundTo)
        .where('challenge_hash', '=', challengeHash)
        .where('expires_at', '>', now)
        .executeTakeFirstOrThrow();
      return numDeletedRows > 0n;
    },
  };
}

function codes(db: Kysely<RecordSchema>): Tables['passkeyCodes'] {
  return {
    async put({ personId, codeHash, issuedBy, expiresAt }) {
      const values = { code_hash: codeHash, issued_by: issuedBy, expires_at: expiresAt };
      await db
        .insertInto('passkey_codes')
        .values({ person_id: personId, ...values })
        .onConflict((conflict) => conflict.column('person_id').doUpdateSet(values))
        .execute();
    },
    async find(personId, codeHash, now) {
      const row = await db
        .selectFrom('passkey_codes')
        .selectAll()
        .where('person_id', '=', personId)
        .where('code_hash', '=', codeHash)
        .where('expires_at', '>', now)
        .executeTakeFirst();
      return row && toCode(row);
    },
    async use(personId, codeHash, now) {
      const { numDeletedRows } = await db
        .deleteFrom('passkey_codes')
        .where('person_id', '=', personId)
        .where('code_hash', '=', codeHash)
        .where('expires_at', '>', now)
        .executeTakeFirstOrThrow();
      return numDeletedRows > 0n;
    },
    async removeOf(personId) {
      await db.deleteFrom('passkey_codes').where('person_id', '=', personId).execute();
    },
  };
}

function toCode(row: object): PasskeyCode {
  const fields = new StoredFields(row, 'passkey_codes');
  return {
    personId: fields.text<PersonId>('person_id'),
    codeHash: fields.text('code_hash'),
    issuedBy: fields.text<Actor>('issued_by'),
    expiresAt: fields.integer('expires_at'),
  };
}

function toPasskey(row: object): Passkey {
  const fields = new StoredFields(row, 'passkeys');
  return present({
    passkeyId: fields.text<PasskeyId>('passkey_id'),
    personId: fields.text<PersonId>('person_id'),
    credentialId: fields.text<CredentialId>('credential_id'),
    publicKey: fields.text('public_key'),
    counter: fields.integer('counter'),
    transports: fields.texts('transports'),
    aaguid: fields.text('aaguid'),
    deviceBound: fields.flag('device_bound'),
    backedUp: fields.flag('backed_up'),
    attested: fields.flag('attested'),
    name: fields.text('name'),
    addedAt: fields.integer('added_at'),
    lastUsedAt: fields.optionalInteger('last_used_at'),
  });
}

function toRow(passkey: Passkey): RecordSchema['passkeys'] {
  return {
    passkey_id: passkey.passkeyId,
    person_id: passkey.personId,
    credential_id: passkey.credentialId,
    public_key: passkey.publicKey,
    counter: passkey.counter,
    transports: JSON.stringify(passkey.transports),
    aaguid: passkey.aaguid,
    device_bound: passkey.deviceBound ? 1 : 0,
    backed_up: passkey.backedUp ? 1 : 0,
    attested: passkey.attested ? 1 : 0,
    name: passkey.name,
    added_at: passkey.addedAt,
    last_used_at: passkey.lastUsedAt ?? null,
  };
}
