import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CrlRun } from '../../idp/domain/revocation.ts';
import { createInstallation, type Installation, until } from '../support/installation.ts';
import { pem } from '../support/test-pki.ts';

const header = 'uid,employeeNumber,displayName,displayNameKana,mail,organization,department,title,groups';
const people = [
  header,
  'hanako,1001,山田花子,ヤマダハナコ,hanako@example.jp,見本市,総務課,係長,staff;print',
  'taro,1002,佐藤太郎,サトウタロウ,taro@example.jp,見本市,土木課,,staff',
];

let here: Installation;

beforeAll(async () => {
  here = await createInstallation();
  writeFileSync(join(here.directory, 'people.csv'), `${people.join('\n')}\n`);
});
afterAll(() => here.close());

/** The same commands, whoever holds the record: each pair of lines is one behaviour. */
describe.each([
  ['while no server runs', false],
  ['while a server runs, over its socket', true],
])('the command line %s', (_when, running) => {
  const uid = running ? 'taro' : 'hanako';
  const organization = '見本市';

  beforeAll(async () => {
    if (running) await here.start();
  });
  afterAll(() => here.stop());

  it('imports people, and brings them up to date the second time', async () => {
    const first = await here.done<{ added: number; updated: number }>('person', 'import', 'people.csv');
    expect(first.added + first.updated).toBe(2);
    expect(await here.done('person', 'import', 'people.csv')).toEqual({
      added: 0,
      updated: 2,
      newOrganizations: [],
      left: [],
    });
    const listed = await here.done<{ uid: string; displayName: string }[]>('person', 'list');
    expect(listed.map((person) => person.displayName).sort()).toEqual(['佐藤太郎', '山田花子']);
  });

  it('imports nothing of a file with a broken row, and names its line', async () => {
    writeFileSync(
      join(here.directory, 'broken.csv'),
      `${[...people, 'jiro,,,,,見本市,,,', 'ok,,名,,,見本市,,,'].join('\n')}\n`,
    );
    const ran = await here.kazasu(['person', 'import', 'broken.csv']);
    expect(ran.status).toBe(2);
    expect(ran.stderr).toContain('line 4: displayName is empty');
    expect(await here.done<unknown[]>('person', 'list')).toHaveLength(2);
  });

  it('suspends a person, also twice, and says what is wrong with restoring twice', async () => {
    expect(await here.done('person', 'suspend', uid)).toMatchObject({ uid, state: 'suspended' });
    expect(await here.done('person', 'suspend', uid)).toMatchObject({ state: 'suspended' });
    const refused = await here.kazasu(['person', 'invite', uid, '--json']);
    expect(JSON.parse(refused.stderr)).toMatchObject({ error: { code: 'ERR_PERSON_NOT_ACTIVE' } });
    expect(await here.done('person', 'restore', uid)).toMatchObject({ state: 'active' });
    const again = await here.kazasu(['person', 'restore', uid]);
    expect(again.status).toBe(2);
    expect(again.stderr).toContain(`${uid} is active`);
  });

  it('invites with a code of 128 bits for 72 hours', async () => {
    const { code, expiresAt } = await here.done<{ code: string; expiresAt: string }>('person', 'invite', uid);
    expect(code).toMatch(/^[a-z2-7]{26}$/);
    const hours = (Date.parse(expiresAt) - Date.now()) / 3_600_000;
    expect(hours).toBeGreaterThan(71.9);
    expect(hours).toBeLessThan(72.1);
  });

  it('gives roles, exactly those that are named', async () => {
    const given = await here.done('person', 'role', uid, 'auditor', 'approver');
    expect(given).toMatchObject({ uid, roles: ['approver', 'auditor'] });
    expect((await here.kazasu(['person', 'role', uid, 'king'])).stderr).toContain(
      'administrator or approver',
    );
    expect(await here.done('person', 'role', uid)).toMatchObject({ roles: [] });
  });

  it('adds clients of both protocols and shows each secret once', async () => {
    const oidc = await here.done(
      'client',
      'add',
      `kiosk ${uid}`,
      '--oidc',
      '--redirect-uri',
      'http://localhost:1/cb',
    );
    expect(Object.keys(oidc).sort()).toEqual(['clientId', 'clientSecret', 'id', 'issuer']);
    const ldap = await here.done('client', 'add', `printer ${uid}`, '--ldap', '--own-reader');
    expect(ldap.bindDN).toBe(`cn=printer ${uid},ou=devices,dc=example,dc=jp`);
    const listed = JSON.stringify(await here.done('client', 'list'));
    expect(listed).toContain(`kiosk ${uid}`);
    expect(listed).not.toContain(oidc.clientSecret);
    expect(listed).not.toContain(ldap.secret);
    const rotated = await here.done('client', 'rotate-secret', `printer ${uid}`);
    expect(rotated.secret).not.toBe(ldap.secret);
  });

  it('adds, lists and disables readers', async () => {
    const added = await here.done('reader', 'add', `desk ${uid}`, '--kind', 'workstation');
    expect(added).toMatchObject({
      enrolmentCode: expect.stringMatching(/^[a-z2-7]{26}$/),
      id: expect.any(String),
    });
    expect((await here.kazasu(['reader', 'add', `desk ${uid}`, '--kind', 'workstation'])).status).toBe(2);
    const renewed = await here.done('reader', 'code', `desk ${uid}`);
    expect(renewed).toMatchObject({
      id: added.id,
      enrolmentCode: expect.not.stringMatching(added.enrolmentCode ?? ''),
    });
    expect(await here.done('reader', 'disable', `desk ${uid}`)).toMatchObject({ state: 'disabled' });
  });

  it('declares a verifier with its basis, and says so in the list', async () => {
    expect((await here.kazasu(['org', 'declare-verifier', 'nowhere', '--basis', 'x'])).status).toBe(2);
    await here.done('org', 'declare-verifier', organization, '--basis', '令和8年4月1日届出');
    expect(await here.done('org', 'list')).toMatchObject([{ name: organization, declaredVerifier: true }]);
  });

  it('names the operating-system user as the actor, and verifies the chain', async () => {
    const events = await here.done<{ type: string; actor: string }[]>('audit', 'export');
    const suspended = events.filter(({ type }) => type === 'person.suspended').at(-1);
    expect(suspended?.actor).toBe(`os:${process.getuid?.()}`);
    expect(await here.done('audit', 'verify')).toMatchObject({ outcome: 'intact' });
  });

  it('applies a list from a file, in DER and in PEM', async () => {
    // Both rounds of these tests share a record, and a number names one list.
    const crlNumber = running ? 8 : 7;
    const order = { thisUpdate: Date.now() - 1_000, nextUpdate: Date.now() + 3_600_000, crlNumber };
    const der = here.pki.newer.issueCrl(order);
    writeFileSync(join(here.directory, 'list.der'), der);
    writeFileSync(join(here.directory, 'list.pem'), pem('X509 CRL', der));
    const told = { crlNumber: String(crlNumber), entryCount: 0 };
    const first = await here.done<CrlRun>('crl', 'import', 'list.der');
    expect(first.lists).toMatchObject([{ ...told, outcome: 'applied', from: 'list.der' }]);
    const again = await here.done<CrlRun>('crl', 'import', 'list.pem');
    expect(again.lists).toMatchObject([{ ...told, outcome: 'unchanged', from: 'list.pem' }]);
    const { runId, trigger } = again;
    expect(await here.done('crl', 'runs', '--limit', '1')).toMatchObject([{ runId, trigger }]);
    writeFileSync(join(here.directory, 'half.der'), der.subarray(0, der.length / 2));
    expect((await here.kazasu(['crl', 'import', 'half.der'])).status).toBe(1);
  });

  it.each([
    [['card', 'find', 'not-hex'], 'serial number'],
    [['card', 'approve', 'nothing'], 'No registration'],
    [['card', 'suspend', 'nothing'], 'No card'],
    [['client', 'add', 'x', '--oidc', '--redirect-uri', 'http://evil.example/cb'], 'redirect URI'],
    [['client', 'add', 'x', '--oidc'], '--redirect-uri'],
    [['client', 'add', 'a,b=c', '--ldap'], 'letters, digits'],
    [['client', 'add', 'x', '--ldap', '--allow-plaintext'], '--address'],
    [['client', 'add', 'x', '--ldap', '--address', '10.0.0.0/99'], '--address'],
    [['client', 'rotate-secret', 'nothing'], 'No client'],
    [['reader', 'add', 'x', '--kind', 'toaster'], '--kind'],
    [['crl', 'import', 'people.csv'], 'malformed'],
    [['person', 'invite', 'nobody'], 'No person'],
  ])('answers %j with what is wrong', async (args, said) => {
    const { status, stdout, stderr } = await here.kazasu(args);
    expect(status).not.toBe(0);
    expect(stdout + stderr).toContain(said);
    expect(stderr).not.toMatch(/\bat .*\.ts:\d+/);
  });
});

describe('start', () => {
  afterAll(() => here.stop());

  it('keeps its data readable by its owner only', async () => {
    await here.start();
    expect(statSync(here.dataDir).mode & 0o077).toBe(0);
    expect(statSync(join(here.dataDir, 'keys')).mode & 0o077).toBe(0);
  });

  it('puts the link for the first administrator into a file of mode 0600 and into no log', async () => {
    const file = join(here.dataDir, 'first-administrator.url');
    await until('the link', () => existsSync(file) || undefined);
    await until('the link to be told of', () => here.printed().includes(file) || undefined);
    const link = readFileSync(file, 'utf8').trim();
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(here.printed()).toContain(file);
    expect(here.printed()).not.toContain(new URL(link).searchParams.get('token'));
    const page = await fetch(link);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('<form');
  });

  it('refuses a second server on the same data directory and goes on itself', async () => {
    const second = here.spawn(['start']);
    const status = await new Promise<number | null>((resolve) => second.once('close', resolve));
    expect(status).toBe(3);
    expect((await fetch(`${here.issuer}/healthz`)).ok).toBe(true);
  });

  it('says what works and what does not', async () => {
    const { stdout } = await here.kazasu(['doctor']);
    expect(stdout).toContain('server: running');
    expect(stdout).toContain('anchors');
  });

  it('leaves on SIGTERM and is back on the same data', async () => {
    const before = await here.done<unknown[]>('person', 'list');
    await here.stop('SIGTERM');
    await here.start();
    expect(await here.done('person', 'list')).toEqual(before);
  });

  it('loses no acknowledged change when it is killed', async () => {
    const acknowledged: string[] = [];
    for (let round = 0; round < 5; round += 1) {
      let killed = false;
      const writing = (async () => {
        for (let n = 0; !killed; n += 1) {
          const ran = await here.kazasu(['reader', 'add', `r${round}-${n}`, '--kind', 'device', '--json']);
          if (ran.status !== 0) return;
          acknowledged.push(ran.json<{ id: string }>().id);
        }
      })();
      await until('a change to be acknowledged', () => acknowledged.length > round || undefined);
      await here.stop('SIGKILL');
      killed = true;
      await writing;
      await here.start();
    }
    const ids = new Set((await here.done<{ id: string }[]>('reader', 'list')).map(({ id }) => id));
    expect(acknowledged.filter((id) => !ids.has(id))).toEqual([]);
    expect(await here.done('audit', 'verify')).toMatchObject({ outcome: 'intact' });
  }, 180_000);
});
