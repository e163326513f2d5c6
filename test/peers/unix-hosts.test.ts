import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDirectoryPasswords } from '../../connectors/directory/directory-passwords.ts';
import { createLdapFlows } from '../../connectors/ldap/kazasu-flows.ts';
import { type LdapServer, startLdapServer } from '../../connectors/ldap/server.ts';
import { systemClock } from '../../idp/clock.ts';
import { parseUserNameTemplate } from '../../idp/domain/directory-user-name.ts';
import { restorePerson, suspendPerson } from '../../idp/flows/change-person.ts';
import type { FlowContext } from '../../idp/flows/context.ts';
import { importPeople } from '../../idp/flows/import-people.ts';
import { addLdapClient } from '../../idp/flows/manage-clients.ts';
import { PasswordChecks } from '../../idp/flows/password-checks.ts';
import { makeTlsIdentity } from '../connectors/ldap/support/running-server.ts';
import { admin } from '../idp/flows/world/people-and-places.ts';
import { createWorld, type World } from '../idp/flows/world/world.ts';
import { requirePrograms } from '../support/programs.ts';
import { ldifEntry, type Slapd, startSlapd } from '../support/slapd.ts';
import { createTestPki } from '../support/test-pki.ts';
import { mayHaveUnixHosts, pamService, startUnixHost, type UnixHost } from '../support/unix-host.ts';

const missing = requirePrograms('slapd', 'openssl', 'nslcd', 'pam_ldap.so', 'pamtester', 'sssd');
if (!mayHaveUnixHosts) process.stderr.write('skipped: only root can give a Unix host files of its own\n');
const skip = missing !== undefined || !mayHaveUnixHosts;

const suffix = 'dc=city,dc=example';
const baseDn = 'dc=example,dc=jp';
const password = 'tanaka-no-password';
const tanaka = 'tanaka:*:200001:100:';

let folder: string;
let slapd: Slapd;
let world: World;
let context: FlowContext;
let server: LdapServer;
let secret: string;

beforeAll(async () => {
  if (skip) return;
  folder = mkdtempSync(join(tmpdir(), 'kazasu-unix-hosts-'));
  // Daemons read it as users of their own.
  chmodSync(folder, 0o755);
  const identity = makeTlsIdentity();
  writeFileSync(join(folder, 'ca.pem'), identity.cert);
  slapd = await startSlapd({
    suffix,
    ldif: [
      ldifEntry(suffix, { objectClass: ['dcObject', 'organization'], dc: 'city', o: 'city' }),
      ldifEntry(`uid=tanaka,${suffix}`, {
        ...{
          objectClass: 'inetOrgPerson',
          uid: 'tanaka',
          cn: 'tanaka',
          sn: 'tanaka',
          userPassword: password,
        },
      }),
    ].join(''),
  });
  world = await createWorld(await createTestPki());
  const directory = createDirectoryPasswords({
    ...{ url: slapd.url, startTls: false, caFile: '', timeoutMs: 2_000 },
    userName: parseUserNameTemplate(`uid={uid},${suffix}`),
  });
  context = { ...world.context, passwords: new PasswordChecks(directory, systemClock) };
  const of = (uid: string, groups: readonly string[]) => ({
    ...{ uid, groups, displayName: `${uid} 太郎`, organization: 'みどり市' },
  });
  const people = [of('tanaka', ['staff', 'printing']), of('sato', ['staff'])];
  await importPeople(context, { people, actor: admin });
  const added = await addLdapClient(context, {
    ...{ name: 'host', preset: 'unix', acceptedAcr: [], requiredGroups: [], actor: admin, choices: {} },
    ...{ addresses: ['127.0.0.1'], allowPlaintext: true, ownReader: true },
  });
  secret = added.secret;
  server = await startLdapServer({
    ...{ host: '127.0.0.1', ldapPort: 0, ldapsPort: 0, baseDn, flows: createLdapFlows(context) },
    ...{ clock: systemClock, log: () => undefined, tlsIdentity: () => identity },
  });
}, 60_000);

afterAll(async () => {
  await server?.close();
  await world?.close();
  await slapd?.close();
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
});

const deviceDn = `cn=host,ou=devices,${baseDn}`;
const plain = () => `ldap://127.0.0.1:${server.ldapPort}`;
const ldaps = () => `ldaps://127.0.0.1:${server.ldapsPort}`;

function nslcd(uri: string, ssl: 'start_tls' | 'off'): Promise<UnixHost> {
  const conf = `
    uid nslcd
    gid nslcd
    threads 2
    uri ${uri}
    base ${baseDn}
    binddn ${deviceDn}
    bindpw ${secret}
    ssl ${ssl}
    tls_reqcert demand
    tls_cacertfile ${join(folder, 'ca.pem')}
    bind_timelimit 5
    timelimit 5
  `.replace(/^ +/gm, '');
  const module = 'pam_ldap.so minimum_uid=1000';
  const daemon = ['nslcd', '-d'] as const;
  return startUnixHost({ daemon, nss: 'ldap', pam: module, files: { 'nslcd.conf': conf }, knows: 'tanaka' });
}

function sssd(uri: string, startTls: boolean): Promise<UnixHost> {
  const conf = `
    [sssd]
    services = nss, pam
    domains = kazasu
    [nss]
    entry_negative_timeout = 1
    [pam]
    pam_id_timeout = 0
    [domain/kazasu]
    id_provider = ldap
    auth_provider = ldap
    chpass_provider = none
    access_provider = permit
    ldap_schema = rfc2307bis
    ldap_uri = ${uri}
    ldap_search_base = ${baseDn}
    ldap_default_bind_dn = ${deviceDn}
    ldap_default_authtok = ${secret}
    ldap_id_use_start_tls = ${startTls}
    ldap_tls_reqcert = demand
    ldap_tls_cacert = ${join(folder, 'ca.pem')}
    cache_credentials = false
    entry_cache_timeout = 1
  `.replace(/^ +/gm, '');
  const daemon = ['sssd', '-i', '--logger=stderr'] as const;
  const files = { 'sssd/sssd.conf': conf };
  return startUnixHost({ daemon, nss: 'sss', pam: 'pam_sss.so', files, knows: 'tanaka' });
}

describe.skipIf(skip)('a Unix host that speaks in clear', () => {
  it('knows people, but no password goes over the line', async () => {
    const host = await nslcd(plain(), 'off');
    try {
      expect((await host.run('getent', ['passwd', 'tanaka'])).output).toContain(tanaka);
      const tried = await host.run('pamtester', [pamService, 'tanaka', 'authenticate'], `${password}\n`);
      expect(tried.code).not.toBe(0);
    } finally {
      await host.close();
    }
  }, 30_000);
});

const hosts: [string, () => Promise<UnixHost>][] = [
  ['nslcd over StartTLS', () => nslcd(plain(), 'start_tls')],
  ['nslcd over LDAPS', () => nslcd(ldaps(), 'off')],
  ['SSSD over StartTLS', () => sssd(plain(), true)],
  ['SSSD over LDAPS', () => sssd(ldaps(), false)],
];

describe.skipIf(skip).each(hosts)('a Unix host with %s', (_what, start) => {
  let host: UnixHost;
  beforeAll(async () => {
    host = await start();
  }, 30_000);
  afterAll(() => host?.close());
  const pam = (user: string, typed: string, ...operations: string[]) =>
    host.run('pamtester', [pamService, user, ...operations], `${typed}\n`);

  it('knows people by name and number, and their groups', async () => {
    const { output } = await host.run('getent', ['passwd', 'tanaka']);
    expect(output).toBe(`${tanaka}tanaka 太郎:/home/tanaka:/bin/bash\n`);
    expect((await host.run('getent', ['passwd', '200002'])).output).toMatch(/^sato:\*:200002:/);
    expect((await host.run('getent', ['passwd', 'nobody-here'])).code).not.toBe(0);
    expect((await host.run('getent', ['group', 'printing'])).output).toMatch(
      /^printing:[x*]:200002:tanaka\n$/,
    );
    expect((await host.run('getent', ['group', '200001'])).output).toMatch(/^staff:[x*]:200001:/);
    const ids = (await host.run('id', ['tanaka'])).output;
    expect(ids).toMatch(/^uid=200001\(tanaka\) gid=100\(users\)/);
    expect(ids).toContain('200001(staff)');
    expect(ids).toContain('200002(printing)');
  });

  it('lets in with the right password and nobody with another', async () => {
    expect((await pam('tanaka', password, 'authenticate', 'acct_mgmt')).code).toBe(0);
    expect((await pam('tanaka', 'wrong', 'authenticate')).code).not.toBe(0);
    expect((await pam('sato', password, 'authenticate')).code).not.toBe(0);
  });

  it('refuses a suspended person from the very next try on, and lets in again after', async () => {
    const change = { person: 'tanaka', actor: admin };
    await suspendPerson(context, change);
    expect((await pam('tanaka', password, 'authenticate')).code).not.toBe(0);
    await restorePerson(context, change);
    // SSSD remembers for `entry_negative_timeout` that there was nobody of that name.
    const again = async () => (await pam('tanaka', password, 'authenticate')).code;
    await expect.poll(again, { interval: 300, timeout: 10_000 }).toBe(0);
  });
});
