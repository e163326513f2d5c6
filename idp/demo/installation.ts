import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import { toAcr } from '../domain/assurance.ts';
import { actor } from '../domain/registration.ts';
import type { FlowContext } from '../flows/context.ts';
import { declareVerifier } from '../flows/declare-verifier.ts';
import { giveRoles } from '../flows/give-roles.ts';
import { importPeople } from '../flows/import-people.ts';
import { addLdapClient, addOidcClient } from '../flows/manage-clients.ts';
import { addReader } from '../flows/manage-readers.ts';
import { approver, demoOrganization, demoVerifierBasis, samplePeople } from './people.ts';
import { kioskRedirectUri } from './systems/attendance-kiosk.ts';
import type { DirectorySettings } from './systems/ldap-device.ts';

/** Who sets the demonstration up, for the audit trail. */
export const demoOperator = actor('os', 'demo');

/** What the sample systems and the bridges are given, as an administrator would hand it to their vendors. */
export interface Credentials {
  readonly kiosk: { readonly clientId: string; readonly clientSecret: string };
  readonly printer: DirectorySettings;
  readonly door: DirectorySettings & { readonly deviceName: string };
  readonly frontDeskCode: string;
  readonly doorReaderCode: string;
  /** Of a reader whose key somebody stole: for the copied tap. */
  readonly spareReaderCode: string;
}

/** What the systems are called; people see the kiosk's name on the sign-in page and on the bridge's. */
export const systemNames = {
  kiosk: 'デモ 出退勤端末 Demo kiosk',
  printer: 'printer',
  door: 'door',
} as const;

/**
 * Sets an empty installation up through the same flows as the command line: people, the verifier's declaration, three
 * clients, and readers that wait for their bridges.
 */
export async function setUp(
  context: FlowContext,
  { config, ldapsPort, kioskPort }: { config: Config; ldapsPort: number; kioskPort: number },
): Promise<Credentials> {
  const by = { actor: demoOperator };
  const people = [...samplePeople, approver].map(
    ({ nameEn: _1, departmentJa: _2, departmentEn: _3, residence: _4, birthday: _5, ...released }) =>
      released,
  );
  await importPeople(context, { people, ...by });
  await giveRoles(context, { person: approver.uid, roles: ['approver'], ...by });
  await declareVerifier(context, { organization: demoOrganization, basis: demoVerifierBasis, ...by });
  const kiosk = await addOidcClient(context, {
    name: systemNames.kiosk,
    redirectUris: [kioskRedirectUri(kioskPort)],
    acceptedAcr: [toAcr('certificate'), toAcr('card-pin')],
    requiredGroups: ['staff'],
    pinWindowSeconds: 0,
    ...by,
  });
  const directory = {
    url: `ldaps://localhost:${ldapsPort}`,
    ca: await readFile(join(config.dataDir, 'tls', 'cert.pem'), 'utf8'),
    baseDN: config.ldapBaseDn,
  };
  const printer = await addLdapClient(context, { ...ldapDevice, name: systemNames.printer, ...by });
  const door = await addLdapClient(context, {
    ...ldapDevice,
    name: systemNames.door,
    preset: 'card-bind',
    ownReader: false,
    ...by,
  });
  const reader = (name: string, kind: 'workstation' | 'device', client: string) =>
    addReader(context, { name, kind, evidence: 'certificate', clients: [client], ...by });
  const bindDN = (name: string) => `cn=${name},ou=devices,${config.ldapBaseDn}`;
  return {
    kiosk,
    printer: { ...directory, bindDN: bindDN(systemNames.printer), password: printer.secret },
    door: {
      ...{ ...directory, bindDN: bindDN(systemNames.door), password: door.secret },
      deviceName: systemNames.door,
    },
    frontDeskCode: (await reader('front desk', 'workstation', systemNames.kiosk)).enrolmentCode,
    doorReaderCode: (await reader('door', 'device', systemNames.door)).enrolmentCode,
    spareReaderCode: (await reader('door, spare', 'device', systemNames.door)).enrolmentCode,
  };
}

const ldapDevice = {
  preset: 'card-search',
  acceptedAcr: [],
  requiredGroups: ['staff'],
  addresses: ['127.0.0.1'],
  allowPlaintext: false,
  ownReader: true,
  choices: {},
} as const;
