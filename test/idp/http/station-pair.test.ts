import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { actor } from '../../../idp/domain/registration.ts';
import { disableReader } from '../../../idp/flows/manage-readers.ts';
import { makePairingCode, pairingSeconds, unpairStation } from '../../../idp/flows/pair-station.ts';
import { KioskBrowser } from './support/kiosk-browser.ts';
import { type RunningIdp, runIdp, type TestClient } from './support/running-idp.ts';

let idp: RunningIdp;
let client: TestClient;
const admin = actor('os', 0);

beforeAll(async () => {
  idp = await runIdp();
  client = await idp.addClient('kintai', ['certificate']);
  await idp.addBridge('hall', [client], 'station');
  await idp.addBridge('desk', [client]);
});
afterAll(() => idp.close());

const codeFor = async (reader: string) =>
  (await makePairingCode(idp.context, { reader, actor: admin })).pairingCode;
const hall = async () => (await idp.context.record.readers.find('hall'))?.readerId;

describe('a pairing code', () => {
  it('makes the browser that enters it the station of the reader, and says so', async () => {
    const browser = new KioskBrowser(idp);
    const answer = await browser.enter(await codeFor('hall'));
    expect([answer.status, JSON.parse(answer.text)]).toMatchObject([200, { reader: 'hall' }]);
    const [station, ...others] = await idp.context.record.stations.list();
    const { x, y } = browser.publicKey;
    expect(station).toMatchObject({ readerId: await hall(), publicKey: { kty: 'EC', crv: 'P-256', x, y } });
    expect(others).toEqual([]);
    expect(browser.cookieNames).toContain('kazasu_station');
  });

  it('is twelve letters and digits in groups, and is taken as people type it', async () => {
    const code = await codeFor('hall');
    expect(code).toMatch(/^[a-z2-7]{4}-[a-z2-7]{4}-[a-z2-7]{4}$/);
    const typed = ` ${code.toUpperCase().replaceAll('-', ' ')} `;
    expect((await new KioskBrowser(idp).enter(typed)).status).toBe(200);
  });

  it('is good once: of a hundred browsers at once one is paired', async () => {
    const code = await codeFor('hall');
    const browser = new KioskBrowser(idp);
    const outcomes = await Promise.all(Array.from({ length: 100 }, () => browser.enter(code)));
    expect(outcomes.filter(({ status }) => status === 200)).toHaveLength(1);
    idp.clock.advance(600);
  });

  it('is good in the millisecond before its ten minutes are over, and not in that one', async () => {
    const before = idp.clock.now();
    const first = await codeFor('hall');
    idp.clock.set(before + pairingSeconds * 1_000);
    expect((await new KioskBrowser(idp).enter(first)).status).toBe(403);
    idp.clock.set(before);
    const second = await codeFor('hall');
    idp.clock.set(before + pairingSeconds * 1_000 - 1);
    expect((await new KioskBrowser(idp).enter(second)).status).toBe(200);
  });

  it('ends when a newer one is made', async () => {
    const older = await codeFor('hall');
    await codeFor('hall');
    expect((await new KioskBrowser(idp).enter(older)).status).toBe(403);
  });

  it('is kept as a hash, and its guesses are slowed by address', async () => {
    idp.clock.advance(600);
    const code = await codeFor('hall');
    const answers = [];
    for (let n = 0; n < 25; n += 1) answers.push(await new KioskBrowser(idp).enter(`guess-${n}`));
    expect(answers.map(({ status }) => status)).toEqual(expect.arrayContaining([403, 429]));
    expect(answers[0]?.text).toContain('The code is not right');
    expect((await new KioskBrowser(idp).enter(code)).status).toBe(429);
    idp.clock.advance(301);
    expect((await new KioskBrowser(idp).enter(code)).status).toBe(200);
  });

  it('is made for a station alone', async () => {
    await expect(codeFor('desk')).rejects.toMatchObject({ code: 'ERR_READER_KIND' });
    await expect(codeFor('nowhere')).rejects.toMatchObject({ code: 'ERR_READER_UNKNOWN' });
  });

  it('comes with a key on P-256, or is not taken', async () => {
    const code = await codeFor('hall');
    const browser = new KioskBrowser(idp);
    const answer = await browser.postJson(`${idp.issuer}/station/pair`, {
      code,
      publicKey: { ...browser.publicKey, x: 'A'.repeat(43) },
    });
    expect(answer.status).toBe(400);
    expect((await browser.enter(code)).status).toBe(200);
  });
});

describe('a pairing', () => {
  it('takes the place of the one before: a reader has one browser', async () => {
    const first = await new KioskBrowser(idp).pair('hall');
    const second = await new KioskBrowser(idp).pair('hall');
    const stations = await idp.context.record.stations.list();
    expect(stations.map(({ pairingId }) => pairingId)).toEqual([second.pairingId]);
    expect(await idp.context.record.stations.find(first.pairingId)).toHaveProperty('endedAt');
  });

  it('is ended by an administrator, with a code that waits', async () => {
    await new KioskBrowser(idp).pair('hall');
    const code = await codeFor('hall');
    await unpairStation(idp.context, { reader: 'hall', actor: admin });
    expect(await idp.context.record.stations.list()).toEqual([]);
    expect((await new KioskBrowser(idp).enter(code)).status).toBe(403);
    await expect(unpairStation(idp.context, { reader: 'hall', actor: admin })).rejects.toMatchObject({
      code: 'ERR_NOT_PAIRED',
    });
  });

  it('is not made with a reader that was disabled meanwhile', async () => {
    await idp.addBridge('gone', [client], 'station');
    const code = await codeFor('gone');
    await disableReader(idp.context, { reader: 'gone', actor: admin });
    expect((await new KioskBrowser(idp).enter(code)).status).toBe(403);
    await expect(codeFor('gone')).rejects.toMatchObject({ code: 'ERR_READER_STATE' });
  });
});

it('the page has the form and a script of our own, in both languages', async () => {
  const browser = new KioskBrowser(idp);
  const english = await browser.get(`${idp.issuer}/station/pair`);
  expect(english.text).toContain('Pair this browser with a card reader');
  const [, script = ''] = /<script src="(\/assets\/station-[0-9a-f]+\.js)" defer>/.exec(english.text) ?? [];
  const asset = await browser.get(`${idp.issuer}${script}`);
  expect([asset.status, asset.headers.get('content-type')]).toEqual([200, 'text/javascript; charset=utf-8']);
  const japanese = await browser.get(`${idp.issuer}/station/pair?lang=ja`);
  expect(japanese.text).toContain('端末とカードリーダーの組み合わせ');
});
