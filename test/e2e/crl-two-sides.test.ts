import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CrlStatus } from '../../idp/commands/crl-status.ts';
import { openSystem } from '../../idp/compose.ts';
import { readConfig } from '../../idp/config.ts';
import type { CrlOrder } from '../../idp/demo/authority/certification-authority.ts';
import type { CardId } from '../../idp/domain/card.ts';
import { parseIssuerKeyId, parseSerialNumber } from '../../idp/domain/certificate-id.ts';
import { actor } from '../../idp/domain/registration.ts';
import type { CrlRun } from '../../idp/domain/revocation.ts';
import { declareVerifier } from '../../idp/flows/declare-verifier.ts';
import { importPeople } from '../../idp/flows/import-people.ts';
import { addLdapClient } from '../../idp/flows/manage-clients.ts';
import { type CrlDirectory, startCrlDirectory } from '../support/crl-directory.ts';
import { createInstallation, type Installation } from '../support/installation.ts';
import { requirePrograms } from '../support/programs.ts';
import { pem } from '../support/test-pki.ts';

const missing = requirePrograms('slapd');
const hourMs = 3_600_000;
const himeji = { prefecture: 'Hyogo', municipality: 'Himeji-shi' };
const kobe = { prefecture: 'Hyogo', municipality: 'Kobe-shi' };
const tail = 'OU=CRL Distribution Points,OU=JPKI for user authentication,O=JPKI-TEST,C=JP';
const himejiPoint = `CN=Himeji-shi CRLDP,OU=Hyogo,${tail}`;
const kobePoint = `CN=Kobe-shi CRLDP,OU=Hyogo,${tail}`;
const fileName = `CN=Himeji-shi CRLDP,OU=Hyogo,${tail}.crl`;

type Import = CrlRun & { readonly missing: readonly { readonly distributionPoint: string }[] };

/**
 * Two network sides: inside is the record, outside a directory that only the outer side reaches. What is carried between
 * them is a file of names in one direction and a directory of lists in the other.
 */
describe.skipIf(missing)('lists carried from the internet side to the side with the record', () => {
  let inside: Installation;
  let outside: Installation;
  let directory: CrlDirectory;
  let serialNumber: string;
  let crlNumber = 101;

  const list = (changes: Partial<CrlOrder> = {}) =>
    inside.pki.newer.issueCrl({
      ...himeji,
      crlNumber: crlNumber++,
      thisUpdate: Date.now() - 60_000,
      nextUpdate: Date.now() + 48 * hourMs,
      ...changes,
    });
  const outer = (name: string) => join(outside.directory, name);
  const inner = (name: string) => join(inside.directory, name);
  /** The directory of lists crosses over; what was there before is replaced. */
  const carry = () => {
    rmSync(inner('lists'), { recursive: true, force: true });
    cpSync(outer('lists'), inner('lists'), { recursive: true });
  };
  const fetchOutside = (...more: readonly string[]) =>
    outside.kazasu(['crl', 'fetch', '--to', 'lists', '--wanted', 'wanted.txt', ...more]);
  const importInside = async (...paths: readonly string[]) => {
    const ran = await inside.kazasu(['crl', 'import', ...paths, '--json']);
    return { status: ran.status, ...ran.json<Import>() };
  };
  const cardState = async () =>
    (await inside.done<{ state: string }[]>('card', 'list')).map(({ state }) => state);

  beforeAll(async () => {
    inside = await createInstallation();
    outside = await createInstallation();
    directory = await startCrlDirectory(list(), himeji);
    outside.setEnvironment('KAZASU_CRL_SOURCES', directory.url);
    outside.setEnvironment('KAZASU_JPKI_ANCHORS', inner('anchors'));
    serialNumber = inside.pki.newer.issueUserCertificate({
      ...himeji,
      publicKey: inside.pki.holder.publicKey,
      notBefore: Date.now() - 24 * hourMs,
    }).serialNumber;
    await registerCardAt(inside, serialNumber, himejiPoint);
    await inside.start();
  }, 60_000);

  afterAll(async () => {
    await inside?.close();
    await outside?.close();
    await directory?.close();
  });

  it('begin with the names of what cards name, one a line', async () => {
    const { stdout, status } = await inside.kazasu(['crl', 'wanted']);
    expect({ stdout, status }).toEqual({ stdout: `${himejiPoint}\n`, status: 0 });
    writeFileSync(outer('wanted.txt'), stdout);
  });

  it('are fetched into files, without a record and without a server', async () => {
    const { status, stdout } = await fetchOutside();
    expect({ status, stdout }).toMatchObject({ status: 0, stdout: expect.stringContaining('list 101') });
    expect(stdout).not.toContain('Signatures were not checked');
    expect(readdirSync(outer('lists'))).toEqual([fileName]);
    expect(existsSync(outside.dataDir)).toBe(false);
  });

  it('make everything fresh on the inner side, which says how it stands before and after', async () => {
    const before = await inside.kazasu(['crl', 'status', '--json']);
    expect(before.status).toBe(1);
    expect(before.json<CrlStatus>().lists).toMatchObject([{ state: 'never applied' }]);
    expect(before.json<CrlStatus>().clients).toMatchObject([{ name: 'printer', pinless: 'refused' }]);
    carry();
    expect(await importInside('lists')).toMatchObject({
      status: 0,
      missing: [],
      lists: [{ outcome: 'applied', crlNumber: '101', revoked: 0, from: fileName }],
    });
    const after = await inside.done<CrlStatus>('crl', 'status');
    expect(after).toMatchObject({
      lists: [{ state: 'fresh', crlNumber: '101', distributionPoint: himejiPoint }],
      clients: [{ name: 'printer', pinless: 'allowed' }],
      lastRun: { trigger: 'import' },
      scheduled: false,
    });
    expect((await inside.kazasu(['crl', 'status'])).stdout).toContain('next run  none');
  });

  it('that are there already are fine on both sides', async () => {
    const again = (await fetchOutside('--json')).json<{ carried: unknown[] }>();
    expect(again.carried).toMatchObject([{ outcome: 'unchanged', crlNumber: '101' }]);
    expect(await importInside('lists')).toMatchObject({ status: 0, lists: [{ outcome: 'unchanged' }] });
  });

  it('stop a card that the next one names', async () => {
    copyFileSync(join(inner('lists'), fileName), inner('old.crl'));
    inside.pki.newer.revoke(serialNumber, Date.now() - 1_000, 'keyCompromise');
    await directory.publish(list());
    expect((await fetchOutside()).status).toBe(0);
    carry();
    expect(await cardState()).toEqual(['active']);
    expect(await importInside('lists')).toMatchObject({
      status: 0,
      lists: [{ outcome: 'applied', crlNumber: '102', revoked: 1 }],
    });
    expect(await cardState()).toEqual(['revoked']);
    // Of a revoked card nobody wants a list; the story goes on with another one.
    await inside.stop();
    await registerCardAt(inside, '0c000001', himejiPoint);
    await inside.start();
  });

  it('that are older than what was applied are refused and called so, and the newer ones count on', async () => {
    expect(await importInside('old.crl')).toMatchObject({
      status: 1,
      lists: [{ outcome: 'refused', reason: 'crl-number-went-back', distributionPoint: himejiPoint }],
    });
    const { stdout } = await inside.kazasu(['crl', 'import', 'old.crl']);
    expect(stdout).toContain('old.crl');
    expect(stdout).toContain('it is older than the list that was applied last');
    expect(await inside.done<CrlStatus>('crl', 'status')).toMatchObject({ lists: [{ crlNumber: '102' }] });
  });

  it('that were tampered with on the way are refused, and name nobody', async () => {
    const changed = Buffer.from(list({ entries: [entry('0c000001')] }));
    const at = changed.indexOf(Buffer.from('0c000001', 'hex'));
    changed[at + 3] = 0x02;
    writeFileSync(inner('tampered.crl'), changed);
    writeFileSync(inner('half.crl'), changed.subarray(0, changed.length / 2));
    writeFileSync(inner('no-list.crl'), 'hello');
    const imported = await importInside('tampered.crl', 'half.crl', 'no-list.crl');
    expect(imported.status).toBe(1);
    expect(imported.lists.map(({ from, reason }) => [from, reason])).toEqual([
      ['tampered.crl', 'signature-invalid'],
      ['half.crl', 'malformed'],
      ['no-list.crl', 'malformed'],
    ]);
    expect(await cardState()).toContain('active');
  });

  it('of another municipality make nothing fresh under this one’s name', async () => {
    mkdirSync(inner('misnamed'));
    writeFileSync(join(inner('misnamed'), fileName), list(kobe));
    const imported = await importInside('misnamed');
    expect(imported.status).toBe(1);
    expect(imported.lists).toMatchObject([{ distributionPoint: kobePoint }]);
    expect(imported.missing).toMatchObject([{ distributionPoint: himejiPoint }]);
    const { stdout } = await inside.kazasu(['crl', 'import', 'misnamed']);
    expect(stdout).toContain(`${himejiPoint}: missing`);
  });

  it('may be PEM, and are imported alike while no server runs', async () => {
    await inside.stop();
    writeFileSync(inner('list.pem'), pem('X509 CRL', list()));
    expect(await importInside('list.pem')).toMatchObject({ status: 0, lists: [{ outcome: 'applied' }] });
    // The doctor judges lists while no server runs, too.
    expect((await inside.kazasu(['doctor'])).stdout).toContain('revocation lists: 1 fresh');
    await inside.start();
  });

  it('are never replaced by older ones from the directory, which is said', async () => {
    const newest = readFileSync(join(outer('lists'), fileName));
    await directory.publish(list({ crlNumber: 50 }));
    const { status, stdout } = await fetchOutside();
    expect({ status, stdout }).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('list 102 lies there'),
    });
    expect(readFileSync(join(outer('lists'), fileName)).equals(newest)).toBe(true);
  });

  it('are not written when their signature does not hold', async () => {
    const broken = Buffer.from(list());
    broken[broken.length - 1] = (broken.at(-1) ?? 0) ^ 1;
    await directory.publish(broken);
    const refused = await fetchOutside('--json');
    expect(refused.status).toBe(1);
    expect(refused.json()).toMatchObject({ carried: [{ outcome: 'refused', reason: 'signature-invalid' }] });
    expect(readdirSync(outer('lists'))).toEqual([fileName]);
  });

  it('are written unchecked where no CA certificate is, and that is said', async () => {
    await directory.publish(list());
    outside.setEnvironment('KAZASU_JPKI_ANCHORS', '');
    const { status, stdout } = await fetchOutside();
    outside.setEnvironment('KAZASU_JPKI_ANCHORS', inner('anchors'));
    expect(status).toBe(0);
    expect(stdout).toContain('Signatures were not checked');
  });

  it('that cannot be had are named and keep no other one back', async () => {
    rmSync(outer('lists'), { recursive: true });
    const { status, stdout } = await fetchOutside('--distribution-point', kobePoint);
    expect(status).toBe(1);
    expect(stdout).toContain(`${kobePoint}: not fetched: ${directory.url}`);
    expect(readdirSync(outer('lists'))).toEqual([fileName]);
  });

  it('need names: a file without any is refused, and so is one where the record itself knows', async () => {
    writeFileSync(outer('empty.txt'), '# nothing yet\n\n');
    const empty = await outside.kazasu(['crl', 'fetch', '--to', 'lists', '--wanted', 'empty.txt']);
    expect(empty).toMatchObject({ status: 2, stderr: expect.stringContaining('kazasu crl wanted') });
    const local = await outside.kazasu(['crl', 'fetch', '--wanted', 'wanted.txt']);
    expect(local).toMatchObject({ status: 2, stderr: expect.stringContaining('--to') });
  });

  it('are what the record of this machine wants when nobody says', async () => {
    inside.setEnvironment('KAZASU_CRL_SOURCES', directory.url);
    const fetched = await inside.kazasu(['crl', 'fetch', '--to', 'own-lists', '--json']);
    expect(fetched.json()).toMatchObject({
      carried: [{ distributionPoint: himejiPoint, outcome: 'written' }],
    });
    expect(readdirSync(inner('own-lists'))).toEqual([fileName]);
  });

  it('leave one record of every import', async () => {
    const runs = await inside.done<CrlRun[]>('crl', 'runs', '--limit', '50');
    expect(runs.length).toBeGreaterThan(6);
    expect(new Set(runs.map(({ trigger }) => trigger))).toEqual(new Set(['import']));
  });
});

function entry(serialNumber: string) {
  return { serialNumber, revocationDate: Date.now() - hourMs };
}

/** What a registration leaves behind: a person of a declared verifier, a printer, and a card of one distribution point. */
async function registerCardAt(
  { dataDir, issuer, pki, directory }: Installation,
  serialNumber: string,
  distributionPoint: string,
): Promise<void> {
  const settings = {
    ...{ KAZASU_ISSUER: issuer, KAZASU_DATA_DIR: dataDir },
    ...{ KAZASU_JPKI_ANCHORS: join(directory, 'anchors'), KAZASU_JPKI_ALLOW_TEST_CA: 'true' },
  };
  const system = await openSystem(readConfig(settings, '/nonexistent/.env'), { log: () => undefined });
  try {
    const { context } = system;
    const [uid, by] = [`holder-of-${serialNumber}`, actor('os', 0)];
    const person = { uid, displayName: uid, organization: 'Himeji', groups: [] };
    await importPeople(context, { people: [person], actor: by });
    await declareVerifier(context, { organization: 'Himeji', basis: 'test', actor: by });
    const holder = await context.record.people.find(uid);
    if (holder === undefined) throw new Error('the person was not imported');
    const value = parseSerialNumber(serialNumber);
    const cardKey = context.numbers.keyOf({ kind: 'jpki', value });
    const issuerKeyId = parseIssuerKeyId(pki.newer.issuerKeyId);
    await context.record.change((tables) =>
      tables.cards.add({
        ...{ cardId: context.secrets.id() as CardId, cardKey, kind: 'jpki', personId: holder.personId },
        ...{ sealedNumber: context.numbers.seal(Buffer.from(value), cardKey), state: 'active', issuerKeyId },
        ...{ notBefore: Date.now() - 24 * hourMs, notAfter: Date.now() + 900 * hourMs },
        ...{ profile: 'my-number-card-2016', revocationScope: { issuerKeyId, distributionPoint } },
      }),
    );
    if (context.clients.find('printer') !== undefined) return;
    await addLdapClient(context, {
      ...{ name: 'printer', preset: 'card-search', acceptedAcr: [], requiredGroups: [], addresses: [] },
      ...{
        allowPlaintext: false,
        ownReader: true,
        choices: {},
        actor: by,
      },
    });
  } finally {
    await system.close();
  }
}
