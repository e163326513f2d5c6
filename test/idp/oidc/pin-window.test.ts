import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toAcr } from '../../../idp/domain/assurance.ts';
import type { CardId } from '../../../idp/domain/card.ts';
import type { Person } from '../../../idp/domain/person.ts';
import { actor } from '../../../idp/domain/registration.ts';
import { endOfDay } from '../../../idp/domain/temporary-code.ts';
import { restoreCard, suspendCard } from '../../../idp/flows/change-card.ts';
import { restorePerson, suspendPerson } from '../../../idp/flows/change-person.ts';
import { disableReader } from '../../../idp/flows/manage-readers.ts';
import { Browser } from '../http/support/browser.ts';
import { linkTo, presentCard, RelyingParty } from '../http/support/relying-party.ts';
import { type RunningIdp, runIdp } from '../http/support/running-idp.ts';
import type { SoftwareBridge } from '../http/support/software-bridge.ts';

let idp: RunningIdp;
let bridge: SoftwareBridge;
let hanako: Person;
let cardId: CardId;
let portal: RelyingParty;
let start: number;
const serialNumber = '0b00a1';
const operator = actor('os', 0);
const hour = 3_600;

beforeAll(async () => {
  idp = await runIdp();
  // An hour into the day, so that a window of three hours is over before the day is.
  start = endOfDay(idp.clock.now()) + hour * 1_000;
  idp.clock.set(start);
  hanako = await idp.addPerson('hanako');
  cardId = await idp.addCard(hanako, serialNumber);
  const client = await idp.addClient('Portal', ['card-pin', 'certificate-in-window', 'certificate']);
  bridge = await idp.addBridge('窓口1', [client]);
  portal = await RelyingParty.discover(idp.issuer, client);
  await idp.context.record.change(async (tables) => {
    const found = await tables.clients.find(client.clientId);
    if (found === undefined) throw new Error('no client');
    await tables.clients.replacePolicy({ ...found.policy, pinWindowSeconds: 20 * hour });
  });
  await idp.context.clients.reload(idp.context.record);
});
afterAll(() => idp.close());

/** What one presentation of the card is worth. */
async function acrOf(demand: 'tap' | 'pin', parameters: Record<string, string> = {}): Promise<string> {
  const browser = new Browser('en');
  const started = await portal.start(parameters);
  const page = await browser.follow(started.url);
  const { location, text } = await presentCard(browser, page, {
    ...{ bridge, serialNumber, demand, now: idp.clock.now() },
  });
  if (!location.startsWith(portal.client.redirectUri))
    return /<code>([\w-]+)<\/code>/.exec(text)?.[1] ?? text;
  const code = new URL(location).searchParams.get('code') ?? '';
  return String((await idp.oidcState.find('AuthorizationCode', code))?.acr ?? location);
}

const inWindow = toAcr('certificate-in-window');

describe('the PIN window', () => {
  it.each<[string, () => Promise<unknown>, () => Promise<unknown>]>([
    [
      'the card',
      () => suspendCard(idp.context, { card: cardId, actor: operator }),
      () => restoreCard(idp.context, { card: cardId, actor: operator }),
    ],
    [
      'its holder',
      () => suspendPerson(idp.context, { person: 'hanako', actor: operator }),
      () => restorePerson(idp.context, { person: 'hanako', actor: operator }),
    ],
  ])('ends with a suspension of %s, and is not back after it', async (_whom, suspend, restore) => {
    await acrOf('pin');
    expect(await acrOf('tap')).toBe(inWindow);
    await suspend();
    await restore();
    expect(await acrOf('tap')).toBe(toAcr('certificate'));
  });

  it('never makes a step up: who is asked for the PIN is asked for the PIN', async () => {
    await acrOf('pin');
    const claims = JSON.stringify({ id_token: { acr: { essential: true, value: toAcr('card-pin') } } });
    const browser = new Browser();
    const page = await browser.follow((await portal.start({ claims })).url);
    expect(() => linkTo(page, 'tap')).toThrow('offers no tap');
    // The reader skips the PIN: within the window the card is worth what it is, which is not that.
    const challenge = await bridge.open((await browser.get(linkTo(page, 'pin'))).location, idp.clock.now());
    const answer = await bridge.tap({ ...challenge, demand: 'tap' }, serialNumber, idp.clock.now());
    const { returnCode } = (await answer.json()) as { returnCode: string };
    const { location } = await browser.follow(`${bridge.answer.returnUrl}?code=${returnCode}`);
    expect(new URL(location).searchParams.get('error')).toBe('unmet_authentication_requirements');
  });

  it('lifts later taps of that card for hours, to the end of the day in Japan and not beyond', async () => {
    expect(await acrOf('pin')).toBe(toAcr('card-pin'));
    expect(await acrOf('tap')).toBe(inWindow);
    idp.clock.advance(19 * hour);
    expect(await acrOf('tap')).toBe(inWindow);
    idp.clock.set(endOfDay(start) - hour * 1_000);
    await acrOf('pin');
    idp.clock.set(endOfDay(start) - 1_000);
    expect(await acrOf('tap')).toBe(inWindow);
    idp.clock.set(endOfDay(start));
    expect(await acrOf('tap')).toBe(toAcr('certificate'));
  });

  it('ends with its reader', async () => {
    await acrOf('pin');
    const reader = await idp.context.record.readers.find('窓口1');
    const proof = () => idp.context.taps.findPinProof(cardId, reader?.group ?? '');
    expect(await proof()).toBeDefined();
    await disableReader(idp.context, { reader: '窓口1', actor: operator });
    expect(await proof()).toBeUndefined();
  });
});
