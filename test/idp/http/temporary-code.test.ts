import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toAcr } from '../../../idp/domain/assurance.ts';
import type { ClientId } from '../../../idp/domain/login-policy.ts';
import type { OrganizationId, Person } from '../../../idp/domain/person.ts';
import { actor } from '../../../idp/domain/registration.ts';
import { endOfDay } from '../../../idp/domain/temporary-code.ts';
import { restorePerson, suspendPerson } from '../../../idp/flows/change-person.ts';
import { issueTemporaryCode, revokeTemporaryCodes } from '../../../idp/flows/issue-temporary-code.ts';
import { logInWithCode } from '../../../idp/flows/log-in-with-code.ts';
import { Browser, type Page } from './support/browser.ts';
import { directoryOf, hrefTo, signInByPassword, submit } from './support/forms.ts';
import { RelyingParty, type StartedSignIn } from './support/relying-party.ts';
import { type RunningIdp, runIdp } from './support/running-idp.ts';

let idp: RunningIdp;
let hanako: Person;
let approver: Person;
/** Accepts a code, or a code with a password. */
let portal: RelyingParty;
const operator = actor('os', 0);

beforeAll(async () => {
  idp = await runIdp({}, (clock) => ({ passwords: directoryOf({ hanako: 'hanako-pass' }, clock) }));
  hanako = await idp.addPerson('hanako');
  approver = await idp.addPerson('approver', { roles: ['approver'] });
  for (const uid of ['jiro', 'saburo', 'shiro']) await idp.addPerson(uid);
  const client = await idp.addClient('Portal', ['temporary', 'temporary+password']);
  portal = await RelyingParty.discover(idp.issuer, client);
});
afterAll(() => idp.close());

const issue = async (uid: string, issuer = operator) =>
  (await issueTemporaryCode(idp.context, { person: uid, issuer })).code;

async function begin(browser = new Browser('en'), parameters: Record<string, string> = {}) {
  const started = await portal.start(parameters);
  return { browser, started, page: await browser.follow(started.url) };
}

async function formOf(
  browser = new Browser('en'),
): Promise<{ form: Page; started: StartedSignIn; browser: Browser }> {
  const { page, started } = await begin(browser, { acr_values: toAcr('temporary') });
  return { form: await browser.get(hrefTo(page, 'code')), started, browser };
}

/** @returns the page that follows, or the redirect to the client. */
async function enter(uid: string, code: string, browser = new Browser('en')) {
  const { form, started } = await formOf(browser);
  const answer = await submit(browser, form, { uid, secret: code });
  const end = answer.location.startsWith(idp.issuer) ? await browser.follow(answer.location) : answer;
  return { answer, end, started, browser };
}

const isIn = ({ end }: { end: Page }) => end.location.startsWith(portal.client.redirectUri);

describe('a code for a forgotten card', () => {
  it('signs in, once, and is `temporary`', async () => {
    const code = await issue('hanako');
    const { end, started } = await enter('hanako', ` ${code.toUpperCase()} `);
    expect((await portal.redeem(end.location, started)).claims()).toMatchObject({
      ...{ sub: hanako.personId, acr: 'urn:kazasu:acr:temporary', amr: ['user'] },
    });
    const again = await enter('hanako', code);
    expect([again.answer.status, isIn(again)]).toEqual([403, false]);
  });

  it('is taken by one of a hundred at once', async () => {
    const code = await issue('jiro');
    const clientId = portal.client.clientId as ClientId;
    const login = { clientId, uid: 'jiro', code, remoteAddress: '127.0.0.1', isStopped: false };
    const outcomes = await Promise.all(Array.from({ length: 100 }, () => logInWithCode(idp.context, login)));
    expect(outcomes.filter(({ outcome }) => outcome === 'granted')).toHaveLength(1);
  });

  it('is nobody else’s', async () => {
    const code = await issue('hanako');
    expect(isIn(await enter('saburo', code))).toBe(false);
    expect(isIn(await enter('hanako', code))).toBe(true);
  });

  it('is void when another one is issued, and what was signed in with it ends', async () => {
    const first = await issue('hanako');
    const { browser, end, started } = await enter('hanako', first);
    await portal.redeem(end.location, started);
    const [second, third] = [await issue('hanako'), await issue('hanako')];
    expect((await begin(browser, { prompt: 'none' })).page.location).toContain('login_required');
    expect(isIn(await enter('hanako', second))).toBe(false);
    expect(isIn(await enter('hanako', third))).toBe(true);
  });

  it('ends with the day in Japan, and so does what rests on it', async () => {
    const now = idp.clock.now();
    try {
      const code = await issue('hanako');
      idp.clock.set(endOfDay(now) - 1_000);
      const { browser, end, started } = await enter('hanako', code);
      await portal.redeem(end.location, started);
      expect((await begin(browser, { prompt: 'none' })).page.location).toContain('code=');
      const late = await issue('hanako');
      idp.clock.set(endOfDay(now));
      expect(isIn(await enter('hanako', late))).toBe(false);
    } finally {
      idp.clock.set(now);
    }
  });

  it('ends with a suspension, and is not back after it', async () => {
    const code = await issue('saburo');
    await suspendPerson(idp.context, { person: 'saburo', actor: operator });
    await restorePerson(idp.context, { person: 'saburo', actor: operator });
    expect(isIn(await enter('saburo', code))).toBe(false);
  });

  it('can be revoked: what was signed in with it ends', async () => {
    const { browser, end, started } = await enter('hanako', await issue('hanako'));
    await portal.redeem(end.location, started);
    expect(await revokeTemporaryCodes(idp.context, { person: 'hanako', actor: operator })).toMatchObject({
      uid: 'hanako',
    });
    expect((await begin(browser, { prompt: 'none' })).page.location).toContain('login_required');
  });

  it('makes one step of two with a password', async () => {
    const code = await issue('hanako');
    const { browser, page, started } = await begin(new Browser('en'), {
      acr_values: toAcr('temporary+password'),
    });
    const form = await browser.get(hrefTo(page, 'code'));
    const { location } = await submit(browser, form, { uid: 'hanako', secret: code });
    const end = await signInByPassword(browser, await browser.follow(location), 'hanako', 'hanako-pass');
    expect((await portal.redeem(end.location, started)).claims()).toMatchObject({
      acr: 'urn:kazasu:acr:temporary+password',
    });
  });
});

describe('guesses', () => {
  it('look alike for the known and the unknown, and are stopped for an account, also for the right code', async () => {
    const code = await issue('shiro');
    const shown = async (uid: string) => {
      const { answer } = await enter(uid, 'aaaa-bbbb-cccc');
      return [answer.status, answer.text.replaceAll(/value="[^"]*"|interaction\/[\w-]+/g, '')];
    };
    expect(await shown('shiro')).toEqual(await shown('nobody'));
    for (let n = 0; n < 4; n++) await enter('shiro', 'aaaa-bbbb-cccc');
    expect((await enter('shiro', code)).answer.status).toBe(429);
  });

  it('of many accounts from one address are stopped there for a while', async () => {
    const { browser, form } = await formOf();
    const statuses: number[] = [];
    for (let n = 0; n < 21; n++) {
      statuses.push((await submit(browser, form, { uid: `person-${n}`, secret: 'aaaa' })).status);
    }
    expect([statuses[0], statuses.at(-1)]).toEqual([403, 429]);
  });
});

describe('who issues it', () => {
  it.each<[string, () => ReturnType<typeof actor>, string]>([
    ['nobody for oneself', () => actor('person', approver.personId), 'approver'],
    ['nobody without the role', () => actor('person', hanako.personId), 'jiro'],
  ])('%s', async (_what, issuer, uid) => {
    await expect(issue(uid, issuer())).rejects.toMatchObject({ code: 'ERR_NOT_ENTITLED' });
  });

  it('an approver of the person’s organisation, and of no other', async () => {
    const by = actor('person', approver.personId);
    expect(await issue('jiro', by)).toMatch(/^[a-z2-7]{4}-[a-z2-7]{4}-[a-z2-7]{4}$/);
    await idp.context.record.change(async (tables) => {
      const organizationId = 'organization-2' as OrganizationId;
      await tables.organizations.add({ organizationId, name: '青市' });
    });
    await idp.addPerson('blue', { organization: '青市', organizationId: 'organization-2' as OrganizationId });
    await expect(issue('blue', by)).rejects.toMatchObject({ code: 'ERR_NOT_ENTITLED' });
  });

  it('is in the trail, and the person is told; the code is in neither', async () => {
    const code = await issue('hanako');
    const events = await Array.fromAsync(idp.context.audit.read());
    const issued = events.filter(({ type }) => type === 'person.code-issued').at(-1);
    expect(issued).toMatchObject({ actor: operator, subject: hanako.personId });
    const notices = await idp.context.record.notices.list(100);
    expect(notices.find(({ about }) => about === issued?.details?.code)).toMatchObject({
      ...{ kind: 'temporary-code-issued', personId: hanako.personId },
    });
    const kept = JSON.stringify([events, notices]);
    expect([kept.includes(code), kept.includes(code.replaceAll('-', ''))]).toEqual([false, false]);
  });
});
