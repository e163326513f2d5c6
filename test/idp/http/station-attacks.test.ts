import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { actor } from '../../../idp/domain/registration.ts';
import { changeStationConfirm } from '../../../idp/flows/change-station-confirm.ts';
import { Browser } from './support/browser.ts';
import { KioskBrowser } from './support/kiosk-browser.ts';
import { RelyingParty } from './support/relying-party.ts';
import { type RunningIdp, runIdp } from './support/running-idp.ts';
import { certificateOf, type SoftwareBridge } from './support/software-bridge.ts';
import { StationVisit } from './support/station-visit.ts';

/**
 * The attacks on sign-ins that are authorized on another device: a login that was opened elsewhere is never completed by
 * somebody's tap.
 * @see RFC 10027 (BCP 247), Cross-Device Flows: Security Best Current Practice
 */
const admin = actor('os', 0);
const victim = '0b00a1';

let idp: RunningIdp;
let punch: RelyingParty;
let hall: SoftwareBridge;
let annex: SoftwareBridge;
/** The victim's station, and another one. */
let kiosk: KioskBrowser;
let other: KioskBrowser;
let counter = 0;

beforeAll(async () => {
  idp = await runIdp();
  await idp.addCard(await idp.addPerson('hanako', { displayName: '緑 花子' }), victim);
  // Nobody is asked for a name here: what a tap completes, it completes at once.
  const client = await idp.addClient('Punch', ['certificate']);
  hall = await idp.addBridge('hall', [client], 'station');
  annex = await idp.addBridge('annex', [client], 'station');
  punch = await RelyingParty.discover(idp.issuer, client);
  await changeStationConfirm(idp.context, { client: 'Punch', confirm: 'none', actor: admin });
});
afterAll(() => idp.close());

beforeEach(async () => {
  idp.clock.advance(61);
  kiosk = await new KioskBrowser(idp).pair('hall');
  other = await new KioskBrowser(idp).pair('annex');
});

/** The victim holds the card on a station's reader. */
async function tap(bridge = hall): Promise<void> {
  counter += 1;
  // In the millisecond in which it was opened nobody knows which came first.
  idp.clock.set(idp.clock.now() + 1);
  const evidence = { type: 'certificate', certificate: certificateOf(victim) } as const;
  const iat = Math.floor(idp.clock.now() / 1_000);
  const response = await bridge.post({ iat, counter, evidence });
  if (!response.ok) throw new Error(`tap: ${response.status} ${await response.text()}`);
}

async function granted(): Promise<number> {
  let count = 0;
  for await (const { type } of idp.context.audit.read()) if (type === 'login.granted') count += 1;
  return count;
}

/** Runs what an attacker does around a tap of the victim, and says what it brought. */
async function attack(attempt: () => Promise<void>): Promise<number> {
  const before = await granted();
  await attempt();
  return (await granted()) - before;
}

async function openedAt(browser: KioskBrowser): Promise<StationVisit> {
  const visit = await StationVisit.begin(browser, punch);
  const { status, body } = await visit.open();
  if (status !== 200) throw new Error(`open: ${status} ${body.error}`);
  return visit;
}

describe('a sign-in that an attacker opens in a browser that is no station', () => {
  it('cannot name the victim’s station: without its key it opens nothing, and disturbs nobody', async () => {
    const attacker = new KioskBrowser(idp);
    attacker.pairingId = kiosk.pairingId;
    const waiting = await openedAt(kiosk);
    const lure = await StationVisit.begin(attacker, punch);
    expect(lure.page.url).not.toContain('/station');
    const opened = await lure.open();
    expect(opened).toMatchObject({ status: 403, body: { error: 'station-signature' } });
    expect(await attack(() => tap())).toBe(0);
    expect(await lure.wait()).not.toContain('/authorize/');
    // The victim's own sign-in goes on as if nothing had been.
    expect(await waiting.wait()).toContain('/authorize/');
  });

  it('is not completed by the note of a stolen cookie: the key is not in it', async () => {
    const attacker = new KioskBrowser(idp);
    attacker.copyCookies(kiosk, (name) => name.includes('station'));
    attacker.pairingId = kiosk.pairingId;
    const visit = await StationVisit.begin(attacker, punch);
    expect(visit.page.url).toContain('/station');
    expect((await visit.open()).status).toBe(403);
    expect(await attack(() => tap())).toBe(0);
  });

  it('is not completed by any tap while nobody opened anything at the station', async () => {
    const attacker = await StationVisit.begin(new KioskBrowser(idp), punch);
    await tap();
    expect(await attacker.wait()).not.toContain('/authorize/');
    const later = await openedAt(kiosk);
    expect((await later.shown()).page.text).toContain('Waiting for a card');
  });

  it('is not moved into the victim’s station: its address alone goes on nowhere', async () => {
    const attacker = await StationVisit.begin(new KioskBrowser(idp), punch);
    const lured = await kiosk.get(attacker.base);
    expect([lured.status, lured.location]).toEqual([400, '']);
    const answer = await attacker.call('challenge', { pairingId: kiosk.pairingId }, kiosk);
    expect(answer.status).toBe(400);
  });

  it('is not fixed in the victim’s station by planted cookies of that sign-in', async () => {
    const attacker = await StationVisit.begin(new KioskBrowser(idp), punch);
    // What another host of the domain can plant; the note of open sign-ins bears a name that it cannot.
    kiosk.copyCookies(attacker.browser, (name) => /interaction|resume|session/.test(name));
    const answer = await attacker.call('challenge', { pairingId: kiosk.pairingId }, kiosk);
    expect(answer.status).toBe(400);
    expect(await attack(() => tap())).toBe(0);
    const resumed = await attacker.browser.get(`${idp.issuer}/authorize/${attacker.uid}`);
    expect(resumed.location).not.toContain('code=');
  });
});

describe('a signature of a station', () => {
  it('opens one sign-in once: repeated, it opens nothing', async () => {
    const visit = await StationVisit.begin(kiosk, punch);
    const challenge = await visit.challenge();
    const { pairingId } = kiosk;
    const body = { pairingId, challenge, signature: kiosk.sign(visit.uid, challenge) };
    const answers = await Promise.all(Array.from({ length: 20 }, () => visit.call('open', body)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ body: { error } }) => error === 'challenge-unknown')).toHaveLength(19);
  });

  it('is good for thirty seconds', async () => {
    const visit = await StationVisit.begin(kiosk, punch);
    const challenge = await visit.challenge();
    const signature = kiosk.sign(visit.uid, challenge);
    idp.clock.set(idp.clock.now() + 30_000);
    const late = await visit.call('open', { pairingId: kiosk.pairingId, challenge, signature });
    expect(late.body.error).toBe('challenge-unknown');
  });

  it('for one sign-in opens no other, whose challenge it bears', async () => {
    const visit = await StationVisit.begin(kiosk, punch);
    const foreign = await StationVisit.begin(kiosk, punch);
    const challenge = await visit.challenge();
    const { pairingId } = kiosk;
    const elsewhere = { pairingId, challenge, signature: kiosk.sign(foreign.uid, challenge) };
    expect((await visit.call('open', elsewhere)).body.error).toBe('station-signature');
    // Signed for the other one, with a challenge that was not given for it.
    expect((await foreign.call('open', elsewhere)).body.error).toBe('challenge-unknown');
  });

  it('of another station opens nothing in this one’s name, nor with its challenge', async () => {
    const visit = await StationVisit.begin(kiosk, punch);
    const challenge = await visit.challenge();
    const signature = other.sign(visit.uid, challenge, kiosk.pairingId);
    const inItsName = { pairingId: kiosk.pairingId, challenge, signature };
    expect((await visit.call('open', inItsName)).body.error).toBe('station-signature');
    const asItself = { pairingId: other.pairingId, challenge, signature: other.sign(visit.uid, challenge) };
    expect((await visit.call('open', asItself)).body.error).toBe('challenge-unknown');
  });

  it.each([
    ['empty', ''],
    ['no base64url', '!'.repeat(86)],
    ['all zeros', 'A'.repeat(86)],
    ['in DER, as other libraries make it', Buffer.alloc(70, 0x30).toString('base64url')],
  ])('that is %s verifies nothing', async (_what, signature) => {
    const visit = await StationVisit.begin(kiosk, punch);
    const challenge = await visit.challenge();
    const answer = await visit.call('open', { pairingId: kiosk.pairingId, challenge, signature });
    expect(answer.body.error).toBe('station-signature');
  });

  it('of a browser whose place another one took opens nothing any more', async () => {
    const visit = await StationVisit.begin(kiosk, punch);
    const challenge = await visit.challenge();
    await new KioskBrowser(idp).pair('hall');
    const signature = kiosk.sign(visit.uid, challenge);
    const answer = await visit.call('open', { pairingId: kiosk.pairingId, challenge, signature });
    expect(answer.body.error).toBe('station-unpaired');
  });
});

describe('a tap', () => {
  it('at one station completes nothing that is open at another', async () => {
    const here = await openedAt(kiosk);
    const there = await openedAt(other);
    await tap(annex);
    expect((await here.shown()).page.text).toContain('Waiting for a card');
    expect(await there.wait()).toContain('/authorize/');
  });

  it('is not swapped between two browsers at one station: with two open it completes neither', async () => {
    const mine = await openedAt(kiosk);
    const attackers = await StationVisit.begin(kiosk, punch);
    expect((await attackers.open()).body.error).toBe('station-busy');
    expect(await attack(() => tap())).toBe(0);
    expect(await mine.wait()).toContain('station-busy');
    expect(await attackers.wait()).toContain('station-busy');
  });

  it('of the one before does not wait for the one after: who opens next gets nothing of it', async () => {
    const first = await openedAt(kiosk);
    await tap();
    await first.call('leave');
    idp.clock.advance(1);
    const second = await openedAt(kiosk);
    expect((await second.shown()).page.text).toContain('Waiting for a card');
  });

  it('completes one sign-in, not two in a row', async () => {
    const first = await openedAt(kiosk);
    await tap();
    expect(await first.wait()).toContain('/authorize/');
    const second = await openedAt(kiosk);
    expect((await second.shown()).page.text).toContain('Waiting for a card');
  });
});

describe('whoever calls a station’s steps', () => {
  it.each(['challenge', 'open', 'wait', 'confirm', 'leave'])(
    '%s: from another site, or from a browser that did not start the sign-in, gets nothing',
    async (step) => {
      const visit = await openedAt(kiosk);
      const stranger = new KioskBrowser(idp);
      expect((await visit.call(step, {}, stranger)).status).toBe(400);
      const foreign = await kiosk.post(`${visit.base}/${step}`, {}, { origin: 'https://evil.example' });
      expect(foreign.status).toBe(403);
      const form = await kiosk.post(`${visit.base}/${step}`, {});
      expect(form.status).toBe(415);
      await tap();
      expect(await visit.wait()).toContain('/authorize/');
    },
  );

  it('cannot frame the page that asks for the name', async () => {
    const { headers } = await kiosk.get((await openedAt(kiosk)).base);
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(headers.get('x-frame-options')).toBe('DENY');
  });
});

it('the code of a sign-in at a station is good for the client’s own browser session alone: its state comes back', async () => {
  const visit = await openedAt(kiosk);
  await tap();
  const { location } = await kiosk.follow(await visit.wait());
  expect(new URL(location).searchParams.get('state')).toBe(visit.started.state);
  // Another sign-in of the attacker's has another state and another verifier.
  const attackers = await punch.start();
  await expect(punch.redeem(location, attackers)).rejects.toThrow();
  const stranger = new Browser('en');
  expect((await stranger.get(`${idp.issuer}/authorize/${visit.uid}`)).location).not.toContain('code=');
});
