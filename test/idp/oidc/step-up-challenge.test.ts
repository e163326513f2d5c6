import { fetchUserInfo, refreshTokenGrant, tokenIntrospection } from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AcrName, toAcr } from '../../../idp/domain/assurance.ts';
import type { Person } from '../../../idp/domain/person.ts';
import { Browser } from '../http/support/browser.ts';
import { directoryOf, signInByPassword } from '../http/support/forms.ts';
import { presentCard, RelyingParty, type Tokens } from '../http/support/relying-party.ts';
import { type RunningIdp, runIdp } from '../http/support/running-idp.ts';
import type { SoftwareBridge } from '../http/support/software-bridge.ts';

let idp: RunningIdp;
let bridge: SoftwareBridge;
let hanako: Person;
let portal: RelyingParty;
const serialNumber = '0b00a1';

beforeAll(async () => {
  idp = await runIdp({}, (clock) => ({ passwords: directoryOf({ hanako: 'hanako-pass' }, clock) }));
  hanako = await idp.addPerson('hanako');
  await idp.addCard(hanako, serialNumber);
  const client = await idp.addClient('Portal', ['password', 'certificate+password']);
  bridge = await idp.addBridge('窓口1', [client]);
  portal = await RelyingParty.discover(idp.issuer, client);
});
afterAll(() => idp.close());

async function accept(...names: readonly AcrName[]): Promise<void> {
  await idp.context.record.change(async (tables) => {
    const client = await tables.clients.find(portal.client.clientId);
    if (client === undefined) throw new Error('no client');
    await tables.clients.replacePolicy({ ...client.policy, acceptedAcr: names.map(toAcr) });
  });
  await idp.context.clients.reload(idp.context.record);
}

async function byPassword(browser: Browser): Promise<Tokens> {
  const started = await portal.start({
    ...{ acr_values: toAcr('password'), scope: 'openid offline_access', prompt: 'consent' },
  });
  const page = await browser.follow(started.url);
  const { location } = await signInByPassword(browser, page, 'hanako', 'hanako-pass');
  return portal.redeem(location, started);
}

const userinfo = ({ access_token: token }: Tokens) =>
  fetch(`${idp.issuer}/userinfo`, { headers: { authorization: `Bearer ${token}` } });

describe('a client that demands more than it did (RFC 9470)', () => {
  it('is told by userinfo what to ask for, and gets it after the step up', async () => {
    await accept('password', 'certificate+password');
    const browser = new Browser();
    const tokens = await byPassword(browser);
    expect((await userinfo(tokens)).status).toBe(200);
    await accept('certificate+password');
    const refused = await userinfo(tokens);
    expect(refused.status).toBe(401);
    expect(refused.headers.get('www-authenticate')).toBe(
      'Bearer error="insufficient_user_authentication", error_description="this client accepts another authentication only", acr_values="urn:kazasu:acr:certificate+password"',
    );
    expect(await refused.text()).not.toContain(hanako.displayName);
    // As a client library sees it.
    await expect(fetchUserInfo(portal.config, tokens.access_token, hanako.personId)).rejects.toMatchObject({
      cause: [
        {
          parameters: {
            error: 'insufficient_user_authentication',
            acr_values: toAcr('certificate+password'),
          },
        },
      ],
    });
    const acrValues = /acr_values="([^"]+)"/.exec(refused.headers.get('www-authenticate') ?? '')?.[1] ?? '';
    const started = await portal.start({ acr_values: acrValues });
    const page = await browser.follow(started.url);
    const { location } = await presentCard(browser, page, {
      ...{ bridge, serialNumber, demand: 'tap', now: idp.clock.now() },
    });
    const more = await portal.redeem(location, started);
    expect((await userinfo(more)).status).toBe(200);
  });

  it('gets nothing new for a refresh token of a sign-in that it accepts no more', async () => {
    await accept('password');
    const tokens = await byPassword(new Browser());
    await accept('certificate+password');
    await expect(refreshTokenGrant(portal.config, tokens.refresh_token ?? '')).rejects.toMatchObject({
      error: 'invalid_grant',
    });
  });
});

it('introspection says what a token’s sign-in rests on, and when it was, also after a refresh', async () => {
  await accept('password');
  const tokens = await byPassword(new Browser());
  const { auth_time: authTime } = tokens.claims() ?? {};
  const signIn = { active: true, acr: toAcr('password'), auth_time: authTime };
  expect(authTime).toBeTypeOf('number');
  expect(await tokenIntrospection(portal.config, tokens.access_token)).toMatchObject(signIn);
  const refreshed = await refreshTokenGrant(portal.config, tokens.refresh_token ?? '');
  expect(await tokenIntrospection(portal.config, refreshed.access_token)).toMatchObject(signIn);
});
