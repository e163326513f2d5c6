import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { directoryOf, signInByPassword, submit } from './support/forms.ts';
import { KioskBrowser } from './support/kiosk-browser.ts';
import { RelyingParty } from './support/relying-party.ts';
import { type RunningIdp, runIdp } from './support/running-idp.ts';
import { certificateOf, type SoftwareBridge } from './support/software-bridge.ts';
import { StationVisit } from './support/station-visit.ts';

let idp: RunningIdp;
let hall: SoftwareBridge;
let kiosk: KioskBrowser;
/** Demands a certificate and a password together. */
let kinko: RelyingParty;
/** Takes either. */
let portal: RelyingParty;
let counter = 0;
const cards = { hanako: '0b00a1', taro: '0b00a2' } as const;
const passwords = { hanako: 'hanako-pass', taro: 'taro-pass' } as const;

beforeAll(async () => {
  idp = await runIdp({}, (clock) => ({ passwords: directoryOf(passwords, clock) }));
  await idp.addCard(await idp.addPerson('hanako'), cards.hanako);
  await idp.addCard(await idp.addPerson('taro', { displayName: '青 太郎' }), cards.taro);
  const clients = [
    await idp.addClient('Kinko', ['certificate+password']),
    await idp.addClient('Portal', ['certificate', 'password']),
  ] as const;
  hall = await idp.addBridge('hall', clients, 'station');
  kinko = await RelyingParty.discover(idp.issuer, clients[0]);
  portal = await RelyingParty.discover(idp.issuer, clients[1]);
  kiosk = await new KioskBrowser(idp).pair('hall');
});
afterAll(() => idp.close());

/** From the client's request to the yes to the name. @returns where the browser goes then */
async function confirmed(visit: StationVisit, who: keyof typeof cards): Promise<string> {
  const { status, body } = await visit.open();
  if (status !== 200) throw new Error(`open: ${status} ${body.error}`);
  counter += 1;
  idp.clock.set(idp.clock.now() + 1);
  const evidence = { type: 'certificate', certificate: certificateOf(cards[who]) } as const;
  await hall.post({ iat: Math.floor(idp.clock.now() / 1_000), counter, evidence });
  await visit.wait();
  return visit.confirm((await visit.shown()).confirmation);
}

const sessionsIn = (browser: KioskBrowser) => browser.cookieNames.filter((name) => name.includes('session'));

describe('a client that demands a certificate and a password', () => {
  it('is signed in to at a station: the tap, the name, then the password', async () => {
    const visit = await StationVisit.begin(kiosk, kinko);
    expect(visit.page.url).toContain('/station');
    const next = await confirmed(visit, 'hanako');
    const between = await kiosk.get(`${idp.issuer}${next}`);
    expect([between.status, between.text]).toEqual([200, expect.stringContaining('/password"')]);
    expect(between.text).not.toContain('demand=tap');
    const { location } = await signInByPassword(kiosk, between, 'hanako', passwords.hanako);
    const tokens = await kinko.redeem(location, visit.started);
    expect(tokens.claims()).toMatchObject({ acr: 'urn:kazasu:acr:certificate+password' });
    expect(sessionsIn(kiosk)).toEqual([]);
  });

  it('does not get the password of another person beside the tap', async () => {
    const visit = await StationVisit.begin(kiosk, kinko);
    const next = await confirmed(visit, 'hanako');
    const between = await kiosk.get(`${idp.issuer}${next}`);
    const refused = await signInByPassword(kiosk, between, 'taro', passwords.taro);
    expect([refused.status, refused.text]).toEqual([403, expect.stringContaining('another-person')]);
  });
});

it('a password at a station leaves no session either', async () => {
  const visit = await StationVisit.begin(kiosk, portal);
  const page = await kiosk.get(`${idp.issuer}/interaction/${visit.uid}?ways=other`);
  const { location } = await signInByPassword(kiosk, page, 'hanako', passwords.hanako);
  expect((await portal.redeem(location, visit.started)).claims()?.sub).toBe('person-of-hanako');
  expect(sessionsIn(kiosk)).toEqual([]);
  const silent = await kiosk.follow((await portal.start({ prompt: 'none' })).url);
  expect(new URL(silent.location).searchParams.get('error')).toBe('login_required');
});

it('whoever is not the one that the client asks for is refused, whatever name was confirmed', async () => {
  const visit = await StationVisit.begin(kiosk, portal, { login_hint: 'hanako' });
  expect(await confirmed(visit, 'taro')).toContain('refused?reason=not-the-person-asked-for');
  const again = await StationVisit.begin(kiosk, portal, { login_hint: 'hanako' });
  expect(await confirmed(again, 'hanako')).toContain('/authorize/');
});

it('a client that asks people first asks at a station, too; afterwards no session is left', async () => {
  const { clientId } = portal.client;
  await idp.context.record.change(async (tables) => {
    const client = await tables.clients.find(clientId);
    if (client?.protocol !== 'oidc') throw new Error('no client');
    await tables.clients.replaceSettings({ ...client, settings: { ...client.settings, consent: true } });
  });
  await idp.context.clients.reload(idp.context.record);
  const visit = await StationVisit.begin(kiosk, portal);
  const asked = await kiosk.follow(await confirmed(visit, 'hanako'), idp.issuer);
  expect([asked.status, asked.text]).toEqual([200, expect.stringContaining('/consent"')]);
  const answered = await submit(kiosk, asked, { decision: 'allow' });
  const { location } = await kiosk.follow(answered.location, idp.issuer);
  expect((await portal.redeem(location, visit.started)).claims()?.sub).toBe('person-of-hanako');
  expect(sessionsIn(kiosk)).toEqual([]);
});

it('whoever leaves a station in the middle of that leaves the next person nothing', async () => {
  const visit = await StationVisit.begin(kiosk, portal, { prompt: 'consent' });
  const asked = await kiosk.follow(await confirmed(visit, 'taro'), idp.issuer);
  expect(asked.text).toContain('/consent"');
  const next = await StationVisit.begin(kiosk, portal);
  expect(next.page.url).toContain('/station');
  expect(sessionsIn(kiosk)).toEqual([]);
  expect(await confirmed(next, 'hanako')).toContain('/authorize/');
});
