import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import ldapjs from 'ldapjs';
import { Attribute, Change, Client } from 'ldapts';
import { type ScriptedDevice, scriptedDevices } from '../../../connectors/devices/conversations.ts';
import { tryDevice } from '../../../connectors/devices/try-device.ts';
import { MessageFramer } from '../../../connectors/ldap/codec/message-framer.ts';
import { baseDn, midoriCity } from '../../connectors/ldap/support/in-memory-flows.ts';
import { runServer } from '../../connectors/ldap/support/running-server.ts';

/**
 * `npm exec node test/fuzz/ldap/record-conversations.ts`: lets real clients speak with a façade through a wire that
 * listens, and keeps what they sent, one message a line in hex, for the fuzzer to mutate. The secrets and the card
 * number are exchanged for wrong ones of the same length: nothing that is made from them may ever succeed.
 */
const folder = join(import.meta.dirname, '../corpus/ldap');
const rightAndWrong = [
  ['secret-of-printer', 'WRONG--of-printer'],
  ['secret-of-web', 'WRONG--of-web'],
  ['secret-of-door', 'WRONG--of-door'],
  ['0a1b2c3d', '77777777'],
  ['0A1B2C3D', '77777777'],
] as const;

const printer = `cn=printer,ou=devices,${baseDn}`;
const web = `cn=web,ou=devices,${baseDn}`;
const people = `ou=people,${baseDn}`;

interface Wire {
  readonly url: string;
  readonly port: number;
  readonly heard: Buffer[];
}

const tool = (program: string, args: readonly string[], input = '') =>
  new Promise<void>((resolve) => {
    const child = execFile(program, args, { timeout: 20_000 }, () => resolve());
    child.stdin?.end(input);
  });

const asPrinter = ['-x', '-D', printer, '-w', 'secret-of-printer'];
const asWeb = ['-x', '-D', web, '-w', 'secret-of-web'];
const ldif = `dn: uid=tanaka,${people}\nchangetype: modify\nadd: serialNumber\nserialNumber: 0a1b2c3d\n`;
const python = `
import sys, ldap3
s = ldap3.Server('127.0.0.1', port=int(sys.argv[1]), get_info=ldap3.ALL)
c = ldap3.Connection(s, '${web}', 'secret-of-web', auto_bind=True)
c.search('${people}', '(&(objectClass=person)(|(uid=tanaka)(cn=田*)))', attributes=ldap3.ALL_ATTRIBUTES)
list(c.extend.standard.paged_search('${people}', '(uid=*)', paged_size=2))
c.compare('uid=tanaka,${people}', 'mail', 'tanaka@example.jp')
c.extend.standard.who_am_i()
c.modify('uid=tanaka,${people}', {'mail': [(ldap3.MODIFY_REPLACE, ['x@example.jp'])]})
c.add('uid=new,${people}', 'inetOrgPerson', {'sn': 'new', 'cn': 'new'})
c.delete('uid=tanaka,${people}')
c.modify_dn('uid=tanaka,${people}', 'uid=other')
c.unbind()
`;

const speakers: { readonly [name: string]: (wire: Wire) => Promise<unknown> } = {
  async 'ldap-utils'({ url }) {
    const search = (...args: readonly string[]) => tool('ldapsearch', ['-H', url, ...args]);
    await search(...asPrinter, '-b', baseDn, '(serialNumber=0a1b2c3d)', 'uid', 'mail');
    await search(...asPrinter, '-b', baseDn, '(|(serialNumber=0A1B2C3D)(uid=0A1B2C3D))', '1.1');
    await search(...asWeb, '-b', baseDn, '-E', 'pr=2/noprompt', '(objectClass=*)', '*', '+');
    await search(...asWeb, '-b', baseDn, '-M', '-e', '!noop', '(&(cn~=a)(!(sn>=b))(cn:caseExactMatch:=x))');
    await search(
      ...asWeb,
      '-b',
      people,
      '-s',
      'one',
      '-z',
      '2',
      '-l',
      '5',
      '-A',
      '-a',
      'always',
      '(mail=*@*)',
    );
    await search('-x', '-b', '', '-s', 'base', '+');
    await search('-ZZ', ...asPrinter, '-b', baseDn, '(serialNumber=0a1b2c3d)');
    await tool('ldapwhoami', ['-H', url, ...asPrinter, '-e', 'ppolicy']);
    await tool('ldapwhoami', ['-H', url, '-Y', 'EXTERNAL', '-Q']);
    await tool('ldapcompare', ['-H', url, ...asWeb, `uid=tanaka,${people}`, 'mail:tanaka@example.jp']);
    await tool('ldapmodify', ['-H', url, ...asWeb], ldif);
    await tool('ldapdelete', ['-H', url, ...asWeb, `uid=tanaka,${people}`]);
    await tool('ldapmodrdn', ['-H', url, ...asWeb, `uid=tanaka,${people}`, 'uid=other']);
    await tool('ldapexop', ['-H', url, ...asWeb, 'cancel', '7']);
    await tool('ldappasswd', ['-H', url, ...asWeb, '-s', 'x', `uid=tanaka,${people}`]);
    await tool('ldapwhoami', [
      '-H',
      url,
      '-x',
      '-D',
      `cn=0a1b2c3d,cn=door,ou=cards,${baseDn}`,
      '-w',
      'secret-of-door',
    ]);
  },
  'python3-ldap3': ({ port }) => tool('/usr/bin/python3', ['-c', python, String(port)]),
  async ldapts({ url }) {
    const client = new Client({ url });
    await client.bind(web, 'secret-of-web');
    await client.search(people, { filter: '(cn=*花*)', paged: { pageSize: 1 }, scope: 'sub' });
    await client.compare(`uid=tanaka,${people}`, 'cn', 'x').catch(() => undefined);
    await client.exop('1.3.6.1.4.1.4203.1.11.3');
    const modification = new Attribute({ type: 'serialNumber', values: ['0a1b2c3d'] });
    const change = new Change({ operation: 'add', modification });
    await client.modify(`uid=tanaka,${people}`, change).catch(() => undefined);
    await client.unbind();
  },
  async ldapjs({ url }) {
    const client = ldapjs.createClient({ url });
    client.on('error', () => undefined);
    const done = (start: (callback: (error: unknown) => void) => void) =>
      new Promise<void>((resolve) => start(() => resolve()));
    await done((callback) => client.bind(printer, 'secret-of-printer', callback));
    await done((callback) =>
      client.search(baseDn, { scope: 'sub', filter: '(serialNumber=0a1b2c3d)' }, (_, found) => {
        found.on('error', callback);
        found.on('end', callback);
      }),
    );
    await done((callback) => client.compare(`uid=tanaka,${people}`, 'serialNumber', '0a1b2c3d', callback));
    await done((callback) => client.unbind(callback));
  },
  ...Object.fromEntries(scriptedDevices.map((device) => [device, (wire: Wire) => asDevice(device, wire)])),
};

function asDevice(device: ScriptedDevice, { url }: Wire) {
  const line = { url, startTls: false, ca: undefined };
  const [bindDn, secret] = accountOf(device);
  const card = { card: '0a1b2c3d', unknownCard: '77777778', enrolCard: '0a1b2c3d' };
  const cardAttributes = device === 'ricoh' ? ['serialNumber', 'uid', 'employeeNumber'] : ['serialNumber'];
  const person = { user: 'tanaka', password: 'WRONG-PASSWORD' };
  return tryDevice(
    device,
    line,
    { bindDn, secret, baseDn, cardAttributes, ...card, ...person },
    () => undefined,
  );
}

/** Who looks people up, who binds cards, and who searches them. */
function accountOf(device: ScriptedDevice): readonly [string, string] {
  if (device === 'papercut' || device === 'unix') return [web, 'secret-of-web'];
  if (device === 'door') return [`cn=door,ou=devices,${baseDn}`, 'secret-of-door'];
  return [printer, 'secret-of-printer'];
}

/** Passes everything on to the façade, and keeps what the client said. */
async function listening(target: number): Promise<Wire & { readonly server: Server }> {
  const heard: Buffer[] = [];
  const server = createServer((client) => {
    const facade = connect(target, '127.0.0.1');
    const said: Buffer[] = [];
    client.on('data', (chunk) => said.push(chunk)).on('error', () => facade.destroy());
    facade.on('error', () => client.destroy());
    client.on('close', () => heard.push(Buffer.concat(said)));
    client.pipe(facade).pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { server, port, url: `ldap://127.0.0.1:${port}`, heard };
}

/** Cut into messages as far as they are LDAP: after StartTLS they are not. */
function messagesOf(said: Buffer): readonly string[] {
  const framer = new MessageFramer();
  framer.append(said);
  const messages: string[] = [];
  try {
    while (framer.next(1 << 20))
      messages.push(framer.bytes.subarray(framer.start, framer.end).toString('latin1'));
  } catch {
    // A TLS record.
  }
  return messages;
}

function disarmed(message: string): Buffer {
  const wrong = rightAndWrong.reduce((text, [right, other]) => text.replaceAll(right, other), message);
  return Buffer.from(wrong, 'latin1');
}

mkdirSync(folder, { recursive: true });
const facade = await runServer(midoriCity());
for (const [name, speak] of Object.entries(speakers)) {
  const wire = await listening(facade.ldapPort);
  await speak(wire);
  await new Promise((resolve) => setTimeout(resolve, 200));
  const lines = wire.heard.flatMap(messagesOf).map((message) => disarmed(message).toString('hex'));
  writeFileSync(join(folder, `${name}.hex`), `${lines.join('\n')}\n`);
  console.log(`${name}: ${lines.length} messages`);
  wire.server.close();
}
await facade.close();
