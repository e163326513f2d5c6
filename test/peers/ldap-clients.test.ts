import { execFile, spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient, type SearchEntry } from 'ldapjs';
import {
  Client,
  ConfidentialityRequiredError,
  InvalidCredentialsError,
  UnwillingToPerformError,
} from 'ldapts';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { baseDn, type InMemoryDirectory, midoriCity } from '../connectors/ldap/support/in-memory-flows.ts';
import { makeTlsIdentity, type RunningServer, runServer } from '../connectors/ldap/support/running-server.ts';
import { requirePrograms } from '../support/programs.ts';

const skipTools = requirePrograms('ldapsearch', 'openssl');
const python = '/usr/bin/python3';

let directory: InMemoryDirectory;
let server: RunningServer;
let certFolder: string;
let certFile: string;
let kioskCert: string;
let kioskKey: string;

beforeAll(async () => {
  const identity = makeTlsIdentity();
  certFolder = mkdtempSync(join(tmpdir(), 'kazasu-ldap-'));
  certFile = join(certFolder, 'cert.pem');
  writeFileSync(certFile, identity.cert);
  const kiosk = makeTlsIdentity();
  [kioskCert, kioskKey] = [join(certFolder, 'kiosk.pem'), join(certFolder, 'kiosk.key')];
  writeFileSync(kioskCert, kiosk.cert);
  writeFileSync(kioskKey, kiosk.key);
  directory = midoriCity();
  const certificateSha256 = new X509Certificate(kiosk.cert).fingerprint256.replaceAll(':', '').toLowerCase();
  directory.addDevice('kiosk', 'card-search', { certificateSha256 });
  for (let index = 0; index < 700; index += 1) {
    directory.addPerson(`u${String(index).padStart(4, '0')}`, undefined, { displayName: `利用者 ${index}` });
  }
  server = await runServer(directory, { tlsIdentity: () => identity });
});

afterAll(async () => {
  await server?.close();
  rmSync(certFolder, { recursive: true, force: true });
});

beforeEach(() => {
  directory.suspended.clear();
  directory.outage = false;
});

const deviceDn = (name: string) => `cn=${name},ou=devices,${baseDn}`;
const personDn = (uid: string) => `uid=${uid},ou=people,${baseDn}`;
const cardDn = (number: string) => `cn=${number},cn=door,ou=cards,${baseDn}`;

/** The three ways in, as options of OpenLDAP’s tools, which take `localhost` for the machine’s own name. */
const doors = [
  { name: 'LDAP', options: () => ['-H', `ldap://127.0.0.1:${server.ldapPort}`] },
  { name: 'StartTLS', options: () => ['-ZZ', '-H', `ldap://127.0.0.1:${server.ldapPort}`] },
  { name: 'LDAPS', options: () => ['-H', `ldaps://127.0.0.1:${server.ldapsPort}`] },
];

interface Ended {
  readonly exitCode: number;
  readonly output: string;
}

function run(
  program: string,
  args: readonly string[],
  input = '',
  more: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  return new Promise((resolve) => {
    const env = {
      PATH: '/usr/bin:/bin',
      LDAPTLS_CACERT: certFile,
      LDAPTLS_REQCERT: 'demand',
      LC_ALL: 'C.UTF-8',
      ...more,
    };
    const child = execFile(program, args, { env, timeout: 30_000 }, (error, stdout, stderr) => {
      resolve({
        exitCode: typeof error?.code === 'number' ? error.code : error ? -1 : 0,
        output: stdout + stderr,
      });
    });
    child.stdin?.end(input);
  });
}

const as = (dn: string, password: string) => ['-x', '-D', dn, '-w', password];
const asDevice = (name: string) => as(deviceDn(name), `secret-of-${name}`);

describe.skipIf(skipTools).each(doors)('OpenLDAP’s tools over $name', ({ name, options }) => {
  const search = (...args: readonly string[]) =>
    run('ldapsearch', [...options(), '-LLL', '-o', 'ldif-wrap=no', ...args]);

  test('find a person by card, and nobody once suspended', async () => {
    const find = [...asDevice('printer'), '-b', baseDn, '(serialNumber=0A1B2C3D)', 'uid', 'mail'];
    expect(await search(...find)).toEqual({
      exitCode: 0,
      output: `dn: ${personDn('tanaka')}\nuid: tanaka\nmail: tanaka@example.jp\n\n`,
    });
    directory.suspended.add('tanaka');
    expect(await search(...find)).toEqual({ exitCode: 0, output: '' });
  });

  test('read root DSE and subschema without binding, and nothing else', async () => {
    const dse = await search('-x', '-b', '', '-s', 'base', '+');
    expect(dse.output).toContain(`namingContexts: ${baseDn}\n`);
    const schema = await search('-x', '-b', 'cn=Subschema', '-s', 'base', 'attributeTypes', 'objectClasses');
    expect(schema.output).toContain("NAME 'inetOrgPerson'");
    expect((await search('-x', '-b', baseDn)).exitCode).toBe(50);
  });

  test('page through everybody', async () => {
    const paged = await search(
      ...asDevice('web'),
      '-b',
      `ou=people,${baseDn}`,
      '-E',
      'pr=100/noprompt',
      '(uid=u*)',
      '1.1',
    );
    expect(paged.exitCode).toBe(0);
    expect(paged.output.match(/^dn: /gm)).toHaveLength(700);
  });

  test('are told who they are, by device and by card', async () => {
    const who = (...args: readonly string[]) => run('ldapwhoami', [...options(), ...args]);
    expect(await who(...asDevice('web'))).toEqual({ exitCode: 0, output: `dn:${deviceDn('web')}\n` });
    expect(await who(...as(cardDn('0a1b2c3d'), 'secret-of-door'))).toEqual({
      exitCode: 0,
      output: `dn:${personDn('tanaka')}\n`,
    });
    expect((await who('-x')).output).toBe('anonymous\n');
    expect((await who(...as(cardDn('0a1b2c00'), 'secret-of-door'))).exitCode).toBe(49);
    expect((await who(...as(deviceDn('web'), 'wrong'))).exitCode).toBe(49);
  });

  test('bind by their certificate where there is TLS (SASL EXTERNAL)', async () => {
    const shown = { LDAPTLS_CERT: kioskCert, LDAPTLS_KEY: kioskKey };
    const who = (env: Readonly<Record<string, string>>, ...args: readonly string[]) =>
      run('ldapwhoami', [...options(), '-Q', '-Y', 'EXTERNAL', ...args], '', env);
    const [bound, asItself, asAnother, silent] = [
      await who(shown),
      await who(shown, '-X', `dn:${deviceDn('kiosk')}`),
      await who(shown, '-X', 'u:printer'),
      await who({}),
    ];
    if (name === 'LDAP') {
      expect(bound.exitCode).not.toBe(0);
      return;
    }
    expect(bound).toEqual({ exitCode: 0, output: `dn:${deviceDn('kiosk')}\n` });
    expect(asItself).toEqual(bound);
    expect(asAnother.exitCode).toBe(49);
    expect(silent.exitCode).not.toBe(0);
  });

  test('take the controls that are offered, and are refused a critical one that is not', async () => {
    const base = [...asDevice('web'), '-b', baseDn, '-s', 'base'];
    const taken = await search(...base, '-MM', '-e', 'ppolicy', '1.1');
    expect(taken).toEqual({ exitCode: 0, output: `dn: ${baseDn}\n\n` });
    expect((await search(...base, '-e', '!1.2.3.4', '1.1')).exitCode).toBe(12);
    expect((await search(...base, '-e', '1.2.3.4', '1.1')).exitCode).toBe(0);
  });

  test('search by a rule of their choice, by languages and by classes', async () => {
    const dns = async (filter: string, ...more: readonly string[]) =>
      (await search(...asDevice('web'), '-b', baseDn, filter, ...more)).output;
    expect(await dns('(cn:caseExactMatch:=Suzuki Ichiro)', '1.1')).toBe(`dn: ${personDn('suzuki')}\n\n`);
    expect(await dns('(cn:caseExactMatch:=suzuki ichiro)', '1.1')).toBe('');
    expect(await dns('(&(ou:dn:=people)(uid=suzuki))', '@person')).toContain('sn: Suzuki Ichiro\n');
    expect(await dns('(&(uid=suzuki)(!(cn;lang-ja=x)))', '1.1')).toBe(`dn: ${personDn('suzuki')}\n\n`);
  });

  test('compare', async () => {
    const compare = (assertion: string) =>
      run('ldapcompare', [...options(), ...asDevice('web'), personDn('tanaka'), assertion]);
    expect(await compare('mail:TANAKA@example.jp')).toMatchObject({ exitCode: 6, output: 'TRUE\n' });
    expect(await compare('mail:x')).toMatchObject({ exitCode: 5, output: 'FALSE\n' });
  });

  test('change nothing, and are told why', async () => {
    const changes = `dn: ${personDn('tanaka')}\nchangetype: modify\nreplace: mail\nmail: x@example.jp\n\n`;
    const modified = await run('ldapmodify', [...options(), ...asDevice('web')], changes);
    expect(modified).toMatchObject({
      exitCode: 53,
      output: expect.stringContaining('Nothing is changed over LDAP'),
    });
    const added = await run(
      'ldapmodify',
      [...options(), ...asDevice('web'), '-a'],
      `dn: ${personDn('new')}\nobjectClass: inetOrgPerson\nsn: n\ncn: n\nuid: new\n\n`,
    );
    expect(added.exitCode).toBe(53);
    expect((await run('ldapdelete', [...options(), ...asDevice('web'), personDn('tanaka')])).exitCode).toBe(
      53,
    );
    const rename = [...options(), ...asDevice('web'), personDn('tanaka'), 'uid=x'];
    expect((await run('ldapmodrdn', rename)).exitCode).toBe(53);
  });

  test('are told of an outage as one', async () => {
    directory.outage = true;
    expect((await search(...asDevice('printer'), '-b', baseDn)).exitCode).toBe(52);
  });
});

describe('ldapts', () => {
  const connect = async (door: string): Promise<Client> => {
    const url =
      door === 'LDAPS' ? `ldaps://localhost:${server.ldapsPort}` : `ldap://localhost:${server.ldapPort}`;
    const tlsOptions = { rejectUnauthorized: false };
    const client = new Client({ url, ...(door === 'LDAPS' ? { tlsOptions } : {}) });
    if (door === 'StartTLS') await client.startTLS(tlsOptions);
    return client;
  };

  test.each(['LDAP', 'StartTLS', 'LDAPS'])('binds, searches, pages and is refused over %s', async (door) => {
    const client = await connect(door);
    try {
      await client.bind(deviceDn('printer'), 'secret-of-printer');
      const found = await client.search(baseDn, { filter: '(&(objectClass=person)(serialNumber=0a1b2c3d))' });
      expect(found.searchEntries).toMatchObject([{ dn: personDn('tanaka'), cn: '田中 花子' }]);
      await expect(client.search(baseDn, { filter: '(serialNumber=0a*)' })).rejects.toThrow(
        UnwillingToPerformError,
      );
      await client.bind(deviceDn('web'), 'secret-of-web');
      const paged = await client.search(baseDn, {
        filter: '(uid=u*)',
        paged: { pageSize: 64 },
        attributes: ['uid'],
      });
      expect(paged.searchEntries).toHaveLength(700);
      expect(await client.compare(personDn('tanaka'), 'uid', 'TANAKA')).toBe(true);
      await expect(client.bind(deviceDn('web'), 'wrong')).rejects.toThrow(InvalidCredentialsError);
      await client.bind(cardDn('0a1b2c3d'), 'secret-of-door');
    } finally {
      await client.unbind();
    }
  });

  test('is told that TLS is demanded', async () => {
    const client = await connect('LDAP');
    await expect(client.bind(deviceDn('strict'), 'secret-of-strict')).rejects.toThrow(
      ConfidentialityRequiredError,
    );
    await client.unbind();
  });
});

describe('ldapjs', () => {
  test.each(['LDAP', 'StartTLS', 'LDAPS'])('binds and searches over %s', async (door) => {
    const tlsOptions = { rejectUnauthorized: false };
    const url =
      door === 'LDAPS' ? `ldaps://localhost:${server.ldapsPort}` : `ldap://localhost:${server.ldapPort}`;
    const client = createClient({ url, tlsOptions });
    try {
      if (door === 'StartTLS') {
        await new Promise<void>((resolve, reject) =>
          client.starttls(tlsOptions, [], (error) => (error ? reject(error) : resolve())),
        );
      }
      await new Promise<void>((resolve, reject) =>
        client.bind(deviceDn('printer'), 'secret-of-printer', (error) => (error ? reject(error) : resolve())),
      );
      const found: SearchEntry[] = [];
      await new Promise<void>((resolve, reject) =>
        client.search(
          baseDn,
          { scope: 'sub', filter: '(|(serialNumber=0a1b2c3d)(serialNumber=0A:1B:2C:3D))' },
          (error, response) => {
            if (error) return reject(error);
            response.on('searchEntry', (entry) => found.push(entry));
            response.on('error', reject);
            response.on('end', () => resolve());
          },
        ),
      );
      expect(found.map(({ objectName }) => String(objectName))).toEqual([personDn('tanaka')]);
    } finally {
      client.destroy();
    }
  });
});

/** ldap3 reads and checks the whole schema, and refuses what it cannot parse. */
const ldap3Script = `
import json, ssl, sys
from ldap3 import Server, Connection, Tls, ALL, SUBTREE, SASL, EXTERNAL
door, port, base = sys.argv[1], int(sys.argv[2]), sys.argv[3]
tls = Tls(validate=ssl.CERT_NONE)
server = Server('localhost', port=port, use_ssl=door == 'LDAPS', tls=tls, get_info=ALL)
def connect(dn, password):
    connection = Connection(server, dn, password, raise_exceptions=False)
    connection.open()
    if door == 'StartTLS': connection.start_tls()
    connection.bind()
    return connection
out = {}
printer = connect('cn=printer,ou=devices,' + base, 'secret-of-printer')
out['who'] = printer.extend.standard.who_am_i()
printer.search(base, '(serialNumber=0A1B2C3D)', attributes=['uid', 'cn', 'memberOf'])
out['entries'] = [json.loads(e.entry_to_json()) for e in printer.entries]
printer.search(base, '(serialNumber=*)')
out['presence'] = printer.result['result']
web = connect('cn=web,ou=devices,' + base, 'secret-of-web')
pages = web.extend.standard.paged_search(base, '(uid=u*)', SUBTREE, attributes=['uid'], paged_size=90, generator=False)
out['paged'] = len(pages)
out['compare'] = web.compare('uid=tanaka,ou=people,' + base, 'mail', 'tanaka@example.jp')
out['wrong'] = connect('cn=web,ou=devices,' + base, 'x').result['result']
out['card'] = connect('cn=0a1b2c3d,cn=door,ou=cards,' + base, 'secret-of-door').result['result']
if door != 'LDAP':
    shown = Tls(local_certificate_file=sys.argv[4], local_private_key_file=sys.argv[5], validate=ssl.CERT_NONE)
    kiosk = Connection(Server('localhost', port=port, use_ssl=door == 'LDAPS', tls=shown, get_info=ALL),
        authentication=SASL, sasl_mechanism=EXTERNAL, sasl_credentials='dn:cn=kiosk,ou=devices,' + base)
    kiosk.open()
    if door == 'StartTLS': kiosk.start_tls()
    kiosk.bind()
    out['external'] = kiosk.extend.standard.who_am_i()
out['contexts'] = server.info.naming_contexts
out['classes'] = 'inetOrgPerson' in server.schema.object_classes and 'memberOf' in server.schema.attribute_types
print(json.dumps(out))
`;

const skipPython = missingLdap3();

function missingLdap3(): string | undefined {
  if (spawnSync(python, ['-c', 'import ldap3']).status === 0) return undefined;
  const reason = 'missing python3-ldap3: apt-get install python3-ldap3';
  if (process.env.CI) throw new Error(reason);
  process.stderr.write(`skipped: ${reason}\n`);
  return reason;
}

describe.skipIf(skipPython)('python3-ldap3', () => {
  test.each(['LDAP', 'StartTLS', 'LDAPS'])('reads the schema and does everything over %s', async (door) => {
    const port = String(door === 'LDAPS' ? server.ldapsPort : server.ldapPort);
    const { exitCode, output } = await run(python, [
      '-c',
      ldap3Script,
      door,
      port,
      baseDn,
      kioskCert,
      kioskKey,
    ]);
    expect({ exitCode, output }).toMatchObject({ exitCode: 0 });
    expect(JSON.parse(output)).toMatchObject({
      who: `dn:${deviceDn('printer')}`,
      entries: [{ dn: personDn('tanaka'), attributes: { uid: ['tanaka'], cn: ['田中 花子'] } }],
      presence: 53,
      paged: 700,
      compare: true,
      wrong: 49,
      card: 0,
      ...(door === 'LDAP' ? {} : { external: `dn:${deviceDn('kiosk')}` }),
      contexts: [baseDn],
      classes: true,
    });
  });
});
