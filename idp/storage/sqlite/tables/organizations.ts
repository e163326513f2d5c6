import type { Kysely, Selectable } from 'kysely';
import type { Organization, OrganizationId } from '../../../domain/person.ts';
import type { Tables } from '../../../ports/system-record.ts';
import { present, StoredFields } from '../../stored-fields.ts';
import type { RecordSchema } from '../schema.ts';
import { noteCardsOfPeople } from './index-notes.ts';

export function organizationTable(db: Kysely<RecordSchema>): Tables['organizations'] {
  const all = db.selectFrom('organizations').selectAll();
  return {
    async find(id) {
      const row = await all.where('organization_id', '=', id).executeTakeFirst();
      return row && toOrganization(row);
    },
    async findByName(name) {
      const row = await all.where('name', '=', name).executeTakeFirst();
      return row && toOrganization(row);
    },
    async list() {
      return (await all.orderBy('name').execute()).map(toOrganization);
    },
    async add({ organizationId, name, verifierBasis = null }) {
      const row = { organization_id: organizationId, name, verifier_basis: verifierBasis };
      await db.insertInto('organizations').values(row).execute();
    },
    async declareVerifier(id, basis) {
      await db
        .updateTable('organizations')
        .set({ verifier_basis: basis })
        .where('organization_id', '=', id)
        .execute();
      const people = db.selectFrom('people').select('person_id').where('organization_id', '=', id);
      await noteCardsOfPeople(db, people);
    },
  };
}

function toOrganization(row: Selectable<RecordSchema['organizations']>): Organization {
  const fields = new StoredFields(row, 'organizations');
  return present({
    organizationId: fields.text<OrganizationId>('organization_id'),
    name: fields.text('name'),
    verifierBasis: fields.optionalText('verifier_basis'),
  });
}
