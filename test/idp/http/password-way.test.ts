import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Person } from '../../../idp/domain/person.ts';
import { actor } from '../../../idp/domain/registration.ts';
import { suspendPerson } from '../../../idp/flows/change-person.ts';
import { Browser, type Page } from './support/browser.ts';
import { directoryOf, hrefTo, signInByPassword, submit } from './support/forms.ts';
import { linkTo, RelyingParty } from './support/relying-party.ts';
import { type RunningIdp, runIdp } from './support/running-idp.ts';

let idp: RunningIdp;
let hanako: Person;
/** Accepts a password, or card and PIN. */
let portal: RelyingParty;
/** Accepts card and PIN only. */
let zaimu: RelyingParty;
const right = 'correct horse';

beforeAll(async () => {
  idp = await runIdp({}, (clock) => ({
    passwords: directoryOf({ hanako: right, jiro: right, saburo: right, stranger: right }, clock),
  }));
  hanako = await idp.addPerson('hanako');
  await idp.addPerson('jiro');
  await idp.addPerson('saburo');
  portal = await RelyingParty.discover(idp.issuer, await idp.addClient('Portal', ['password', 'card-pin']));
  zaimu = await RelyingParty.discover(idp.issuer, await idp.addClient('Zaimu', ['card-pin']));
});
afterAll(() => idp.close());

async function formOf(rp: RelyingParty, browser: Browser, parameters = {}): Promise<Page> {
  const page = await browser.follow((await rp.start(parameters)).url);
  return browser.get(hrefTo(page, 'password'));
}

async function events(type: string) {
  return (await Array.fromAsync(idp.context.audit.read())).filter((event) => event.type === type);
}

describe('a sign-in by directory password', () => {
  it('says what it rests on, and nothing stronger', async () => {
    const browser = new Browser();
    const started = await portal.start();
    const { location } = await signInByPassword(browser, await browser.follow(started.url), 'hanako', right);
    const claims = (await portal.redeem(location, started)).claims();
    expect(claims).toMatchObject({
      ...{ sub: hanako.personId, acr: 'urn:kazasu:acr:password', amr: ['pwd'] },
    });
    expect(await events('login.granted')).toMatchObject([
      { subject: hanako.personId, details: { acr: 'urn:kazasu:acr:password', way: 'password' } },
    ]);
    expect(JSON.stringify(await Array.fromAsync(idp.context.audit.read()))).not.toContain(right);
  });

  it('is not offered where the client does not list it, and cannot be had there by address', async () => {
    const browser = new Browser();
    const page = await browser.follow((await zaimu.start()).url);
    expect(() => hrefTo(page, 'password')).toThrow('leads to no password');
    expect(linkTo(page, 'pin')).toContain('demand=pin');
    expect((await browser.get(`${page.url}/password`)).location).toBe(page.url);
  });

  it('answers alike whether the name is unknown or the password wrong, and shows no password again', async () => {
    const answers = await Promise.all(
      ['hanako', 'nobody', 'stranger'].map(async (uid) => {
        const browser = new Browser('en');
        const form = await formOf(portal, browser);
        return submit(browser, form, { uid, secret: uid === 'stranger' ? right : 'wrong-one' });
      }),
    );
    const shown = answers.map(({ status, text }) => [
      status,
      text.replaceAll(/value="[^"]*"/g, '').replaceAll(/interaction\/[\w-]+/g, ''),
    ]);
    expect(shown[1]).toEqual(shown[0]);
    expect(shown[2]).toEqual(shown[0]);
    expect(shown[0]?.[0]).toBe(403);
    expect(answers.map(({ text }) => text).join()).not.toMatch(/wrong-one|correct horse/);
  });

  it('is stopped after a few wrong ones, also for the right one', async () => {
    const browser = new Browser('en');
    const form = await formOf(portal, browser);
    for (let n = 0; n < 3; n++) await submit(browser, form, { uid: 'jiro', secret: 'wrong' });
    const answer = await submit(browser, form, { uid: 'jiro', secret: right });
    expect(answer.status).toBe(429);
    expect(answer.text).toContain('too many wrong tries');
  });

  it('tells only whoever has the password that the person is suspended', async () => {
    await suspendPerson(idp.context, { person: 'saburo', actor: actor('os', 0) });
    const browser = new Browser('en');
    const form = await formOf(portal, browser);
    const wrong = await submit(browser, form, { uid: 'saburo', secret: 'wrong' });
    expect([wrong.status, wrong.location]).toEqual([403, '']);
    expect(wrong.text).toContain('The user name or the password is not right.');
    expect((await submit(browser, form, { uid: 'saburo', secret: right })).location).toContain(
      'refused?reason=person-suspended',
    );
  });
});

describe('the form', () => {
  it('has the name in it that the client hinted at', async () => {
    const form = await formOf(portal, new Browser(), { login_hint: 'hanako"><script>' });
    expect(form.text).toContain('value="hanako&quot;&gt;&lt;script&gt;"');
  });

  it('is taken from its own page only: login CSRF', async () => {
    const [browser, attacker] = [new Browser(), new Browser()];
    const form = await formOf(portal, browser);
    const foreign = await formOf(portal, attacker);
    const fields = { uid: 'hanako', secret: right };
    const answers = [
      await submit(browser, form, fields, { origin: 'https://evil.example' }),
      await submit(browser, form, fields, { origin: 'null' }),
      await submit(browser, form, fields, {}),
      await submit(browser, form, { ...fields, token: '' }),
      await submit(browser, form, {
        ...fields,
        token: /name="token" value="([^"]*)"/.exec(foreign.text)?.[1] ?? '',
      }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([403, 403, 403, 403, 403]);
    expect(answers.map(({ location }) => location).join('')).toBe('');
  });

  it('is nothing for a browser that did not start the sign-in', async () => {
    const form = await formOf(portal, new Browser());
    const answer = await submit(new Browser(), form, { uid: 'hanako', secret: right });
    expect(answer.status).toBe(400);
  });

  it('may end at the client that started it, and nowhere else', async () => {
    const form = await formOf(portal, new Browser());
    const policy = form.headers.get('content-security-policy');
    expect(policy).toContain(`form-action 'self' ${new URL(portal.client.redirectUri).origin};`);
  });
});
