import type { Kysely } from 'kysely';
import type { Clock } from '../../../ports/clock.ts';
import type { Tables } from '../../../ports/system-record.ts';
import type { RecordSchema } from '../schema.ts';
import { appliedListTable } from './applied-lists.ts';
import { auditTable } from './audit.ts';
import { cardTable } from './cards.ts';
import { clientPeopleTables } from './client-people.ts';
import { clientTable } from './clients.ts';
import { consentTable } from './consents.ts';
import { crlRunTable } from './crl-runs.ts';
import { directoryTables } from './directory.ts';
import { invitationTable } from './invitations.ts';
import { logoutDeliveryTable } from './logout-deliveries.ts';
import { noticeTable } from './notices.ts';
import { organizationTable } from './organizations.ts';
import { passkeyTables } from './passkeys.ts';
import { personTable } from './people.ts';
import { readerTable } from './readers.ts';
import { registrationTable } from './registrations.ts';
import { sessionEndTable } from './session-ends.ts';
import { settingTable } from './settings.ts';
import { stationTable } from './stations.ts';
import { temporaryCodeTable } from './temporary-codes.ts';

/** Every table over one connection or one transaction. */
export function tablesOver(db: Kysely<RecordSchema>, clock: Clock): Tables {
  return {
    organizations: organizationTable(db),
    people: personTable(db, clock),
    directory: directoryTables(db),
    invitations: invitationTable(db),
    registrations: registrationTable(db),
    cards: cardTable(db),
    readers: readerTable(db),
    stations: stationTable(db),
    clients: clientTable(db),
    ...clientPeopleTables(db),
    appliedLists: appliedListTable(db),
    crlRuns: crlRunTable(db),
    sessionEnds: sessionEndTable(db),
    logoutDeliveries: logoutDeliveryTable(db),
    notices: noticeTable(db),
    ...passkeyTables(db),
    consents: consentTable(db),
    settings: settingTable(db),
    temporaryCodes: temporaryCodeTable(db),
    audit: auditTable(db),
  };
}
