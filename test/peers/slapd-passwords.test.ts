import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createDirectoryPasswords,
  type DirectoryOptions,
  reachDirectory,
} from '../../connectors/directory/directory-passwords.ts';
import { parseUserNameTemplate } from '../../idp/domain/directory-user-name.ts';
import { requirePrograms } from '../support/programs.ts';
import { ldifEntry, type Slapd, startSlapd } from '../support/slapd.ts';
import { makeTlsPair, type TlsPair } from '../support/tls-pair.ts';

const skip = requirePrograms('slapd', 'openssl');
const suffix = 'dc=city,dc=example';
const password = 'かざす "p\\ss" ✓';
const odd = 'sato, jr+1';
const unavailable = { code: 'ERR_DIRECTORY_UNAVAILABLE' };

let slapd: Slapd;
let tls: TlsPair;

const person = (rdn: string, uid: string) =>
  ldifEntry(`${rdn},ou=people,${suffix}`, {
    ...{ objectClass: 'inetOrgPerson', uid, cn: uid, sn: uid, userPassword: password },
  });

beforeAll(async () => {
  if (skip !== undefined) return;
  tls = makeTlsPair();
  slapd = await startSlapd({
    suffix,
    ldif: [
      ldifEntry(suffix, { objectClass: ['dcObject', 'organization'], dc: 'city', o: 'city' }),
      ldifEntry(`ou=people,${suffix}`, { objectClass: 'organizationalUnit', ou: 'people' }),
      person('uid=sato', 'sato'),
      person('uid=sato\\2c jr\\2b1', odd),
    ].join(''),
    tls: { certificate: tls.certificate, key: tls.key },
  });
}, 30_000);

afterAll(async () => {
  await slapd?.close();
  tls?.remove();
});

const options = (changes: Partial<DirectoryOptions> = {}): DirectoryOptions => ({
  ...{ url: slapd.url, startTls: false, caFile: '' },
  userName: parseUserNameTemplate(`uid={uid},ou=people,${suffix}`),
  ...changes,
});

/** The three ways to slapd. */
const ways = [
  { way: 'on loopback', to: () => options() },
  { way: 'StartTLS', to: () => options({ startTls: true, caFile: tls.certificate }) },
  { way: 'LDAPS', to: () => options({ url: slapd.secureUrl ?? '', caFile: tls.certificate }) },
];

describe.skipIf(skip)('a directory that is asked about passwords', () => {
  it.each(ways)('says right and wrong over $way', async ({ to }) => {
    const passwords = createDirectoryPasswords(to());
    expect(await passwords.verify({ uid: 'sato' }, password)).toBe('right');
    expect(await passwords.verify({ uid: 'sato' }, `${password}!`)).toBe('wrong');
    expect(await passwords.verify({ uid: 'nobody' }, password)).toBe('wrong');
    expect(await passwords.verify({ uid: odd }, password)).toBe('right');
    await expect(reachDirectory(to())).resolves.toBeUndefined();
  });

  it('is not sent an empty password, which slapd would take for an anonymous bind', async () => {
    expect(await createDirectoryPasswords(options()).verify({ uid: 'sato' }, '')).toBe('wrong');
  });

  it('knows nobody who has no name there', async () => {
    const passwords = createDirectoryPasswords(
      options({ userName: parseUserNameTemplate(`cn={mail},${suffix}`) }),
    );
    expect(await passwords.verify({ uid: 'sato' }, password)).toMatch('wrong');
  });

  it.each<[string, () => Partial<DirectoryOptions>]>([
    ['whose certificate nobody vouches for', () => ({ url: slapd.secureUrl ?? '' })],
    ['whose certificate nobody vouches for after StartTLS', () => ({ startTls: true })],
    ['whose authority’s file is not there', () => ({ startTls: true, caFile: '/nonexistent.pem' })],
    ['that speaks no TLS where it is demanded', () => ({ url: slapd.url.replace('ldap:', 'ldaps:') })],
    ['that takes another form of names', () => ({ userName: parseUserNameTemplate('{uid}@city.example') })],
    ['where nobody listens', () => ({ url: 'ldap://127.0.0.1:1' })],
  ])('%s is a fault and neither yes nor no', async (_, changes) => {
    const passwords = createDirectoryPasswords(options(changes()));
    const failed = await passwords.verify({ uid: 'sato' }, password).catch((error: unknown) => error);
    expect(failed).toMatchObject(unavailable);
    expect(String((failed as Error).message)).not.toMatch(/sato|かざす/);
    expect((failed as Error).cause).toBeUndefined();
  });
});

/** A directory that says the same to everybody. */
async function saying(
  answer: ((messageId: number) => Buffer) | undefined,
): Promise<{ url: string; server: Server }> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', (request) => answer && socket.write(answer(request[4] ?? 0)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `ldap://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

/** The answer to a bind. @see RFC 4511 §4.2.2 */
const bindResponse =
  (code: number, text: string) =>
  (messageId: number): Buffer => {
    const result = Buffer.concat([Buffer.from([0x0a, 1, code, 4, 0, 4, text.length]), Buffer.from(text)]);
    const op = Buffer.concat([Buffer.from([0x61, result.length]), result]);
    return Buffer.concat([Buffer.from([0x30, op.length + 3, 2, 1, messageId]), op]);
  };

describe.skipIf(skip)('what a directory says', () => {
  const said = async (answer: Parameters<typeof saying>[0]) => {
    const { url, server } = await saying(answer);
    const passwords = createDirectoryPasswords(options({ url, timeoutMs: 1_000 }));
    const outcome = await passwords.verify({ uid: 'sato' }, password).catch((error: unknown) => error);
    server.close();
    return outcome;
  };

  it.each(['52e', '525', '530', '532', '533', '701', '773', '775'])(
    'is wrong with all that Active Directory adds to 49: data %s',
    async (detail) => {
      const text = `80090308: LdapErr: DSID-0C090447, comment: AcceptSecurityContext error, data ${detail}`;
      expect(await said(bindResponse(49, text))).toBe('wrong');
    },
  );

  it.each([1, 8, 10, 13, 32, 34, 48, 51, 52, 53, 80])('is a fault with result %s', async (code) => {
    const failed = await said(bindResponse(code, 'uid=sato is busy'));
    expect(failed).toMatchObject(unavailable);
    expect(String(failed)).toMatch(`(${code})`);
    expect(String(failed)).not.toContain('sato');
  });

  it.each([
    ['nothing', undefined],
    ['what is no LDAP', () => Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')],
  ])('is a fault where it says %s', async (_, answer) => {
    expect(await said(answer)).toMatchObject(unavailable);
  });
});
