import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { toAcr } from '../../../idp/domain/assurance.ts';
import type { Person } from '../../../idp/domain/person.ts';
import { actor } from '../../../idp/domain/registration.ts';
import { restorePerson, suspendPerson } from '../../../idp/flows/change-person.ts';
import { forgetPerson } from '../../../idp/flows/forget-person.ts';
import { leavePerson } from '../../../idp/flows/leave-person.ts';
import { addOidcClient } from '../../../idp/flows/manage-clients.ts';
import { issuePasskeyCode } from '../../../idp/flows/passkey-code.ts';
import { type BackChannel, startBackChannel } from '../../support/back-channel.ts';
import { SoftwarePasskey, type Whims } from '../../support/software-authenticator.ts';
import { Browser, type Page } from './support/browser.ts';
import { optionsIn, postJson, signInWith } from './support/passkey-steps.ts';
import { presentCard, RelyingParty } from './support/relying-party.ts';
import { type RunningIdp, runIdp } from './support/running-idp.ts';
import type { SoftwareBridge } from './support/software-bridge.ts';

let idp: RunningIdp;
let bridge: SoftwareBridge;
let kintai: RelyingParty;
let zaimu: RelyingParty;
let channel: BackChannel;
let count = 0;
const admin = actor('os', 0);

let person: Person;
let serialNumber: string;
let browser: Browser;
let passkey: SoftwarePasskey;

beforeAll(async () => {
  idp = await runIdp();
  bridge = await idp.addBridge('窓口1', []);
  const expected: { issuer: string; clientId?: string } = { issuer: idp.issuer };
  channel = await startBackChannel(expected);
  const redirectUri = 'http://localhost:9/callback';
  const added = await addOidcClient(idp.context, {
    ...{
      name: '勤怠 Kintai',
      requiredGroups: [],
      redirectUris: [redirectUri],
      actor: admin,
      pinWindowSeconds: 0,
    },
    acceptedAcr: [toAcr('card-pin'), toAcr('passkey')],
    backchannelLogout: { uri: channel.uri, sessionRequired: true },
  });
  expected.clientId = added.clientId;
  kintai = await RelyingParty.discover(idp.issuer, { ...added, redirectUri });
  zaimu = await RelyingParty.discover(idp.issuer, await idp.addClient('財務 Zaimu', ['card-pin']));
});
afterAll(async () => {
  await channel.close();
  await idp.close();
});
beforeEach(async () => {
  count += 1;
  person = await idp.addPerson(`person${count}`);
  serialNumber = `0b00${String(count).padStart(2, '0')}`;
  await idp.addCard(person, serialNumber);
  browser = new Browser('en');
  passkey = new SoftwarePasskey(idp.issuer);
});

/** Opens one of our own pages, with card and PIN where they are asked for. */
async function openWithCard(path: string, by = browser, serial = serialNumber): Promise<Page> {
  const page = await by.follow(`${idp.issuer}${path}`);
  if (!page.text.includes('demand=pin')) return page;
  return presentCard(by, page, { bridge, serialNumber: serial, demand: 'pin', now: idp.clock.now() });
}

async function register(made = passkey, name = '職場のノート'): Promise<Page> {
  const page = await openWithCard('/me/passkeys/add');
  const { answer } = await postJson(idp, browser, '/me/passkeys', {
    name,
    response: made.create(optionsIn(page)),
  });
  expect(answer).toEqual({ location: '/me/passkeys' });
  return browser.get(`${idp.issuer}/me/passkeys`);
}

async function startAt(rp: RelyingParty, by: Browser) {
  const started = await rp.start();
  return { started, page: await by.follow(started.url) };
}

/** A whole sign-in with a passkey in a new browser. */
async function signIn(made = passkey, whims: Whims = {}) {
  const fresh = new Browser('en');
  const { started, page } = await startAt(kintai, fresh);
  const { status, answer } = await signInWith(idp, fresh, page, made, whims);
  if (typeof answer.location !== 'string') return { status, answer };
  const callback = await fresh.follow(new URL(answer.location, idp.issuer).href);
  if (!callback.location.includes('code=')) return { status, answer, callback };
  return { status, answer, tokens: await kintai.redeem(callback.location, started), browser: fresh };
}

async function eventTypes(): Promise<readonly string[]> {
  const events: string[] = [];
  for await (const { type } of idp.context.audit.read()) events.push(type);
  return events;
}

async function noticesOf(kind: string) {
  const notices = await idp.context.record.notices.list(1_000);
  return notices.filter((notice) => notice.kind === kind && notice.personId === person.personId);
}

describe('a passkey', () => {
  it('is added after card and PIN, and the person is told', async () => {
    const page = await register();
    expect(page.text).toContain('職場のノート');
    expect(page.text).toContain('Stays on one device');
    expect(await idp.context.record.passkeys.findByPerson(person.personId)).toMatchObject([
      { deviceBound: true, attested: false, backedUp: false, counter: 0, transports: ['internal'] },
    ]);
    expect(await noticesOf('passkey-added')).toHaveLength(1);
  });

  it('signs in without a user name, and says honestly what it is', async () => {
    await register();
    const { tokens } = await signIn();
    expect(tokens?.claims()).toMatchObject({
      sub: person.personId,
      acr: 'urn:kazasu:acr:passkey',
      amr: ['user', 'mfa', 'swk'],
    });
  });

  it('that is synced keeps no count, and signs in again and again', async () => {
    const synced = new SoftwarePasskey(idp.issuer, { synced: true });
    expect((await register(synced)).text).toContain('Copied between your devices');
    for (const _ of [1, 2]) expect((await signIn(synced)).tokens).toBeDefined();
  });

  it('is offered only where the client accepts it, also by its address', async () => {
    await register();
    const { page } = await startAt(zaimu, browser);
    expect(page.text).not.toContain('/passkey"');
    const path = `${new URL(page.url).pathname}/passkey`;
    expect((await browser.get(`${idp.issuer}${path}`)).location).toBe(page.url);
    const { page: offering } = await startAt(kintai, new Browser());
    expect(offering.text).toContain('/passkey"');
  });

  it('lets another passkey be added, for five minutes after it was used', async () => {
    await register();
    const elsewhere = new Browser('en');
    const page = await elsewhere.follow(`${idp.issuer}/me/passkeys`);
    const { answer } = await signInWith(idp, elsewhere, page, passkey);
    expect((await elsewhere.follow(String(answer.location))).text).toContain('職場のノート');
    const add = await elsewhere.get(`${idp.issuer}/me/passkeys/add`);
    const second = new SoftwarePasskey(idp.issuer).create(optionsIn(add));
    idp.clock.advance(300);
    const late = await postJson(idp, elsewhere, '/me/passkeys', { name: 'b', response: second });
    expect(late).toMatchObject({ status: 403, answer: { error: 'proof-too-old' } });
    idp.clock.advance(-300);
    const added = await postJson(idp, elsewhere, '/me/passkeys', { name: 'b', response: second });
    expect(added.status).toBe(200);
  });

  it('is named anew and removed by its person alone', async () => {
    await register();
    const [{ passkeyId } = { passkeyId: '' }] = await idp.context.record.passkeys.findByPerson(
      person.personId,
    );
    const other = await idp.addPerson(`other${count}`);
    await idp.addCard(other, `0c00${String(count).padStart(2, '0')}`);
    const elsewhere = new Browser('en');
    await openWithCard('/me/passkeys', elsewhere, `0c00${String(count).padStart(2, '0')}`);
    const path = `${idp.issuer}/me/passkeys/${passkeyId}`;
    await elsewhere.post(`${path}/name`, { name: 'stolen' }, { origin: idp.issuer });
    await elsewhere.post(`${path}/remove`, {}, { origin: idp.issuer });
    await browser.post(`${path}/name`, { name: ' 鍵 <b>\u202e1 ' }, { origin: idp.issuer });
    expect(await idp.context.record.passkeys.findByPerson(person.personId)).toMatchObject([
      { name: '鍵 <b> 1' },
    ]);
    expect((await browser.get(`${idp.issuer}/me/passkeys`)).text).toContain('鍵 &lt;b&gt; 1');
    await browser.post(`${path}/remove`, {}, { origin: idp.issuer });
    expect((await browser.get(`${idp.issuer}/me/passkeys`)).text).toContain('You have no passkey yet.');
    expect(await noticesOf('passkey-removed')).toHaveLength(1);
  });

  it('that is removed signs in no more, and ends what rests on it, but not what rests on the card', async () => {
    await register();
    const { browser: signedIn } = await signIn();
    const told = channel.tokenFor(person.personId);
    const [{ passkeyId } = { passkeyId: '' }] = await idp.context.record.passkeys.findByPerson(
      person.personId,
    );
    await browser.post(`${idp.issuer}/me/passkeys/${passkeyId}/remove`, {}, { origin: idp.issuer });
    const again = await kintai.start({ prompt: 'none' });
    const { location } = await (signedIn ?? browser).follow(again.url);
    expect(new URL(location).searchParams.get('error')).toBe('login_required');
    expect((await browser.get(`${idp.issuer}/me/passkeys`)).status).toBe(200);
    expect(await signIn()).toMatchObject({ status: 403, answer: { error: 'passkey-unknown' } });
    expect(await told).toMatchObject({ sub: person.personId, sid: expect.any(String) });
  });

  it('goes with somebody who is forgotten, from every file', async () => {
    await register();
    const [{ credentialId } = { credentialId: '' }] = await idp.context.record.passkeys.findByPerson(
      person.personId,
    );
    await leavePerson(idp.context, { person: person.uid, actor: admin });
    await forgetPerson(idp.context, { person: person.uid, actor: admin });
    expect(await idp.context.record.passkeys.findByPerson(person.personId)).toEqual([]);
    expect((await idp.context.record.passkeys.list()).map((one) => one.credentialId)).not.toContain(
      credentialId,
    );
  });

  it('of somebody who is suspended is refused, and taken again afterwards', async () => {
    await register();
    await suspendPerson(idp.context, { person: person.uid, actor: admin });
    const { callback, tokens } = await signIn();
    expect(tokens).toBeUndefined();
    expect(callback?.url).toContain('reason=person-suspended');
    await restorePerson(idp.context, { person: person.uid, actor: admin });
    expect((await signIn()).tokens).toBeDefined();
  });
});

describe('an answer to a request for a passkey', () => {
  it.each<[string, Whims, string]>([
    ['from another site', { origin: 'https://evil.example' }, 'passkey-invalid'],
    ['for another RP ID', { rpId: 'evil.example' }, 'passkey-invalid'],
    ['without user verification', { userVerified: false }, 'passkey-invalid'],
    ['of another type', { type: 'webauthn.create' }, 'passkey-invalid'],
    ['with a spoilt signature', { spoilt: true }, 'passkey-invalid'],
    [
      'for another person',
      { userHandle: Buffer.from('person-of-nobody').toString('base64url') },
      'passkey-invalid',
    ],
    ['with a challenge of its own', { challenge: 'aGVsbG8' }, 'passkey-challenge-unknown'],
  ])('%s is refused', async (_what, whims, error) => {
    await register();
    expect(await signIn(passkey, whims)).toMatchObject({
      status: 403,
      answer: { error, what: expect.any(String) },
    });
    expect((await signIn()).tokens).toBeDefined();
  });

  it.each([
    ['nothing', undefined],
    ['no object', 'x'],
    ['no fields', {}],
    ['fields of other types', { id: 1, rawId: 1, type: 'public-key', response: [] }],
  ])('that is %s is refused', async (_what, response) => {
    const { page } = await startAt(kintai, browser);
    const path = `${new URL(page.url).pathname}/passkey`;
    expect(await postJson(idp, browser, path, { response })).toMatchObject({ status: 403 });
  });

  it('counts once: of a hundred equal ones at once, one signs in', async () => {
    await register();
    const { page } = await startAt(kintai, browser);
    const path = `${new URL(page.url).pathname}/passkey`;
    const response = passkey.get(optionsIn(await browser.get(`${idp.issuer}${path}`)));
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => postJson(idp, browser, path, { response })),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  it('counts for the sign-in alone that asked for it, in the browser that began it', async () => {
    await register();
    const victim = new Browser('en');
    const { page: theirs } = await startAt(kintai, victim);
    const { page: mine } = await startAt(kintai, browser);
    const pathOf = (page: Page) => `${new URL(page.url).pathname}/passkey`;
    const asked = await victim.get(`${idp.issuer}${pathOf(theirs)}`);
    await browser.get(`${idp.issuer}${pathOf(mine)}`);
    const response = passkey.get(optionsIn(asked));
    const another = await postJson(idp, browser, pathOf(mine), { response });
    expect(another).toMatchObject({ status: 403, answer: { error: 'passkey-challenge-unknown' } });
    const withoutCookie = await browser.postJson(
      `${idp.issuer}${pathOf(theirs)}`,
      { response },
      { origin: idp.issuer },
    );
    expect(withoutCookie.status).toBe(400);
    expect((await postJson(idp, victim, pathOf(theirs), { response })).status).toBe(200);
  });

  it('is no answer of another person’s page', async () => {
    await register();
    const other = await idp.addPerson(`another${count}`);
    const serial = `0d00${String(count).padStart(2, '0')}`;
    await idp.addCard(other, serial);
    const elsewhere = new Browser('en');
    const theirs = await openWithCard('/me/passkeys/add', elsewhere, serial);
    await openWithCard('/me/passkeys/add');
    const response = new SoftwarePasskey(idp.issuer).create(optionsIn(theirs));
    const { status, answer } = await postJson(idp, browser, '/me/passkeys', { name: 'x', response });
    expect({ status, error: answer.error }).toEqual({ status: 403, error: 'challenge-unknown' });
    expect(await idp.context.record.passkeys.findByPerson(other.personId)).toEqual([]);
  });

  it('is worth something for five minutes, that moment not included', async () => {
    await register();
    const { page } = await startAt(kintai, browser);
    const path = `${new URL(page.url).pathname}/passkey`;
    const asked = async () => passkey.get(optionsIn(await browser.get(`${idp.issuer}${path}`)));
    const late = await asked();
    idp.clock.advance(300);
    const refused = await postJson(idp, browser, path, { response: late });
    expect(refused).toMatchObject({ status: 403, answer: { error: 'passkey-challenge-unknown' } });
    const timely = await asked();
    idp.clock.advance(299);
    expect((await postJson(idp, browser, path, { response: timely })).status).toBe(200);
  });

  it('with a counter that has not risen is refused, and told to the person and in the trail', async () => {
    await register();
    expect((await signIn()).tokens).toBeDefined();
    for (const _ of [1, 2]) {
      const { status, answer } = await signIn(passkey, { counter: 1 });
      expect({ status, error: answer.error }).toEqual({ status: 403, error: 'passkey-copied' });
    }
    expect(await noticesOf('passkey-copied')).toHaveLength(1);
    expect(await eventTypes()).toContain('passkey.counter-not-risen');
    expect((await signIn()).tokens).toBeDefined();
  });

  it('that is wrong five times for one passkey is not heard for a while, the right one neither', async () => {
    await register();
    for (let time = 0; time < 5; time += 1) {
      expect((await signIn(passkey, { spoilt: true })).answer.error).toBe('passkey-invalid');
    }
    expect(await signIn()).toMatchObject({ status: 429, answer: { error: 'too_many_attempts' } });
    idp.clock.advance(3_600);
    expect((await signIn()).tokens).toBeDefined();
  });

  it('from whoever sends many wrong ones is not heard for a while', async () => {
    const { page } = await startAt(kintai, browser);
    const path = `${new URL(page.url).pathname}/passkey`;
    const statuses: number[] = [];
    for (let time = 0; time < 22; time += 1) {
      statuses.push((await postJson(idp, browser, path, { response: {} })).status);
    }
    expect(new Set(statuses)).toEqual(new Set([403, 429]));
    idp.clock.advance(300);
    expect((await postJson(idp, browser, path, { response: {} })).status).toBe(403);
    idp.clock.advance(600);
  });
});

describe('the same passkey', () => {
  it('is not registered twice, whosever it is', async () => {
    await register();
    const page = await browser.get(`${idp.issuer}/me/passkeys/add`);
    const { answer } = await postJson(idp, browser, '/me/passkeys', {
      name: 'again',
      response: passkey.create(optionsIn(page)),
    });
    expect(answer.error).toBe('passkey-known');
  });

  it('is not added without user verification, from another site, or twice by one answer', async () => {
    const page = await openWithCard('/me/passkeys/add');
    const options = optionsIn(page);
    for (const whims of [
      { userVerified: false },
      { origin: 'https://evil.example' },
      { rpId: 'evil.example' },
    ]) {
      const { answer } = await postJson(idp, browser, '/me/passkeys', {
        name: 'x',
        response: passkey.create(options, whims),
      });
      expect(answer.error).toBe('passkey-invalid');
    }
    const last = optionsIn(await browser.get(`${idp.issuer}/me/passkeys/add`));
    const response = passkey.create(last);
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => postJson(idp, browser, '/me/passkeys', { name: 'x', response })),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(await idp.context.record.passkeys.findByPerson(person.personId)).toHaveLength(1);
  });
});

describe('an approver’s code', () => {
  const issue = () => issuePasskeyCode(idp.context, { person: person.uid, actor: admin });
  const send = (path: string, body: object) =>
    postJson(idp, browser, path, body as { readonly [name: string]: unknown });
  const optionsFor = (code: string, uid = person.uid) => send('/passkey/options', { uid, code });

  /** The whole way with a code. */
  async function addWith(code: string, made = passkey) {
    const asked = await optionsFor(code);
    if (asked.status !== 200) return asked;
    const response = made.create(asked.answer.options as { readonly [name: string]: unknown });
    return send('/passkey', { uid: person.uid, code, name: '電話', response });
  }

  it('lets the first passkey be added without a card, once, and the person is told of both', async () => {
    const { code } = await issue();
    expect(await noticesOf('passkey-code-issued')).toHaveLength(1);
    const typed = ` ${code.slice(0, 5).toUpperCase()}-${code.slice(5)} `;
    expect(await addWith(typed)).toMatchObject({ status: 200, answer: { location: '/passkey/done' } });
    expect((await signIn()).tokens?.claims()?.sub).toBe(person.personId);
    expect(await noticesOf('passkey-added')).toHaveLength(1);
    expect(await optionsFor(code)).toMatchObject({ status: 403, answer: { error: 'code-wrong' } });
    await expect(issue()).rejects.toMatchObject({ code: 'ERR_PASSKEY_NOT_FIRST' });
  });

  it('is kept as a hash only', async () => {
    const { code } = await issue();
    const { codeHash = '' } =
      (await idp.context.record.change(async (tables) => {
        const found = await Promise.all(
          [code, idp.context.secrets.hash(code)].map((text) =>
            tables.passkeyCodes.find(person.personId, text, idp.context.clock.now()),
          ),
        );
        return found.find((one) => one !== undefined);
      })) ?? {};
    expect(codeHash).toBe('');
  });

  it('is good for half an hour, that moment not included, and until the next one', async () => {
    const { code } = await issue();
    idp.clock.advance(1_799);
    expect((await optionsFor(code)).status).toBe(200);
    idp.clock.advance(1);
    expect((await optionsFor(code)).answer.error).toBe('code-wrong');
    const first = await issue();
    const second = await issue();
    expect((await optionsFor(first.code)).answer.error).toBe('code-wrong');
    expect((await optionsFor(second.code)).status).toBe(200);
  });

  it('is not used up by what a browser did not finish', async () => {
    const { code } = await issue();
    await optionsFor(code);
    const wrong = new SoftwarePasskey(idp.issuer).create(
      (await optionsFor(code)).answer.options as { readonly [name: string]: unknown },
      { userVerified: false },
    );
    expect((await send('/passkey', { uid: person.uid, code, name: 'x', response: wrong })).status).toBe(403);
    expect((await addWith(code)).status).toBe(200);
  });

  it('adds one passkey, when a hundred answers come at once', async () => {
    const { code } = await issue();
    const { answer } = await optionsFor(code);
    const response = passkey.create(answer.options as { readonly [name: string]: unknown });
    const body = { uid: person.uid, code, name: 'x', response };
    const answers = await Promise.all(Array.from({ length: 100 }, () => send('/passkey', body)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(await idp.context.record.passkeys.findByPerson(person.personId)).toHaveLength(1);
    idp.clock.advance(3_600);
  });

  it('of one person is nothing for another, nor where there is a passkey already', async () => {
    const { code } = await issue();
    const other = await idp.addPerson(`third${count}`);
    expect((await optionsFor(code, other.uid)).answer.error).toBe('code-wrong');
    expect((await optionsFor(code, 'nobody')).answer.error).toBe('code-wrong');
    await register();
    expect((await optionsFor(code)).answer.error).toBe('not-the-first');
  });

  it('is not guessed: after five wrong ones of a person nothing is answered from there', async () => {
    const { code } = await issue();
    for (let time = 0; time < 5; time += 1) {
      expect((await optionsFor('wrongwrong')).answer.error).toBe('code-wrong');
    }
    expect(await optionsFor(code)).toMatchObject({ status: 429, answer: { error: 'too_many_attempts' } });
    idp.clock.advance(1_799);
    expect((await optionsFor(code)).status).toBe(429);
  });

  it('is heard from our own page alone', async () => {
    const { code } = await issue();
    const url = `${idp.issuer}/passkey/options`;
    expect((await browser.postJson(url, { uid: person.uid, code })).status).toBe(403);
    const headers = { origin: 'https://evil.example' };
    expect((await browser.postJson(url, { uid: person.uid, code }, headers)).status).toBe(403);
  });
});
