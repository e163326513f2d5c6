import { createHash } from 'node:crypto';
import { ldifEntry, startSlapd } from '../support/slapd.ts';
import { makeTlsPair } from '../support/tls-pair.ts';
import {
  type BenchDirectory,
  benchBaseDn,
  benchCardNumber,
  benchDisplayName,
  benchSecret,
  benchUid,
} from './ldap-directory.ts';

/** OpenLDAP with the same people: cards searched by an indexed attribute, people bound to by their own entries. */
export async function startPeer(people: number): Promise<{
  readonly directory: BenchDirectory;
  readonly pid: number;
  close(): Promise<void>;
}> {
  const tls = makeTlsPair();
  const slapd = await startSlapd({
    ldif: entries(people),
    suffix: benchBaseDn,
    tls,
    // Without `loglevel none` it writes a line to syslog for every operation, which costs it two thirds.
    databaseLines: ['loglevel none', 'index objectClass,uid,serialNumber eq'],
    maxBytes: 8 * 1024 ** 3,
  });
  const account = { dn: `uid=${benchUid(0)},ou=people,${benchBaseDn}`, secret: benchSecret };
  const directory = {
    ldapPort: slapd.port,
    ldapsPort: Number(new URL(slapd.secureUrl ?? '').port),
    ...{ baseDn: benchBaseDn, people, cards: account, names: account },
    binds: { dn: `uid={},ou=people,${benchBaseDn}`, secret: benchSecret, by: 'uid' },
  } as const;
  const close = async () => {
    await slapd.close();
    tls.remove();
  };
  return { directory, pid: slapd.pid, close };
}

/** In pieces: a million entries are more than one string can hold. */
function* entries(people: number): Generator<string> {
  yield ldifEntry(benchBaseDn, { objectClass: ['domain'], dc: 'example' });
  yield ldifEntry(`ou=people,${benchBaseDn}`, { objectClass: ['organizationalUnit'], ou: 'people' });
  for (let index = 0; index < people; index += 1) {
    const uid = benchUid(index);
    yield ldifEntry(`uid=${uid},ou=people,${benchBaseDn}`, {
      // inetOrgPerson alone has no serialNumber.
      objectClass: ['inetOrgPerson', 'extensibleObject'],
      ...{ uid, cn: benchDisplayName, sn: benchDisplayName, displayName: benchDisplayName, o: 'Midori' },
      serialNumber: benchCardNumber(index),
      userPassword: saltedSha(benchSecret, `salt${index}`),
    });
  }
}

/** What `slappasswd` writes by default. */
function saltedSha(secret: string, salt: string): string {
  const digest = createHash('sha1').update(secret).update(salt).digest();
  return `{SSHA}${Buffer.concat([digest, Buffer.from(salt)]).toString('base64')}`;
}
