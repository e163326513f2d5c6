import { refreshTokenGrant, tokenIntrospection } from 'openid-client';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { toAcr } from '../../../idp/domain/assurance.ts';
import type { CardId } from '../../../idp/domain/card.ts';
import type { Person } from '../../../idp/domain/person.ts';
import { actor } from '../../../idp/domain/registration.ts';
import { revokeCard, suspendCard } from '../../../idp/flows/change-card.ts';
import { suspendPerson } from '../../../idp/flows/change-person.ts';
import { leavePerson } from '../../../idp/flows/leave-person.ts';
import { addOidcClient } from '../../../idp/flows/manage-clients.ts';
import { disableReader } from '../../../idp/flows/manage-readers.ts';
import { endSignIns } from '../../../idp/flows/my-sessions.ts';
import { revokeByOcsp } from '../../../idp/flows/revoke-by-ocsp.ts';
import { type BackChannel, startBackChannel } from '../../support/back-channel.ts';
import { Browser } from '../http/support/browser.ts';
import { linkTo, presentCard, RelyingParty, type Tokens } from '../http/support/relying-party.ts';
import { type RunningIdp, runIdp } from '../http/support/running-idp.ts';
import type { SoftwareBridge } from '../http/support/software-bridge.ts';

const admin = actor('os', 0);
const redirectUri = 'http://localhost:9/callback';

let idp: RunningIdp;
let kintai: RelyingParty;
let channel: BackChannel;
/** Of each test: a person with a card, at a reader of its own. */
let person: Person;
let cardId: CardId;
let serialNumber: string;
let readerName: string;
let bridge: SoftwareBridge;
let count = 0;

beforeAll(async () => {
  idp = await runIdp();
  const expected: { issuer: string; clientId?: string } = { issuer: idp.issuer };
  channel = await startBackChannel(expected);
  const added = await addOidcClient(idp.context, {
    ...{
      name: '勤怠 Kintai',
      requiredGroups: [],
      redirectUris: [redirectUri],
      actor: admin,
      pinWindowSeconds: 0,
    },
    acceptedAcr: [toAcr('card-pin')],
    backchannelLogout: { uri: channel.uri, sessionRequired: false },
  });
  expected.clientId = added.clientId;
  kintai = await RelyingParty.discover(idp.issuer, { ...added, redirectUri });
});
afterAll(async () => {
  await channel.close();
  await idp.close();
});
beforeEach(async () => {
  count += 1;
  serialNumber = `0c${String(count).padStart(4, '0')}`;
  person = await idp.addPerson(`hanako-${count}`);
  cardId = await idp.addCard(person, serialNumber);
  readerName = `窓口 ${count}`;
  bridge = await idp.addBridge(readerName, [kintai.client]);
});

/** Everything that a sign-in leaves behind, each with how one sees that it is good for something. */
interface Artifacts {
  readonly browser: Browser;
  readonly tokens: Tokens;
  /** Not redeemed yet. */
  readonly code: { readonly callback: string; readonly started: Awaited<ReturnType<RelyingParty['start']>> };
  /** Decided, but its browser has not come back for the outcome. */
  readonly pending: { readonly browser: Browser; readonly resumeUrl: string };
}

async function signIn(browser = new Browser(), parameters: Record<string, string> = {}) {
  const started = await kintai.start({
    scope: 'openid offline_access',
    prompt: 'login consent',
    ...parameters,
  });
  const page = await browser.follow(started.url);
  const now = idp.clock.now();
  const { location } = await presentCard(browser, page, { bridge, serialNumber, demand: 'pin', now });
  return { started, callback: location };
}

async function everything(): Promise<Artifacts> {
  const browser = new Browser();
  const first = await signIn(browser);
  const tokens = await kintai.redeem(first.callback, first.started);
  const code = await signIn();
  const waiting = new Browser();
  const page = await waiting.follow((await kintai.start()).url);
  const toBridge = await waiting.get(linkTo(page, 'pin'));
  const back = await bridge.present(toBridge.location, serialNumber, idp.clock.now());
  const { location: resumeUrl } = await waiting.get(back);
  return { browser, tokens, code, pending: { browser: waiting, resumeUrl } };
}

/** What of it is still good for something, by name. */
async function stillGood({ browser, tokens, code, pending }: Artifacts): Promise<readonly string[]> {
  const silent = await browser.follow((await kintai.start({ prompt: 'none' })).url);
  const resumed = await pending.browser.follow(pending.resumeUrl);
  const good: { readonly [artifact: string]: boolean } = {
    'the access token': (await tokenIntrospection(kintai.config, tokens.access_token)).active,
    'the session': new URL(silent.location).searchParams.has('code'),
    'the refresh token': await works(refreshTokenGrant(kintai.config, tokens.refresh_token ?? '')),
    'the code': await works(kintai.redeem(code.callback, code.started)),
    'the open sign-in': resumed.location !== '' && new URL(resumed.location).searchParams.has('code'),
  };
  return Object.keys(good).filter((artifact) => good[artifact]);
}

const works = (tried: Promise<unknown>): Promise<boolean> =>
  tried.then(
    () => true,
    () => false,
  );

const answer = {
  ...({ status: 'revoked', thisUpdate: 0, revocationTime: 0, reason: 'keyCompromise' } as const),
  evidence: { responder: '', producedAt: 0, boreNonce: true, response: new Uint8Array(), sha256: '' },
} as const;

const causes: readonly (readonly [string, () => Promise<unknown>])[] = [
  ['the person is suspended', () => suspendPerson(idp.context, { person: person.uid, actor: admin })],
  ['the person leaves', () => leavePerson(idp.context, { person: person.uid, actor: admin })],
  ['the card is suspended', () => suspendCard(idp.context, { card: cardId, actor: admin })],
  ['the card is revoked', () => revokeCard(idp.context, { card: cardId, actor: admin })],
  ['the issuer revokes the card', () => revokeByOcsp(idp.context, { cardId, answer, actor: admin })],
  [
    'somebody ends all sign-ins of the person',
    () => endSignIns(idp.context, { person: person.uid, signIns: 'all', actor: admin }),
  ],
];

describe('every cause ends every artifact at once', () => {
  it('which all are good for something before', async () => {
    expect(await stillGood(await everything())).toEqual([
      ...['the access token', 'the session', 'the refresh token', 'the code', 'the open sign-in'],
    ]);
  });

  it.each(causes)('when %s', async (_what, stop) => {
    const artifacts = await everything();
    await stop();
    expect(await stillGood(artifacts)).toEqual([]);
    expect(await idp.context.oidcState.listByAccountId(person.personId)).toEqual([]);
    await channel.tokenFor(person.personId);
  });

  it('when the reader at which they were made is disabled since before; one at another reader goes on', async () => {
    const elsewhere = await idp.addBridge(`別の窓口 ${count}`, [kintai.client]);
    const before = idp.clock.now();
    const artifacts = await everything();
    const [mine, other] = [bridge, new Browser()];
    bridge = elsewhere;
    const { callback, started } = await signIn(other);
    const kept = await kintai.redeem(callback, started);
    bridge = mine;
    const { endedSignIns } = await disableReader(idp.context, {
      reader: readerName,
      since: before,
      actor: admin,
    });
    expect(endedSignIns).toBe(2);
    // What was decided and not yet fetched has no sign-in to end: it is refused when its browser comes back.
    expect(await stillGood(artifacts)).toEqual([]);
    expect((await tokenIntrospection(kintai.config, kept.access_token)).active).toBe(true);
  });

  it('when the reader is disabled since after: what was made before stays', async () => {
    const { tokens } = await everything();
    idp.clock.advance(5);
    const since = idp.clock.now();
    expect(await disableReader(idp.context, { reader: readerName, since, actor: admin })).toMatchObject({
      endedSignIns: 0,
    });
    expect((await tokenIntrospection(kintai.config, tokens.access_token)).active).toBe(true);
  });
});

it('the end of one sign-in leaves the others of the person alone', async () => {
  const [one, other] = [new Browser(), new Browser()];
  for (const browser of [one, other]) {
    const { callback, started } = await signIn(browser);
    await kintai.redeem(callback, started);
  }
  const [newest] = await idp.context.sessionEnds.list(person.personId);
  const ended = { person: person.uid, signIns: [newest!.signInId], actor: admin };
  expect(await endSignIns(idp.context, ended)).toMatchObject({ ended: 1 });
  const goesOn = async (browser: Browser) =>
    new URL((await browser.follow((await kintai.start({ prompt: 'none' })).url)).location).searchParams.has(
      'code',
    );
  expect([await goesOn(one), await goesOn(other)].toSorted()).toEqual([false, true]);
});
