import { type ChildProcess, execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOcspResponder } from '../../idp/demo/authority/ocsp-responder.ts';
import { type OcspServer, serveOcsp } from '../../idp/demo/authority/ocsp-server.ts';
import { type BackChannel, startBackChannel } from '../support/back-channel.ts';
import { launchChromium } from '../support/chromium.ts';
import { enrolDesk, registerHanakosCard, runBridge, startWithHanako } from '../support/desk-with-a-card.ts';
import { createInstallation, end, type Installation, until } from '../support/installation.ts';
import { requirePrograms } from '../support/programs.ts';
import { type RelyingParty, startRelyingParty } from '../support/relying-party.ts';
import { startVirtualReader, type VirtualCard, type VirtualReader } from '../support/virtual-card.ts';

const missing = requirePrograms('pcscd', 'vpcd', 'chromium', 'ldapsearch');
const pin = '4917';
const hourMs = 3_600_000;

interface Device {
  readonly bindDN: string;
  readonly secret: string;
}

/** One stop after the other, and what everybody who must know hears of it; each test is the next step. */
describe.skipIf(missing)('a stop reaches everybody', () => {
  let here: Installation;
  let ocsp: OcspServer;
  let ocspIsDown = false;
  let pcsc: VirtualReader;
  let card: VirtualCard;
  let browser: Browser;
  let party: RelyingParty;
  let channel: BackChannel;
  let bridge: ChildProcess;
  let payroll: { clientId: string; clientSecret: string };
  let printer: Device;
  let certificateMachine: Device;
  let ordered: ReturnType<Installation['newCard']>;
  let cardId: string;

  beforeAll(async () => {
    here = await createInstallation();
    const { older, newer } = here.pki;
    const answer = createOcspResponder({ authorities: [older, newer], now: Date.now });
    ocsp = await serveOcsp(async (request) => {
      if (ocspIsDown) throw new Error('switched off by the test');
      return answer(request);
    });
    here.setEnvironment('KAZASU_OCSP_URL', ocsp.url);
    [pcsc, browser] = [await startVirtualReader(), await launchChromium()];
    party = await startRelyingParty(here.issuer);
    const expected: { issuer: string; clientId?: string } = { issuer: here.issuer };
    channel = await startBackChannel(expected);
    ordered = here.newCard(pin);
    card = await pcsc.card(ordered);
    await startWithHanako(here);
    payroll = await here.done(
      ...['client', 'add', 'payroll', '--oidc', '--redirect-uri', party.redirectUri],
      ...['--backchannel-logout-uri', channel.uri, '--backchannel-logout-session-required'],
    );
    expected.clientId = payroll.clientId;
    printer = await here.done('client', 'add', 'printer', '--ldap', '--own-reader');
    certificateMachine = await here.done('client', 'add', 'machine', '--ldap', '--own-reader');
    await here.done('client', 'policy', 'machine', '--ocsp-on-use', 'on');
    await enrolDesk(here, 'payroll');
    cardId = await registerHanakosCard(here, { card, pin });
    bridge = await runBridge(here);
  }, 120_000);

  afterAll(async () => {
    if (bridge !== undefined) await end(bridge);
    await browser?.close();
    await party?.close();
    await channel?.close();
    await pcsc?.stop();
    await here?.close();
    await ocsp?.close();
  }, 60_000);

  /** Signs in with card and PIN; the browser keeps its session. */
  async function signIn(): Promise<{ context: BrowserContext; sub: string; sid: unknown }> {
    const context = await browser.newContext({ locale: 'en-GB' });
    const page = await context.newPage();
    const { finish } = await party.begin(page, payroll);
    await page.click('a[href*="demand=pin"]');
    await card.insert();
    await page.fill('#pin', pin, { timeout: 20_000 });
    await page.click('button[type=submit] >> nth=0');
    const signedIn = await finish();
    await card.remove();
    if (signedIn.outcome !== 'signed-in') throw new Error(signedIn.error);
    return { context, sub: signedIn.claims.sub, sid: signedIn.claims.sid };
  }

  async function isSignedIn(context: BrowserContext): Promise<boolean> {
    const { finish } = await party.begin(await context.newPage(), payroll, { prompt: 'none' });
    return (await finish()).outcome === 'signed-in';
  }

  /** What a device finds under the card's number: `found`, `nothing`, or the result code. */
  async function search({ bindDN, secret }: Device): Promise<string> {
    const url = `ldaps://127.0.0.1:${here.ldapsPort}`;
    const filter = `(serialNumber=${ordered.serialNumber})`;
    const base = ['-b', 'dc=example,dc=jp', filter];
    const args = ['-x', '-LLL', '-H', url, '-D', bindDN, '-w', secret, ...base];
    const env = { ...process.env, LDAPTLS_REQCERT: 'never' };
    return new Promise((resolve) => {
      execFile('ldapsearch', args, { env }, (error, stdout) => {
        if (error !== null) resolve(`code ${error.code}`);
        else resolve(/^dn:/m.test(stdout) ? 'found' : 'nothing');
      });
    });
  }

  /** Waits for the logout token of one session, one second at most. */
  const tokenOf = (sid: unknown) =>
    until('the logout token', () => channel.taken.find((token) => token.sid === sid), 1_000);

  it('a suspended card: session, device and client hear of it within a second', async () => {
    const { context, sub, sid } = await signIn();
    expect([await isSignedIn(context), await search(printer)]).toEqual([true, 'found']);
    await here.done('card', 'suspend', cardId);
    expect(await tokenOf(sid)).toMatchObject({ sub });
    expect([await isSignedIn(context), await search(printer)]).toEqual([false, 'nothing']);
    await here.done('card', 'restore', cardId);
    await context.close();
  });

  it('a suspended person too', async () => {
    const { context, sid } = await signIn();
    await here.done('person', 'suspend', 'hanako');
    await tokenOf(sid);
    expect([await isSignedIn(context), await search(printer)]).toEqual([false, 'nothing']);
    await here.done('person', 'restore', 'hanako');
    await context.close();
  });

  it('a client that was out of reach, over a restart of everything, hears of it afterwards', async () => {
    const { context, sid } = await signIn();
    channel.answer = 503;
    const asked = channel.asked;
    await here.done('card', 'suspend', cardId);
    await until('a first try', () => channel.asked > asked || undefined);
    await here.stop('SIGKILL');
    channel.answer = 200;
    await here.start();
    const told = () => channel.taken.find((token) => token.sid === sid);
    await until('the logout token', told);
    await here.done('card', 'restore', cardId);
    await context.close();
  });

  it('the issuer is asked at every use where that is demanded; its silence is a fault there, and nothing elsewhere', async () => {
    expect([await search(certificateMachine), await search(printer)]).toEqual(['found', 'found']);
    ocspIsDown = true;
    expect([await search(certificateMachine), await search(printer)]).toEqual(['code 52', 'found']);
    ocspIsDown = false;
    expect(await search(certificateMachine)).toBe('found');
  });

  it('revoked by the issuer, it is stopped everywhere by the first use at such a device', async () => {
    const { context, sub, sid } = await signIn();
    here.pki.newer.revoke(ordered.serialNumber, Date.now() - 60_000, 'keyCompromise');
    expect(await search(printer)).toBe('found');
    expect(await search(certificateMachine)).toBe('nothing');
    expect(await tokenOf(sid)).toMatchObject({ sub });
    expect([await isSignedIn(context), await search(printer)]).toEqual([false, 'nothing']);
    const events = await here.done<{ type: string; details?: object }[]>('audit', 'export');
    expect(events.find(({ type }) => type === 'card.revoked-by-ocsp')).toMatchObject({
      details: { ocspSha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
    expect((await here.kazasu(['card', 'restore', cardId])).status).not.toBe(0);
    await context.close();
  });

  it('a list that names a card says so to its client within a second', async () => {
    ordered = here.newCard(pin);
    await end(bridge);
    await registerHanakosCard(here, { card, pin, hold: () => card.swap(ordered) });
    bridge = await runBridge(here);
    const { context, sid } = await signIn();
    here.pki.newer.revoke(ordered.serialNumber, Date.now() - 60_000, 'keyCompromise');
    const validity = { thisUpdate: Date.now() - 60_000, nextUpdate: Date.now() + 24 * hourMs };
    writeFileSync(join(here.directory, 'list.crl'), here.pki.newer.issueCrl({ crlNumber: 1, ...validity }));
    await here.done('crl', 'import', 'list.crl');
    await tokenOf(sid);
    expect([await isSignedIn(context), await search(printer)]).toEqual([false, 'nothing']);
    await context.close();
  });
});
