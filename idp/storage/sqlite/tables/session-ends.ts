import type { Kysely } from 'kysely';
import type { AuthenticatorId } from '../../../domain/factor.ts';
import type { PersonId } from '../../../domain/person.ts';
import type { SessionEnd, SignInId } from '../../../ports/sessions.ts';
import type { Tables } from '../../../ports/system-record.ts';
import { present, StoredFields } from '../../stored-fields.ts';
import type { RecordSchema } from '../schema.ts';
import { inPortions } from './portions.ts';

export function sessionEndTable(db: Kysely<RecordSchema>): Tables['sessionEnds'] {
  return {
    async list(after, limit) {
      const rows = await db
        .selectFrom('session_ends')
        .selectAll()
        .where('position', '>', after)
        .orderBy('position')
        .limit(limit)
        .execute();
      return rows.map((row) => toSessionEnd(new StoredFields(row, 'session_ends')));
    },
    async add(stops, at) {
      const rows = stops.map(({ personId, authenticator, signIn, cause }) => ({
        person_id: personId,
        // Named when cards were all there was.
        card_id: authenticator ?? null,
        sign_in: signIn ?? null,
        cause,
        at,
      }));
      for (const portion of inPortions(rows)) await db.insertInto('session_ends').values(portion).execute();
    },
    async remove(positions) {
      for (const portion of inPortions(positions)) {
        await db.deleteFrom('session_ends').where('position', 'in', portion).execute();
      }
    },
  };
}

function toSessionEnd(fields: StoredFields): SessionEnd {
  return present({
    position: fields.integer('position'),
    personId: fields.text<PersonId>('person_id'),
    authenticator: fields.optionalText<AuthenticatorId>('card_id'),
    signIn: fields.optionalText<SignInId>('sign_in'),
    cause: fields.text<SessionEnd['cause']>('cause'),
    at: fields.integer('at'),
  });
}
