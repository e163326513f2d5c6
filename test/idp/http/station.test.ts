import { fetchUserInfo } from 'openid-client';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { actor } from '../../../idp/domain/registration.ts';
import { suspendPerson } from '../../../idp/flows/change-person.ts';
import { changeStationConfirm } from '../../../idp/flows/change-station-confirm.ts';
import { disableReader } from '../../../idp/flows/manage-readers.ts';
import { unpairStation } from '../../../idp/flows/pair-station.ts';
import { Browser } from './support/browser.ts';
import { KioskBrowser } from './support/kiosk-browser.ts';
import { presentCard, RelyingParty } from './support/relying-party.ts';
import { type RunningIdp, runIdp } from './support/running-idp.ts';
import { certificateOf, type SoftwareBridge } from './support/software-bridge.ts';
import { StationVisit } from './support/station-visit.ts';

const admin = actor('os', 0);
const [hanako, taro, nobody] = ['0b00a1', '0b00a2', '0b00a3'];

let idp: RunningIdp;
let kintai: RelyingParty;
/** Asks for the PIN, which a station cannot. */
let zaimu: RelyingParty;
/** Punches: nobody is asked for the name. */
let punch: RelyingParty;
let hall: SoftwareBridge;
let kiosk: KioskBrowser;
let counter = 0;

beforeAll(async () => {
  idp = await runIdp();
  await idp.addCard(await idp.addPerson('hanako', { displayName: '緑 花子' }), hanako);
  await idp.addCard(await idp.addPerson('taro', { displayName: '青 太郎' }), taro);
  const clients = [
    await idp.addClient('Kintai', ['certificate', 'card-pin']),
    await idp.addClient('Zaimu', ['card-pin']),
    await idp.addClient('Punch', ['certificate']),
  ] as const;
  hall = await idp.addBridge('hall', clients, 'station');
  kintai = await RelyingParty.discover(idp.issuer, clients[0]);
  zaimu = await RelyingParty.discover(idp.issuer, clients[1]);
  punch = await RelyingParty.discover(idp.issuer, clients[2]);
  await changeStationConfirm(idp.context, { client: 'Punch', confirm: 'none', actor: admin });
});
afterAll(() => idp.close());

beforeEach(async () => {
  // Whatever the test before left open is over.
  idp.clock.advance(61);
  kiosk = await new KioskBrowser(idp).pair('hall');
});

/** Somebody holds a card on the station's reader. */
async function tap(serialNumber: string, bridge = hall, readAt?: number): Promise<void> {
  counter += 1;
  // In the millisecond in which it was opened nobody knows which came first.
  idp.clock.set(idp.clock.now() + 1);
  const now = readAt ?? idp.clock.now();
  const evidence = { type: 'certificate', certificate: certificateOf(serialNumber) } as const;
  const response = await bridge.post({ iat: Math.floor(now / 1_000), counter, evidence });
  if (!response.ok) throw new Error(`tap: ${response.status} ${await response.text()}`);
}

const begin = (party = kintai, browser = kiosk) => StationVisit.begin(browser, party);

/** A sign-in whose key was shown: from now on it waits for a card. */
async function opened(party = kintai, browser = kiosk): Promise<StationVisit> {
  const visit = await begin(party, browser);
  const { status, body } = await visit.open();
  if (status !== 200) throw new Error(`open: ${status} ${body.error}`);
  return visit;
}

const refusal = (visit: StationVisit, reason: string) =>
  `/interaction/${visit.uid}/station/refused?reason=${reason}`;

/** Follows what the page's script was given, to the client. */
async function tokensOf(visit: StationVisit, next: string, party = kintai) {
  const { location } = await visit.browser.follow(next);
  return party.redeem(location, visit.started);
}

async function decisions(): Promise<readonly string[]> {
  const kept: string[] = [];
  for await (const { type, reason } of idp.context.audit.read()) {
    if (type.startsWith('login.')) kept.push(reason ?? type);
  }
  return kept;
}

describe('a sign-in at a station', () => {
  it('waits for a card, shows the name that it brought, and is finished by a yes', async () => {
    const visit = await begin();
    expect(new URL(visit.page.url).pathname).toBe(`/interaction/${visit.uid}/station`);
    expect(visit.page.text).toContain('Sign in to Kintai');
    expect((await visit.open()).status).toBe(200);
    await tap(hanako);
    expect(await visit.wait()).toBe(`/interaction/${visit.uid}/station`);
    const { page, confirmation } = await visit.shown();
    expect(page.text).toContain('Are you 緑 花子?');
    const tokens = await tokensOf(visit, await visit.confirm(confirmation));
    expect(tokens.claims()).toMatchObject({ sub: 'person-of-hanako', acr: 'urn:kazasu:acr:certificate' });
  });

  it('for punches asks nobody', async () => {
    const visit = await opened(punch);
    await tap(hanako);
    const tokens = await tokensOf(visit, await visit.wait(), punch);
    expect(tokens.claims()?.sub).toBe('person-of-hanako');
  });

  it('hears of the tap while it waits, within its second', async () => {
    const visit = await opened();
    const heard = visit.wait();
    await new Promise((resolve) => setTimeout(resolve, 50));
    await tap(hanako);
    expect(await heard).not.toBe('');
  });

  it('is not offered where the client wants the PIN, and can be left for other ways', async () => {
    const pin = await begin(zaimu);
    expect(pin.page.url).not.toContain('/station');
    const visit = await begin();
    const other = await kiosk.get(`${idp.issuer}/interaction/${visit.uid}?ways=other`);
    expect(other.text).toContain('demand=pin');
  });

  it('speaks the person’s language', async () => {
    const japanese = await new KioskBrowser(idp, 'ja').pair('hall');
    const visit = await opened(kintai, japanese);
    expect(visit.page.text).toContain('カードをかざしてください');
    await tap(hanako);
    await visit.wait();
    expect((await visit.shown()).page.text).toContain('緑 花子 さんですか。');
  });

  it('takes a tap in the millisecond before its thirty seconds are over, and none in that one', async () => {
    const inTime = await opened();
    idp.clock.set(idp.clock.now() + 29_998);
    await tap(hanako);
    expect(await inTime.wait()).toBe(`/interaction/${inTime.uid}/station`);
    idp.clock.advance(61);
    const late = await opened();
    idp.clock.set(idp.clock.now() + 29_999);
    await tap(hanako);
    expect(await late.wait()).toBe(refusal(late, 'time-over'));
  });

  it('does not take a tap from before it was opened, also one that arrives after', async () => {
    await tap(hanako);
    idp.clock.advance(2);
    const visit = await opened();
    expect((await visit.shown()).confirmation).toBe('');
    await tap(hanako, hall, idp.clock.now() - 2_000);
    expect((await visit.shown()).confirmation).toBe('');
    idp.clock.advance(1);
    await tap(hanako);
    expect((await visit.shown()).confirmation).not.toBe('');
  });

  it('begins again when its page is loaded again, and may be left', async () => {
    const visit = await opened();
    expect((await visit.open()).status).toBe(200);
    await visit.call('leave');
    const cancelled = await opened();
    await kiosk.get(`${idp.issuer}/interaction/${cancelled.uid}/cancel`);
    const next = await opened();
    await tap(hanako);
    expect(await next.wait()).toBe(`/interaction/${next.uid}/station`);
  });
});

describe('the name that a tap brought', () => {
  async function named(): Promise<{ visit: StationVisit; confirmation: string }> {
    const visit = await opened();
    await tap(hanako);
    await visit.wait();
    return { visit, confirmation: (await visit.shown()).confirmation };
  }

  it('is confirmed once: of ten at once one goes on', async () => {
    const { visit, confirmation } = await named();
    const nexts = await Promise.all(Array.from({ length: 10 }, () => visit.confirm(confirmation)));
    expect(nexts.filter((next) => next.includes('/authorize/'))).toHaveLength(1);
  });

  it('is confirmed by what its own page holds alone', async () => {
    const { visit } = await named();
    expect(await visit.confirm('x'.repeat(26))).toBe(refusal(visit, 'confirmation-unknown'));
    const { confirmation } = await visit.shown();
    expect(await visit.confirm(confirmation)).toContain('/authorize/');
  });

  it('stands for thirty seconds', async () => {
    const { visit, confirmation } = await named();
    idp.clock.set(idp.clock.now() + 30_000);
    expect(await visit.confirm(confirmation)).toBe(refusal(visit, 'confirmation-unknown'));
  });

  it('is not confirmed for somebody who was suspended meanwhile', async () => {
    const person = await idp.addPerson('jiro');
    await idp.addCard(person, '0b00a4');
    const visit = await opened();
    await tap('0b00a4');
    await visit.wait();
    const { confirmation } = await visit.shown();
    await suspendPerson(idp.context, { person: person.personId, actor: admin });
    expect(await visit.confirm(confirmation)).toBe(
      `/interaction/${visit.uid}/refused?reason=person-suspended`,
    );
  });
});

describe('no session is kept at a station', () => {
  it('the next request asks again, and no cookie signs anybody in', async () => {
    const visit = await opened(punch);
    await tap(hanako);
    await tokensOf(visit, await visit.wait(), punch);
    expect(kiosk.cookieNames.filter((name) => name.includes('session'))).toEqual([]);
    expect((await begin(punch)).page.text).toContain('Sign in to Punch');
    const silent = await kiosk.follow((await punch.start({ prompt: 'none' })).url);
    expect(new URL(silent.location).searchParams.get('error')).toBe('login_required');
    // Also in a browser that is no station, or says so no more.
    const other = new Browser('en');
    other.copyCookies(kiosk, (name) => !name.includes('station'));
    const again = await other.follow((await punch.start({ prompt: 'none' })).url);
    expect(new URL(again.location).searchParams.get('error')).toBe('login_required');
  });

  it('one from before the pairing signs nobody in, and goes at the first request', async () => {
    const before = new KioskBrowser(idp);
    const desk = await idp.addBridge('desk', [kintai.client]);
    const started = await kintai.start();
    const { location } = await presentCard(before, await before.follow(started.url), {
      ...{ bridge: desk, serialNumber: hanako, demand: 'pin', now: idp.clock.now() },
    });
    expect(location).toContain('code=');
    expect(before.cookieNames).toContain('kazasu_session');
    await before.pair('hall');
    const visit = await begin(kintai, before);
    expect(visit.page.text).toContain('Sign in to Kintai');
    expect(before.cookieNames.filter((name) => name.includes('session'))).toEqual([]);
  });

  it('and pages of one’s own say that they are not to be had here', async () => {
    const page = await kiosk.get(`${idp.issuer}/me/sessions`);
    expect([page.status, page.text]).toEqual([
      403,
      expect.stringContaining('Open them on your own computer'),
    ]);
  });

  it('nor in a browser that forgot to say that it is one', async () => {
    const visit = await opened(punch);
    await tap(hanako);
    const next = await visit.wait();
    const forgetful = new Browser('en');
    forgetful.copyCookies(kiosk, (name) => !name.includes('station'));
    const { location } = await forgetful.follow(next);
    expect(location).toContain('code=');
    expect(forgetful.cookieNames.filter((name) => name.includes('session'))).toEqual([]);
  });

  it('but its client is told when the person is suspended, and the tokens end', async () => {
    const person = await idp.addPerson('saburo');
    await idp.addCard(person, '0b00a5');
    const visit = await opened(punch);
    await tap('0b00a5');
    await tokensOf(visit, await visit.wait(), punch);
    const before = await idp.oidcState.listByAccountId(person.personId);
    expect(before.map(({ payload }) => payload.kind)).toEqual(expect.arrayContaining(['Session', 'Grant']));
    await suspendPerson(idp.context, { person: person.personId, actor: admin });
    expect(await idp.oidcState.listByAccountId(person.personId)).toEqual([]);
  });
});

it('what was signed in at a station ends with its reader, from the moment that an administrator names', async () => {
  const lobby = await idp.addBridge('lobby', [punch.client], 'station');
  const since = idp.clock.now();
  const visit = await opened(punch, await new KioskBrowser(idp).pair('lobby'));
  await tap(hanako, lobby);
  const tokens = await tokensOf(visit, await visit.wait(), punch);
  expect((await fetchUserInfo(punch.config, tokens.access_token, 'person-of-hanako')).sub).toBeDefined();
  const { endedSignIns } = await disableReader(idp.context, { reader: 'lobby', since, actor: admin });
  expect(endedSignIns).toBe(1);
  await expect(fetchUserInfo(punch.config, tokens.access_token, 'person-of-hanako')).rejects.toThrow();
});

describe('a collision', () => {
  it('the same person again is the same person', async () => {
    const visit = await opened();
    await tap(hanako);
    await tap(hanako);
    await visit.wait();
    const { confirmation } = await visit.shown();
    await tap(hanako);
    expect(await visit.confirm(confirmation)).toContain('/authorize/');
  });

  it('two cards within one sign-in: refused', async () => {
    const visit = await opened();
    await tap(hanako);
    await tap(taro);
    expect(await visit.wait()).toBe(refusal(visit, 'two-cards'));
    expect((await visit.shown()).confirmation).toBe('');
  });

  it('another person’s card while a name is shown: refused, whoever says yes', async () => {
    const visit = await opened();
    await tap(hanako);
    await visit.wait();
    const { confirmation } = await visit.shown();
    await tap(taro);
    expect(await visit.confirm(confirmation)).toBe(refusal(visit, 'two-cards'));
    expect(await visit.wait({ shown: true })).toBe(refusal(visit, 'two-cards'));
  });

  it('two sign-ins open at one station: both refused, and a tap serves neither', async () => {
    const first = await opened();
    const second = await begin();
    expect((await second.open()).body.error).toBe('station-busy');
    await tap(hanako);
    expect(await first.wait()).toBe(refusal(first, 'station-busy'));
    expect(await second.wait()).toBe(refusal(second, 'station-busy'));
    const page = await kiosk.get(`${idp.issuer}${refusal(second, 'station-busy')}`);
    expect(page.text).toContain('Two sign-ins were started at this station');
  });

  it('another sign-in that begins while a name is shown: both refused', async () => {
    const first = await opened();
    await tap(hanako);
    await first.wait();
    const { confirmation } = await first.shown();
    const second = await begin(punch);
    expect((await second.open()).body.error).toBe('station-busy');
    expect(await first.confirm(confirmation)).toBe(refusal(first, 'station-busy'));
  });

  it('a card that nobody knows: the page says how to register it', async () => {
    const visit = await opened();
    await tap(nobody);
    expect(await visit.wait()).toBe(refusal(visit, 'unknown-card'));
    const page = await kiosk.get(`${idp.issuer}${refusal(visit, 'unknown-card')}`);
    expect(page.text).toContain('How to register a card');
    expect((await decisions()).at(-1)).toBe('unknown-card');
    // The next person may try at once.
    expect((await visit.open()).status).toBe(200);
  });

  it('a reader that is disabled meanwhile: refused at the next step', async () => {
    const client = kintai.client;
    const annex = await idp.addBridge('annex', [client], 'station');
    const browser = await new KioskBrowser(idp).pair('annex');
    const visit = await opened(kintai, browser);
    await tap(hanako, annex);
    await visit.wait();
    const { confirmation } = await visit.shown();
    await disableReader(idp.context, { reader: 'annex', actor: admin });
    expect(await visit.confirm(confirmation)).toBe(refusal(visit, 'reader-disabled'));
    expect((await begin(kintai, browser)).page.url).not.toContain('/station');
  });

  it('a station that is unpaired meanwhile: refused at the next step', async () => {
    const visit = await opened();
    await unpairStation(idp.context, { reader: 'hall', actor: admin });
    await tap(hanako);
    expect(await visit.wait()).toBe(refusal(visit, 'station-unpaired'));
    const fresh = await StationVisit.begin(kiosk, kintai);
    expect((await fresh.call('challenge', { pairingId: kiosk.pairingId })).body.error).toBe(
      'station-unpaired',
    );
  });
});
