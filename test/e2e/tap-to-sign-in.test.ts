import { type ChildProcess, execFile } from 'node:child_process';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { type CrlDirectory, startCrlDirectory } from '../support/crl-directory.ts';
import { closeDesk, runBridge } from '../support/desk-with-a-card.ts';
import { createInstallation, end, type Installation, until } from '../support/installation.ts';
import { requirePrograms } from '../support/programs.ts';
import { type Redis, startRedis } from '../support/redis.ts';
import { flushRedis, redisContents, restoreRedis } from '../support/redis-contents.ts';
import { type RelyingParty, type SignedIn, startRelyingParty } from '../support/relying-party.ts';
import { startVirtualReader, type VirtualCard, type VirtualReader } from '../support/virtual-card.ts';

const missing = requirePrograms('pcscd', 'vpcd', 'chromium', 'slapd', 'ldapsearch', 'redis-server');
const hourMs = 3_600_000;
const pin = '4917';
const idm = '012e4cd35f8a77b1';

const profiles = [
  ['on one machine', false],
  ['with Redis', true],
] as const;

/** One story from an empty directory to a revoked card: each test is its next step. */
describe.skipIf(missing).each(profiles)(
  'software card → vpcd → pcscd → bridge → provider %s',
  (_profile, withRedis) => {
    let here: Installation;
    let redis: Redis | undefined;
    let directory: CrlDirectory;
    let pcsc: VirtualReader;
    let card: VirtualCard;
    let browser: Browser;
    let party: RelyingParty;
    let bridge: ChildProcess;
    let ordered: ReturnType<Installation['newCard']>;
    let serialNumber: string;
    let certificate: Buffer;
    let cardId: string;
    let kiosk: { clientId: string; clientSecret: string };
    let printer: { id: string; bindDN: string; secret: string };
    let gate: { id: string; bindDN: string; secret: string };
    let crlNumber = 1;
    const seen: string[] = [];

    const list = () =>
      here.pki.newer.issueCrl({
        crlNumber: crlNumber++,
        thisUpdate: Date.now() - 60_000,
        nextUpdate: Date.now() + 24 * hourMs,
      });

    beforeAll(async () => {
      here = await createInstallation();
      directory = await startCrlDirectory(list());
      here.setEnvironment('KAZASU_CRL_SOURCES', directory.url);
      if (withRedis) {
        redis = await startRedis();
        here.setEnvironment('KAZASU_REDIS_URL', redis.url);
      }
      [pcsc, browser] = [await startVirtualReader(), await launchChromium()];
      party = await startRelyingParty(here.issuer);
      ordered = here.newCard(pin);
      serialNumber = ordered.serialNumber;
      if (ordered.kind !== 'jpki') throw new Error('a My Number Card was ordered');
      certificate = Buffer.from(ordered.certificatePem.replace(/-.*|\n/g, ''), 'base64');
      card = await pcsc.card(ordered);
      const csv =
        'uid,displayName,mail,organization,groups\nhanako,山田花子,hanako@example.jp,見本市,staff\n';
      writeFileSync(join(here.directory, 'people.csv'), csv);
      await here.start();
    }, 120_000);

    afterAll(async () => {
      await closeDesk({ bridge, browser, party, pcsc, here });
      await directory?.close();
      await redis?.close();
    }, 60_000);

    /** Signs in through Chromium: choose a way, hold the card, type the PIN where it is asked for. */
    async function signIn(
      way: 'tap' | 'pin',
      onRefused?: (text: string) => void,
    ): Promise<SignedIn | 'refused'> {
      const context = await browser.newContext({ locale: 'ja-JP' });
      const page = await context.newPage();
      try {
        const { finish } = await party.begin(page, kiosk);
        await page.click(`a[href*="demand=${way}"]`);
        await page.waitForURL(/127\.0\.0\.1:37564/);
        await holdCard(page, way);
        await page.waitForURL((url) => !url.href.startsWith('http://127.0.0.1:37564'), { timeout: 20_000 });
        await page.waitForLoadState();
        seen.push(await page.content());
        if (page.url().startsWith(here.issuer)) {
          onRefused?.(await page.innerText('main'));
          return 'refused';
        }
        const signedIn = await finish();
        if (signedIn.outcome === 'signed-in') seen.push(signedIn.tokens, JSON.stringify(signedIn.claims));
        return signedIn;
      } finally {
        await card.remove();
        await context.close();
      }
    }

    async function holdCard(page: Page, way: 'tap' | 'pin'): Promise<void> {
      await card.insert();
      if (way === 'tap') return;
      await page.fill('#pin', pin, { timeout: 20_000 });
      seen.push(await page.content());
      await page.click('button[type=submit] >> nth=0');
    }

    /** What a device finds under the card's number. */
    async function search(device: {
      bindDN: string;
      secret: string;
    }): Promise<{ code: number; entries: number; text: string }> {
      const args = [
        '-x',
        '-LLL',
        '-H',
        `ldaps://127.0.0.1:${here.ldapsPort}`,
        '-D',
        device.bindDN,
        '-w',
        device.secret,
      ];
      const { code, stdout } = await run('ldapsearch', [
        ...args,
        '-b',
        'dc=example,dc=jp',
        `(serialNumber=${serialNumber})`,
      ]);
      seen.push(stdout.replaceAll(serialNumber, 'echoed to the device that asked'));
      return { code, entries: stdout.match(/^dn:/gm)?.length ?? 0, text: stdout };
    }

    const redisEntries = async () => (redis === undefined ? [] : await redisContents(redis.url));

    it('begins: people, clients, a reader, an enrolled bridge', async () => {
      await here.done('person', 'import', 'people.csv');
      await here.done('org', 'declare-verifier', '見本市', '--basis', 'a test');
      const accepts = ['--acr', 'certificate', '--acr', 'card-pin'];
      kiosk = await here.done(
        'client',
        'add',
        'attendance',
        '--oidc',
        '--redirect-uri',
        party.redirectUri,
        ...accepts,
      );
      printer = await here.done('client', 'add', 'printer', '--ldap', '--own-reader');
      gate = await here.done('client', 'add', 'gate', '--ldap');
      const { enrolmentCode } = await here.done(
        'reader',
        'add',
        'desk',
        '--kind',
        'workstation',
        '--client',
        'attendance',
      );
      const enrol = [
        'bridge',
        'enroll',
        '--idp',
        here.issuer,
        '--code',
        enrolmentCode ?? '',
        '--state-dir',
        'desk',
      ];
      expect((await here.kazasu(enrol)).status).toBe(0);
      expect((await here.kazasu(enrol)).status).not.toBe(0);
      expect(statSync(join(here.directory, 'desk')).mode & 0o077).toBe(0);
    });

    it('refuses a card that nobody registered', async () => {
      bridge = await runBridge(here, '--state-dir', 'desk');
      expect(await signIn('tap')).toBe('refused');
      expect(await search(printer)).toMatchObject({ code: 0, entries: 0 });
      await end(bridge);
    });

    it('refuses a FeliCa card that nobody registered', async () => {
      await card.swap({ kind: 'felica', idm });
      await card.remove();
      bridge = await runBridge(here, '--state-dir', 'desk');
      expect(await signIn('tap')).toBe('refused');
      await end(bridge);
      await card.swap(ordered);
      await card.remove();
    });

    it('registers the card with PIN, signature and OCSP; it does not work before it is approved', async () => {
      const { code } = await here.done<{ code: string }>('person', 'invite', 'hanako');
      await card.insert();
      const register = [
        'bridge',
        'register',
        '--invite',
        code,
        '--agree',
        '--pin-stdin',
        '--state-dir',
        'desk',
      ];
      const ran = await here.kazasu(register, `${pin}\n`);
      expect(ran).toMatchObject({ status: 0 });
      expect((await here.kazasu(register, `${pin}\n`)).status).not.toBe(0);
      await card.remove();
      expect(await search(printer)).toMatchObject({ entries: 0 });
      const [waiting] = await here.done<{ id: string; state: string; uid: string }[]>('card', 'list');
      expect(waiting).toMatchObject({ state: 'pending', uid: 'hanako' });
      ({ cardId } = await here.done<{ cardId: string }>('card', 'approve', waiting?.id ?? ''));
    });

    it('signs in with PIN as card-pin, with hwk', async () => {
      bridge = await runBridge(here, '--state-dir', 'desk');
      const signedIn = await signIn('pin');
      expect(signedIn).toMatchObject({
        outcome: 'signed-in',
        claims: { acr: 'urn:kazasu:acr:card-pin', amr: expect.arrayContaining(['hwk', 'pin', 'mfa', 'sc']) },
      });
    });

    it('signs in without PIN as certificate, and never with hwk', async () => {
      const signedIn = await signIn('tap');
      expect(signedIn).toMatchObject({ claims: { acr: 'urn:kazasu:acr:certificate', amr: ['user'] } });
    });

    it('lets a device with a reader of its own find exactly one entry', async () => {
      expect(await search(printer)).toMatchObject({ code: 0, entries: 1 });
      const { text } = await search(printer);
      expect(text).toContain('dn: uid=hanako,ou=people,dc=example,dc=jp');
    });

    it('lets a device at a reader of ours find the person only while the tap is fresh, once', async () => {
      expect(await search(gate)).toMatchObject({ entries: 0 });
      const { enrolmentCode } = await here.done(
        'reader',
        'add',
        'gate reader',
        '--kind',
        'device',
        '--client',
        'gate',
      );
      await end(bridge);
      const enrol = [
        'bridge',
        'enroll',
        '--idp',
        here.issuer,
        '--code',
        enrolmentCode ?? '',
        '--state-dir',
        'gate',
      ];
      expect((await here.kazasu(enrol)).status).toBe(0);
      bridge = await runBridge(here, '--state-dir', 'gate');
      await card.insert();
      await until('the tap to arrive', async () => {
        const events = await here.done<{ type: string; details: { prompted: boolean } }[]>('audit', 'export');
        return events.some(({ type, details }) => type === 'tap.accepted' && !details.prompted) || undefined;
      });
      expect(await search(gate)).toMatchObject({ code: 0, entries: 1 });
      expect(await search(gate)).toMatchObject({ code: 0, entries: 0 });
      await card.remove();
      await end(bridge);
      bridge = await runBridge(here, '--state-dir', 'desk');
    });

    it.each([
      ['a suspended person', ['person', 'suspend', 'hanako'], ['person', 'restore', 'hanako']],
      ['a suspended card', ['card', 'suspend', 'CARD'], ['card', 'restore', 'CARD']],
    ])(
      'refuses %s on the next operation, and takes the card again after restore',
      async (_what, stop, restore) => {
        const withCard = (words: readonly string[]) => words.map((word) => (word === 'CARD' ? cardId : word));
        await here.done(...withCard(stop));
        expect(await search(printer)).toMatchObject({ code: 0, entries: 0 });
        expect(await signIn('tap')).toBe('refused');
        expect(await signIn('pin')).toBe('refused');
        await here.done(...withCard(restore));
        expect(await search(printer)).toMatchObject({ code: 0, entries: 1 });
        expect(await signIn('tap')).toMatchObject({ outcome: 'signed-in' });
      },
    );

    if (withRedis) {
      it('believes no older entry that somebody puts back into Redis, and no emptied Redis', async () => {
        const before = await redisEntries();
        await here.done('card', 'suspend', cardId);
        await restoreRedis(redis?.url ?? '', before);
        expect(await search(printer)).toMatchObject({ code: 0, entries: 0 });
        await here.done('card', 'restore', cardId);
        await here.stop();
        await here.start();
        expect(await search(printer)).toMatchObject({ code: 0, entries: 1 });
        await flushRedis(redis?.url ?? '');
        const answers = new Set<string>();
        await until('the index to be built anew', async () => {
          const { code, entries } = await search(printer);
          answers.add(`${code}:${entries}`);
          return entries === 1 || undefined;
        });
        // Never "no such card" while nobody could know: 52 (unavailable), then the entry.
        expect([...answers].filter((answer) => answer !== '52:0' && answer !== '0:1')).toEqual([]);
      });
    }

    it('refuses the card everywhere once the list of the day, fetched from a directory, names it', async () => {
      expect(await here.done('crl', 'fetch')).toMatchObject({
        lists: [{ outcome: 'applied', revoked: 0 }],
      });
      expect(await search(printer)).toMatchObject({ entries: 1 });
      here.pki.newer.revoke(serialNumber, Date.now() - 1_000, 'keyCompromise');
      await directory.publish(list());
      const fetched = await here.done('crl', 'fetch');
      expect(fetched).toMatchObject({
        lists: [{ outcome: 'applied', revoked: 1, entryCount: 1 }],
      });
      expect(await search(printer)).toMatchObject({ code: 0, entries: 0 });
      let said = '';
      expect(
        await signIn('pin', (text) => {
          said = text;
        }),
      ).toBe('refused');
      expect(said).toMatch(/失効|発行/);
      expect((await here.kazasu(['card', 'restore', cardId])).status).not.toBe(0);
      // No card in use is left that waits for a list; the last run says what came.
      expect(await here.done('crl', 'status')).toMatchObject({
        lists: [],
        lastRun: { lists: [{ outcome: 'applied', entryCount: 1, revoked: 1 }] },
      });
    });

    it('leaves no number, PIN, secret or certificate in clear anywhere', async () => {
      expect(await here.done('audit', 'verify')).toMatchObject({ outcome: 'intact' });
      await here.stop();
      const secrets: { readonly [name: string]: readonly (string | Buffer)[] } = {
        'serial number': [
          serialNumber,
          serialNumber.toUpperCase(),
          String(Number.parseInt(serialNumber, 16)),
          Buffer.from(serialNumber, 'hex'),
        ],
        certificate: [
          certificate.subarray(40, 90),
          certificate.toString('base64').slice(40, 90),
          certificate.toString('hex').slice(80, 160),
        ],
        'client secret': [kiosk.clientSecret, printer.secret, gate.secret],
      };
      const places = [
        ...filesBelow(here.dataDir).filter((path) => !path.includes('/keys/')),
        ...filesBelow(join(here.directory, 'desk')),
      ].map((path) => [path, readFileSync(path)] as const);
      const texts = [...seen, here.printed().replaceAll(/"(clientSecret|secret)":"[^"]*"/g, '"shown once"')];
      const everything: (readonly [string, Buffer])[] = [
        ...places,
        ...texts.map((text, n) => [`text ${n}`, Buffer.from(text)] as const),
      ];
      if (withRedis) expect((await redisEntries()).length).toBeGreaterThan(0);
      const inRedis = (await redisEntries()).flatMap(([key, value]) => [
        ['a key in Redis', Buffer.from(key)] as const,
        ['a value in Redis', value] as const,
      ]);
      everything.push(...inRedis);
      const found = Object.entries(secrets).flatMap(([name, spellings]) =>
        everything
          .filter(([, bytes]) => spellings.some((spelling) => bytes.includes(spelling)))
          .map(([place]) => `${name} in ${place}`),
      );
      expect(found).toEqual([]);
      const pinFound = everything.filter(
        ([place, bytes]) => /^text|\.log$/.test(place) && bytes.includes(`"${pin}"`),
      );
      expect(pinFound.map(([place]) => place)).toEqual([]);
      expect(places.length).toBeGreaterThan(5);
    });
  },
);

function run(program: string, args: readonly string[]): Promise<{ code: number; stdout: string }> {
  return new Promise((resolve) => {
    execFile(program, args, { env: { ...process.env, LDAPTLS_REQCERT: 'never' } }, (error, stdout) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), stdout });
    });
  });
}

function filesBelow(directory: string): readonly string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
