import { fetchUserInfo } from 'openid-client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Browser } from '../http/support/browser.ts';
import { presentCard, RelyingParty } from '../http/support/relying-party.ts';
import { type RunningIdp, runIdp } from '../http/support/running-idp.ts';
import type { SoftwareBridge } from '../http/support/software-bridge.ts';

let idp: RunningIdp;
let bridge: SoftwareBridge;
let rp: RelyingParty;
let personId: string;
const serialNumber = '0b00a1';

beforeAll(async () => {
  idp = await runIdp();
  const person = await idp.addPerson('hanako', {
    displayNameKana: 'ミドリ ハナコ',
    mail: 'hanako@midori.example.jp',
    employeeNumber: '001234',
    department: '税務課',
  });
  personId = person.personId;
  await idp.addCard(person, serialNumber);
  const client = await idp.addClient('勤怠 Kintai', ['card-pin', 'certificate']);
  bridge = await idp.addBridge('窓口1', [client]);
  rp = await RelyingParty.discover(idp.issuer, client);
});
afterAll(() => idp.close());

it('a card and its PIN lead to an ID token that says so, with PKCE, and userinfo gives what the scopes ask for', async () => {
  const browser = new Browser();
  const started = await rp.start({ scope: 'openid profile email groups organization employee' });
  const signIn = await browser.follow(started.url);
  expect(signIn.status).toBe(200);
  const callback = await presentCard(browser, signIn, {
    bridge,
    serialNumber,
    demand: 'pin',
    now: idp.clock.now(),
  });
  const tokens = await rp.redeem(callback.location, started);
  expect(tokens.claims()).toMatchObject({
    sub: personId,
    acr: 'urn:kazasu:acr:card-pin',
    amr: ['sc', 'hwk', 'pin', 'mfa'],
    auth_time: expect.any(Number),
  });
  expect(await fetchUserInfo(rp.config, tokens.access_token, personId)).toEqual({
    sub: personId,
    name: '緑 花子',
    'name#ja-Kana-JP': 'ミドリ ハナコ',
    preferred_username: 'hanako',
    email: 'hanako@midori.example.jp',
    groups: ['staff'],
    organization: '緑市',
    department: '税務課',
    employee_number: '001234',
  });
});
