import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { enrolPath } from '../../../idp/wire/enrolment.ts';
import { registrationsPath } from '../../../idp/wire/registration.ts';
import { SoftwarePasskey } from '../../support/software-authenticator.ts';
import { Browser } from '../http/support/browser.ts';
import { directoryOf, hrefTo } from '../http/support/forms.ts';
import { optionsIn } from '../http/support/passkey-steps.ts';
import { RelyingParty } from '../http/support/relying-party.ts';
import { type RunningIdp, runIdp } from '../http/support/running-idp.ts';
import type { SoftwareBridge } from '../http/support/software-bridge.ts';

let idp: RunningIdp;
let portal: RelyingParty;
let bridge: SoftwareBridge;
/** No test meets the misses of another. */
let round = 0;

beforeAll(async () => {
  // A proxy is believed, so that guesses can come from many places.
  idp = await runIdp({ trustedProxies: ['127.0.0.1'] }, (clock) => ({ passwords: directoryOf({}, clock) }));
  portal = await RelyingParty.discover(idp.issuer, await idp.addClient('Portal', ['password', 'passkey']));
  bridge = await idp.addBridge('窓口1', []);
});
afterAll(() => idp.close());
beforeEach(() => {
  round += 1;
});

const place = (n: number) => `198.51.${round}.${n}`;
const from = (address: string) => ({ 'x-forwarded-for': address, origin: idp.issuer });

async function postJson(path: string, body: object, address: string): Promise<number> {
  return (await new Browser().postJson(`${idp.issuer}${path}`, body, from(address))).status;
}

const publicKey = () =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' });

/** One wrong guess from an address, about an account where there is one. @returns the status of the answer */
const ways: readonly (readonly [string, (address: string, account: string) => Promise<number>])[] = [
  [
    'the setup link',
    async (address) => (await new Browser().get(`${idp.issuer}/setup?token=guessed`, from(address))).status,
  ],
  [
    'a reader’s enrolment code',
    (address) => postJson(enrolPath, { code: 'guessed', publicKey: publicKey() }, address),
  ],
  [
    'a kiosk’s pairing code',
    (address) => postJson('/station/pair', { code: 'guessed', publicKey: publicKey() }, address),
  ],
  [
    'an invitation',
    async (address) =>
      (
        await fetch(`${idp.issuer}${registrationsPath}`, {
          method: 'POST',
          headers: { ...from(address), 'content-type': 'application/jwt' },
          body: await bridge.registrationRequest('guessed-guessed-guessed', idp.clock.now()),
        })
      ).status,
  ],
  [
    'an approver’s code for a passkey',
    (address, account) => postJson('/passkey/options', { uid: account, code: 'ABCDE-FGHJK' }, address),
  ],
  ['a passkey', passkey],
  ['a directory password', password],
];

async function passkey(address: string): Promise<number> {
  const browser = new Browser();
  const page = await browser.follow((await portal.start()).url);
  const form = await browser.get(`${page.url}/passkey`);
  const response = new SoftwarePasskey(idp.issuer).get(optionsIn(form));
  return (await browser.postJson(`${page.url}/passkey`, { response }, from(address))).status;
}

async function password(address: string, account: string): Promise<number> {
  const browser = new Browser();
  const page = await browser.follow((await portal.start()).url);
  const form = await browser.get(hrefTo(page, 'password'));
  const token = /name="token" value="([^"]*)"/.exec(form.text)?.[1] ?? '';
  const fields = { token, uid: account, password: 'guessed' };
  return (await browser.post(form.url, fields, from(address))).status;
}

describe.each(ways)('somebody who guesses %s', (_what, guess) => {
  it('is stopped at that address after a few, goes on nowhere sooner, and later may try again', async () => {
    const account = `somebody-${round}`;
    let tries = 0;
    for (let status = 0; status !== 429; tries += 1) {
      expect(tries).toBeLessThan(30);
      status = await guess(place(1), account);
      expect(status).not.toBeLessThan(400);
    }
    expect(await guess(place(1), account)).toBe(429);
    // A city hall shares one address: it is not stopped for what somebody does elsewhere.
    expect(await guess(place(2), `else-${round}`)).not.toBe(429);
    idp.clock.advance(3_600);
    expect(await guess(place(1), account)).not.toBe(429);
  });
});

describe.each(ways.filter(([what]) => /password|approver/.test(what)))(
  'somebody who guesses %s from many places',
  (_what, guess) => {
    it('is stopped for that account alone, however its name is spelled, and whether or not there is one', async () => {
      const account = `victim-${round}`;
      const statuses: number[] = [];
      for (let n = 0; n < 40; n += 1) {
        statuses.push(await guess(place(10 + n), n % 2 === 0 ? account : account.toUpperCase()));
      }
      expect(statuses.at(-1)).toBe(429);
      expect(await guess(place(60), `another-${round}`)).not.toBe(429);
    });
  },
);
