import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Browser, type Page } from './support/browser.ts';
import { directoryOf, signInByPassword } from './support/forms.ts';
import { RelyingParty } from './support/relying-party.ts';
import { type RunningIdp, runIdp } from './support/running-idp.ts';

let idp: RunningIdp;
let portal: RelyingParty;
let zaimu: RelyingParty;

beforeAll(async () => {
  idp = await runIdp({}, (clock) => ({ passwords: directoryOf({ hanako: 'hanako-pass' }, clock) }));
  await idp.addPerson('hanako');
  const client = await idp.addClient('Portal', ['certificate', 'card-pin', 'password', 'temporary']);
  portal = await RelyingParty.discover(idp.issuer, client);
  zaimu = await RelyingParty.discover(idp.issuer, await idp.addClient('Zaimu', ['card-pin']));
});
afterAll(() => idp.close());

const offers = ({ text }: Page) =>
  [...text.matchAll(/class="button ([a-z]+)" href="[^"]*\/(?:present\?demand=)?(\w+)"/g)].map(
    ([, look, way]) => `${way} ${look}`,
  );
const pageOf = async (rp: RelyingParty, browser: Browser, parameters = {}) =>
  browser.follow((await rp.start(parameters)).url);

describe('the sign-in page', () => {
  it('offers first what this browser used last, and what its client accepts only', async () => {
    const browser = new Browser();
    const before = await pageOf(portal, browser);
    expect(offers(before)).toEqual(['tap primary', 'pin secondary', 'password secondary', 'code secondary']);
    await signInByPassword(browser, before, 'hanako', 'hanako-pass');
    const after = await pageOf(portal, browser, { prompt: 'login' });
    expect(offers(after)).toEqual(['password primary', 'tap secondary', 'pin secondary', 'code secondary']);
    expect(offers(await pageOf(zaimu, browser))).toEqual(['pin primary']);
  });

  it('remembers the way by its name, and nobody', async () => {
    const browser = new Browser();
    const answers: string[] = [];
    const { post } = browser;
    browser.post = async (...given) => {
      const page = await post.apply(browser, given);
      answers.push(...page.headers.getSetCookie());
      return page;
    };
    await signInByPassword(browser, await pageOf(portal, browser), 'hanako', 'hanako-pass');
    const [cookie, ...others] = answers.filter((line) => line.startsWith('kazasu_way='));
    expect(others).toEqual([]);
    expect(cookie).toMatch(/^kazasu_way=password; path=\/; expires=[^;]+; samesite=lax; httponly$/i);
  });
});
