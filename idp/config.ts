import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { parseUserNameTemplate, type UserNameTemplate } from './domain/directory-user-name.ts';
import { InvalidInput } from './domain/fault.ts';
import type { SigningKeyPlan } from './domain/signing-key.ts';
import { parseMailbox, parseSmtpUrl, type SmtpServer } from './domain/smtp-server.ts';
import {
  existing,
  isLoopback,
  oneOf,
  type ProxySettings,
  parseBoolean,
  parseClientCertificates,
  parseCrlSource,
  parseDn,
  parseHost,
  parseHttpProxy,
  parseIssuer,
  parseList,
  parseTimeOfDay,
  parseUrl,
  parseWhole,
  refuseYet,
  usualThreads,
} from './setting-values.ts';

/** What one installation is set up with; everything else lives in the record. */
export interface Config extends ProxySettings {
  readonly issuer: string;
  readonly port: number;
  readonly dataDir: string;
  /** Empty: SQLite in the data directory. */
  readonly databaseUrl: string;
  /** Empty: index and OIDC state in SQLite too. */
  readonly redisUrl: string;
  readonly ldapPort: number;
  readonly ldapsPort: number;
  /** Threads that answer devices; 0: the one that does everything else answers them too. */
  readonly ldapThreads: number;
  readonly ldapBaseDn: string;
  readonly tlsCertFile: string;
  readonly tlsKeyFile: string;
  /** A directory of CA certificates; empty: My Number Cards are refused. */
  readonly jpkiAnchors: string;
  readonly jpkiAllowTestCa: boolean;
  /** A file of card profiles; empty: the present card only. */
  readonly jpkiProfiles: string;
  readonly crlSources: readonly string[];
  /** Whether a list that names no distribution point makes every card of its issuer key fresh. */
  readonly crlWithoutDistributionPoint: boolean;
  /** Minutes after midnight in Japan; `off`: lists are fetched or imported by hand. */
  readonly crlDailyAt: number | 'off';
  readonly crlSpreadMinutes: number;
  /** How long before a list stops counting an alarm is raised. */
  readonly crlAlarmHours: number;
  readonly ocspUrl: string;
  /** That OCSP addresses in certificates may name. */
  readonly ocspHosts: readonly string[];
  readonly ocspMethod: 'post' | 'get';
  readonly ocspNonce: 'preferred' | 'required' | 'off';
  /** Whether a delegated responder must say that it need not be checked itself. */
  readonly ocspNocheck: 'required' | 'optional';
  /** For OCSP and for lists over HTTP, perhaps with user and password; empty: none. */
  readonly httpProxy: string;
  /** Absent: nobody is told by mail. */
  readonly smtpServer: SmtpServer | undefined;
  /** Whom notices come from. */
  readonly mailFrom: string;
  /** Whom alarms go to. */
  readonly alarmMail: readonly string[];
  /** Where people's passwords are asked about; empty: nowhere. */
  readonly directoryUrl: string;
  readonly directoryUserDn: UserNameTemplate | undefined;
  readonly directoryCa: string;
  /** Of `ldap:`; anywhere but on loopback unless said otherwise. */
  readonly directoryStartTls: boolean;
  readonly cardOverlapDays: number;
  readonly signingKeyPlan: SigningKeyPlan;
}

type Environment = { readonly [name: string]: string | undefined };

const names = [
  'KAZASU_ISSUER',
  'KAZASU_PORT',
  'KAZASU_DATA_DIR',
  'KAZASU_DATABASE_URL',
  'KAZASU_REDIS_URL',
  'KAZASU_LDAP_PORT',
  'KAZASU_LDAPS_PORT',
  'KAZASU_LDAP_THREADS',
  'KAZASU_LDAP_BASE_DN',
  'KAZASU_TLS_CERT',
  'KAZASU_TLS_KEY',
  'KAZASU_JPKI_ANCHORS',
  'KAZASU_JPKI_ALLOW_TEST_CA',
  'KAZASU_JPKI_PROFILES',
  'KAZASU_CRL_SOURCES',
  'KAZASU_CRL_WITHOUT_DISTRIBUTION_POINT',
  'KAZASU_CRL_DAILY_AT',
  'KAZASU_CRL_SPREAD_MINUTES',
  'KAZASU_CRL_ALARM_HOURS',
  'KAZASU_OCSP_URL',
  'KAZASU_OCSP_HOSTS',
  'KAZASU_OCSP_METHOD',
  'KAZASU_OCSP_NONCE',
  'KAZASU_OCSP_NOCHECK',
  'KAZASU_HTTP_PROXY',
  'KAZASU_SMTP_URL',
  'KAZASU_MAIL_FROM',
  'KAZASU_ALARM_MAIL',
  'KAZASU_DIRECTORY_URL',
  'KAZASU_DIRECTORY_USER_DN',
  'KAZASU_DIRECTORY_CA',
  'KAZASU_DIRECTORY_START_TLS',
  'KAZASU_CARD_OVERLAP_DAYS',
  'KAZASU_SIGNING_KEY_PUBLISH_HOURS',
  'KAZASU_SIGNING_KEY_DAYS',
  'KAZASU_SIGNING_KEY_RETIRE_DAYS',
  'KAZASU_TRUSTED_PROXIES',
  'KAZASU_CLIENT_CERTIFICATES',
] as const;
type Name = (typeof names)[number];

/**
 * Reads the environment once, over an env file, and validates it as a whole.
 * @throws {InvalidInput} `ERR_CONFIGURATION` with every problem in one message; unknown `KAZASU_…` names are problems.
 */
export function readConfig(environment: Environment = process.env, envFile = '.env'): Config {
  const merged: Environment = { ...readEnvFile(envFile), ...environment };
  const problems = Object.keys(merged)
    .filter((name) => name.startsWith('KAZASU_') && !(names as readonly string[]).includes(name))
    .map((name) => `${name}: no such setting`);
  const read = <T>(name: Name, fallback: string, parse: (text: string) => T): T | undefined => {
    const text = merged[name]?.trim() || fallback;
    try {
      return parse(text);
    } catch (error) {
      problems.push(`${name}: ${error instanceof Error ? error.message : 'cannot be read'}`);
      return undefined;
    }
  };
  const config = readAll(read);
  if (Boolean(config.tlsCertFile) !== Boolean(config.tlsKeyFile)) {
    problems.push('KAZASU_TLS_CERT and KAZASU_TLS_KEY: give both or none');
  }
  if (config.smtpServer !== undefined && config.mailFrom === '') {
    problems.push('KAZASU_MAIL_FROM: say whom notices come from, or leave KAZASU_SMTP_URL empty');
  }
  if (config.smtpServer === undefined && config.alarmMail !== undefined && config.alarmMail.length > 0) {
    problems.push('KAZASU_ALARM_MAIL: needs KAZASU_SMTP_URL');
  }
  if (Boolean(config.directoryUrl) !== Boolean(config.directoryUserDn)) {
    problems.push('KAZASU_DIRECTORY_URL and KAZASU_DIRECTORY_USER_DN: give both or none');
  }
  if (config.jpkiAllowTestCa && config.issuer?.startsWith('https:')) {
    problems.push('KAZASU_JPKI_ALLOW_TEST_CA: never with an https issuer, anybody can get a test card');
  }
  if (problems.length > 0) {
    throw new InvalidInput(
      'ERR_CONFIGURATION',
      `The configuration cannot be used:\n- ${problems.join('\n- ')}`,
    );
  }
  return config as Config;
}

type Optional<T> = { readonly [name in keyof T]: T[name] | undefined };

function readAll(
  read: <T>(name: Name, fallback: string, parse: (text: string) => T) => T | undefined,
): Optional<Config> {
  const port = read('KAZASU_PORT', '3000', parsePort);
  const directoryUrl = read('KAZASU_DIRECTORY_URL', '', parseUrl('ldap:', 'ldaps:'));
  return {
    // Another port alone must not leave an issuer, and links, where nobody listens.
    issuer: read('KAZASU_ISSUER', `http://localhost:${port || 3000}`, parseIssuer),
    port,
    dataDir: read('KAZASU_DATA_DIR', './data', (text) => resolve(text)),
    databaseUrl: read('KAZASU_DATABASE_URL', '', refuseYet('PostgreSQL')),
    redisUrl: read('KAZASU_REDIS_URL', '', parseUrl('redis:', 'rediss:', 'unix:')),
    ldapPort: read('KAZASU_LDAP_PORT', '1389', parsePort),
    ldapsPort: read('KAZASU_LDAPS_PORT', '1636', parsePort),
    ldapThreads: read('KAZASU_LDAP_THREADS', String(usualThreads()), parseWhole('threads', 0, 64)),
    ldapBaseDn: read('KAZASU_LDAP_BASE_DN', 'dc=example,dc=jp', parseDn),
    tlsCertFile: read('KAZASU_TLS_CERT', '', existing),
    tlsKeyFile: read('KAZASU_TLS_KEY', '', existing),
    jpkiAnchors: read('KAZASU_JPKI_ANCHORS', '', existing),
    jpkiAllowTestCa: read('KAZASU_JPKI_ALLOW_TEST_CA', 'false', parseBoolean),
    jpkiProfiles: read('KAZASU_JPKI_PROFILES', '', existing),
    crlSources: read('KAZASU_CRL_SOURCES', '', (text) => parseList(text).map(parseCrlSource)),
    crlWithoutDistributionPoint: read('KAZASU_CRL_WITHOUT_DISTRIBUTION_POINT', 'false', parseBoolean),
    crlDailyAt: read('KAZASU_CRL_DAILY_AT', '05:30', parseTimeOfDay),
    crlSpreadMinutes: read('KAZASU_CRL_SPREAD_MINUTES', '60', parseWhole('minutes', 0, 720)),
    crlAlarmHours: read('KAZASU_CRL_ALARM_HOURS', '12', parseWhole('hours', 1, 168)),
    ocspUrl: read('KAZASU_OCSP_URL', '', parseUrl('http:', 'https:')),
    ocspHosts: read('KAZASU_OCSP_HOSTS', 'ocspauthnorm.jpki.go.jp', (text) => parseList(text).map(parseHost)),
    ocspMethod: read('KAZASU_OCSP_METHOD', 'post', oneOf('post', 'get')),
    ocspNonce: read('KAZASU_OCSP_NONCE', 'preferred', oneOf('preferred', 'required', 'off')),
    ocspNocheck: read('KAZASU_OCSP_NOCHECK', 'required', oneOf('required', 'optional')),
    httpProxy: read('KAZASU_HTTP_PROXY', '', parseHttpProxy),
    smtpServer: read('KAZASU_SMTP_URL', '', (text) => (text === '' ? undefined : parseSmtpUrl(text))),
    mailFrom: read('KAZASU_MAIL_FROM', '', (text) => (text === '' ? '' : parseMailbox(text))),
    alarmMail: read('KAZASU_ALARM_MAIL', '', (text) => parseList(text).map(parseMailbox)),
    directoryUrl,
    directoryUserDn: read('KAZASU_DIRECTORY_USER_DN', '', (text) =>
      text === '' ? undefined : parseUserNameTemplate(text),
    ),
    directoryCa: read('KAZASU_DIRECTORY_CA', '', existing),
    // Passwords in clear beyond this machine only where somebody said so.
    directoryStartTls: read('KAZASU_DIRECTORY_START_TLS', String(isPlainAfar(directoryUrl)), parseBoolean),
    cardOverlapDays: read('KAZASU_CARD_OVERLAP_DAYS', '14', parseWhole('days', 0, 365)),
    signingKeyPlan: {
      publishSeconds: seconds(read('KAZASU_SIGNING_KEY_PUBLISH_HOURS', '24', parseWhole('hours', 1, 720)), 1),
      useSeconds: seconds(read('KAZASU_SIGNING_KEY_DAYS', '90', parseWhole('days', 1, 3_650)), 24),
      retireSeconds: seconds(read('KAZASU_SIGNING_KEY_RETIRE_DAYS', '15', parseWhole('days', 1, 365)), 24),
    },
    trustedProxies: read('KAZASU_TRUSTED_PROXIES', '', parseList),
    clientCertificates: read('KAZASU_CLIENT_CERTIFICATES', '', parseClientCertificates),
  };
}

/** Where a bridge keeps its key unless told otherwise (XDG Base Directory Specification). */
export function bridgeStateDir(environment: Environment = process.env): string {
  const base = environment.XDG_STATE_HOME || join(homedir(), '.local', 'state');
  return join(base, 'kazasu-bridge');
}

/** Of a setting that cannot be read the problem is told, and nothing is made of it. */
function seconds(count: number | undefined, hours: number): number {
  return (count ?? 0) * hours * 3_600;
}

function isPlainAfar(url = ''): boolean {
  return url.startsWith('ldap:') && !isLoopback(new URL(url).hostname);
}

function readEnvFile(path: string): Environment {
  return existsSync(path) ? parseEnv(readFileSync(path, 'utf8')) : {};
}

/** @throws {TypeError} when the text is no port number. */
export function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) throw new TypeError('is a port number, 0 to 65535');
  return port;
}
