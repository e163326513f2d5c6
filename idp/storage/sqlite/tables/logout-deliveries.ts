import type { Kysely } from 'kysely';
import type { ClientId } from '../../../domain/login-policy.ts';
import type { PersonId } from '../../../domain/person.ts';
import type { LogoutDelivery } from '../../../ports/sessions.ts';
import type { Tables } from '../../../ports/system-record.ts';
import { StoredFields } from '../../stored-fields.ts';
import type { RecordSchema } from '../schema.ts';
import { inPortions } from './portions.ts';

/** A session id that is absent: the column belongs to a unique key, in which NULL would differ from NULL. */
const noSid = '';

export function logoutDeliveryTable(db: Kysely<RecordSchema>): Tables['logoutDeliveries'] {
  const all = db.selectFrom('logout_deliveries').selectAll();
  return {
    async clientsDue(now) {
      const rows = await db
        .selectFrom('logout_deliveries')
        .select('client_id')
        .distinct()
        .where('next_attempt_at', '<=', now)
        .execute();
      return rows.map((row) => new StoredFields(row, 'logout_deliveries').text<ClientId>('client_id'));
    },
    async due(clientId, now, limit) {
      const rows = await all
        .where('client_id', '=', clientId)
        .where('next_attempt_at', '<=', now)
        .orderBy('delivery_id')
        .limit(limit)
        .execute();
      return rows.map((row) => toDelivery(new StoredFields(row, 'logout_deliveries')));
    },
    async queuedBefore(clientId, moment) {
      const rows = await all
        .where('client_id', '=', clientId)
        .where('queued_at', '<=', moment)
        .orderBy('delivery_id')
        .execute();
      return rows.map((row) => toDelivery(new StoredFields(row, 'logout_deliveries')));
    },
    async list(limit) {
      const rows = await all.orderBy('delivery_id').limit(limit).execute();
      return rows.map((row) => toDelivery(new StoredFields(row, 'logout_deliveries')));
    },
    async add(notices, now) {
      const rows = notices.map(({ clientId, sub, sid }) => ({
        ...{ client_id: clientId, sub, sid: sid ?? noSid },
        ...{ queued_at: now, attempts: 0, next_attempt_at: now },
      }));
      for (const portion of inPortions(rows)) {
        await db
          .insertInto('logout_deliveries')
          .values(portion)
          .onConflict((conflict) => conflict.doNothing())
          .execute();
      }
    },
    async tried({ deliveryId, attempts, nextAttemptAt }) {
      await db
        .updateTable('logout_deliveries')
        .set({ attempts, next_attempt_at: nextAttemptAt })
        .where('delivery_id', '=', deliveryId)
        .execute();
    },
    async hasten(now) {
      await db
        .updateTable('logout_deliveries')
        .set({ next_attempt_at: now })
        .where('next_attempt_at', '>', now)
        .execute();
    },
    async postpone(clientId, until) {
      await db
        .updateTable('logout_deliveries')
        .set({ next_attempt_at: until })
        .where('client_id', '=', clientId)
        .where('next_attempt_at', '<', until)
        .execute();
    },
    async remove(deliveryIds) {
      for (const portion of inPortions(deliveryIds)) {
        await db.deleteFrom('logout_deliveries').where('delivery_id', 'in', portion).execute();
      }
    },
  };
}

function toDelivery(fields: StoredFields): LogoutDelivery {
  const sid = fields.text('sid');
  return {
    deliveryId: fields.integer('delivery_id'),
    clientId: fields.text<ClientId>('client_id'),
    sub: fields.text<PersonId>('sub'),
    ...(sid === noSid ? {} : { sid }),
    queuedAt: fields.integer('queued_at'),
    attempts: fields.integer('attempts'),
    nextAttemptAt: fields.integer('next_attempt_at'),
  };
}
