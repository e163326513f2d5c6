import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { signCertificate, subjectKeyIdentifier } from '../../../idp/demo/authority/certificate-template.ts';
import { authorityTemplate } from '../../../idp/demo/authority/jpki-certificates.ts';
import { digitalSignatureIssuer, type NameParts } from '../../../idp/demo/authority/names.ts';
import { knownAuthority } from '../../../idp/flows/known-authorities.ts';
import { addAnchor, listAnchors, removeAnchor } from '../../../idp/flows/manage-anchors.ts';
import { type AnchorStore, openAnchorStore } from '../../../idp/jpki/anchor-store.ts';
import { loadAnchors, readAnchor } from '../../../idp/jpki/anchors.ts';
import { createCrlReader } from '../../../idp/jpki/crl/crl-reader.ts';
import { createAnchorFiles } from '../../../idp/storage/anchor-files.ts';
import { createTestPki, pem, type TestPki } from '../../support/test-pki.ts';
import { issueCard } from './world/cards.ts';
import { addEnrolledReader, addPeople, admin, registerCard } from './world/people-and-places.ts';
import { codeOf, createWorld, type World } from './world/world.ts';

/** `pki` is trusted from the start; `next` is the generation that comes after it. */
let pki: TestPki;
let next: TestPki;
let world: World;
let directory: string;

const dayMs = 86_400_000;

beforeAll(async () => {
  [pki, next] = await Promise.all([createTestPki(), createTestPki()]);
});
beforeEach(async () => {
  world = await createWorld(pki);
  directory = mkdtempSync(join(tmpdir(), 'kazasu-anchors-'));
});
afterEach(async () => {
  await world.close();
  rmSync(directory, { recursive: true });
});

const fingerprintOf = (certificate: Uint8Array) => readAnchor(certificate).fingerprint;
const add = (certificate: Uint8Array, sha256?: string) =>
  addAnchor(world.context, { certificate, actor: admin, ...(sha256 === undefined ? {} : { sha256 }) });
const addCompared = (certificate: Uint8Array) => add(certificate, fingerprintOf(certificate));
const remove = (fingerprint: string) => removeAnchor(world.context, { fingerprint, actor: admin });
const fingerprints = () => world.context.anchors.list().map(({ fingerprint }) => fingerprint);
const verdictOf = (certificate: Uint8Array) =>
  world.context.certificates.verify(certificate, world.clock.now());

interface AuthorityChanges {
  readonly notBefore?: number;
  readonly notAfter?: number;
  readonly keyId?: Uint8Array;
  readonly name?: NameParts;
  readonly publicKey?: KeyObject;
}

const rsa = (modulusLength: number) => generateKeyPairSync('rsa', { modulusLength }).publicKey;
const curve = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve }).publicKey;

/** A CA certificate of the newer generation's key with other dates, another key id, name or key. */
function authority(changes: AuthorityChanges = {}): Uint8Array {
  const { newer } = next;
  const template = authorityTemplate({
    name: changes.name ?? newer.name,
    publicKey: changes.publicKey ?? newer.keyPair.publicKey,
    serialNumber: 9,
    notBefore: changes.notBefore ?? pki.now - dayMs,
    notAfter: changes.notAfter ?? pki.now + dayMs,
  });
  const extensions = template.extensions.map((one) =>
    one.oid === '2.5.29.14' && changes.keyId ? subjectKeyIdentifier(changes.keyId) : one,
  );
  return signCertificate({ ...template, extensions }, newer.keyPair.privateKey);
}

describe('adding an anchor', () => {
  it('without a fingerprint changes nothing and shows what to compare', async () => {
    const { certificate } = next.newer;
    const before = fingerprints();
    expect(await add(certificate)).toMatchObject({
      outcome: 'to-be-compared',
      anchor: { fingerprint: fingerprintOf(certificate), isTest: true, state: 'test' },
    });
    expect(fingerprints()).toEqual(before);
    expect(await world.trail('anchor.added')).toEqual([]);
  });

  it.each([
    ['as it is shown', (text: string) => text],
    ['in small letters', (text: string) => text.toLowerCase()],
    ['with colons', (text: string) => text.match(/../g)?.join(':') ?? ''],
  ])('with its fingerprint %s holds at once, for certificates and lists', async (_name, spelling) => {
    const { certificate, keyId } = next.newer;
    const holder = issueCard(world, { authority: next.newer }).certificate;
    const place = { prefecture: 'Hyogo', municipality: 'Himeji' };
    const list = next.newer.issueCrl({
      ...place,
      crlNumber: 1,
      thisUpdate: pki.now,
      nextUpdate: pki.now + dayMs,
    });
    const reader = createCrlReader({
      anchors: world.context.anchors.list as AnchorStore['list'],
      allowTestAuthorities: true,
    });
    const readList = () => reader.read(list, new Set(), world.clock.now());
    expect(verdictOf(holder)).toMatchObject({ reason: 'issuer-unknown' });
    expect(readList()).toMatchObject({ reason: 'issuer-unknown' });
    expect(await add(certificate, spelling(fingerprintOf(certificate)))).toMatchObject({ outcome: 'added' });
    expect(verdictOf(holder)).toMatchObject({ outcome: 'verified' });
    expect(readList()).toMatchObject({ outcome: 'read' });
    expect(await world.trail('anchor.added')).toMatchObject([
      {
        actor: admin,
        subject: Buffer.from(keyId).toString('hex'),
        details: { sha256: fingerprintOf(certificate) },
      },
    ]);
  });

  it('takes PEM as well as DER', async () => {
    const { certificate } = next.newer;
    const text = Buffer.from(pem('CERTIFICATE', certificate));
    expect(await add(text, fingerprintOf(certificate))).toMatchObject({ outcome: 'added' });
  });

  it.each([
    ['ERR_ANCHOR', 'a text', () => Buffer.from('not a certificate')],
    ['ERR_ANCHOR', 'bytes after the certificate', () => Buffer.concat([authority(), Buffer.alloc(1)])],
    [
      'ERR_ANCHOR',
      'two certificates in one file',
      () => Buffer.from(pem('CERTIFICATE', authority()) + pem('CERTIFICATE', next.older.certificate)),
    ],
    [
      'ERR_ANCHOR_NOT_CA',
      "a holder's certificate",
      () => issueCard(world, { authority: next.newer }).certificate,
    ],
    ['ERR_ANCHOR_WEAK_KEY', 'RSA of 1024 bits', () => authority({ publicKey: rsa(1024) })],
    ['ERR_ANCHOR_WEAK_KEY', 'RSA of 2040 bits', () => authority({ publicKey: rsa(2040) })],
    ['ERR_ANCHOR_WEAK_KEY', 'a curve below P-256', () => authority({ publicKey: curve('P-224') })],
    ['ERR_ANCHOR_WEAK_KEY', 'a curve nobody asked for', () => authority({ publicKey: curve('secp256k1') })],
    ['ERR_ANCHOR_EXPIRED', 'one that expired', () => authority({ notAfter: pki.now - dayMs / 2 })],
    ['ERR_ANCHOR_NOT_YET_VALID', 'one of the future', () => authority({ notBefore: pki.now + 60_000 })],
    ['ERR_ANCHOR_KEY_ID', 'a second key under a key id', () => authority({ keyId: pki.older.keyId })],
    ['ERR_ANCHOR_KNOWN', 'one that is there already', () => pki.older.certificate],
  ])(
    'is refused with %s for %s, shown or with its fingerprint, and changes nothing',
    async (code, _name, make) => {
      const before = fingerprints();
      const file = make();
      expect(await codeOf(add(file))).toBe(code);
      expect(await codeOf(add(file, createHash('sha256').update(file).digest('hex')))).toBe(code);
      expect(fingerprints()).toEqual(before);
      expect(await world.trail('anchor.added')).toEqual([]);
    },
  );

  it.each(['P-256', 'P-384', 'P-521'])('takes an authority with a key on %s', async (name) => {
    const certificate = authority({ publicKey: curve(name) });
    expect(await addCompared(certificate)).toMatchObject({ outcome: 'added' });
  });

  it('tells the authority for user authentication from every other one by its name', async () => {
    const isOne = async (certificate: Uint8Array) => (await add(certificate)).anchor.isForUserAuthentication;
    expect(await isOne(authority())).toBe(true);
    expect(await isOne(authority({ name: digitalSignatureIssuer('JPKI-TEST') }))).toBe(false);
    const elsewhere: NameParts = [
      ['C', 'JP'],
      ['O', 'Somebody'],
      ['OU', 'JPKI for user authentication'],
    ];
    expect(await isOne(authority({ name: elsewhere }))).toBe(false);
  });

  it('is refused with the fingerprint of another certificate, or with half of one', async () => {
    const { certificate } = next.newer;
    expect(await codeOf(add(certificate, fingerprintOf(next.older.certificate)))).toBe(
      'ERR_ANCHOR_FINGERPRINT',
    );
    expect(await codeOf(add(certificate, fingerprintOf(certificate).slice(0, 32)))).toBe('ERR_FINGERPRINT');
    expect(await codeOf(add(certificate, 'the right one'))).toBe('ERR_FINGERPRINT');
  });

  it('refuses a test authority in real use', async () => {
    const files = createAnchorFiles(directory);
    const anchors = openAnchorStore({ directory, files });
    const { certificate } = next.newer;
    const request = { certificate, sha256: fingerprintOf(certificate), actor: admin };
    expect(await codeOf(addAnchor({ ...world.context, anchors }, request))).toBe('ERR_TEST_ANCHOR');
    expect(readdirSync(directory)).toEqual([]);
  });

  it('twice at the same moment adds it once', async () => {
    const outcomes = await Promise.allSettled([1, 2, 3].map(() => addCompared(next.newer.certificate)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await world.trail('anchor.added')).toHaveLength(1);
    expect(fingerprints()).toHaveLength(3);
  });

  it('that cannot be written is not told in the trail, and is not trusted', async () => {
    const missing = createAnchorFiles(join(directory, 'nowhere', 'anchors'));
    const anchors = openAnchorStore({ directory, files: missing, allowTestAuthorities: true });
    const { certificate } = next.newer;
    const request = { certificate, sha256: fingerprintOf(certificate), actor: admin };
    expect(await codeOf(addAnchor({ ...world.context, anchors }, request))).toBe('ERR_ANCHOR_DIRECTORY');
    expect(await world.trail('anchor.added')).toEqual([]);
    expect(anchors.list()).toEqual([]);
  });

  it('that cannot be told in the trail is not trusted, and leaves no file', async () => {
    const anchors = openAnchorStore({
      directory,
      files: createAnchorFiles(directory),
      allowTestAuthorities: true,
    });
    const { record } = world.context;
    // The disk is full at the very end: everything was done, and the commit fails.
    const failing = {
      ...record,
      change: <T>(work: Parameters<typeof record.change<T>>[0]) =>
        record.change(async (tables) => {
          await work(tables);
          throw new Error('disk full');
        }),
    } as typeof record;
    const { certificate } = next.newer;
    const request = { certificate, sha256: fingerprintOf(certificate), actor: admin };
    await expect(addAnchor({ ...world.context, anchors, record: failing }, request)).rejects.toThrow(
      'disk full',
    );
    expect(anchors.list()).toEqual([]);
    expect(readdirSync(directory)).toEqual([]);
  });
});

describe('the directory of anchors', () => {
  it('is made for its owner alone, with files that everybody may read, and is found at the next start', async () => {
    const made = join(directory, 'anchors');
    const open = () =>
      openAnchorStore({
        directory: made,
        files: createAnchorFiles(made),
        mayBeMissing: true,
        allowTestAuthorities: true,
      });
    const anchors = open();
    const context = { ...world.context, anchors };
    const { certificate } = next.newer;
    await addAnchor(context, { certificate, sha256: fingerprintOf(certificate), actor: admin });
    expect(statSync(made).mode & 0o777).toBe(0o700);
    const [file, ...others] = readdirSync(made);
    expect(others).toEqual([]);
    expect(statSync(join(made, file ?? '')).mode & 0o777).toBe(0o644);
    expect(open().list()).toMatchObject([{ fingerprint: fingerprintOf(certificate) }]);
    await removeAnchor(context, { fingerprint: fingerprintOf(certificate), actor: admin });
    expect(readdirSync(made)).toEqual([]);
    expect(open().list()).toEqual([]);
  });

  it('may hold an expired anchor, which is listed as such and vouches for nobody', async () => {
    const { certificate: anchor } = pki.older;
    const { notAfter = 0 } =
      world.context.anchors.list().find(({ der }) => Buffer.compare(anchor, der) === 0) ?? {};
    const { certificate } = issueCard(world, {
      authority: pki.older,
      notBefore: notAfter - dayMs,
      notAfter: notAfter + 365 * dayMs,
    });
    world.clock.advanceMs(notAfter - pki.now + 1_000);
    const listed = await listAnchors(world.context);
    expect(listed.map(({ state }) => state)).toEqual(['expired', 'test']);
    expect(verdictOf(certificate)).toMatchObject({ reason: 'issuer-expired' });
  });
});

describe('removing an anchor', () => {
  it('says how many cards it leaves without a CA, and holds at once for what was believed a moment ago', async () => {
    await addPeople(world, 'sato');
    const desk = await addEnrolledReader(world, 'desk', { kind: 'workstation' });
    const card = issueCard(world);
    await registerCard(world, 'sato', card, desk);
    expect((await listAnchors(world.context)).map(({ cards }) => cards)).toEqual([0, 1]);
    expect(verdictOf(card.certificate)).toMatchObject({ outcome: 'verified' });
    const fingerprint = fingerprintOf(pki.newer.certificate);
    expect(await remove(fingerprint.slice(0, 8).toLowerCase())).toMatchObject({
      anchor: { fingerprint },
      cards: 1,
    });
    expect(verdictOf(card.certificate)).toMatchObject({ reason: 'issuer-unknown' });
    expect(await world.trail('anchor.removed')).toMatchObject([
      { actor: admin, details: { sha256: fingerprint, cards: 1 } },
    ]);
  });

  it('leaves nothing to trust when it was the last, and can be taken back', async () => {
    const card = issueCard(world);
    for (const fingerprint of fingerprints()) await remove(fingerprint);
    expect(verdictOf(card.certificate)).toMatchObject({ reason: 'no-anchor' });
    await addCompared(pki.newer.certificate);
    expect(verdictOf(card.certificate)).toMatchObject({ outcome: 'verified' });
  });

  it.each([
    ['ERR_ANCHOR_UNKNOWN', '00000000'],
    ['ERR_FINGERPRINT', '0000000'],
    ['ERR_FINGERPRINT', 'authca03'],
  ])('is refused with %s for %s', async (code, fingerprint) => {
    expect(await codeOf(remove(fingerprint))).toBe(code);
    expect(fingerprints()).toHaveLength(2);
  });

  it('is refused when two fingerprints begin like that', async () => {
    const [anchor] = world.context.anchors.list();
    const alike = { ...anchor!, fingerprint: `${anchor!.fingerprint.slice(0, 60)}0000` };
    const anchors = { ...world.context.anchors, list: () => [anchor!, alike] };
    const request = { fingerprint: anchor!.fingerprint.slice(0, 8), actor: admin };
    expect(await codeOf(removeAnchor({ ...world.context, anchors }, request))).toBe('ERR_ANCHOR_AMBIGUOUS');
  });

  it('takes away every file that holds it, and none that holds another or nothing', async () => {
    const files = createAnchorFiles(directory);
    await files.put('a.pem', pem('CERTIFICATE', pki.older.certificate));
    await files.put('b.cer', pem('CERTIFICATE', pki.older.certificate));
    await files.put('c.pem', pem('CERTIFICATE', pki.newer.certificate));
    const anchors = openAnchorStore({ directory, files, allowTestAuthorities: true });
    await files.put('came-later.pem', 'half a file');
    const fingerprint = fingerprintOf(pki.older.certificate);
    await removeAnchor({ ...world.context, anchors }, { fingerprint, actor: admin });
    expect(readdirSync(directory).sort()).toEqual(['c.pem', 'came-later.pem']);
    await files.remove('came-later.pem');
    expect(loadAnchors(directory)).toHaveLength(1);
  });
});

describe('what is listed', () => {
  it.each([
    [91, 'in-use'],
    [90, 'in-use'],
    [89, 'expires-soon'],
    [0, 'expires-soon'],
    [-1, 'expired'],
  ])('%i days before its end is %s', async (days, state) => {
    const [anchor] = world.context.anchors.list();
    const real = { ...anchor!, isTest: false, notAfter: pki.now + days * dayMs };
    const anchors = { ...world.context.anchors, list: () => [real] };
    expect(await listAnchors({ ...world.context, anchors })).toMatchObject([{ state }]);
  });

  it('names the generations of J-LIS that this version knows, by fingerprint only', () => {
    expect(knownAuthority('64114F29620C24ED2631D46476A040E7EE740D956089C00B036A6A8118C322B5')).toBe(
      'authca03',
    );
    expect(knownAuthority('0'.repeat(64))).toBeUndefined();
    expect(knownAuthority('constructor')).toBeUndefined();
  });
});
