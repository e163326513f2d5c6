import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type LoopbackServer, startLoopbackServer } from '../../reader-bridge/loopback/loopback-server.ts';
import { SoftwareFelicaCard } from '../../reader-bridge/virtual/felica-card.ts';
import type { ReaderEvent, SoftwareReader } from '../../reader-bridge/virtual/software-reader.ts';
import {
  nextCard,
  nextCardPolicy,
  smartphone,
  smartphonePolicy,
  testProfiles,
} from '../support/card-profiles.ts';
import { enrolledClient, temporaryState } from './enrolled.ts';
import { type ProviderDouble, signatureVerifies, startProviderDouble } from './provider-double.ts';
import {
  commandsOf,
  createTestHolder,
  poweredOffAfterPin,
  recordingReader,
  type TestHolder,
  testPin,
} from './software-cards.ts';

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

let holder: TestHolder;
let phone: TestHolder;
let next: TestHolder;
let provider: ProviderDouble;
let temporary: ReturnType<typeof temporaryState>;
let reader: SoftwareReader;
let events: ReaderEvent[];
let server: LoopbackServer;
let logged: string[];
let now: number;

beforeAll(async () => {
  [holder, phone, next] = await Promise.all([
    createTestHolder(),
    createTestHolder({ profile: smartphone, certificatePolicy: smartphonePolicy }),
    createTestHolder({ profile: nextCard, certificatePolicy: nextCardPolicy, key: 'p384' }),
  ]);
});

beforeEach(async () => {
  provider = await startProviderDouble();
  temporary = temporaryState();
  ({ reader, events } = recordingReader());
  logged = [];
  now = Date.now();
  const clock = { now: () => now };
  const client = await enrolledClient(provider, temporary.state, clock);
  const log = (text: string) => logged.push(text);
  server = await startLoopbackServer({ reader, client, clock, log, port: 0, uid: process.getuid?.() });
});

afterEach(async () => {
  await server.close();
  temporary.remove();
  await provider.close();
});

const navigation = {
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
  'sec-fetch-site': 'cross-site',
  'accept-language': 'en',
};
const ourPage = { 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' };

function send(
  method: 'GET' | 'POST' | 'PUT',
  path: string,
  headers: { readonly [name: string]: string },
  body?: string,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const host = `127.0.0.1:${server.port}`;
    const options = { host: '127.0.0.1', port: server.port, method, path, headers: { host, ...headers } };
    const outgoing = httpRequest(options, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('end', () =>
        resolve({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers,
          body: Buffer.concat(chunks).toString('utf8'),
        }),
      );
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

const get = (path: string, headers: { readonly [name: string]: string } = navigation) =>
  send('GET', path, headers);

function post(
  path: string,
  form: { readonly [field: string]: string },
  headers: { readonly [name: string]: string } = {},
) {
  const ours = {
    ...navigation,
    'sec-fetch-site': 'same-origin',
    origin: `http://127.0.0.1:${server.port}`,
    'content-type': 'application/x-www-form-urlencoded',
  };
  return send('POST', path, { ...ours, ...headers }, new URLSearchParams(form).toString());
}

/** Opens a challenge as the browser does, and follows to the clean address. */
async function begin(...challenge: Parameters<ProviderDouble['challenge']>): Promise<string> {
  const answer = await get(`/present?challenge=${await provider.challenge(...challenge)}`);
  expect(answer.status).toBe(303);
  return String(answer.headers.location);
}

/** Waits until the page says something, as `present.js` does. */
async function pageWith(path: string, text: string): Promise<string> {
  return vi.waitFor(async () => {
    const { body } = await get(path);
    expect(body).toContain(text);
    return body;
  });
}

async function cameBack(path: string): Promise<URL> {
  return vi.waitFor(async () => {
    const { status, headers } = await get(path);
    expect(status).toBe(303);
    return new URL(String(headers.location));
  });
}

const secretOf = (page: string): string => /name="secret" value="([^"]+)"/.exec(page)?.[1] ?? '';
const pinsSent = () => commandsOf(events).filter((command) => command.startsWith('0020008004'));

describe('a tap at a workstation', () => {
  test('goes from challenge to card to return code', async () => {
    const path = await begin();
    expect(path).toMatch(/^\/present\/[\w-]{22}$/);
    await pageWith(path, 'Hold the card on the reader');
    reader.present(holder.card());
    const back = await cameBack(path);
    expect(back.origin + back.pathname).toBe(`${provider.url}/interaction/return`);
    expect(back.searchParams.get('code')).toBe(`code-for-${provider.taps[0]?.nonce}`);
    expect(provider.taps[0]?.evidence.type).toBe('certificate');
  });

  test('says who asks, escaped, in the language of the sign-in page', async () => {
    const english = (await get(await begin())).body;
    expect(english).toContain('“Attendance &lt;kiosk&gt;”');
    expect(english).toContain('<html lang="en">');
    await server.close();
    const clock = { now: () => now };
    const client = await enrolledClient(provider, temporary.state, clock);
    server = await startLoopbackServer({
      reader,
      client,
      clock,
      log: () => {},
      port: 0,
      uid: process.getuid?.(),
    });
    const japanese = (await get(await begin({ uiLocale: 'ja' }))).body;
    expect(japanese).toContain('「Attendance &lt;kiosk&gt;」へのサインインです');
    expect(japanese).toContain('<html lang="ja">');
  });

  test('says on every page, the ones about trouble too, when all of this is a demonstration', async () => {
    await server.close();
    provider.answerOverrides = { demonstration: true };
    const clock = { now: () => now };
    const client = await enrolledClient(provider, temporary.state, clock);
    const uid = process.getuid?.();
    server = await startLoopbackServer({ reader, client, clock, log: () => {}, port: 0, uid });
    const notice = 'This is a demonstration with a test authority.';
    expect((await get(await begin())).body).toContain(notice);
    expect((await get('/present/nowhere')).body).toContain(notice);
    expect((await get('/nowhere')).body).toContain(notice);
  });

  test('says nothing of a demonstration in real use', async () => {
    expect((await get(await begin())).body).not.toContain('demonstration');
    expect((await get('/nowhere')).body).not.toContain('demonstration');
  });

  test('hands out the return code once', async () => {
    const path = await begin();
    reader.present(holder.card());
    await cameBack(path);
    const again = await get(path);
    expect(again.status).toBe(200);
    expect(again.body).not.toContain('code-for');
    expect(again.body).toContain('You can close the page');
  });

  test('is not made by a card that lay there before: it must be taken away first', async () => {
    reader.present(holder.card());
    const path = await begin();
    await pageWith(path, 'Take it away, then hold it again');
    expect(provider.taps).toEqual([]);
    reader.remove();
    await pageWith(path, 'Hold the card on the reader');
    reader.present(holder.card());
    await cameBack(path);
  });

  test('says “hold it again, and longer” and waits on when the card left too early', async () => {
    const path = await begin();
    reader.present(holder.card({ quirks: { removeAtApdu: 4 } }));
    await pageWith(path, 'Hold it again, and longer');
    reader.present(holder.card());
    await cameBack(path);
  });

  test('says what the provider says when it refuses, and that it cannot be reached', async () => {
    provider.refuseWith = { status: 403, body: '{"error":"x","message":"This reader is <off>."}' };
    const path = await begin();
    reader.present(holder.card());
    await pageWith(path, 'This reader is &lt;off&gt;.');
    reader.remove();
    provider.refuseWith = { status: 503, body: '{}' };
    const second = await begin();
    reader.present(holder.card());
    await pageWith(second, 'cannot be reached');
  });

  test('can be cancelled', async () => {
    const path = await begin();
    const secret = secretOf((await get(path)).body);
    expect((await post(`${path}/cancel`, { secret })).headers.location).toBe(`${path}?sent`);
    expect((await get(path)).body).toContain('Cancelled.');
    reader.present(holder.card());
    expect(provider.taps).toEqual([]);
  });

  test('tells a waiting page at once that it is out of date', async () => {
    const path = await begin();
    const { body } = await get(path);
    const seen = /data-revision="(\d+)"/.exec(body)?.[1];
    const change = get(`${path}/change?seen=${seen}`, ourPage);
    reader.present(holder.card());
    expect(JSON.parse((await change).body).revision).not.toBe(Number(seen));
  });
});

describe('another kind of card at a workstation', () => {
  beforeEach(async () => {
    await server.close();
    const clock = { now: () => now };
    const client = await enrolledClient(provider, temporary.state, clock);
    const uid = process.getuid?.();
    const parts = { reader, client, clock, log: () => {}, port: 0, uid };
    server = await startLoopbackServer({ ...parts, profiles: testProfiles });
  });

  test('that needs its PIN for everything is named, and the page waits on for another', async () => {
    const path = await begin();
    reader.present(phone.card());
    await pageWith(path, 'This card shows nothing without its PIN');
    expect(commandsOf(events).filter((command) => command.startsWith('0020'))).toEqual([]);
    reader.present(holder.card());
    await cameBack(path);
    expect(provider.taps).toHaveLength(1);
  });

  test.each([
    ['the smartphone', () => phone, testPin, 4],
    ['the next card', () => next, '407140', 6],
  ] as const)('%s is asked for as many digits as its PIN has, and signs', async (_name, of, pin, digits) => {
    const path = await begin({ demand: 'pin' });
    reader.present(of().card({ pin }));
    const page = await pageWith(path, 'name="pin"');
    expect(page).toContain(`(${digits} digits)`);
    expect(page).toContain(`maxlength="${digits}"`);
    await post(`${path}/pin`, { secret: secretOf(page), pin: pin.slice(1) });
    await pageWith(path, 'It was not sent to the card.');
    await post(`${path}/pin`, { secret: secretOf(page), pin });
    await cameBack(path);
    const [tap] = provider.taps;
    expect(tap && signatureVerifies(tap, 'login')).toBe(true);
    expect(poweredOffAfterPin(events)).toBe(true);
  });
});

describe('card and PIN at a workstation', () => {
  const pin = { demand: 'pin' } as const;

  async function typed(path: string, value: string, more: { readonly [field: string]: string } = {}) {
    const page = await pageWith(path, 'name="pin"');
    return post(`${path}/pin`, { secret: secretOf(page), pin: value, ...more });
  }

  test('end in a signature over our own message, and in a card without power', async () => {
    const path = await begin(pin);
    reader.present(holder.card());
    expect((await typed(path, testPin)).headers.location).toBe(`${path}?sent`);
    await cameBack(path);
    const [tap] = provider.taps;
    expect(tap && signatureVerifies(tap, 'login')).toBe(true);
    expect(poweredOffAfterPin(events)).toBe(true);
  });

  test('lead on by a navigation of their own: a form may not end at the client', async () => {
    const path = await begin(pin);
    reader.present(holder.card());
    await typed(path, testPin);
    while (provider.taps.length === 0) await delay(5);
    await delay(50);
    const followed = await get(`${path}?sent`);
    expect([followed.status, followed.headers.refresh]).toEqual([200, `0; url=${path}`]);
    expect((await get(path)).status).toBe(303);
  });

  test('accept digits as Japanese input methods type them', async () => {
    const path = await begin(pin);
    reader.present(holder.card());
    const fullWidth = [...testPin].map((digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0)).join('');
    await typed(path, fullWidth);
    await cameBack(path);
  });

  test('send a wrong PIN once, say how many tries are left, and end', async () => {
    const path = await begin(pin);
    const card = holder.card();
    reader.present(card);
    const secret = secretOf(await pageWith(path, 'name="pin"'));
    await post(`${path}/pin`, { secret, pin: '0000' });
    const page = await pageWith(path, 'The PIN is wrong.');
    expect(page).toContain('After 2 more wrong PINs');
    expect(page).not.toContain('name="pin"');
    await post(`${path}/pin`, { secret, pin: testPin });
    expect(pinsSent()).toHaveLength(1);
    expect(card.triesLeft).toBe(2);
    expect(provider.taps).toEqual([]);
  });

  test('send one PIN even when the form is sent twice at once', async () => {
    const path = await begin(pin);
    reader.present(holder.card());
    const secret = secretOf(await pageWith(path, 'name="pin"'));
    await Promise.all([
      post(`${path}/pin`, { secret, pin: '0000' }),
      post(`${path}/pin`, { secret, pin: '0000' }),
    ]);
    await pageWith(path, 'The PIN is wrong.');
    expect(pinsSent()).toHaveLength(1);
  });

  test('never touch a locked PIN', async () => {
    const path = await begin(pin);
    reader.present(holder.card({ triesLeft: 0 }));
    const page = await pageWith(path, 'The PIN is locked.');
    expect(page).toContain('municipality’s counter');
    expect(pinsSent()).toEqual([]);
  });

  test('spend the last try only with the holder’s word for it', async () => {
    const path = await begin(pin);
    const card = holder.card({ triesLeft: 1 });
    reader.present(card);
    await pageWith(path, 'One try is left.');
    await typed(path, testPin);
    await pageWith(path, 'One try is left.');
    expect(pinsSent()).toEqual([]);
    await typed(path, testPin, { accept_last_try: 'yes' });
    await cameBack(path);
    expect(card.triesLeft).toBe(3);
  });

  test('send nothing that is not four digits', async () => {
    const path = await begin(pin);
    reader.present(holder.card());
    await typed(path, '12a4');
    await pageWith(path, 'It was not sent to the card.');
    expect(pinsSent()).toEqual([]);
    await typed(path, testPin);
    await cameBack(path);
  });

  test('wait for the card again when it left while the PIN was typed', async () => {
    const path = await begin(pin);
    reader.present(holder.card());
    const secret = secretOf(await pageWith(path, 'name="pin"'));
    reader.remove();
    await pageWith(path, 'The card left the reader.');
    await post(`${path}/pin`, { secret, pin: testPin });
    expect((await get(path)).body).toContain('The card left the reader.');
    reader.present(holder.card());
    await pageWith(path, 'name="pin"');
    expect(pinsSent()).toEqual([]);
  });

  test('need a card that has a PIN', async () => {
    const path = await begin(pin);
    reader.present(new SoftwareFelicaCard({ idm: '0110230051162c0d' }));
    await pageWith(path, 'needs a My Number Card');
  });

  test('end without a second try when the card leaves while it signs', async () => {
    const path = await begin(pin);
    // Select, select PIN, tries; select, seven reads, select PIN, tries: the next command is the PIN.
    const reads = Math.ceil(holder.certificate.length / 256);
    reader.present(holder.card({ quirks: { removeAtApdu: 3 + 1 + reads + 3 } }));
    await typed(path, testPin);
    await pageWith(path, 'left the reader before this was done');
    expect(pinsSent()).toHaveLength(1);
  });

  test('leave no PIN in the log or on any page', async () => {
    const path = await begin(pin);
    reader.present(holder.card());
    const answer = await typed(path, testPin);
    await cameBack(path);
    expect(logged.join('\n') + answer.body + (await get(path)).body).not.toContain(testPin);
  });
});

describe('the loopback page refuses', () => {
  test.each([
    ['a foreign Host', { ...navigation, host: 'evil.example' }, 404],
    ['localhost under another name', { ...navigation, host: 'localhost' }, 404],
    [
      'a request that is no navigation',
      { ...navigation, 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' },
      403,
    ],
    ['a frame', { ...navigation, 'sec-fetch-dest': 'iframe' }, 403],
    ['an image', { ...navigation, 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' }, 403],
    ['a program that sends no fetch metadata', {}, 403],
  ])('%s, without using up the challenge', async (_name, headers, status) => {
    const path = `/present?challenge=${await provider.challenge()}`;
    expect((await get(path, headers)).status).toBe(status);
    expect((await get(path)).status).toBe(303);
  });

  test('a challenge that was used before, here or in another browser', async () => {
    const path = `/present?challenge=${await provider.challenge()}`;
    const first = await get(path);
    reader.present(holder.card());
    await cameBack(String(first.headers.location));
    const again = await get(path);
    expect(again.status).toBe(409);
    expect(again.body).toContain('was used before');
  });

  test('a second challenge while a presentation is open, and takes it when the page was left', async () => {
    const path = await begin();
    const second = `/present?challenge=${await provider.challenge()}`;
    const refused = await get(second);
    expect(refused.status).toBe(409);
    expect(refused.body).toContain('Another sign-in is under way');
    await get(path);
    now += 7_000;
    expect((await get(second)).status).toBe(303);
    expect((await get(path)).status).toBe(404);
  });

  test('two challenges at once: one begins', async () => {
    const paths = await Promise.all([provider.challenge(), provider.challenge()]);
    const answers = await Promise.all(paths.map((challenge) => get(`/present?challenge=${challenge}`)));
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 409]);
  });

  test.each(['', 'nonsense', 'a.b.c'])('what is no challenge of our provider (%j)', async (challenge) => {
    expect((await get(`/present?challenge=${challenge}`)).status).toBe(400);
  });

  test('an expired challenge', async () => {
    expect((await get(`/present?challenge=${await provider.challenge({}, -1)}`)).status).toBe(400);
  });

  test('a PIN from a form that is not ours', async () => {
    const path = await begin({ demand: 'pin' });
    reader.present(holder.card());
    const secret = secretOf(await pageWith(path, 'name="pin"'));
    const form = { secret, pin: testPin };
    const elsewhere = `http://127.0.0.1:${server.port + 1}`;
    expect((await post(`${path}/pin`, { pin: testPin })).status).toBe(403);
    expect((await post(`${path}/pin`, { ...form, secret: 'x'.repeat(22) })).status).toBe(403);
    expect((await post(`${path}/pin`, form, { origin: elsewhere })).status).toBe(403);
    expect((await post(`${path}/pin`, form, { origin: 'null' })).status).toBe(403);
    expect((await post(`${path}/pin`, form, { 'sec-fetch-site': 'same-site' })).status).toBe(403);
    expect((await post(`${path}/pin`, form, { 'content-type': 'text/plain' })).status).toBe(403);
    expect((await post(`${path}/pin`, { ...form, more: 'x'.repeat(2_000) })).status).toBe(403);
    expect(pinsSent()).toEqual([]);
    await post(`${path}/pin`, form);
    await cameBack(path);
  });

  test('to tell another site’s page anything about a presentation', async () => {
    const path = await begin();
    for (const site of ['cross-site', 'same-site', 'none']) {
      expect((await get(`${path}/change?seen=0`, { ...ourPage, 'sec-fetch-site': site })).status).toBe(403);
    }
    expect((await get('/present.js', { ...ourPage, 'sec-fetch-site': 'cross-site' })).status).toBe(403);
  });

  test('other paths and methods, and guesses at presentations', async () => {
    expect((await get('/')).status).toBe(404);
    expect((await get(`/present/${'A'.repeat(22)}`)).status).toBe(404);
    expect((await get('/present/../present.js')).status).toBe(403);
    expect((await send('PUT', '/present', navigation)).status).toBe(404);
    expect((await post('/present', {})).status).toBe(404);
  });

  test('a challenge under a new key while the provider cannot be asked for it, and says so', async () => {
    provider.rotateChallengeKey();
    const challenge = await provider.challenge();
    await provider.close();
    expect((await get(`/present?challenge=${challenge}`)).status).toBe(503);
  });

  test('another user of this computer', async () => {
    await server.close();
    const clock = { now: () => now };
    const client = await enrolledClient(provider, temporary.state, clock);
    const otherUid = (process.getuid?.() ?? 0) + 1;
    server = await startLoopbackServer({ reader, client, clock, log: () => {}, port: 0, uid: otherUid });
    const answer = await get(`/present?challenge=${await provider.challenge()}`);
    expect(answer.status).toBe(403);
    expect(answer.body).toContain('another user of this computer');
  });

  test('to start twice on one port, and says why', async () => {
    const clock = { now: () => now };
    const client = await enrolledClient(provider, temporary.state, clock);
    await expect(
      startLoopbackServer({ reader, client, clock, log: () => {}, port: server.port, uid: undefined }),
    ).rejects.toMatchObject({ code: 'ERR_ALREADY_RUNNING' });
  });
});

describe('every answer', () => {
  test('forbids scripts of others, frames and caches, and lets forms end at the provider only', async () => {
    const path = await begin();
    for (const answer of [await get(path), await get('/nowhere')]) {
      expect(answer.headers['content-security-policy']).toContain("default-src 'none'");
      expect(answer.headers['content-security-policy']).toContain("frame-ancestors 'none'");
      expect(answer.headers['cache-control']).toBe('no-store');
      expect(answer.headers['referrer-policy']).toBe('same-origin');
      expect(answer.headers['x-content-type-options']).toBe('nosniff');
    }
    const { headers, body } = await get(path);
    expect(headers['content-security-policy']).toContain(`form-action 'self' ${provider.url};`);
    expect(body).not.toMatch(/<script>|<style|style=|onclick=/);
    expect(body).toContain('<noscript><meta http-equiv="refresh"');
  });
});
