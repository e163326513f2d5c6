import type { Kysely, Selectable } from 'kysely';
import type { IssuerKeyId } from '../../../domain/certificate-id.ts';
import type { AppliedList, ListDoubt, TrustedList } from '../../../domain/revocation.ts';
import type { Tables } from '../../../ports/system-record.ts';
import { present, StoredFields } from '../../stored-fields.ts';
import type { RecordSchema } from '../schema.ts';

const doubts: readonly ListDoubt[] = ['shrunk', 'distribution-point-missing'];

export function appliedListTable(db: Kysely<RecordSchema>): Tables['appliedLists'] {
  const all = db.selectFrom('applied_lists').selectAll();
  return {
    async find({ issuerKeyId, distributionPoint }) {
      const row = await all
        .where('issuer_key_id', '=', issuerKeyId)
        .where('distribution_point', '=', distributionPoint)
        .executeTakeFirst();
      return row && toAppliedList(row);
    },
    async list() {
      const rows = await all.orderBy('issuer_key_id').orderBy('distribution_point').execute();
      return rows.map(toAppliedList);
    },
    async put(list) {
      const { issuer_key_id, distribution_point, ...rest } = toRow(list);
      await db
        .insertInto('applied_lists')
        .values({ issuer_key_id, distribution_point, ...rest })
        .onConflict((conflict) => conflict.columns(['issuer_key_id', 'distribution_point']).doUpdateSet(rest))
        .execute();
    },
  };
}

function toAppliedList(row: Selectable<RecordSchema['applied_lists']>): AppliedList {
  const fields = new StoredFields(row, 'applied_lists');
  return present({
    issuerKeyId: fields.text<IssuerKeyId>('issuer_key_id'),
    distributionPoint: fields.text('distribution_point'),
    crlNumber: fields.text('crl_number'),
    thisUpdate: fields.integer('this_update'),
    nextUpdate: fields.integer('next_update'),
    entryCount: fields.integer('entry_count'),
    appliedAt: fields.integer('applied_at'),
    sha256: fields.text('sha256'),
    doubt: fields.optionalOneOf('doubt', doubts),
    trusted: toTrustedList(fields),
  });
}

function toTrustedList(fields: StoredFields): TrustedList | undefined {
  const thisUpdate = fields.optionalInteger('trusted_this_update');
  if (thisUpdate === undefined) return undefined;
  const nextUpdate = fields.integer('trusted_next_update');
  return { thisUpdate, nextUpdate, entryCount: fields.integer('trusted_entry_count') };
}

function toRow(list: AppliedList): RecordSchema['applied_lists'] {
  return {
    issuer_key_id: list.issuerKeyId,
    distribution_point: list.distributionPoint,
    crl_number: list.crlNumber,
    this_update: list.thisUpdate,
    next_update: list.nextUpdate,
    entry_count: list.entryCount,
    applied_at: list.appliedAt,
    sha256: list.sha256,
    doubt: list.doubt ?? null,
    trusted_this_update: list.trusted?.thisUpdate ?? null,
    trusted_next_update: list.trusted?.nextUpdate ?? null,
    trusted_entry_count: list.trusted?.entryCount ?? null,
  };
}
