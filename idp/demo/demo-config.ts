import { join } from 'node:path';
import type { Config } from '../config.ts';
import { defaultBridgePort } from '../wire/challenge.ts';
import { wishedOrFreePort } from './free-port.ts';

/** Where everything of the demonstration answers, on loopback. */
export interface DemoPorts {
  readonly http: number;
  readonly ldap: number;
  readonly ldaps: number;
  readonly bridge: number;
  readonly kiosk: number;
}

const wished: DemoPorts = { http: 3000, ldap: 1389, ldaps: 1636, bridge: defaultBridgePort, kiosk: 3001 };

/** The usual ports where they are free, others where they are not; each of the latter is said. */
export async function choosePorts(
  wishes: Partial<DemoPorts>,
  log: (line: string) => void,
): Promise<DemoPorts> {
  const chosen: { -readonly [name in keyof DemoPorts]: number } = { ...wished };
  for (const [name, usual] of Object.entries({ ...wished, ...wishes }) as [keyof DemoPorts, number][]) {
    chosen[name] = await wishedOrFreePort(usual);
    if (usual !== 0 && chosen[name] !== usual) {
      log(`Port ${usual} (${name}) is in use; the demonstration takes ${chosen[name]}.`);
    }
  }
  return chosen;
}

/** The configuration of an installation that nobody but this machine reaches, and that believes a test authority. */
export function demoConfig(directory: string, ports: DemoPorts, crlSource: string): Config {
  return {
    issuer: `http://localhost:${ports.http}`,
    port: ports.http,
    dataDir: join(directory, 'data'),
    databaseUrl: '',
    redisUrl: '',
    ldapPort: ports.ldap,
    ldapsPort: ports.ldaps,
    // Its page shows every step, and looks at those of one thread.
    ldapThreads: 0,
    ldapBaseDn: 'dc=mihon,dc=example',
    tlsCertFile: '',
    tlsKeyFile: '',
    jpkiAnchors: anchorDirectory(directory),
    jpkiAllowTestCa: true,
    jpkiProfiles: '',
    crlSources: [crlSource],
    crlWithoutDistributionPoint: false,
    // Its day’s list comes when somebody lets it come.
    crlDailyAt: 'off',
    crlSpreadMinutes: 0,
    crlAlarmHours: 12,
    ocspUrl: '',
    ocspHosts: [],
    ocspMethod: 'post',
    ocspNonce: 'preferred',
    ocspNocheck: 'required',
    httpProxy: '',
    directoryUrl: '',
    directoryUserDn: undefined,
    directoryCa: '',
    directoryStartTls: false,
    smtpServer: undefined,
    mailFrom: '',
    alarmMail: [],
    cardOverlapDays: 14,
    signingKeyPlan: {
      publishSeconds: 24 * 3_600,
      useSeconds: 90 * 24 * 3_600,
      retireSeconds: 15 * 24 * 3_600,
    },
    trustedProxies: [],
    clientCertificates: undefined,
  };
}

/** Where the test authority's certificates lie. */
export function anchorDirectory(directory: string): string {
  return join(directory, 'anchors');
}
