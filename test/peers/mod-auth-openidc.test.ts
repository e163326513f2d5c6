import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toAcr } from '../../idp/domain/assurance.ts';
import { actor } from '../../idp/domain/registration.ts';
import { suspendPerson } from '../../idp/flows/change-person.ts';
import { addOidcClient } from '../../idp/flows/manage-clients.ts';
import { rotateSigningKeys } from '../../idp/flows/rotate-signing-keys.ts';
import { Browser, type Page } from '../idp/http/support/browser.ts';
import { presentCard } from '../idp/http/support/relying-party.ts';
import { type RunningIdp, runIdp } from '../idp/http/support/running-idp.ts';
import type { SoftwareBridge } from '../idp/http/support/software-bridge.ts';
import { type Apache, prepareApache } from '../support/apache.ts';
import { requirePrograms } from '../support/programs.ts';

const missing = requirePrograms('apache2', 'mod_auth_openidc.so');
const serialNumber = '0b00a1';
const admin = actor('os', 0);

describe.skipIf(missing !== undefined)('Apache with mod_auth_openidc, as Debian has it', () => {
  let idp: RunningIdp;
  let apache: Apache;
  let bridge: SoftwareBridge;

  beforeAll(async () => {
    idp = await runIdp();
    apache = await prepareApache();
    const person = await idp.addPerson('hanako', { mail: 'hanako@midori.example.jp' });
    await idp.addCard(person, serialNumber);
    const added = await addOidcClient(idp.context, {
      ...{ name: 'apache', requiredGroups: [], redirectUris: [apache.redirectUri], actor: admin },
      ...{ acceptedAcr: [toAcr('certificate')], pinWindowSeconds: 0 },
      backchannelLogout: { uri: `${apache.redirectUri}?logout=backchannel`, sessionRequired: true },
      // It sends PKCE only where it is told to.
      settings: { demandsPkce: false, postLogoutRedirectUris: [`${apache.origin}/open/`] },
    });
    bridge = await idp.addBridge('窓口1', [{ ...added, redirectUri: apache.redirectUri }]);
    await apache.start({ issuer: idp.issuer, ...added });
  });
  afterAll(async () => {
    await apache.close();
    await idp.close();
  });

  const protectedPage = (browser: Browser) => browser.get(`${apache.origin}/protected/`);

  async function signIn(browser = new Browser()): Promise<Page> {
    const first = await protectedPage(browser);
    const { location } = first;
    expect(first.status, `${first.text} ${apache.log()}`).toBe(302);
    // The reason for `--pkce off`.
    expect(new URL(location).searchParams.has('code_challenge')).toBe(false);
    const signInPage = await browser.follow(location, idp.issuer);
    const now = idp.clock.now();
    const shown = await presentCard(browser, signInPage, { bridge, serialNumber, demand: 'tap', now });
    return browser.follow(shown.location, apache.origin);
  }

  it('sends whoever is not signed in to the card, and lets in who has shown it', async () => {
    const page = await signIn();
    expect(page.text, apache.log()).toContain('<h1>protected</h1>');
    expect(page.headers.get('x-signed-in')).toContain('hanako');
  });

  it('goes on after the keys have changed: it loads them again for a key that it does not know', async () => {
    await signIn();
    await rotateSigningKeys(idp.context, { atOnce: true, actor: admin });
    expect((await signIn()).text, apache.log()).toContain('<h1>protected</h1>');
  });

  it('signs out at the provider too, and comes back', async () => {
    const browser = new Browser();
    await signIn(browser);
    const wish = `${apache.redirectUri}?logout=${encodeURIComponent(`${apache.origin}/open/`)}`;
    const page = await browser.follow((await browser.get(wish)).location, idp.issuer);
    const xsrf = /name="xsrf" value="([^"]*)"/.exec(page.text)?.[1] ?? '';
    const left = await browser.post(`${idp.issuer}/logout/confirm`, { xsrf, logout: 'yes' });
    expect(left.location).toBe(`${apache.origin}/open/`);
    expect((await protectedPage(browser)).status).toBe(302);
  });

  it('ends a session by a logout token as soon as its person is suspended', async () => {
    const browser = new Browser();
    await signIn(browser);
    expect((await protectedPage(browser)).status).toBe(200);
    await suspendPerson(idp.context, { person: 'hanako', actor: admin });
    await idp.context.sessionEnds.process();
    await idp.context.sessionEnds.idle();
    expect((await protectedPage(browser)).status, apache.log()).toBe(302);
  });
});
