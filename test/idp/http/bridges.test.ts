import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { proofMessage } from '../../../idp/domain/proof-message.ts';
import { actor } from '../../../idp/domain/registration.ts';
import { invitePerson } from '../../../idp/flows/invite-person.ts';
import { addReader, disableReader } from '../../../idp/flows/manage-readers.ts';
import type { EnrolmentAnswer } from '../../../idp/wire/enrolment.ts';
import type { RegistrationOffer } from '../../../idp/wire/registration.ts';
import { outage, type RunningIdp, runIdp, type TestClient } from './support/running-idp.ts';
import { certificateOf, type SoftwareBridge, signatureOf } from './support/software-bridge.ts';

let idp: RunningIdp;
let bridge: SoftwareBridge;
let client: TestClient;
const admin = actor('os', 0);
const publicKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' });

beforeAll(async () => {
  idp = await runIdp();
  client = await idp.addClient('door', ['certificate']);
  bridge = await idp.addBridge('desk', [client]);
});
afterAll(() => idp.close());
// Wrong codes of one test shall not slow the next.
afterEach(() => idp.clock.advance(400));

async function post(path: string, type: string, body: string | Uint8Array<ArrayBuffer>, language = 'en') {
  const response = await fetch(`${idp.issuer}${path}`, {
    method: 'POST',
    headers: { 'content-type': type, 'accept-language': language },
    body,
  });
  const { status, headers } = response;
  return {
    status,
    retryAfter: headers.get('retry-after'),
    answer: (await response.json()) as Record<string, unknown>,
  };
}

const json = (path: string, body: unknown, language?: string) =>
  post(path, 'application/json', JSON.stringify(body), language);

async function enrolmentCode(name: string): Promise<string> {
  const request = { name, kind: 'device', evidence: 'serial', clients: [], actor: admin } as const;
  return (await addReader(idp.context, request)).enrolmentCode;
}

function certificateTap(counter: number) {
  const iat = Math.floor(idp.clock.now() / 1_000);
  return { iat, counter, evidence: { type: 'certificate', certificate: certificateOf('0b00a1') } } as const;
}

describe('POST /taps', () => {
  it('keeps a tap, and a tap without a prompt gets no code', async () => {
    const answer = await bridge.post(certificateTap(1));
    expect([answer.status, await answer.json()]).toEqual([200, { outcome: 'kept' }]);
  });

  it('tells the bridge by name, and the person in words, why a tap was not kept', async () => {
    await bridge.post(certificateTap(5));
    const again = await bridge.post(certificateTap(5));
    expect(again.status).toBe(409);
    expect(await again.json()).toEqual({
      error: 'counter-not-risen',
      message:
        'この読み取りは、順番が古いため受け付けられません。 もう一度カードをかざしてください。続くときは、このリーダーの管理者に連絡してください。',
    });
  });

  it('refuses a reader from the moment it is disabled', async () => {
    const other = await idp.addBridge('old desk', []);
    await disableReader(idp.context, { reader: 'old desk', actor: admin });
    const answer = await other.post(certificateTap(1));
    expect([answer.status, ((await answer.json()) as { error: string }).error]).toEqual([
      403,
      'reader-disabled',
    ]);
  });

  it('answers 503 with Retry-After when it cannot be kept, so that the bridge posts it again', async () => {
    const { keep } = idp.context.taps;
    idp.context.taps.keep = async () => outage();
    try {
      const answer = await bridge.post(certificateTap(50));
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
      expect(await answer.json()).toMatchObject({ error: 'temporarily_unavailable' });
    } finally {
      idp.context.taps.keep = keep.bind(idp.context.taps);
    }
    expect((await bridge.post(certificateTap(50))).status).toBe(200);
  });

  it.each<[string, string, string | Uint8Array<ArrayBuffer>, number, string]>([
    ['no JWT', 'application/jwt', 'hello', 400, 'ERR_TAP'],
    ['nothing', 'application/jwt', '', 400, 'ERR_TAP'],
    ['a JWT of nobody', 'application/jwt', 'e30.e30.e30', 400, 'ERR_TAP'],
    ['a megabyte', 'application/jwt', 'x'.repeat(1_000_000), 413, 'ERR_BODY_TOO_LARGE'],
    ['a form', 'application/x-www-form-urlencoded', 'tap=1', 415, 'ERR_CONTENT_TYPE'],
    ['text, which a page of another site could send', 'text/plain', 'e30.e30.e30', 415, 'ERR_CONTENT_TYPE'],
    ['bytes that are no UTF-8', 'application/jwt', new Uint8Array([0xff, 0xfe]), 400, 'ERR_BODY_ENCODING'],
  ])('refuses %s with a clear message', async (_case, type, body, status, code) => {
    const { answer, ...told } = await post('/taps', type, body);
    expect([told.status, answer.error]).toEqual([status, code]);
    expect(answer.message).toMatch(/\w+\. \w+/);
  });

  it('refuses a body that never stops, without waiting for its end', async () => {
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(16_384).fill(0x61)),
    });
    const sent = fetch(`${idp.issuer}/taps`, {
      method: 'POST',
      headers: { 'content-type': 'application/jwt' },
      body: endless,
      duplex: 'half',
    } as RequestInit);
    // Either the refusal arrives, or the connection is closed under the sender.
    const status = await sent.then((answer) => answer.status).catch(() => 413);
    expect(status).toBe(413);
  });

  it('is not upset by a sender that goes away in the middle', async () => {
    const before = idp.log.length;
    const { hostname, port } = new URL(idp.issuer);
    const socket = connect(Number(port), hostname);
    const head = [
      'POST /taps HTTP/1.1',
      `Host: ${hostname}:${port}`,
      'Content-Type: application/jwt',
      'Content-Length: 500',
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\nabc`);
    await once(socket, 'connect');
    socket.destroy();
    await once(socket, 'close');
    expect((await bridge.post(certificateTap(60))).status).toBe(200);
    expect(idp.log.slice(before)).toEqual([]);
  });
});

describe('POST /readers/enrol', () => {
  it('gives what a bridge needs, once a code', async () => {
    const code = await enrolmentCode('gate');
    const { status, answer } = await json('/readers/enrol', { code, publicKey });
    expect(status).toBe(200);
    expect(answer as unknown as EnrolmentAnswer).toEqual({
      readerId: expect.any(String),
      name: 'gate',
      kind: 'device',
      evidence: 'serial',
      issuer: idp.issuer,
      returnUrl: `${idp.issuer}/interaction/return`,
      challengeKeys: [expect.objectContaining({ kty: 'EC', crv: 'P-256', kid: expect.any(String) })],
      demonstration: false,
    });
    const again = await json('/readers/enrol', { code, publicKey });
    expect([again.status, again.answer.error]).toEqual([403, 'enrolment-code']);
  });

  it('publishes the challenge keys, without their private halves', async () => {
    const keys = await (await fetch(`${idp.issuer}/readers/keys`)).text();
    expect(JSON.parse(keys).keys).toHaveLength(1);
    expect(keys).not.toContain('"d"');
  });

  it.each<[string, unknown]>([
    ['none', undefined],
    ['text', 'key'],
    ['null', null],
    ['RSA', { kty: 'RSA', n: 'x', e: 'AQAB' }],
    ['another curve', { ...publicKey, crv: 'P-384' }],
    ['a point that is not on the curve', { ...publicKey, y: publicKey.x }],
    ['the private half', { ...publicKey, d: publicKey.x }],
    ['lists for coordinates', { ...publicKey, x: [publicKey.x] }],
  ])('refuses a key that is %s, and the code stays good', async (name, key) => {
    const code = await enrolmentCode(`reader for ${name}`);
    const refused = await json('/readers/enrol', { code, publicKey: key });
    expect([refused.status, refused.answer.error]).toEqual([400, 'public-key']);
    expect((await json('/readers/enrol', { code, publicKey })).status).toBe(200);
  });

  it.each(['', '[]', '"x"', 'null', '{', '{"code":'])('refuses the body %j', async (body) => {
    const { status, answer } = await post('/readers/enrol', 'application/json', body);
    expect([status, answer.error]).toEqual([400, 'ERR_JSON']);
  });

  it('slows down whoever guesses codes, and lets everybody in again', async () => {
    const code = await enrolmentCode('late reader');
    for (let guess = 0; guess < 20; guess += 1)
      await json('/readers/enrol', { code: `guess-${guess}`, publicKey });
    const limited = await json('/readers/enrol', { code, publicKey });
    expect([limited.status, limited.answer.error]).toEqual([429, 'too_many_attempts']);
    expect(Number(limited.retryAfter)).toBeGreaterThan(0);
    idp.clock.advance(Number(limited.retryAfter));
    expect((await json('/readers/enrol', { code, publicKey })).status).toBe(200);
  });
});

describe('a registration', () => {
  const register = (body: string) => post('/registrations', 'application/jwt', body);

  it('takes an invitation, then the card’s signature, and waits for an approver', async () => {
    const person = await idp.addPerson('jiro', { displayName: '緑 次郎' });
    const { code: inviteCode } = await invitePerson(idp.context, { person: 'jiro', inviter: admin });
    const begun = await register(await bridge.registrationRequest(inviteCode, idp.clock.now()));
    const offer = begun.answer as unknown as RegistrationOffer;
    expect(begun.status).toBe(201);
    expect(offer).toMatchObject({ personId: person.personId, displayName: '緑 次郎', organization: '緑市' });
    const { registrationId, personId, consentSha256, nonce } = offer;
    const issuedAtSeconds = Math.floor(idp.clock.now() / 1_000);
    const message = proofMessage({
      purpose: 'registration',
      issuer: idp.issuer,
      readerId: bridge.answer.readerId,
      ...{ nonce, issuedAtSeconds, registration: { registrationId, personId, consentSha256 } },
    });
    const evidence = {
      type: 'signature',
      certificate: certificateOf('0b00c3'),
      signature: signatureOf(message).toString('base64'),
    } as const;
    const body = await bridge.sign({ iat: issuedAtSeconds, nonce, evidence });
    const proved = await post(`/registrations/${registrationId}/proof`, 'application/jwt', body);
    expect([proved.status, proved.answer]).toEqual([202, { registrationId, state: 'pending' }]);
    const again = await post(`/registrations/${registrationId}/proof`, 'application/jwt', body);
    expect([again.status, again.answer.error]).toEqual([409, 'registration-already-proved']);
  });

  it('is not begun on a code that nobody gave', async () => {
    const { status, answer } = await register(
      await bridge.registrationRequest('no-such-code', idp.clock.now()),
    );
    expect([status, answer.error]).toEqual([403, 'invitation-unknown']);
    expect(answer.message).toContain('The invitation code is not right.');
  });

  it('slows down whoever guesses invitations', async () => {
    for (let guess = 0; guess < 20; guess += 1) {
      await register(await bridge.registrationRequest(`guess-${guess}`, idp.clock.now()));
    }
    const limited = await register(await bridge.registrationRequest('guess-last', idp.clock.now()));
    expect(limited.status).toBe(429);
  });

  it.each([
    ['no JWT', 'hello', 400],
    ['too much', 'x'.repeat(5_000), 413],
  ])('refuses %s', async (_case, body, status) => {
    expect((await register(body)).status).toBe(status);
  });

  it('does not exist before it was begun', async () => {
    const iat = Math.floor(idp.clock.now() / 1_000);
    const evidence = { type: 'certificate', certificate: certificateOf('0b00c3') } as const;
    const body = await bridge.sign({ iat, nonce: 'n'.repeat(20), evidence });
    const { status, answer } = await post('/registrations/none/proof', 'application/jwt', body);
    expect([status, answer.error]).toEqual([404, 'registration-unknown']);
  });
});
