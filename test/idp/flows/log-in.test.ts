import { describe, expect, it } from 'vitest';
import { parseSerialNumber } from '../../../idp/domain/certificate-id.ts';
import { suspendCard } from '../../../idp/flows/change-card.ts';
import { forgetTaps } from '../../../idp/flows/forget-taps.ts';
import { logInFromDevice } from '../../../idp/flows/log-in-from-device.ts';
import type { CardLoginOutcome } from '../../../idp/flows/log-in-with-card.ts';
import { disableReader } from '../../../idp/flows/manage-readers.ts';
import { openPrompt, promptSeconds } from '../../../idp/flows/open-prompt.ts';
import { resumeLogin } from '../../../idp/flows/resume-login.ts';
import { eachTestInAWorldOfItsOwn } from './world/a-card-in-use.ts';
import { type Card, issueCard, signedFor } from './world/cards.ts';
import {
  addDevice,
  addEnrolledReader,
  addOidc,
  addPeople,
  admin,
  registerCard,
  type TapChanges,
  type TestReader,
  tap,
} from './world/people-and-places.ts';
import { codeOf, type World } from './world/world.ts';

let world: World;
let card: Card;
let desk: TestReader;
let anywhere: string;

eachTestInAWorldOfItsOwn(async (made) => {
  world = made;
  await addPeople(world, 'sato', 'suzuki');
  anywhere = await addOidc(world, 'attendance', ['certificate', 'certificate-in-window', 'card-pin'], 3_600);
  desk = await addEnrolledReader(world, 'desk', { kind: 'workstation', clients: [anywhere] });
  card = issueCard(world);
  await registerCard(world, 'sato', card, desk);
});

/** `granted card-pin`, or why not. */
function said(outcome: Awaited<ReturnType<typeof resumeLogin>> | CardLoginOutcome): string {
  if (outcome.outcome !== 'granted') return outcome.reason;
  return `granted ${outcome.acr.replace('urn:kazasu:acr:', '')}`;
}

/** A browser that asked for a tap, and the code with which the bridge sends it back. */
async function tapFor(
  browser: string,
  options: { clientId?: string; withPin?: boolean; at?: TestReader; what?: Card; changes?: TapChanges } = {},
): Promise<string> {
  const { clientId = anywhere, withPin = false, at = desk, what = card, changes = {} } = options;
  const prompt = { clientId, demand: withPin ? 'pin' : 'tap', interactionUid: browser } as const;
  const { nonce } = await openPrompt(world.context, prompt);
  const evidence = withPin ? { evidence: signedFor(world, at, what, { nonce }) } : {};
  const outcome = await tap(world, at, what, { nonce, ...evidence, ...changes });
  if (outcome.outcome !== 'kept' || outcome.returnCode === undefined)
    throw new Error(JSON.stringify(outcome));
  return outcome.returnCode;
}

const resume = (browser: string, returnCode: string) =>
  resumeLogin(world.context, { returnCode, interactionUids: [browser] });

describe('a sign-in in a browser', () => {
  it('with PIN is granted as card-pin, with hwk and mfa', async () => {
    const outcome = await resume('browser-1', await tapFor('browser-1', { withPin: true }));
    expect(outcome).toMatchObject({ acr: 'urn:kazasu:acr:card-pin', amr: ['sc', 'hwk', 'pin', 'mfa'] });
    expect(outcome).toMatchObject({ person: { uid: 'sato' } });
  });

  it('without PIN is granted as certificate, and no more', async () => {
    const outcome = await resume('browser-1', await tapFor('browser-1'));
    expect(outcome).toMatchObject({ acr: 'urn:kazasu:acr:certificate', amr: ['user'] });
  });

  it('is in the trail before it is answered, without a number in it', async () => {
    await resume('browser-1', await tapFor('browser-1', { withPin: true }));
    const [event] = await world.trail('login.granted');
    expect(event).toMatchObject({
      actor: `client:${anywhere}`,
      details: { way: 'oidc', acr: 'urn:kazasu:acr:card-pin' },
    });
    expect(JSON.stringify(await world.trail())).not.toContain(card.serialNumber);
  });

  it('with a card that nobody registered is denied', async () => {
    const code = await tapFor('browser-1', { what: issueCard(world) });
    expect(said(await resume('browser-1', code))).toBe('unknown-card');
    expect(await world.trail('login.denied')).toHaveLength(1);
  });

  it('within the PIN window is granted as certificate-in-window, at that reader group only', async () => {
    const gate = await addEnrolledReader(world, 'gate', { clients: [anywhere] });
    await resume('browser-1', await tapFor('browser-1', { withPin: true }));
    world.clock.advance(60);
    expect(said(await resume('browser-2', await tapFor('browser-2')))).toBe('granted certificate-in-window');
    expect(said(await resume('browser-3', await tapFor('browser-3', { at: gate })))).toBe(
      'granted certificate',
    );
    world.clock.advance(3_600);
    expect(said(await resume('browser-4', await tapFor('browser-4')))).toBe('granted certificate');
  });

  it('is held against the policy of the client whose prompt it was', async () => {
    const strict = await addOidc(world, 'payroll', ['card-pin']);
    const bare = await addEnrolledReader(world, 'counter', { clients: [strict] });
    const code = await tapFor('browser-1', { clientId: strict, at: bare });
    expect(said(await resume('browser-1', code))).toBe('assurance-not-accepted');
  });

  it('at a reader that serves another client is denied', async () => {
    const other = await addEnrolledReader(world, 'other', {
      clients: [await addOidc(world, 'library', ['certificate'])],
    });
    expect(said(await resume('browser-1', await tapFor('browser-1', { at: other })))).toBe(
      'reader-not-for-client',
    );
  });

  it('is denied once the tap is older than 30 s', async () => {
    world.clock.set(Math.ceil(world.clock.now() / 1_000) * 1_000);
    const [inTime, late] = [await tapFor('browser-1'), await tapFor('browser-2')];
    world.clock.advance(30);
    expect(said(await resume('browser-1', inTime))).toBe('granted certificate');
    world.clock.advanceMs(1);
    expect(said(await resume('browser-2', late))).toBe('tap-stale');
  });

  it('is denied when the reader was disabled after the tap', async () => {
    const code = await tapFor('browser-1');
    await disableReader(world.context, { reader: 'desk', actor: admin });
    expect(said(await resume('browser-1', code))).toBe('reader-disabled');
  });

  it('is denied when the card was suspended after the tap', async () => {
    const code = await tapFor('browser-1', { withPin: true });
    const [registered] = await world.context.record.cards.list();
    await suspendCard(world.context, { card: registered!.cardId, actor: admin });
    expect(said(await resume('browser-1', code))).toBe('card-suspended');
  });
});

describe('a return code', () => {
  it('resumes nothing in another browser, and nothing in any browser afterwards: somebody read it', async () => {
    const code = await tapFor('browser-1', { withPin: true });
    expect(said(await resume('browser-2', code))).toBe('return-code-of-another-browser');
    expect(said(await resume('browser-1', code))).toBe('return-code-used');
    expect(await world.trail('login.granted')).toEqual([]);
  });

  it('finds the sign-in it belongs to among those of several windows', async () => {
    const code = await tapFor('window-2', { withPin: true });
    const interactionUids = ['window-1', 'window-2', 'window-3'];
    const outcome = await resumeLogin(world.context, { returnCode: code, interactionUids });
    expect(outcome).toMatchObject({ outcome: 'granted', interactionUid: 'window-2' });
  });

  it('lured: an attacker’s prompt, answered by the victim’s card, signs nobody in at the victim’s browser', async () => {
    const code = await tapFor('attacker', { withPin: true });
    expect(said(await resume('victim', code))).toBe('return-code-of-another-browser');
    expect(said(await resume('attacker', code))).toBe('return-code-used');
    expect(await world.trail('login.granted')).toEqual([]);
  });

  it('is good once', async () => {
    const code = await tapFor('browser-1');
    await resume('browser-1', code);
    expect(said(await resume('browser-1', code))).toBe('return-code-used');
  });

  it('is good once, also for fifty at the same moment', async () => {
    const code = await tapFor('browser-1');
    const all = await Promise.all(
      Array.from({ length: 50 }, async () => said(await resume('browser-1', code))),
    );
    expect(all.filter((outcome) => outcome === 'granted certificate')).toHaveLength(1);
    expect(all.filter((outcome) => outcome === 'return-code-used')).toHaveLength(49);
  });

  it('that nobody gave out is unknown', async () => {
    expect(said(await resume('browser-1', 'abcdefghijklmnopqrstuvwxyz'))).toBe('return-code-unknown');
    expect(said(await resume('browser-1', ''))).toBe('return-code-unknown');
  });

  it('ends with its prompt', async () => {
    const code = await tapFor('browser-1');
    world.clock.advance(181);
    expect(said(await resume('browser-1', code))).toBe('return-code-expired');
  });
});

describe('the owner of a copied certificate', () => {
  it('never gets more than certificate, whatever is tried with it', async () => {
    const everything = await addOidc(
      world,
      'everything',
      ['idm', 'serial', 'certificate', 'certificate-in-window', 'card-pin'],
      3_600,
    );
    const reader = await addEnrolledReader(world, 'thief', { clients: [everything] });
    const copied: Card = { ...card, privateKey: world.pki.older.keyPair.privateKey };
    const bare = await tapFor('thief-1', { clientId: everything, at: reader, what: copied });
    expect(said(await resume('thief-1', bare))).toBe('granted certificate');
    await expect(
      tapFor('thief-2', { clientId: everything, at: reader, what: copied, withPin: true }),
    ).rejects.toThrow('signature-invalid');
  });

  it('gets nothing at all where the PIN is demanded', async () => {
    const strict = await addOidc(world, 'payroll', ['card-pin']);
    const reader = await addEnrolledReader(world, 'thief', { clients: [strict] });
    const code = await tapFor('thief-1', { clientId: strict, at: reader });
    expect(said(await resume('thief-1', code))).toBe('assurance-not-accepted');
  });
});

describe('a sign-in from a device', () => {
  const ask = async (clientId: string, of = card) =>
    said(
      await logInFromDevice(world.context, {
        clientId,
        number: { kind: 'jpki', value: parseSerialNumber(of.serialNumber) },
      }),
    );

  it('whose own reader is admitted is granted as serial', async () => {
    const { clientId } = await addDevice(world, 'printer', true);
    expect(await ask(clientId)).toBe('granted serial');
  });

  it('without a tap at a reader of ours is denied', async () => {
    const { clientId } = await addDevice(world, 'door', false);
    await addEnrolledReader(world, 'door-reader', { clients: [clientId] });
    expect(await ask(clientId)).toBe('tap-missing');
  });

  it('takes the tap behind it, once', async () => {
    const { clientId } = await addDevice(world, 'door', false);
    const reader = await addEnrolledReader(world, 'door-reader', { clients: [clientId] });
    await tap(world, reader, card);
    expect(await ask(clientId)).toBe('granted certificate');
    expect(await ask(clientId)).toBe('tap-missing');
  });

  it('takes a tap that was made a while before the sweeping of old ones', async () => {
    const { clientId } = await addDevice(world, 'door', false);
    const reader = await addEnrolledReader(world, 'door-reader', { clients: [clientId] });
    await tap(world, reader, card);
    const returnCode = await tapFor('browser-1');
    world.clock.advance(20);
    expect(await forgetTaps(world.context)).toBe(0);
    expect(await ask(clientId)).toBe('granted certificate');
    expect(said(await resume('browser-1', returnCode))).toBe('granted certificate');
    world.clock.advance(promptSeconds + 1);
    // Both taps, and the prompt once its own time is as long ago.
    expect(await forgetTaps(world.context)).toBe(2);
    world.clock.advance(promptSeconds);
    expect(await forgetTaps(world.context)).toBe(1);
  });

  it('finds no tap of another card, of another device’s reader, or of a while ago', async () => {
    const { clientId } = await addDevice(world, 'door', false);
    const { clientId: other } = await addDevice(world, 'gate', false);
    const reader = await addEnrolledReader(world, 'door-reader', { clients: [clientId] });
    await tap(world, reader, issueCard(world));
    expect(await ask(clientId)).toBe('tap-missing');
    await tap(world, reader, card);
    expect(await ask(other)).toBe('tap-missing');
    world.clock.advance(31);
    expect(await ask(clientId)).toBe('tap-missing');
  });

  it('finds no tap that answered a browser’s prompt', async () => {
    const { clientId } = await addDevice(world, 'door', false);
    const reader = await addEnrolledReader(world, 'door-reader', { clients: [clientId, anywhere] });
    await tapFor('browser-1', { at: reader });
    expect(await ask(clientId)).toBe('tap-missing');
  });

  it('of a client that nobody knows is denied', async () => {
    expect(await ask('no-such-client')).toBe('client-disabled');
  });

  it('is a fault, never a no, when the index cannot be asked', async () => {
    const { clientId } = await addDevice(world, 'printer', true);
    world.cardIndex.readsAreDown = true;
    expect(await codeOf(ask(clientId))).toBe('ERR_CARD_INDEX_UNAVAILABLE');
    expect(await world.trail('login.denied')).toEqual([]);
  });
});
