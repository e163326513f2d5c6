import type { Kysely } from 'kysely';
import type { ReaderId } from '../../../domain/reader.ts';
import type { PairingId, StationPairing } from '../../../domain/station.ts';
import type { Tables } from '../../../ports/system-record.ts';
import { present, StoredFields } from '../../stored-fields.ts';
import type { RecordSchema, StationRow } from '../schema.ts';
import { toPublicKey } from './readers.ts';

export function stationTable(db: Kysely<RecordSchema>): Tables['stations'] {
  const all = db.selectFrom('stations').selectAll();
  return {
    async find(pairingId) {
      const row = await all.where('pairing_id', '=', pairingId).executeTakeFirst();
      return row && toStation(row);
    },
    async findByReader(readerId) {
      const row = await all
        .where('reader_id', '=', readerId)
        .where('ended_at', 'is', null)
        .executeTakeFirst();
      return row && toStation(row);
    },
    async list() {
      return (await all.where('ended_at', 'is', null).orderBy('paired_at').execute()).map(toStation);
    },
    async putCode(readerId, { codeHash, expiresAt }) {
      const code = { code_hash: codeHash, expires_at: expiresAt };
      await db
        .insertInto('station_codes')
        .values({ reader_id: readerId, ...code })
        .onConflict((conflict) => conflict.column('reader_id').doUpdateSet(code))
        .execute();
    },
    async useCode(codeHash, now) {
      const row = await db
        .deleteFrom('station_codes')
        .where('code_hash', '=', codeHash)
        .where('expires_at', '>', now)
        .returning('reader_id')
        .executeTakeFirst();
      return row && new StoredFields(row, 'station_codes').text<ReaderId>('reader_id');
    },
    async removeCode(readerId) {
      await db.deleteFrom('station_codes').where('reader_id', '=', readerId).execute();
    },
    async add({ pairingId, readerId, publicKey, pairedAt }) {
      await db
        .insertInto('stations')
        .values({
          pairing_id: pairingId,
          reader_id: readerId,
          public_key: JSON.stringify(publicKey),
          paired_at: pairedAt,
          ended_at: null,
        })
        .execute();
    },
    async end(pairingId, now) {
      const { numUpdatedRows } = await db
        .updateTable('stations')
        .set({ ended_at: now })
        .where('pairing_id', '=', pairingId)
        .where('ended_at', 'is', null)
        .executeTakeFirstOrThrow();
      return numUpdatedRows > 0n;
    },
  };
}

function toStation(row: StationRow): StationPairing {
  const fields = new StoredFields(row, 'stations');
  return present({
    pairingId: fields.text<PairingId>('pairing_id'),
    readerId: fields.text<ReaderId>('reader_id'),
    publicKey: toPublicKey(fields.fields('public_key')),
    pairedAt: fields.integer('paired_at'),
    endedAt: fields.optionalInteger('ended_at'),
  });
}
