import { anchorCommands } from './anchors.ts';
import { auditCommands } from './audit.ts';
import { cardCommands } from './card.ts';
import { clientCommands } from './client.ts';
import { clientGuessCommands } from './client-guesses.ts';
import { clientStation } from './client-station.ts';
import type { RecordCommand } from './command.ts';
import { crlCommands } from './crl.ts';
import { evidenceCommands } from './evidence.ts';
import { keyCommands } from './keys.ts';
import { ldapExplain } from './ldap-explain.ts';
import { ldapTry } from './ldap-try.ts';
import { noticeCommands } from './notice.ts';
import { orgCommands } from './org.ts';
import { passkeyCommands } from './passkey.ts';
import { personCommands } from './person.ts';
import { personCode } from './person-code.ts';
import { readerCommands } from './reader.ts';
import { sessionCommands } from './session.ts';
import { stationCommands } from './station.ts';

/** Every command that reads or changes the record. */
export const recordCommands: readonly RecordCommand[] = [
  ...orgCommands,
  ...personCommands,
  personCode,
  ...passkeyCommands,
  ...cardCommands,
  ...noticeCommands,
  ...evidenceCommands,
  ...readerCommands,
  ...stationCommands,
  ...clientCommands,
  ...clientGuessCommands,
  ...keyCommands,
  clientStation,
  ldapTry,
  ldapExplain,
  ...anchorCommands,
  ...crlCommands,
  ...sessionCommands,
  ...auditCommands,
];
