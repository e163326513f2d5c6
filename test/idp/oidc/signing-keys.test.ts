import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { toAcr } from '../../../idp/domain/assurance.ts';
import type { Person } from '../../../idp/domain/person.ts';
import { actor } from '../../../idp/domain/registration.ts';
import type { FlowContext } from '../../../idp/flows/context.ts';
import { keepSigningKeys } from '../../../idp/flows/keep-signing-keys.ts';
import { addOidcClient } from '../../../idp/flows/manage-clients.ts';
import { rotateSigningKeys, withdrawSigningKey } from '../../../idp/flows/rotate-signing-keys.ts';
import { HandSetClock } from '../../support/clock.ts';
import { Browser } from '../http/support/browser.ts';
import { presentCard, RelyingParty } from '../http/support/relying-party.ts';
import { type RunningIdp, runIdp } from '../http/support/running-idp.ts';
import type { SoftwareBridge } from '../http/support/software-bridge.ts';

const admin = actor('os', 0);
const redirectUri = 'http://localhost:9/callback';
const day = 24 * 3_600;
const serialNumber = '0b00a1';
/** Keys live for months; the library measures sign-ins by the machine's clock, which nobody turns. */
const keyClock = new HandSetClock(Date.now());

let idp: RunningIdp;
let bridge: SoftwareBridge;
let person: Person;
let parties: { readonly [alg: string]: RelyingParty };

beforeAll(async () => {
  idp = await runIdp();
  await keepSigningKeys(ofKeys());
  person = await idp.addPerson('hanako');
  await idp.addCard(person, serialNumber);
  parties = {
    ES256: await addParty('勤怠 Kintai'),
    RS256: await addParty('古い Furui', 'RS256'),
    EdDSA: await addParty('新しい Atarashii', 'EdDSA'),
  };
  bridge = await idp.addBridge(
    '窓口1',
    Object.values(parties).map(({ client }) => client),
  );
});
afterAll(() => idp.close());
// Every test begins where clients may know every next key.
beforeEach(() => keyClock.advance(2 * day));

const ofKeys = (): FlowContext => ({ ...idp.context, clock: keyClock });

async function addParty(name: string, signingAlg?: 'RS256' | 'EdDSA'): Promise<RelyingParty> {
  const added = await addOidcClient(idp.context, {
    ...{ name, requiredGroups: [], redirectUris: [redirectUri], actor: admin, pinWindowSeconds: 0 },
    ...(signingAlg === undefined ? {} : { settings: { idTokenAlg: signingAlg } }),
    acceptedAcr: [toAcr('card-pin')],
  });
  return RelyingParty.discover(idp.issuer, { ...added, redirectUri });
}

async function begin(rp: RelyingParty, browser = new Browser()) {
  const started = await rp.start({ scope: 'openid offline_access', prompt: 'consent' });
  return { browser, started, page: await browser.follow(started.url) };
}

async function finish(rp: RelyingParty, { browser, started, page }: Awaited<ReturnType<typeof begin>>) {
  const now = idp.clock.now();
  const { location } = await presentCard(browser, page, { bridge, serialNumber, demand: 'pin', now });
  return (await rp.redeem(location, started)).id_token ?? '';
}

const signIn = async (alg: string) => {
  const rp = parties[alg]!;
  const begun = await begin(rp);
  return { browser: begun.browser, rp, idToken: await finish(rp, begun) };
};
const published = async () => (await (await fetch(`${idp.issuer}/jwks`)).json()) as JSONWebKeySet;
const kidOf = (idToken: string) => decodeProtectedHeader(idToken).kid ?? '';
const verifies = async (idToken: string) =>
  jwtVerify(idToken, createLocalJWKSet(await published()), { issuer: idp.issuer }).then(
    () => true,
    () => false,
  );
const signing = (alg: string) =>
  idp.context.signingKeys.list().find((key) => key.alg === alg && key.state === 'current')?.kid;

/** Whether the provider takes an ID token back as the hint of who signs out. */
async function isTakenAsHint(rp: RelyingParty, idToken: string): Promise<boolean> {
  const url = new URL(rp.config.serverMetadata().end_session_endpoint ?? '');
  url.search = new URLSearchParams({ id_token_hint: idToken }).toString();
  return (await fetch(url)).status === 200;
}

describe.each(['ES256', 'RS256', 'EdDSA'])('the ID token of a client of %s', (alg) => {
  it('is signed with that, and verifies with what is published', async () => {
    const { idToken } = await signIn(alg);
    expect(decodeProtectedHeader(idToken)).toMatchObject({ alg, kid: signing(alg) });
    expect(await verifies(idToken)).toBe(true);
  });

  it('is signed with the next key after a rotation, without a restart; the token before still verifies', async () => {
    const before = await signIn(alg);
    await rotateSigningKeys(ofKeys(), { atOnce: false, actor: admin });
    const after = await signIn(alg);
    expect(kidOf(after.idToken)).not.toBe(kidOf(before.idToken));
    expect(kidOf(after.idToken)).toBe(signing(alg));
    for (const { idToken, rp } of [before, after]) {
      expect(await verifies(idToken)).toBe(true);
      expect(await isTakenAsHint(rp, idToken)).toBe(true);
    }
  });

  it('counts no more, also as a hint, once its key is withdrawn; the next sign-in goes on with another key', async () => {
    const { idToken, rp, browser } = await signIn(alg);
    const { clients } = await withdrawSigningKey(ofKeys(), { kid: kidOf(idToken), actor: admin });
    expect(clients).toHaveLength(1);
    expect((await published()).keys.map(({ kid }) => kid)).not.toContain(kidOf(idToken));
    expect(await verifies(idToken)).toBe(false);
    expect(await isTakenAsHint(rp, idToken)).toBe(false);
    const next = await finish(rp, await begin(rp));
    expect(await verifies(next)).toBe(true);
    // No cookie rests on it: whoever is signed in stays so.
    const again = await rp.start({ prompt: 'none' });
    expect(new URL((await browser.follow(again.url)).location).searchParams.has('code')).toBe(true);
  });
});

describe('a rotation', () => {
  it('comes by itself when a key has signed for its time, and the old key goes when its tokens are of no use', async () => {
    const { idToken } = await signIn('ES256');
    keyClock.advance(90 * day);
    await keepSigningKeys(ofKeys());
    expect(signing('ES256')).not.toBe(kidOf(idToken));
    expect((await published()).keys.map(({ kid }) => kid)).toContain(kidOf(idToken));
    keyClock.advance(15 * day);
    await keepSigningKeys(ofKeys());
    expect((await published()).keys.map(({ kid }) => kid)).not.toContain(kidOf(idToken));
  });

  it('leaves a sign-in that began before it to end after it', async () => {
    const begun = await begin(parties.ES256!);
    await rotateSigningKeys(ofKeys(), { atOnce: true, actor: admin });
    expect(kidOf(await finish(parties.ES256!, begun))).toBe(signing('ES256'));
  });

  it('waits until clients can know the next key, unless somebody says now', async () => {
    await rotateSigningKeys(ofKeys(), { alg: 'ES256', atOnce: true, actor: admin });
    const rotating = rotateSigningKeys(ofKeys(), { alg: 'ES256', atOnce: false, actor: admin });
    await expect(rotating).rejects.toMatchObject({ code: 'ERR_SIGNING_KEY_NEW' });
  });

  it('stands in the trail, key by key', async () => {
    const kid = signing('EdDSA') ?? '';
    await rotateSigningKeys(ofKeys(), { alg: 'EdDSA', atOnce: true, actor: admin });
    await withdrawSigningKey(ofKeys(), { kid: kid.slice(0, 12), actor: admin });
    const types: string[] = [];
    for await (const { subject, type } of idp.context.audit.read()) if (subject === kid) types.push(type);
    expect(types.slice(-2)).toEqual(['signing-key.retired', 'signing-key.withdrawn']);
  });
});

describe('a key', () => {
  it.each([
    ['that nobody knows', () => 'unknown', 'ERR_SIGNING_KEY_UNKNOWN'],
    ['that no word names', () => '', 'ERR_SIGNING_KEY_UNKNOWN'],
    [
      'that is withdrawn already',
      () => idp.context.signingKeys.list().find(({ state }) => state === 'withdrawn')?.kid ?? '',
      'ERR_SIGNING_KEY_WITHDRAWN',
    ],
  ])('%s is not withdrawn', async (_what, kid, code) => {
    const withdrawing = withdrawSigningKey(ofKeys(), { kid: kid(), actor: admin });
    await expect(withdrawing).rejects.toMatchObject({ code });
  });
});
