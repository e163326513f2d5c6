import { decodeJwt } from 'jose';
import * as openid from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { actor } from '../../../idp/domain/registration.ts';
import { changeClientSettings } from '../../../idp/flows/change-client-settings.ts';
import { restorePerson, suspendPerson } from '../../../idp/flows/change-person.ts';
import type { SettingsChoices } from '../../../idp/flows/oidc-settings-choices.ts';
import { startBackChannel } from '../../support/back-channel.ts';
import { Browser } from '../http/support/browser.ts';
import { begin, discover, type Office, type OfficeClient, openOffice } from './support/office.ts';

let office: Office;
const admin = actor('os', 0);
beforeAll(async () => {
  office = await openOffice();
});
afterAll(() => office.close());

interface Party {
  readonly client: OfficeClient;
  readonly config: openid.Configuration;
  signIn(
    more?: Record<string, string>,
    browser?: Browser,
  ): Promise<openid.TokenEndpointResponse & openid.TokenEndpointResponseHelpers>;
  userinfo(accessToken: string): Promise<openid.UserInfoResponse>;
}

async function party(name: string, settings: SettingsChoices, more: object = {}): Promise<Party> {
  const client = await office.add(name, { settings, ...more });
  const config = await discover(office, client.clientId, client.clientSecret);
  return {
    client,
    config,
    async signIn(parameters = {}, browser = new Browser()) {
      const begun = await begin({ redirect_uri: client.redirectUri, ...parameters });
      const { location } = await office.visit(
        openid.buildAuthorizationUrl(config, begun.parameters).href,
        browser,
      );
      return openid.authorizationCodeGrant(config, new URL(location), begun.checks);
    },
    userinfo: (accessToken) => openid.fetchUserInfo(config, accessToken, openid.skipSubjectCheck),
  };
}

const everything = 'openid profile email groups organization employee';
const codeOf = (result: Promise<unknown>) =>
  result.then(
    () => 'accepted',
    (error: { error?: string; cause?: { error?: string } }) =>
      error.error ?? error.cause?.error ?? String(error),
  );

describe('a client with pairwise subjects', () => {
  it('knows people under the same id in ID token, userinfo, introspection and logout token, and no other client does', async () => {
    const told = await startBackChannel({ issuer: office.idp.issuer });
    const backchannelLogout = { uri: told.uri, sessionRequired: false };
    const one = await party('組一', { subject: 'pairwise' }, { backchannelLogout });
    const two = await party('組二', { subject: 'pairwise', sector: 'other.example.jp' });
    const tokens = await one.signIn();
    const sub = tokens.claims()?.sub ?? '';
    expect(sub).not.toContain(office.person.personId);
    expect((await one.userinfo(tokens.access_token)).sub).toBe(sub);
    expect((await openid.tokenIntrospection(one.config, tokens.access_token)).sub).toBe(sub);
    expect((await two.signIn()).claims()?.sub).not.toBe(sub);
    const request = { person: office.person.uid, actor: admin };
    await suspendPerson(office.idp.context, request);
    expect((await told.tokenFor(sub)).sub).toBe(sub);
    await restorePerson(office.idp.context, request);
    expect((await one.signIn()).claims()?.sub).toBe(sub);
    await told.close();
  });

  it('shares them with the clients of its sector alone', async () => {
    const sector = 'midori.example.jp';
    const subs = await Promise.all(
      [0, 1].map(
        async (at) =>
          (await (await party(`部門${at}`, { subject: 'pairwise', sector })).signIn()).claims()?.sub,
      ),
    );
    expect(subs[0]).toBe(subs[1]);
  });

  it('signs in without asking again, and goes on after a refresh', async () => {
    const one = await party('組三', { subject: 'pairwise', sector: 'three.example.jp' });
    const browser = new Browser();
    const tokens = await one.signIn({ scope: 'openid offline_access', prompt: 'consent' }, browser);
    const sub = tokens.claims()?.sub;
    expect(
      (await one.signIn({ id_token_hint: tokens.id_token ?? '', prompt: 'none' }, browser)).claims()?.sub,
    ).toBe(sub);
    expect((await openid.refreshTokenGrant(one.config, tokens.refresh_token ?? '')).claims()?.sub).toBe(sub);
  });
});

describe('what a client learns of people', () => {
  it('is limited to its scopes, also where it asks for single claims', async () => {
    const few = await party('少し', { scopes: ['groups'] });
    expect(await codeOf(few.signIn({ scope: everything }))).toBe('invalid_scope');
    const claims = JSON.stringify({ userinfo: { email: null, name: null }, id_token: { email: null } });
    const tokens = await few.signIn({ scope: 'openid groups', claims });
    expect(Object.keys(await few.userinfo(tokens.access_token)).sort()).toEqual(['groups', 'sub']);
    expect(tokens.claims()).not.toHaveProperty('email');
  });

  it('is only the groups that are named for it', async () => {
    const library = await party('図書館', { groups: { names: ['staff'], prefixes: ['lib-r'] } });
    const tokens = await library.signIn({ scope: 'openid groups' });
    expect((await library.userinfo(tokens.access_token)).groups).toEqual(['staff', 'lib-readers']);
  });

  it('is in the ID token too where it wants it there', async () => {
    const plain = await party('別々', {});
    expect((await plain.signIn({ scope: everything })).claims()).not.toHaveProperty('groups');
    const complete = await party('一緒', { claimsInIdToken: true });
    expect((await complete.signIn({ scope: 'openid groups organization' })).claims()).toMatchObject({
      ...{ groups: ['staff', 'lib-readers', 'lib-staff'], organization: '緑市', department: '税務課' },
    });
  });

  it('changes with its settings, on the very next request', async () => {
    const one = await party('変更', {});
    const tokens = await one.signIn({ scope: 'openid groups' });
    const choices = { groups: { names: ['staff'], prefixes: [] } };
    await changeClientSettings(office.idp.context, { client: '変更', choices, actor: admin });
    expect((await one.userinfo(tokens.access_token)).groups).toEqual(['staff']);
  });
});

describe('tokens live as long as the client’s settings say', () => {
  it('which says how long', async () => {
    const short = await party('短い', { lifetimes: { accessTokenSeconds: 60, idTokenSeconds: 120 } });
    const tokens = await short.signIn();
    expect(tokens.expires_in).toBe(60);
    const { iat = 0, exp = 0 } = decodeJwt(tokens.id_token ?? '');
    expect(exp - iat).toBe(120);
  });

  it('and a sign-in that is older than a client takes is asked for again, which others do not', async () => {
    const kiosk = await party('端末', {}, { preset: 'kiosk' });
    const web = await party('机', {});
    const browser = new Browser();
    await kiosk.signIn({}, browser);
    await web.signIn({}, browser);
    const again = async ({ client, config }: Party) => {
      const { parameters } = await begin({ redirect_uri: client.redirectUri, prompt: 'none' });
      const { location } = await browser.follow(openid.buildAuthorizationUrl(config, parameters).href);
      return new URL(location).searchParams.get('error') ?? 'signed in';
    };
    expect([await again(kiosk), await again(web)]).toEqual(['signed in', 'signed in']);
    await changeClientSettings(office.idp.context, {
      client: '端末',
      choices: { lifetimes: { sessionSeconds: 60 } },
      actor: admin,
    });
    await atLater(61_000, async () => {
      expect([await again(kiosk), await again(web)]).toEqual(['login_required', 'signed in']);
    });
  });
});

/** Runs something that many ms later: the library looks at the machine's clock. */
async function atLater(ms: number, work: () => Promise<void>): Promise<void> {
  const { now } = Date;
  Date.now = () => now() + ms;
  try {
    await work();
  } finally {
    Date.now = now;
  }
}

describe('a refresh token', () => {
  const offline = { scope: 'openid offline_access', prompt: 'consent' };

  it('is good once and brings the next one; a used one that comes again ends the whole family, and that is noted', async () => {
    const one = await party('更新', {});
    const first = await one.signIn(offline);
    const second = await openid.refreshTokenGrant(one.config, first.refresh_token ?? '');
    expect(second.refresh_token).not.toBe(first.refresh_token);
    expect(await codeOf(openid.refreshTokenGrant(one.config, first.refresh_token ?? ''))).toBe(
      'invalid_grant',
    );
    expect(await codeOf(openid.refreshTokenGrant(one.config, second.refresh_token ?? ''))).toBe(
      'invalid_grant',
    );
    expect(await codeOf(one.userinfo(second.access_token))).not.toBe('accepted');
    expect(await reuses(one.client)).toEqual([{ what: 'refresh token', client: one.client.clientId }]);
  });

  it('of a hundred uses at once brings at most one next one, and ends', async () => {
    const one = await party('更新百', {});
    const { refresh_token: token = '' } = await one.signIn(offline);
    const outcomes = await Promise.allSettled(
      Array.from({ length: 100 }, () => openid.refreshTokenGrant(one.config, token)),
    );
    const given = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
    expect(given.length).toBeLessThanOrEqual(1);
    for (const { refresh_token: next = '' } of given) {
      expect(await codeOf(openid.refreshTokenGrant(one.config, next))).toBe('invalid_grant');
    }
    expect((await reuses(one.client)).length).toBeGreaterThan(0);
  });

  it('is of no use once the family’s time is over, however often it was changed', async () => {
    const one = await party('更新期限', { lifetimes: { refreshTokenSeconds: 600 } });
    const first = await one.signIn(offline);
    let token = first.refresh_token ?? '';
    await laterBy(400, async () => {
      token = (await openid.refreshTokenGrant(one.config, token)).refresh_token ?? '';
    });
    await laterBy(601, async () => {
      expect(await codeOf(openid.refreshTokenGrant(one.config, token))).toBe('invalid_grant');
    });
  });

  it('never outlives the card it rests on', async () => {
    const one = await party('更新証', {});
    const { refresh_token: token = '' } = await one.signIn(offline);
    const { exp = Number.POSITIVE_INFINITY } = await openid.tokenIntrospection(one.config, token);
    const [card] = await office.idp.context.record.cards.findByPerson(office.person.personId);
    // The certificate is valid through its last second, and a machine's clock is read twice.
    expect(exp * 1_000).toBeLessThanOrEqual((card?.notAfter ?? 0) + 10_000);
  });

  it('is not given where a client may not refresh', async () => {
    const kiosk = await party('端末二', {}, { preset: 'kiosk' });
    expect((await kiosk.signIn(offline)).refresh_token).toBeUndefined();
  });
});

/** The same on both clocks: ours and the library's. */
async function laterBy(seconds: number, work: () => Promise<void>): Promise<void> {
  const { clock } = office.idp;
  clock.advance(seconds);
  try {
    await atLater(seconds * 1_000, work);
  } finally {
    clock.advance(-seconds);
  }
}

async function reuses({ clientId }: OfficeClient): Promise<readonly object[]> {
  const found: object[] = [];
  for await (const { type, details } of office.idp.context.audit.read()) {
    if (type === 'client.token-reused' && details?.client === clientId) found.push(details);
  }
  return found;
}
