import type { Kysely } from 'kysely';
import type { ClientId } from '../../../domain/login-policy.ts';
import type {
  Reader,
  ReaderEvidence,
  ReaderId,
  ReaderKind,
  ReaderPublicKey,
} from '../../../domain/reader.ts';
import type { Tables } from '../../../ports/system-record.ts';
import { present, StoredFields } from '../../stored-fields.ts';
import type { ReaderRow, RecordSchema } from '../schema.ts';

const kinds: readonly ReaderKind[] = ['workstation', 'station', 'device'];
const states: readonly Reader['state'][] = ['awaiting-enrolment', 'active', 'disabled'];
const evidences: readonly ReaderEvidence[] = ['serial', 'certificate'];

export function readerTable(db: Kysely<RecordSchema>): Tables['readers'] {
  const all = db.selectFrom('readers').selectAll();
  const find = async (idOrName: string) => {
    const row =
      (await all.where('reader_id', '=', idOrName).executeTakeFirst()) ??
      (await all.where('name', '=', idOrName).executeTakeFirst());
    return row && toReader(row);
  };
  return {
    find,
    async findByEnrolmentCode(codeHash, now) {
      const row = await all
        .where('enrolment_code_hash', '=', codeHash)
        .where('enrolment_expires_at', '>', now)
        .executeTakeFirst();
      return row && toReader(row);
    },
    async list() {
      return (await all.orderBy('name').execute()).map(toReader);
    },
    async add(reader, { codeHash, expiresAt }) {
      const enrolment = { enrolment_code_hash: codeHash, enrolment_expires_at: expiresAt };
      await db
        .insertInto('readers')
        .values({ ...toRow(reader), ...enrolment })
        .execute();
    },
    async renewEnrolment(id, { codeHash, expiresAt }) {
      const { numUpdatedRows } = await db
        .updateTable('readers')
        .set({ enrolment_code_hash: codeHash, enrolment_expires_at: expiresAt })
        .where('reader_id', '=', id)
        .where('state', '=', 'awaiting-enrolment')
        .executeTakeFirstOrThrow();
      return numUpdatedRows > 0n;
    },
    async enrol(id, codeHash, publicKey) {
      const taken = { enrolment_code_hash: null, enrolment_expires_at: null };
      const { numUpdatedRows } = await db
        .updateTable('readers')
        .set({ ...taken, state: 'active', public_key: JSON.stringify(publicKey) })
        .where('reader_id', '=', id)
        .where('enrolment_code_hash', '=', codeHash)
        .where('state', '=', 'awaiting-enrolment')
        .executeTakeFirstOrThrow();
      return numUpdatedRows > 0n;
    },
    async disable(id, tapsVoidBefore) {
      const voided = { enrolment_code_hash: null, enrolment_expires_at: null };
      const { numUpdatedRows } = await db
        .updateTable('readers')
        .set({ ...voided, state: 'disabled', taps_void_before: tapsVoidBefore })
        .where('reader_id', '=', id)
        .where('state', '<>', 'disabled')
        .executeTakeFirstOrThrow();
      return numUpdatedRows > 0n;
    },
    async assignClient(id, clientId) {
      const reader = await find(id);
      if (reader === undefined || reader.clientIds.includes(clientId)) return;
      await db
        .updateTable('readers')
        .set({ client_ids: JSON.stringify([...reader.clientIds, clientId]) })
        .where('reader_id', '=', id)
        .execute();
    },
  };
}

function toReader(row: ReaderRow): Reader {
  const fields = new StoredFields(row, 'readers');
  const publicKey = fields.optionalFields('public_key');
  return present({
    readerId: fields.text<ReaderId>('reader_id'),
    name: fields.text('name'),
    kind: fields.oneOf('kind', kinds),
    state: fields.oneOf('state', states),
    evidence: fields.oneOf('evidence', evidences),
    group: fields.text('reader_group'),
    clientIds: fields.texts<ClientId>('client_ids'),
    publicKey: publicKey && toPublicKey(publicKey),
    tapsVoidBefore: fields.optionalInteger('taps_void_before'),
  });
}

/** A public key as the record keeps it, of a reader or of a station. */
export function toPublicKey(fields: StoredFields): ReaderPublicKey {
  return {
    kty: fields.oneOf('kty', ['EC']),
    crv: fields.oneOf('crv', ['P-256']),
    x: fields.text('x'),
    y: fields.text('y'),
  };
}

function toRow(reader: Reader): Omit<ReaderRow, 'enrolment_code_hash' | 'enrolment_expires_at'> {
  const { publicKey } = reader;
  return {
    reader_id: reader.readerId,
    name: reader.name,
    kind: reader.kind,
    state: reader.state,
    evidence: reader.evidence,
    reader_group: reader.group,
    client_ids: JSON.stringify(reader.clientIds),
    public_key: publicKey === undefined ? null : JSON.stringify(publicKey),
    taps_void_before: reader.tapsVoidBefore ?? null,
  };
}
