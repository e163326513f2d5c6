import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, InsufficientAccessError } from 'ldapts';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDirectoryPasswords } from '../../connectors/directory/directory-passwords.ts';
import { createLdapFlows } from '../../connectors/ldap/kazasu-flows.ts';
import { type LdapServer, startLdapServer } from '../../connectors/ldap/server.ts';
import type { TlsIdentity } from '../../connectors/ldap/tls-identity.ts';
import { parseUserNameTemplate } from '../../idp/domain/directory-user-name.ts';
import { restorePerson, suspendPerson } from '../../idp/flows/change-person.ts';
import type { FlowContext } from '../../idp/flows/context.ts';
import { addLdapClient } from '../../idp/flows/manage-clients.ts';
import { PasswordChecks } from '../../idp/flows/password-checks.ts';
import type { DirectoryPasswords } from '../../idp/ports/directory-passwords.ts';
import { makeTlsIdentity } from '../connectors/ldap/support/running-server.ts';
import { aCardInUse, type CardInUse, eachTestInAWorldOfItsOwn } from '../idp/flows/world/a-card-in-use.ts';
import { addEnrolledReader, admin, tap } from '../idp/flows/world/people-and-places.ts';
import { requirePrograms } from '../support/programs.ts';
import { ldifEntry, type Slapd, startSlapd } from '../support/slapd.ts';

const skip = requirePrograms('slapd', 'ldapsearch', 'openssl');
const suffix = 'dc=city,dc=example';
const baseDn = 'dc=example,dc=jp';
const satoDn = `uid=sato,ou=people,${baseDn}`;
const satos = 'sato-no-password';
const whoAmI = '1.3.6.1.4.1.4203.1.11.3';

let identity: TlsIdentity;
let folder: string;
let slapd: Slapd | undefined;
let place: CardInUse;
let context: FlowContext;
let server: LdapServer;
let secret: string;
/** How often the directory above said right or wrong. */
let answered: number;

beforeAll(() => {
  identity = makeTlsIdentity();
  folder = mkdtempSync(join(tmpdir(), 'kazasu-person-bind-'));
  writeFileSync(join(folder, 'ca.pem'), identity.cert);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const upstream = () =>
  startSlapd({
    suffix,
    ldif: [
      ldifEntry(suffix, { objectClass: ['dcObject', 'organization'], dc: 'city', o: 'city' }),
      ldifEntry(`uid=sato,${suffix}`, {
        ...{ objectClass: 'inetOrgPerson', uid: 'sato', cn: 'sato', sn: 'sato', userPassword: satos },
      }),
    ].join(''),
  });

eachTestInAWorldOfItsOwn(async (world) => {
  place = await aCardInUse(world);
});

beforeEach(async () => {
  slapd = await upstream();
  const directory = createDirectoryPasswords({
    ...{ url: slapd.url, startTls: false, caFile: '', timeoutMs: 2_000 },
    userName: parseUserNameTemplate(`uid={uid},${suffix}`),
  });
  answered = 0;
  const counted: DirectoryPasswords = {
    async verify(user, password) {
      const answer = await directory.verify(user, password);
      answered += 1;
      return answer;
    },
  };
  context = { ...place.world.context, passwords: new PasswordChecks(counted, place.world.clock) };
  secret = await addDevice('copier', { password: true, tap: false, waitSeconds: 0 }, ['127.0.0.1']);
  server = await startLdapServer({
    ...{ host: '127.0.0.1', ldapPort: 0, ldapsPort: 0, baseDn, flows: createLdapFlows(context) },
    ...{ clock: place.world.clock, log: () => undefined, tlsIdentity: () => identity },
  });
});

afterEach(async () => {
  await server.close();
  await slapd?.close();
});

type PersonBind = { readonly password: boolean; readonly tap: boolean; readonly waitSeconds: number };

async function addDevice(name: string, personBind: PersonBind, addresses: readonly string[] = []) {
  const added = await addLdapClient(context, {
    ...{ name, preset: 'card-search', acceptedAcr: [], requiredGroups: [], actor: admin, choices: {} },
    ...{ addresses, allowPlaintext: addresses.length > 0, ownReader: false, presence: { personBind } },
  });
  return added.secret;
}

/** The way in as options of OpenLDAP’s tools. */
const doors = [
  { door: 'StartTLS', options: () => ['-ZZ', '-H', `ldap://127.0.0.1:${server.ldapPort}`] },
  { door: 'LDAPS', options: () => ['-H', `ldaps://127.0.0.1:${server.ldapsPort}`] },
];

function run(program: string, args: readonly string[]): Promise<{ exitCode: number; output: string }> {
  return new Promise((resolve) => {
    const env = { PATH: '/usr/bin:/bin', LDAPTLS_CACERT: join(folder, 'ca.pem'), LDAPTLS_REQCERT: 'demand' };
    execFile(program, args, { env, timeout: 30_000 }, (error, stdout, stderr) => {
      const exitCode = typeof error?.code === 'number' ? error.code : error ? -1 : 0;
      resolve({ exitCode, output: stdout + stderr });
    });
  });
}

const asPerson = (password: string, dn = satoDn) => ['-x', '-D', dn, '-w', password];
const who = (options: readonly string[], password: string, dn?: string) =>
  run('ldapwhoami', [...options, ...asPerson(password, dn)]);

/** A connection on which a device has bound. */
async function secure(name = 'copier', password = secret): Promise<Client> {
  const client = new Client({
    url: `ldaps://localhost:${server.ldapsPort}`,
    tlsOptions: { ca: identity.cert },
  });
  await client.bind(`cn=${name},ou=devices,${baseDn}`, password);
  return client;
}

describe.skipIf(skip).each(doors)('a person who binds with OpenLDAP’s tools over $door', ({ options }) => {
  it('is who the directory above says, sees the own entry, and nobody else’s', async () => {
    expect(await who(options(), satos)).toEqual({ exitCode: 0, output: `dn:${satoDn}\n` });
    const search = (...filter: string[]) =>
      run('ldapsearch', [...options(), '-LLL', ...asPerson(satos), '-b', baseDn, ...filter]);
    expect((await search('(uid=*)', '1.1')).output.match(/^dn: .*$/gm)).toEqual([`dn: ${satoDn}`]);
    expect((await search('(uid=suzuki)', '1.1')).output).toBe('');
  });

  it('is refused with another password, no password and another name', async () => {
    expect((await who(options(), 'wrong')).exitCode).toBe(49);
    expect((await who(options(), satos, `uid=nobody,ou=people,${baseDn}`)).exitCode).toBe(49);
    expect((await who(options(), '')).exitCode).toBe(53);
  });

  it('is told of an outage of the directory above as one, however often', async () => {
    await slapd?.close();
    slapd = undefined;
    for (let attempt = 0; attempt < 5; attempt += 1) {
      expect((await who(options(), satos)).exitCode).toBe(52);
    }
  });
});

describe.skipIf(skip)('a person who binds', () => {
  it('in clear is told to use TLS, although the device may do without', async () => {
    const plain = ['-H', `ldap://127.0.0.1:${server.ldapPort}`];
    expect((await who(plain, satos)).exitCode).toBe(13);
    expect((await who(plain, satos, `uid=nobody,ou=people,${baseDn}`)).exitCode).toBe(13);
    expect(
      (await run('ldapwhoami', [...plain, '-x', '-D', `cn=copier,ou=devices,${baseDn}`, '-w', secret]))
        .exitCode,
    ).toBe(0);
  });

  it('behind a device is put out by a suspension at the very next operation, and the device is not', async () => {
    const client = await secure();
    await client.bind(satoDn, satos);
    const own = () => client.search(satoDn, { scope: 'base' });
    expect((await own()).searchEntries).toMatchObject([{ uid: 'sato' }]);
    await suspendPerson(context, { person: 'sato', actor: admin });
    await expect(own()).rejects.toThrow(InsufficientAccessError);
    await expect(client.compare(satoDn, 'uid', 'sato')).rejects.toThrow(InsufficientAccessError);
    await expect(client.exop(whoAmI)).rejects.toThrow(InsufficientAccessError);
    await client.bind(`cn=copier,ou=devices,${baseDn}`, secret);
    await restorePerson(context, { person: 'sato', actor: admin });
    await client.bind(satoDn, satos);
    expect((await own()).searchEntries).toHaveLength(1);
    await client.unbind();
  });
});

describe.skipIf(skip)('a person who binds at a device with a reader beside it', () => {
  let hold: () => Promise<unknown>;
  const reading = { name: 'copier with a reader', secret: '' };

  beforeEach(async () => {
    reading.secret = await addDevice(reading.name, { password: true, tap: true, waitSeconds: 60 });
    const reader = await addEnrolledReader(place.world, 'beside', { clients: [reading.name] });
    hold = () => tap(place.world, reader, place.card);
  });

  const atReader = () => secure(reading.name, reading.secret);

  it('waits for the tap while others are served, and is let in by it', async () => {
    const client = await atReader();
    const bound = client.bind(satoDn, satos);
    await expect.poll(() => answered).toBe(1);
    const other = await secure();
    await other.unbind();
    await hold();
    await bound;
    expect((await client.exop(whoAmI)).value).toBe(`dn:${satoDn}`);
    await client.unbind();
  });

  it('and hangs up leaves the tap to the next', async () => {
    const client = await atReader();
    const given = client.bind(satoDn, satos).catch(() => 'hung up');
    await expect.poll(() => answered).toBe(1);
    await client.unbind();
    expect(await given).toBe('hung up');
    const denials = async () => (await place.world.trail('login.denied')).map(({ reason }) => reason);
    await expect.poll(denials).toEqual(['tap-missing']);
    await hold();
    const next = await atReader();
    await next.bind(satoDn, satos);
    await next.unbind();
  });
});
