import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { actor } from '../../../idp/domain/registration.ts';
import { restorePerson, suspendPerson } from '../../../idp/flows/change-person.ts';
import { Browser } from '../http/support/browser.ts';
import { linkTo, presentCard, type RelyingParty } from '../http/support/relying-party.ts';
import {
  type AttackWorld,
  attackWorld,
  cardOfAttacker,
  cardOfVictim,
  errorIn,
} from './support/attack-world.ts';

let world: AttackWorld;
beforeAll(async () => {
  world = await attackWorld();
});
afterAll(() => world.close());

const isSessionCookie = (name: string) => name.startsWith('kazasu_session');
const pinOnly = {
  claims: JSON.stringify({ id_token: { acr: { essential: true, value: 'urn:kazasu:acr:card-pin' } } }),
};

/** What a client gets without anybody doing anything. */
async function silently(rp: RelyingParty, browser: Browser, parameters: Record<string, string> = {}) {
  const started = await rp.start({ prompt: 'none', ...parameters });
  const { location } = await browser.follow(started.url);
  return errorIn(location) ?? (await rp.redeem(location, started)).claims();
}

describe('session fixation', () => {
  it('a session that somebody planted before the sign-in is not the one that is signed in', async () => {
    const [attacker, victim] = [new Browser(), new Browser()];
    // The attacker's own visit gives a session without anybody in it.
    await attacker.follow((await world.kintai.start()).url);
    victim.copyCookies(attacker, isSessionCookie);
    await world.signIn(world.kintai, { browser: victim });
    expect(await silently(world.kintai, attacker)).toBe('login_required');
    expect(await silently(world.kintai, victim)).toMatchObject({ sub: world.person.personId });
  });

  it('a session of the attacker’s own, planted, does not become the victim’s: the victim’s sign-in ends it', async () => {
    const { browser: attacker } = await world.signIn(world.kintai, { card: cardOfAttacker });
    const victim = new Browser();
    victim.copyCookies(attacker, isSessionCookie);
    const page = await victim.follow((await world.kintai.start({ prompt: 'login' })).url);
    const asked = await presentCard(victim, page, {
      ...{ bridge: world.bridge, serialNumber: cardOfVictim, demand: 'pin', now: world.idp.clock.now() },
    });
    // A browser submits this form by itself: the session of the person before ends.
    const field = (name: string) => new RegExp(`name="${name}" value="([^"]*)"`).exec(asked.text)?.[1] ?? '';
    const action = /action="([^"]*)"/.exec(asked.text)?.[1] ?? '';
    const ended = await victim.post(action, { xsrf: field('xsrf'), logout: field('logout') });
    await victim.follow(ended.location);
    expect(await silently(world.kintai, victim)).toMatchObject({ sub: world.person.personId });
    expect(await silently(world.kintai, attacker)).toBe('login_required');
  });

  it('a session that was copied before a step-up does not take part in it', async () => {
    const { browser } = await world.signIn(world.kintai, { demand: 'tap' });
    const thief = new Browser();
    thief.copyCookies(browser, isSessionCookie);
    await world.signIn(world.kintai, { browser, parameters: pinOnly });
    expect(await silently(world.kintai, browser, pinOnly)).toMatchObject({ acr: 'urn:kazasu:acr:card-pin' });
    expect(await silently(world.kintai, thief, pinOnly)).toMatch(/_required|unmet/);
  });

  it('a session cookie is unreadable to scripts, comes along from other sites only by navigation, and is signed', async () => {
    const page = await new Browser().get((await world.kintai.start()).url);
    for (const line of page.headers.getSetCookie()) {
      expect(line.toLowerCase()).toMatch(/; httponly/);
      expect(line.toLowerCase()).toMatch(/; samesite=lax/);
    }
    const forged = new Browser();
    const stolen = await world.signIn(world.kintai);
    // Without its signature it is nobody's.
    forged.copyCookies(stolen.browser, (name) => name === 'kazasu_session');
    expect(await silently(world.kintai, forged)).toBe('login_required');
  });
});

describe('login CSRF', () => {
  it('an attacker’s finished sign-in, opened in the victim’s browser, signs nobody in there', async () => {
    const attacker = new Browser();
    const started = await world.kintai.start();
    const page = await attacker.follow(started.url);
    const toBridge = await attacker.get(linkTo(page, 'pin'));
    const back = await world.bridge.present(toBridge.location, cardOfAttacker, world.idp.clock.now());
    // The attacker stops here and has the victim open it.
    const victim = new Browser();
    const lured = await victim.follow(back);
    expect(lured.status).toBe(403);
    expect(await silently(world.kintai, victim)).toBe('login_required');
  });

  it('so does the address on which the attacker’s own sign-in goes on', async () => {
    const attacker = new Browser();
    const page = await attacker.follow((await world.kintai.start()).url);
    const toBridge = await attacker.get(linkTo(page, 'pin'));
    const back = await world.bridge.present(toBridge.location, cardOfAttacker, world.idp.clock.now());
    const { location: resume } = await attacker.get(back);
    expect(resume).toContain('/authorize/');
    const victim = new Browser();
    expect((await victim.follow(resume)).status).toBe(400);
    expect(await silently(world.kintai, victim)).toBe('login_required');
  });

  it('the client’s own state comes back with the code, so that it can tell its own sign-in from another', async () => {
    const { callback, started } = await world.signIn(world.kintai, { card: cardOfAttacker });
    const victims = await world.kintai.start();
    expect(new URL(callback).searchParams.get('state')).toBe(started.state);
    await expect(world.kintai.redeem(callback, victims)).rejects.toMatchObject({
      code: 'OAUTH_INVALID_RESPONSE',
    });
  });
});

describe('the challenge of another interaction', () => {
  it('answers that one and no other: two sign-ins of two people cannot be crossed', async () => {
    const [victim, attacker] = [new Browser(), new Browser()];
    const [victims, attackers] = [await world.kintai.start(), await world.kintai.start()];
    const victimsPage = await victim.follow(victims.url);
    const attackersPage = await attacker.follow(attackers.url);
    const now = world.idp.clock.now();
    const attackersChallenge = (await attacker.get(linkTo(attackersPage, 'pin'))).location;
    // The victim's card answers the attacker's challenge, and the code goes back with the victim's browser.
    const back = await world.bridge.present(attackersChallenge, cardOfVictim, now);
    expect((await victim.follow(back)).status).toBe(403);
    expect((await attacker.follow(back)).status).toBe(403);
    // The victim's own sign-in is still there, and ends as the victim.
    const { location } = await presentCard(victim, victimsPage, {
      ...{ bridge: world.bridge, serialNumber: cardOfVictim, demand: 'pin', now },
    });
    const tokens = await world.kintai.redeem(location, victims);
    expect(tokens.claims()?.sub).toBe(world.person.personId);
  });

  it('of another client, opened by changing the address, is not to be had', async () => {
    const browser = new Browser();
    const zaimus = await browser.follow((await world.zaimu.start()).url);
    const kintais = await browser.follow((await world.kintai.start()).url);
    const uid = (url: string) => new URL(url).pathname.split('/')[2] ?? '';
    // Zaimu accepts no bare tap; the link for one is Kintai's.
    const crossed = linkTo(kintais, 'tap').replace(uid(kintais.url), uid(zaimus.url));
    expect((await browser.get(crossed)).location).not.toContain('/present?challenge=');
  });
});

describe('step-up with an old session', () => {
  it('is not satisfied by what the session reached before, silently or otherwise', async () => {
    const { browser } = await world.signIn(world.kintai, { demand: 'tap' });
    expect(await silently(world.kintai, browser, pinOnly)).toMatch(/_required|unmet/);
    const page = await browser.follow((await world.kintai.start(pinOnly)).url);
    expect(linkTo(page, 'pin')).toContain('/present');
  });

  it('cannot be had by claiming less on the way: the request is kept with us, not in the address', async () => {
    const { browser } = await world.signIn(world.kintai, { demand: 'tap' });
    const page = await browser.follow((await world.kintai.start(pinOnly)).url);
    const uid = new URL(page.url).pathname.split('/')[2] ?? '';
    const resumed = await browser.get(
      `${world.idp.issuer}/authorize/${uid}?acr_values=urn:kazasu:acr:certificate&claims={}`,
    );
    expect(resumed.location).not.toContain('code=');
  });

  it('an ID token of before, as a hint, changes nothing about it', async () => {
    const { browser, callback, started } = await world.signIn(world.kintai, { demand: 'tap' });
    const hint = (await world.kintai.redeem(callback, started)).id_token ?? '';
    expect(await silently(world.kintai, browser, { ...pinOnly, id_token_hint: hint })).toMatch(
      /_required|unmet/,
    );
  });

  it('max_age is counted from the sign-in, not from the last use', async () => {
    const { browser } = await world.signIn(world.kintai);
    expect(await silently(world.kintai, browser, { max_age: '3600' })).toMatchObject({
      acr: 'urn:kazasu:acr:card-pin',
    });
    expect(await silently(world.kintai, browser, { max_age: '0' })).toBe('login_required');
  });

  it('a session from before a suspension is nobody’s after the person came back', async () => {
    const { browser } = await world.signIn(world.kintai);
    const who = { person: world.person.personId, actor: actor('os', 0) };
    await suspendPerson(world.idp.context, who);
    await restorePerson(world.idp.context, who);
    expect(await silently(world.kintai, browser)).toBe('login_required');
  });
});
