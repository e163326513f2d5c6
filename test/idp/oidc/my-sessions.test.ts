import { refreshTokenGrant } from 'openid-client';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { noFiles } from '../../../idp/commands/command.ts';
import { recordCommands } from '../../../idp/commands/registry.ts';
import type { Person } from '../../../idp/domain/person.ts';
import { actor } from '../../../idp/domain/registration.ts';
import { endSignIns, listSignIns } from '../../../idp/flows/my-sessions.ts';
import { Browser } from '../http/support/browser.ts';
import { presentCard, RelyingParty } from '../http/support/relying-party.ts';
import { type RunningIdp, runIdp } from '../http/support/running-idp.ts';
import type { SoftwareBridge } from '../http/support/software-bridge.ts';

const admin = actor('os', 0);

let idp: RunningIdp;
let bridge: SoftwareBridge;
let kintai: RelyingParty;
let zaimu: RelyingParty;
let person: Person;
let serialNumber: string;
let count = 0;

beforeAll(async () => {
  idp = await runIdp();
  const clients = [
    await idp.addClient('勤怠 Kintai', ['card-pin', 'certificate']),
    await idp.addClient('財務 Zaimu', ['card-pin', 'certificate']),
  ] as const;
  bridge = await idp.addBridge('窓口1', clients);
  kintai = await RelyingParty.discover(idp.issuer, clients[0]);
  zaimu = await RelyingParty.discover(idp.issuer, clients[1]);
});
afterAll(() => idp.close());
beforeEach(async () => {
  count += 1;
  serialNumber = `0d${String(count).padStart(4, '0')}`;
  person = await idp.addPerson(`hanako-${count}`);
  await idp.addCard(person, serialNumber);
});

async function signIn(rp: RelyingParty, demand: 'tap' | 'pin', browser = new Browser()) {
  const started = await rp.start({ scope: 'openid offline_access', prompt: 'login consent' });
  const page = await browser.follow(started.url);
  const now = idp.clock.now();
  const { location } = await presentCard(browser, page, { bridge, serialNumber, demand, now });
  return { browser, tokens: await rp.redeem(location, started) };
}

const list = () => listSignIns(idp.context, person.uid);

/** `kazasu …` as an administrator types it. */
async function kazasu(name: string, positional: readonly string[], options: object = {}) {
  const command = recordCommands.find((one) => one.name === name);
  const input = await command?.read({ positional, options: { ...options } });
  const output = await command?.run(idp.context, input, admin, () => undefined, noFiles());
  return { output, text: command?.text(output) ?? '' };
}

describe('the sign-ins of a person', () => {
  it('are shown with their systems, the factor, since when and the last use', async () => {
    const began = Math.floor(idp.clock.now() / 1_000) * 1_000;
    const { browser } = await signIn(kintai, 'tap');
    await signIn(zaimu, 'pin', browser);
    idp.clock.advance(60);
    await browser.follow((await zaimu.start({ prompt: 'none' })).url);
    const [one, ...others] = await list();
    expect(others).toEqual([]);
    expect(one).toMatchObject({
      kind: 'session',
      acr: 'urn:kazasu:acr:card-pin',
      clientNames: ['勤怠 Kintai', '財務 Zaimu'],
    });
    expect(one!.signedInAt).toBeGreaterThanOrEqual(began);
    expect(one!.lastUsedAt).toBeGreaterThanOrEqual(one!.signedInAt + 59_000);
  });

  it('name what a client holds without a browser apart, as long as it holds it', async () => {
    const { browser, tokens } = await signIn(kintai, 'pin');
    const sessions = (await idp.context.oidcState.listByAccountId(person.personId)).filter(
      ({ payload }) => payload.kind === 'Session',
    );
    await idp.context.oidcState.remove(sessions.map(({ name }) => name));
    expect(await list()).toMatchObject([
      { kind: 'grant', clientNames: ['勤怠 Kintai'], acr: 'urn:kazasu:acr:card-pin' },
    ]);
    expect(browser.cookieNames).toContain('kazasu_session');
    const [held] = await list();
    await endSignIns(idp.context, { person: person.uid, signIns: [held!.signInId], actor: admin });
    await expect(refreshTokenGrant(kintai.config, tokens.refresh_token ?? '')).rejects.toThrow();
    expect(await list()).toEqual([]);
  });

  it('are ended one by one, or all', async () => {
    for (const _ of [1, 2, 3]) await signIn(kintai, 'tap');
    const [first, ...rest] = await list();
    await endSignIns(idp.context, { person: person.uid, signIns: [first!.signInId], actor: admin });
    expect((await list()).map(({ signInId }) => signInId)).toEqual(rest.map(({ signInId }) => signInId));
    expect(await endSignIns(idp.context, { person: person.uid, signIns: 'all', actor: admin })).toMatchObject(
      { ended: 2 },
    );
    expect(await list()).toEqual([]);
  });

  it('of somebody else are not to be had by their name', async () => {
    await signIn(kintai, 'tap');
    const [mine] = await list();
    const other = await idp.addPerson(`jiro-${count}`);
    const attempt = endSignIns(idp.context, {
      person: other.uid,
      signIns: [mine!.signInId],
      actor: actor('person', other.personId),
    });
    await expect(attempt).rejects.toMatchObject({ code: 'ERR_SIGN_IN_UNKNOWN' });
    expect(await list()).toHaveLength(1);
  });

  it('are named by what opens nothing: neither the cookie’s session nor a grant', async () => {
    await signIn(kintai, 'tap');
    const [{ signInId } = { signInId: '' }] = await list();
    for (const model of ['Session', 'Grant', 'Interaction']) {
      expect(await idp.context.oidcState.find(model, signInId)).toBeUndefined();
      expect(await idp.context.oidcState.findByUid(model, signInId)).toBeUndefined();
    }
  });

  it('ended leave in the trail who ended them, and what ended', async () => {
    await signIn(kintai, 'tap');
    await endSignIns(idp.context, { person: person.uid, signIns: 'all', actor: admin });
    const events = (await Array.fromAsync(idp.context.audit.read())).filter(
      ({ subject }) => subject === person.personId,
    );
    expect(events.map(({ type, actor: by, reason }) => [type, by, reason])).toEqual([
      ['sessions.end-asked', admin, undefined],
      ['sessions.ended', expect.anything(), 'sessions.end-asked'],
    ]);
  });
});

describe('an administrator at the command line', () => {
  it('sees where somebody is signed in, and ends it', async () => {
    expect((await kazasu('session list', [person.uid])).text).toBe('Signed in nowhere.');
    await signIn(kintai, 'pin');
    const { output, text } = await kazasu('session list', [person.uid]);
    expect(text).toMatch(/勤怠 Kintai +card-pin/);
    const [{ id }] = output as [{ id: string }];
    expect((await kazasu('session end', [person.uid, id])).output).toMatchObject({
      uid: person.uid,
      ended: 1,
    });
    expect(await list()).toEqual([]);
  });

  it('says which: some of them or all, and not neither', async () => {
    await expect(kazasu('session end', [person.uid])).rejects.toMatchObject({ code: 'ERR_OPTION' });
    await expect(kazasu('session end', [person.uid, 'x'], { all: true })).rejects.toMatchObject({
      code: 'ERR_OPTION',
    });
    await expect(kazasu('session end', [person.uid, 'x'])).rejects.toMatchObject({
      code: 'ERR_SIGN_IN_UNKNOWN',
    });
    await expect(kazasu('session list', ['nobody'])).rejects.toMatchObject({ code: 'ERR_PERSON_UNKNOWN' });
  });

  it.each(['yesterday', '2026-13-01', '9:00', '2026-11-28 09:00 JST'])(
    'is told that "%s" is no moment',
    async (since) => {
      await expect(kazasu('reader disable', ['窓口1'], { since })).rejects.toMatchObject({
        code: 'ERR_OPTION',
      });
    },
  );

  it('is told that a moment to come is none', async () => {
    const since = new Date(idp.clock.now() + 86_400_000).toISOString().replace(/\.\d+/, '');
    await expect(kazasu('reader disable', ['窓口1'], { since })).rejects.toMatchObject({ code: 'ERR_SINCE' });
  });
});
