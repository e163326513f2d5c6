import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Attribute, Change, Client } from 'ldapts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createInstallation, type Installation } from '../support/installation.ts';
import { requirePrograms } from '../support/programs.ts';
import { ldifEntry, type Slapd, startSlapd } from '../support/slapd.ts';

const skip = requirePrograms('slapd', 'ldapsearch');
const base = 'dc=example,dc=jp';
const personDn = (uid: string) => `uid=${uid},ou=people,${base}`;
const hanakosCard = '012E4C6D7A8B9CF1';
const tarosCard = '012e4c6d7a8b9cf2';
const people = `uid,employeeNumber,displayName,displayNameKana,mail,organization,department,title,groups
hanako,10017,山田花子,ヤマダハナコ,hanako@example.jp,見本市,総務課,係長,staff
taro,10018,佐藤太郎,サトウタロウ,taro@example.jp,見本市,土木課,,staff
`;

/** The directory that knows people's passwords. */
function directoryAbove(): Promise<Slapd> {
  const suffix = 'dc=city,dc=jp';
  const person = (uid: string) =>
    ldifEntry(`uid=${uid},ou=people,${suffix}`, {
      objectClass: ['inetOrgPerson'],
      ...{ uid, cn: uid, sn: uid, userPassword: `password of ${uid}` },
    });
  const ldif = [
    ldifEntry(suffix, { objectClass: ['dcObject', 'organization'], dc: 'city', o: 'City' }),
    ldifEntry(`ou=people,${suffix}`, { objectClass: ['organizationalUnit'], ou: 'people' }),
    ...[person('hanako'), person('taro')],
  ];
  return startSlapd({ suffix, ldif: ldif.join('') });
}

describe.skipIf(skip !== undefined)('a copier that registers cards itself', () => {
  let above: Slapd;
  let here: Installation;
  let copier: { readonly bindDN: string; readonly secret: string };
  let ca: string;

  beforeAll(async () => {
    above = await directoryAbove();
    here = await createInstallation({
      KAZASU_DIRECTORY_URL: above.url,
      KAZASU_DIRECTORY_USER_DN: 'uid={uid},ou=people,dc=city,dc=jp',
    });
    writeFileSync(join(here.directory, 'people.csv'), people);
    await here.start();
    await here.done('person', 'import', 'people.csv');
    copier = await here.done(
      ...['client', 'add', 'Copier 3F', '--ldap', '--profile', 'konica-minolta', '--own-reader'],
    );
    ca = readFileSync(join(here.dataDir, 'tls', 'cert.pem'), 'utf8');
  });

  afterAll(async () => {
    await here?.stop();
    await here?.close();
    await above?.close();
  });

  const tool = (name: string, who: readonly [string, string], more: readonly string[], input = '') => {
    const [dn, password] = who;
    const host = `ldaps://localhost:${here.ldapsPort}`;
    const env = { ...process.env, LDAPTLS_REQCERT: 'never' };
    return spawnSync(name, ['-x', '-H', host, '-D', dn, '-w', password, ...more], {
      ...{ env, input, encoding: 'utf8' },
    });
  };
  const asHanako = [personDn('hanako'), 'password of hanako'] as const;
  const asCopier = () => [copier.bindDN, copier.secret] as const;
  const write = (who: readonly [string, string], uid: string, number: string) =>
    tool(
      'ldapmodify',
      who,
      [],
      `dn: ${personDn(uid)}\nchangetype: modify\nadd: serialNumber\nserialNumber: ${number}\n`,
    );
  const found = (number: string) => {
    const filter = `(serialNumber=${number})`;
    const { status, stdout } = tool('ldapsearch', asCopier(), ['-LLL', '-b', base, filter, 'uid']);
    expect(status).toBe(0);
    return [...stdout.matchAll(/^uid: (.*)$/gm)].map(([, uid]) => uid);
  };
  const waiting = async () => {
    const cards = await here.done<{ id: string; state: string; uid: string }[]>('card', 'list');
    return Object.fromEntries(
      cards.filter(({ state }) => state === 'pending').map(({ uid, id }) => [uid, id]),
    );
  };

  it('asks for a card with ldapmodify, as the person who bound with the password', async () => {
    const { status, stderr } = write(asHanako, 'hanako', hanakosCard);
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(found(hanakosCard)).toEqual([]);
  });

  it('asks for one with ldapts, and for no more than two a day', async () => {
    const client = new Client({ url: `ldaps://localhost:${here.ldapsPort}`, tlsOptions: { ca } });
    await client.bind(personDn('taro'), 'password of taro');
    const add = (number: string) =>
      client.modify(
        personDn('taro'),
        new Change({
          operation: 'add',
          modification: new Attribute({ type: 'serialNumber', values: [number] }),
        }),
      );
    await add(tarosCard);
    await add(tarosCard);
    await add(hanakosCard);
    await expect(add('012e4c6d7a8b9cf3')).rejects.toMatchObject({ code: 11 });
    await client.unbind();
    expect(Object.keys(await waiting()).sort()).toEqual(['hanako', 'taro']);
  });

  it('is refused as a service account, for a colleague, and in clear', async () => {
    expect(write(asCopier(), 'hanako', tarosCard)).toMatchObject({ status: 50 });
    expect(write(asHanako, 'taro', tarosCard)).toMatchObject({ status: 50 });
    const plain = new Client({ url: `ldap://localhost:${here.ldapPort}` });
    await expect(plain.bind(...asHanako)).rejects.toMatchObject({ code: 13 });
    await plain.unbind();
  });

  it('is shown to approvers as not signed, and told to the person', async () => {
    const { stdout } = await here.kazasu(['card', 'list']);
    expect(stdout).toContain('asked for at Copier 3F, not signed: approve --face-to-face');
    const notices = await here.done<{ kind: string; uid: string }[]>('notice', 'list');
    const told = notices.filter(({ kind }) => kind === 'registration-requested');
    expect(told.map(({ uid }) => uid).sort()).toEqual(['hanako', 'taro', 'taro']);
    const { hanako } = await waiting();
    const { status, stderr } = await here.kazasu(['card', 'consent', hanako!]);
    expect(status).toBe(2);
    expect(stderr).toContain('no wording was signed');
  });

  it('makes nobody’s card of a number that two asked for, before one of them is rejected', async () => {
    const { hanako } = await waiting();
    const refused = await here.kazasu(['card', 'approve', hanako!, '--face-to-face']);
    expect(refused.stdout).toContain('card-pending-for-another');
    const cards = await here.done<{ id: string; uid: string; state: string }[]>('card', 'list');
    for (const { id, uid } of cards) if (uid === 'taro') await here.done('card', 'reject', id);
    expect(Object.keys(await waiting())).toEqual(['hanako']);
    const held = ['card', 'find', hanakosCard, '--kind', 'felica'];
    expect(await here.done(...held)).toMatchObject([{ id: hanako, state: 'pending', uid: 'hanako' }]);
  });

  it('finds the card once an approver has seen it with its holder, and no sooner', async () => {
    const { hanako } = await waiting();
    const unseen = await here.kazasu(['card', 'approve', hanako!]);
    expect(unseen.status).toBe(1);
    expect(unseen.stdout).toContain('--face-to-face');
    expect(found(hanakosCard)).toEqual([]);
    await here.done('card', 'approve', hanako!, '--face-to-face');
    expect(found(hanakosCard)).toEqual(['hanako']);
    expect(found(hanakosCard.toLowerCase())).toEqual(['hanako']);
    expect(found(tarosCard)).toEqual([]);
    expect(write(asHanako, 'hanako', hanakosCard)).toMatchObject({ status: 20 });
  });

  it('finds nothing on the very next search once the card or its holder is suspended', async () => {
    const [card] = await here.done<{ id: string }[]>('card', 'list');
    const client = new Client({ url: `ldaps://localhost:${here.ldapsPort}`, tlsOptions: { ca } });
    await client.bind(...asCopier());
    const search = async () =>
      (await client.search(base, { filter: `(serialNumber=${hanakosCard})`, attributes: ['uid'] }))
        .searchEntries.length;
    expect(await search()).toBe(1);
    await here.done('card', 'suspend', card!.id);
    expect(await search()).toBe(0);
    await here.done('card', 'restore', card!.id);
    expect(await search()).toBe(1);
    await here.done('person', 'suspend', 'hanako');
    expect(await search()).toBe(0);
    await client.unbind();
    expect(write(asHanako, 'hanako', tarosCard)).toMatchObject({ status: 49 });
  });

  it('leaves the number in no file and no line, and a trail that is whole', async () => {
    const files = (path: string): readonly string[] =>
      readdirSync(path).flatMap((name) => {
        const inner = join(path, name);
        if (statSync(inner).isDirectory()) return files(inner);
        return statSync(inner).isFile() ? [inner] : [];
      });
    const octets = Buffer.from(hanakosCard, 'hex');
    for (const path of files(here.dataDir)) {
      const content = readFileSync(path);
      expect(content.includes(octets), path).toBe(false);
      expect(content.toString('latin1').toUpperCase().includes(hanakosCard), path).toBe(false);
    }
    expect(here.printed().toUpperCase()).not.toContain(hanakosCard);
    expect(await here.done('audit', 'verify')).toMatchObject({ outcome: 'intact' });
  });
});
