import { generateKeyPair } from 'jose';
import { describe, expect, it } from 'vitest';
import type { TapId } from '../../../idp/domain/tap.ts';
import type { TapOutcome } from '../../../idp/flows/accept-tap.ts';
import { addReader, disableReader } from '../../../idp/flows/manage-readers.ts';
import { openPrompt, promptSeconds } from '../../../idp/flows/open-prompt.ts';
import { createTestPki } from '../../support/test-pki.ts';
import { eachTestInAWorldOfItsOwn } from './world/a-card-in-use.ts';
import { type Card, evidenceOf, issueCard, signedFor } from './world/cards.ts';
import {
  addEnrolledReader,
  addPeople,
  admin,
  post,
  type TestReader,
  tap,
  tapToken,
} from './world/people-and-places.ts';
import type { World } from './world/world.ts';

let world: World;
let reader: TestReader;
let card: Card;

eachTestInAWorldOfItsOwn(async (made) => {
  world = made;
  await addPeople(world, 'sato');
  reader = await addEnrolledReader(world, 'door');
  card = issueCard(world);
});

const now = () => Math.floor(world.clock.now() / 1_000);

function reasonOf(outcome: TapOutcome): string {
  return outcome.outcome === 'kept' ? 'kept' : outcome.reason;
}

describe('a tap', () => {
  it('is kept, and completes nothing by itself', async () => {
    expect(await tap(world, reader, card)).toEqual({ outcome: 'kept' });
    expect(await world.trail('login.granted')).toEqual([]);
    expect(await world.trail('tap.accepted')).toHaveLength(1);
  });

  it('is kept without its number: only the card key stands beside it', async () => {
    await tap(world, reader, card, { jti: 'tap-0000-0001' });
    const kept = await world.context.taps.find(`${reader.readerId}.tap-0000-0001` as TapId);
    expect(kept?.cardKey).toMatch(/^[0-9a-f]{32}$/);
    expect(JSON.stringify(kept)).not.toContain(card.serialNumber);
    expect(JSON.stringify(await world.trail())).not.toContain(card.serialNumber);
  });

  it('says in the trail who sent it and why it was refused, but not what it held', async () => {
    await tap(world, reader, card, { iat: now() - 60 });
    const [event] = await world.trail('tap.refused');
    expect(event).toMatchObject({ actor: `reader:${reader.readerId}`, reason: 'message-stale' });
    expect(event?.details).toBeUndefined();
  });
});

describe('a tap is refused', () => {
  it('when it is posted a second time', async () => {
    const token = await tapToken(world, reader, card);
    expect(reasonOf(await post(world, token))).toBe('kept');
    expect(reasonOf(await post(world, token))).toBe('tap-replayed');
  });

  it('but for one, when it is posted a hundred times at once', async () => {
    const token = await tapToken(world, reader, card);
    const reasons = await Promise.all(
      Array.from({ length: 100 }, async () => reasonOf(await post(world, token))),
    );
    expect(reasons.filter((reason) => reason === 'kept')).toHaveLength(1);
    expect(new Set(reasons)).toEqual(new Set(['kept', 'tap-replayed']));
  });

  it('when its counter did not rise', async () => {
    await tap(world, reader, card, { counter: 7 });
    expect(reasonOf(await tap(world, reader, card, { counter: 7 }))).toBe('counter-not-risen');
    expect(reasonOf(await tap(world, reader, card, { counter: 6 }))).toBe('counter-not-risen');
    expect(reasonOf(await tap(world, reader, card, { counter: 8 }))).toBe('kept');
  });

  it('when it is stale: 31 s and a bit by our clock', async () => {
    const iat = now();
    world.clock.set(iat * 1_000 + 31_000);
    expect(reasonOf(await tap(world, reader, card, { iat }))).toBe('kept');
    world.clock.set(iat * 1_000 + 31_001);
    expect(reasonOf(await tap(world, reader, card, { iat }))).toBe('message-stale');
  });

  it('when it comes from the future: more than 5 s ahead', async () => {
    expect(reasonOf(await tap(world, reader, card, { iat: now() + 5 }))).toBe('kept');
    expect(reasonOf(await tap(world, reader, card, { iat: now() + 6 }))).toBe('message-from-the-future');
  });

  it('by a reader that nobody added', async () => {
    expect(reasonOf(await tap(world, reader, card, { iss: crypto.randomUUID() }))).toBe('reader-unknown');
  });

  it('and leaves nothing in the trail when it is of nobody we know: anybody could fill it', async () => {
    const before = (await world.trail()).length;
    await tap(world, reader, card, { iss: crypto.randomUUID() });
    expect((await world.trail()).length).toBe(before);
  });

  it('by a reader that names itself by its name instead of its id', async () => {
    expect(reasonOf(await tap(world, reader, card, { iss: 'door' }))).toBe('reader-unknown');
  });

  it('by a reader that has not enrolled', async () => {
    const added = {
      name: 'gate',
      kind: 'device',
      evidence: 'certificate',
      clients: [],
      actor: admin,
    } as const;
    const { readerId } = await addReader(world.context, added);
    expect(reasonOf(await tap(world, { ...reader, readerId }, card))).toBe('reader-not-enrolled');
  });

  it('by a disabled reader', async () => {
    await disableReader(world.context, { reader: 'door', actor: admin });
    expect(reasonOf(await tap(world, reader, card))).toBe('reader-disabled');
  });

  it('signed by another key', async () => {
    const { privateKey } = await generateKeyPair('ES256');
    expect(reasonOf(await tap(world, reader, card, { key: privateKey }))).toBe('message-signature-invalid');
  });

  it('signed by another reader that is enrolled', async () => {
    const other = await addEnrolledReader(world, 'gate');
    expect(reasonOf(await tap(world, reader, card, { key: other.key }))).toBe('message-signature-invalid');
  });

  it('made for another provider', async () => {
    const reason = reasonOf(await tap(world, reader, card, { aud: 'https://other.example' }));
    expect(reason).toBe('message-signature-invalid');
  });

  it('with a number that is none', async () => {
    const evidence = { type: 'identifier', kind: 'felica', number: '0a1b' } as const;
    expect(reasonOf(await tap(world, reader, card, { evidence }))).toBe('number-malformed');
  });

  it('with a certificate that no pinned authority signed', async () => {
    const { newer } = await createTestPki();
    const stranger = issueCard(world, { authority: newer });
    expect(await tap(world, reader, stranger)).toEqual({
      outcome: 'refused',
      reason: 'certificate-refused',
      certificateReason: 'issuer-unknown',
    });
  });

  it('with an expired certificate', async () => {
    const expired = issueCard(world, { notAfter: world.pki.now - 1_000 });
    expect(await tap(world, reader, expired)).toMatchObject({ certificateReason: 'expired' });
  });
});

describe('a tap that answers a prompt', () => {
  const open = () =>
    openPrompt(world.context, { clientId: 'client-1', demand: 'pin', interactionUid: 'browser-1' });

  it('gives the code that leads the browser on', async () => {
    const { nonce } = await open();
    const evidence = signedFor(world, reader, card, { nonce });
    const outcome = await tap(world, reader, card, { nonce, evidence });
    expect(outcome).toMatchObject({ outcome: 'kept', returnCode: expect.stringMatching(/^[a-z2-7]{26,}$/) });
  });

  it('answers it once', async () => {
    const { nonce } = await open();
    expect(reasonOf(await tap(world, reader, card, { nonce }))).toBe('kept');
    expect(reasonOf(await tap(world, reader, issueCard(world), { nonce }))).toBe('prompt-answered');
  });

  it('answers a prompt that somebody opened', async () => {
    expect(reasonOf(await tap(world, reader, card, { nonce: 'abcdefghijklmnop' }))).toBe('prompt-unknown');
  });

  it('answers it before its end', async () => {
    const { nonce } = await open();
    world.clock.advance(promptSeconds);
    expect(reasonOf(await tap(world, reader, card, { nonce }))).toBe('prompt-expired');
  });

  it('was not read before the prompt was opened', async () => {
    const before = now();
    world.clock.set(before * 1_000 + 6_000);
    const { nonce } = await open();
    expect(reasonOf(await tap(world, reader, card, { nonce, iat: before }))).toBe('tap-before-request');
  });

  it('may look older than the prompt by five seconds of a slow reader’s clock', async () => {
    const before = now();
    world.clock.set(before * 1_000 + 5_999);
    const { nonce } = await open();
    expect(reasonOf(await tap(world, reader, card, { nonce, iat: before }))).toBe('kept');
  });

  it('may have been read in the very second of the prompt', async () => {
    world.clock.set(now() * 1_000 + 999);
    const { nonce } = await open();
    expect(reasonOf(await tap(world, reader, card, { nonce, iat: now() }))).toBe('kept');
  });
});

describe('a signature of the card', () => {
  const nonceOf = async () =>
    (await openPrompt(world.context, { clientId: 'client-1', demand: 'pin', interactionUid: 'browser-1' }))
      .nonce;

  it.each([
    ['over the nonce of another prompt', { nonce: 'another-nonce-of-another-prompt' }],
    ['made for a registration', { purpose: 'registration' }],
    ['made for another provider', { issuer: 'https://evil.example' }],
    ['made at another reader', { readerId: 'another-reader' }],
    ['made at another second', { issuedAtSeconds: 1 }],
  ] as const)('is refused %s', async (_name, changes) => {
    const nonce = await nonceOf();
    const evidence = signedFor(world, reader, card, { nonce, ...changes });
    expect(reasonOf(await tap(world, reader, card, { nonce, evidence }))).toBe('signature-invalid');
  });

  it('is refused when another card’s key made it', async () => {
    const nonce = await nonceOf();
    const other = issueCard(world, { publicKey: world.pki.older.keyPair.publicKey });
    const { signature } = signedFor(world, reader, card, { nonce }) as { signature: string };
    const certificate = (evidenceOf(other) as { certificate: string }).certificate;
    const evidence = { type: 'signature', certificate, signature } as const;
    expect(reasonOf(await tap(world, reader, other, { nonce, evidence }))).toBe('signature-invalid');
  });

  it('is refused when it answers no prompt: the card could have signed ahead, for any time', async () => {
    const evidence = signedFor(world, reader, card, { nonce: '' });
    expect(reasonOf(await tap(world, reader, card, { evidence }))).toBe('signature-invalid');
  });

  it('that is refused leaves the prompt open for the next try', async () => {
    const nonce = await nonceOf();
    const wrong = signedFor(world, reader, card, { nonce, purpose: 'registration' });
    await tap(world, reader, card, { nonce, evidence: wrong });
    const right = signedFor(world, reader, card, { nonce });
    expect(reasonOf(await tap(world, reader, card, { nonce, evidence: right }))).toBe('kept');
  });
});
