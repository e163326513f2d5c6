import { fetchUserInfo, refreshTokenGrant, tokenIntrospection } from 'openid-client';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { noFiles } from '../../../idp/commands/command.ts';
import { recordCommands } from '../../../idp/commands/registry.ts';
import { toAcr } from '../../../idp/domain/assurance.ts';
import type { CardId } from '../../../idp/domain/card.ts';
import type { Person } from '../../../idp/domain/person.ts';
import { actor } from '../../../idp/domain/registration.ts';
import { suspendCard } from '../../../idp/flows/change-card.ts';
import { suspendPerson } from '../../../idp/flows/change-person.ts';
import { addOidcClient } from '../../../idp/flows/manage-clients.ts';
import { type BackChannel, startBackChannel } from '../../support/back-channel.ts';
import { Browser } from '../http/support/browser.ts';
import { presentCard, RelyingParty, type Tokens } from '../http/support/relying-party.ts';
import { type RunningIdp, runIdp } from '../http/support/running-idp.ts';
import type { SoftwareBridge } from '../http/support/software-bridge.ts';

const admin = actor('os', 0);
const redirectUri = 'http://localhost:9/callback';
const dayMs = 86_400_000;

/** A client with an endpoint of its own. */
interface Told {
  readonly rp: RelyingParty;
  readonly channel: BackChannel;
}

let idp: RunningIdp;
let bridge: SoftwareBridge;
let kintai: Told;
let zaimu: Told;
/** Of each test: a person of its own with two cards. */
let hanako: Person;
let cards: readonly { readonly serialNumber: string; readonly cardId: CardId }[];
let count = 0;

beforeAll(async () => {
  idp = await runIdp();
  kintai = await addTold('勤怠 Kintai', true);
  zaimu = await addTold('財務 Zaimu', false);
  bridge = await idp.addBridge('窓口1', [kintai.rp.client, zaimu.rp.client]);
});
afterAll(async () => {
  await kintai.channel.close();
  await zaimu.channel.close();
  await idp.close();
});
beforeEach(async () => {
  count += 1;
  hanako = await idp.addPerson(`hanako-${count}`);
  const serialNumbers = [`0b0${count}a1`, `0b0${count}b2`];
  cards = await Promise.all(
    serialNumbers.map(async (serialNumber) => ({
      serialNumber,
      cardId: await idp.addCard(hanako, serialNumber),
    })),
  );
});
afterEach(async () => {
  // Whatever a test left undelivered is delivered before the next one looks.
  for (const { channel } of [kintai, zaimu]) channel.answer = 200;
  idp.clock.advance(3_600);
  await idp.context.sessionEnds.process();
  await idp.context.sessionEnds.idle();
});

async function addTold(name: string, sessionRequired: boolean): Promise<Told> {
  const expected: { issuer: string; clientId?: string } = { issuer: idp.issuer };
  const channel = await startBackChannel(expected);
  const added = await addOidcClient(idp.context, {
    ...{ name, requiredGroups: [], redirectUris: [redirectUri], actor: admin, pinWindowSeconds: 0 },
    acceptedAcr: [toAcr('card-pin')],
    backchannelLogout: { uri: channel.uri, sessionRequired },
  });
  expected.clientId = added.clientId;
  return { channel, rp: await RelyingParty.discover(idp.issuer, { ...added, redirectUri }) };
}

/** Signs in with one of the person's cards, and keeps a refresh token. */
async function signIn({ rp }: Told, card: number, browser = new Browser()) {
  const started = await rp.start({ scope: 'openid offline_access', prompt: 'consent' });
  const page = await browser.follow(started.url);
  const { serialNumber } = cards[card]!;
  const now = idp.clock.now();
  const { location } = await presentCard(browser, page, { bridge, serialNumber, demand: 'pin', now });
  return { browser, tokens: await rp.redeem(location, started) };
}

async function stillSignedIn({ rp }: Told, browser: Browser): Promise<boolean> {
  const { location } = await browser.follow((await rp.start({ prompt: 'none' })).url);
  return new URL(location).searchParams.has('code');
}

async function stillGood({ rp }: Told, tokens: Tokens): Promise<boolean> {
  const { active } = await tokenIntrospection(rp.config, tokens.access_token);
  const told = await fetchUserInfo(rp.config, tokens.access_token, hanako.personId).then(
    () => true,
    () => false,
  );
  expect(told).toBe(active);
  return active;
}

const canRefresh = ({ rp }: Told, tokens: Tokens) =>
  refreshTokenGrant(rp.config, tokens.refresh_token ?? '').then(
    () => true,
    () => false,
  );

const suspend = (card: number) => suspendCard(idp.context, { card: cards[card]!.cardId, actor: admin });

/** What those who run the installation are told. */
async function alarms() {
  const notices = await idp.context.record.notices.list(100);
  return notices.filter(({ kind, words }) => kind === 'operator-alarm' && words?.en.includes('勤怠 Kintai'));
}

/** What `kazasu session deliveries` shows. */
async function deliveries() {
  const command = recordCommands.find(({ name }) => name === 'session deliveries');
  return command?.run(idp.context, {}, admin, () => undefined, noFiles());
}

async function trail(type: string) {
  const events = await Array.fromAsync(idp.context.audit.read());
  return events.filter((event) => event.type === type && JSON.stringify(event).includes(hanako.personId));
}

describe('a suspended card', () => {
  it('ends what rests on it on the next operation: session, access token, refresh token', async () => {
    const { browser, tokens } = await signIn(kintai, 0);
    expect(await stillSignedIn(kintai, browser)).toBe(true);
    expect(await stillGood(kintai, tokens)).toBe(true);
    await suspend(0);
    expect(await stillSignedIn(kintai, browser)).toBe(false);
    expect(await stillGood(kintai, tokens)).toBe(false);
    expect(await canRefresh(kintai, tokens)).toBe(false);
    expect(await trail('sessions.ended')).toMatchObject([
      {
        reason: 'card.suspended',
        subject: hanako.personId,
        details: { sessions: 1, authenticator: cards[0]!.cardId },
      },
    ]);
  });

  it('is told to the client within a second, by a signed token that names the session', async () => {
    const { tokens } = await signIn(kintai, 0);
    await suspend(0);
    const token = await kintai.channel.tokenFor(hanako.personId);
    expect(token).toMatchObject({ aud: kintai.rp.client.clientId, sid: tokens.claims()?.sid });
    expect(token.sid).toBeTypeOf('string');
    await expect.poll(() => trail('client.logout-delivered')).toHaveLength(1);
  });

  it('is told to every client of the session', async () => {
    const { browser } = await signIn(kintai, 0);
    await signIn(zaimu, 0, browser);
    await suspend(0);
    expect(await kintai.channel.tokenFor(hanako.personId)).toHaveProperty('sid');
    // It did not ask for session ids.
    expect(await zaimu.channel.tokenFor(hanako.personId)).not.toHaveProperty('sid');
  });

  it('leaves alone what rests on the person’s other card', async () => {
    const [first, second] = [await signIn(kintai, 0), await signIn(kintai, 1)];
    await suspend(0);
    const token = await kintai.channel.tokenFor(hanako.personId);
    expect(token.sid).toBe(first.tokens.claims()?.sid);
    expect(await stillSignedIn(kintai, first.browser)).toBe(false);
    expect(await stillSignedIn(kintai, second.browser)).toBe(true);
    expect(await canRefresh(kintai, first.tokens)).toBe(false);
    expect(await canRefresh(kintai, second.tokens)).toBe(true);
  });

  it('ends a session whole in which any sign-in rests on it', async () => {
    const { browser, tokens } = await signIn(kintai, 0);
    const other = await signIn(zaimu, 1, browser);
    await suspend(0);
    expect([await stillGood(kintai, tokens), await stillGood(zaimu, other.tokens)]).toEqual([false, false]);
    expect(await stillSignedIn(zaimu, browser)).toBe(false);
  });
});

describe('a suspended person', () => {
  it('is signed out everywhere, whichever card it was', async () => {
    const signedIn = [await signIn(kintai, 0), await signIn(kintai, 1)];
    await suspendPerson(idp.context, { person: hanako.personId, actor: admin });
    await expect.poll(() => kintai.channel.taken.filter(({ sub }) => sub === hanako.personId).length).toBe(2);
    for (const { browser, tokens } of signedIn) {
      expect(await stillSignedIn(kintai, browser)).toBe(false);
      expect(await stillGood(kintai, tokens)).toBe(false);
      expect(await canRefresh(kintai, tokens)).toBe(false);
    }
  });
});

describe('a client that cannot be told now', () => {
  it.each([503, 404, 'redirect', 'silence'] as const)(
    'because it answers with %s delays nobody, and is told later',
    async (answer) => {
      await signIn(kintai, 0);
      await signIn(zaimu, 0);
      kintai.channel.answer = answer;
      const began = performance.now();
      await suspend(0);
      await zaimu.channel.tokenFor(hanako.personId);
      expect(performance.now() - began).toBeLessThan(1_000);
      kintai.channel.answer = 200;
      // A request that hangs is given up after a while; only then is it tried again.
      await expect
        .poll(
          async () => {
            idp.clock.advance(60);
            await idp.context.sessionEnds.process();
            return kintai.channel.taken.some(({ sub }) => sub === hanako.personId);
          },
          { timeout: 8_000, interval: 100 },
        )
        .toBe(true);
      expect(await trail('client.logout-undelivered')).toEqual([]);
      // Sent elsewhere, it went nowhere.
      expect([...kintai.channel.paths]).toEqual(['/backchannel-logout']);
    },
  );

  it('is not asked at once again, but after half a minute', async () => {
    await signIn(kintai, 0);
    kintai.channel.answer = 503;
    await suspend(0);
    await idp.context.sessionEnds.idle();
    const { asked } = kintai.channel;
    idp.clock.advance(29);
    await idp.context.sessionEnds.process();
    await idp.context.sessionEnds.idle();
    expect(kintai.channel.asked).toBe(asked);
    idp.clock.advance(1);
    await idp.context.sessionEnds.process();
    await idp.context.sessionEnds.idle();
    expect(kintai.channel.asked).toBe(asked + 1);
  });

  it('waits where an administrator sees it', async () => {
    await signIn(kintai, 0);
    expect(await deliveries()).toEqual([]);
    kintai.channel.answer = 503;
    await suspend(0);
    await idp.context.sessionEnds.idle();
    expect(await deliveries()).toMatchObject([{ client: '勤怠 Kintai', uid: hanako.uid, attempts: 1 }]);
    expect(await alarms()).toEqual([]);
  });

  it('is given up after a day: the trail says so, and whoever runs the installation is told', async () => {
    await signIn(kintai, 0);
    kintai.channel.answer = 503;
    await suspend(0);
    await idp.context.sessionEnds.idle();
    idp.clock.advanceMs(dayMs);
    await idp.context.sessionEnds.process();
    await expect
      .poll(() => trail('client.logout-undelivered'))
      .toMatchObject([{ subject: kintai.rp.client.clientId, reason: 'unreachable' }]);
    expect(await alarms()).toMatchObject([
      { about: expect.stringContaining(kintai.rp.client.clientId), state: 'waiting' },
    ]);
    kintai.channel.answer = 200;
    idp.clock.advanceMs(dayMs);
    await idp.context.sessionEnds.process();
    expect(await idp.context.record.logoutDeliveries.clientsDue(idp.clock.now())).toEqual([]);
  });
});

it('a person who signs out is told to the client, later where it was out of reach', async () => {
  const { browser, tokens } = await signIn(kintai, 0);
  kintai.channel.answer = 503;
  const page = await browser.get(`${idp.issuer}/logout?id_token_hint=${tokens.id_token}`);
  const xsrf = /name="xsrf" value="([^"]*)"/.exec(page.text)?.[1] ?? '';
  const action = /action="([^"]*)"/.exec(page.text)?.[1] ?? '';
  await browser.post(new URL(action, page.url).href, { xsrf, logout: 'yes' });
  expect(await stillSignedIn(kintai, browser)).toBe(false);
  kintai.channel.answer = 200;
  idp.clock.advance(60);
  await idp.context.sessionEnds.process();
  expect(await kintai.channel.tokenFor(hanako.personId)).toMatchObject({ sid: tokens.claims()?.sid });
});

it('discovery says that clients can be told', async () => {
  const metadata = await (await fetch(`${idp.issuer}/.well-known/openid-configuration`)).json();
  expect(metadata).toMatchObject({
    backchannel_logout_supported: true,
    backchannel_logout_session_supported: true,
  });
});

it.each([
  'http://kintai.example/logout',
  'https://kintai.example/#part',
  'https://a:b@kintai.example/',
  'logout',
])('%s is no address to be told at', async (uri) => {
  const client = { requiredGroups: [], redirectUris: [redirectUri], actor: admin, pinWindowSeconds: 0 };
  const backchannelLogout = { uri, sessionRequired: false };
  await expect(
    addOidcClient(idp.context, { name: 'wrong', acceptedAcr: [], ...client, backchannelLogout }),
  ).rejects.toMatchObject({ code: 'ERR_BACKCHANNEL_LOGOUT_URI' });
});
