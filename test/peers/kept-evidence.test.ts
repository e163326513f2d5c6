import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RecordCommand } from '../../idp/commands/command.ts';
import { recordCommands } from '../../idp/commands/registry.ts';
import { approveRegistration } from '../../idp/flows/decide-registration.ts';
import { type Card, issueCard, type Offer, registrationOf } from '../idp/flows/world/cards.ts';
import {
  addEnrolledReader,
  addPeople,
  admin,
  approver,
  proveCard,
} from '../idp/flows/world/people-and-places.ts';
import { codeOf, createWorld, type World } from '../idp/flows/world/world.ts';
import { type OpensslDesk, openDesk } from '../support/openssl.ts';
import { requirePrograms } from '../support/programs.ts';
import { createTestPki, pem, type TestPki } from '../support/test-pki.ts';

const missing = requirePrograms('openssl');

interface Shown {
  readonly registrationId: string;
  readonly answers: readonly {
    readonly step: string;
    readonly at: string;
    readonly responder: string;
    readonly sha256: string;
    readonly response?: string;
    readonly file?: string;
  }[];
}

let pki: TestPki;
let world: World;
let desk: OpensslDesk;
let card: Card;
let offer: Offer;

beforeAll(async () => {
  pki = await createTestPki();
  desk = openDesk();
  desk.put('ca.pem', pem('CERTIFICATE', pki.newer.certificate));
});
afterAll(() => desk.remove());

beforeEach(async () => {
  world = await createWorld(pki);
  await addPeople(world, 'sato');
  const reader = await addEnrolledReader(world, 'desk', { kind: 'workstation' });
  card = issueCard(world);
  offer = await proveCard(world, 'sato', card, reader);
});
afterEach(() => world.close());

/** `kazasu card evidence …`, as the command line runs it where no server is. */
async function evidence(id: string, out?: string): Promise<{ readonly shown: Shown; readonly text: string }> {
  const command = recordCommands.find(({ name }) => name === 'card evidence') as Required<RecordCommand>;
  const typed = { positional: [id], options: out === undefined ? {} : { out } };
  const answer = await command.run(
    world.context,
    await command.read(typed),
    admin,
    () => undefined,
    (async function* () {})(),
  );
  const kept = await command.keep(answer, typed);
  return { shown: kept as Shown, text: command.text(kept) };
}

async function approve(): Promise<string> {
  const outcome = await approveRegistration(world.context, {
    registration: offer.registrationId,
    approver,
  });
  return outcome.outcome === 'approved' ? outcome.cardId : outcome.reason;
}

describe.skipIf(missing)('the answers behind a registration', () => {
  it('are kept from the proof on, and stand in the trail by hash and responder', async () => {
    const { shown } = await evidence(offer.registrationId);
    expect(shown.answers).toMatchObject([{ step: 'proof' }]);
    const cardId = await approve();
    const [proof, approval, ...more] = (await evidence(cardId)).shown.answers;
    expect(more).toEqual([]);
    for (const [type, answer] of [
      ['registration.proved', proof],
      ['registration.approved', approval],
    ] as const) {
      expect(await world.trail(type)).toMatchObject([
        { details: { ocspSha256: answer?.sha256, ocspResponder: answer?.responder } },
      ]);
    }
    expect(proof?.sha256).not.toBe(approval?.sha256);
  });

  it('are read by openssl, signed by the issuer, about this very card', async () => {
    await approve();
    const { shown, text } = await evidence(offer.registrationId, desk.path('answers'));
    expect(shown.answers.map(({ step }) => step)).toEqual(['proof', 'approval']);
    for (const { file = '', sha256 } of shown.answers) {
      expect(text).toContain(file);
      expect(createHash('sha256').update(readFileSync(file)).digest('hex')).toBe(sha256);
      expect(statSync(file).mode & 0o777).toBe(0o600);
      const read = ['ocsp', '-respin', file, '-issuer', 'ca.pem'];
      const told = desk.run(...read, '-noverify', '-text');
      expect(told).toContain('OCSP Response Status: successful');
      expect(told.toLowerCase()).toContain(`serial number: ${card.serialNumber}`);
      const verified = desk.attempt(
        ...read,
        ...['-serial', `0x${card.serialNumber}`, '-no_nonce', '-CAfile', 'ca.pem'],
        ...['-attime', String(Math.floor(world.clock.now() / 1_000)), '-validity_period', '31536000'],
      );
      expect(verified.output).toContain('Response verify OK');
      expect(verified.output).toContain(`0x${card.serialNumber}: good`);
    }
  });

  it('are opened only with a line in the trail that says who did it', async () => {
    const { shown, text } = await evidence(offer.registrationId);
    expect(shown.answers[0]).not.toHaveProperty('response');
    expect(text).toContain(`--out`);
    expect(await world.trail('registration.evidence-opened')).toEqual([]);
    await evidence(offer.registrationId, desk.path('opened'));
    expect(await world.trail('registration.evidence-opened')).toMatchObject([
      { actor: admin, subject: offer.registrationId, details: { answers: 1 } },
    ]);
  });

  it('lie sealed in the record: neither they nor the serial number stand there', async () => {
    await evidence(offer.registrationId, desk.path('sealed'));
    const response = readFileSync(desk.path(`sealed/${offer.registrationId}-proof.der`));
    const registration = await registrationOf(world, offer.registrationId);
    const sealed = registration.proof?.ocspEvidence?.sealed ?? '';
    expect(sealed).not.toBe('');
    for (const encoding of ['base64', 'base64url', 'hex'] as const) {
      expect(JSON.stringify(registration)).not.toContain(response.toString(encoding).slice(0, 60));
    }
    expect(Buffer.from(sealed, 'base64url').includes(Buffer.from(card.serialNumber, 'hex'))).toBe(false);
  });

  it('are a fault when they were changed: no answer that nobody gave is ever shown', async () => {
    const before = await registrationOf(world, offer.registrationId);
    const { proof } = before;
    const forged = { ...proof!.ocspEvidence!, sha256: '00'.repeat(32) };
    await world.context.record.change((tables) =>
      tables.registrations.update({ ...before, proof: { ...proof!, ocspEvidence: forged } }, 'pending'),
    );
    expect(await codeOf(evidence(offer.registrationId, desk.path('forged')))).toBe('ERR_RECORD_UNAVAILABLE');
    expect(await world.trail('registration.evidence-opened')).toEqual([]);
    expect(existsSync(desk.path('forged'))).toBe(false);
  });

  it('never overwrite a file, and are not asked of what is unknown', async () => {
    const [{ file = '' } = {}] = (await evidence(offer.registrationId, desk.path('twice'))).shown.answers;
    // The very same answer lies there: nothing to write.
    await evidence(offer.registrationId, desk.path('twice'));
    writeFileSync(file, 'something of mine');
    expect(await codeOf(evidence(offer.registrationId, desk.path('twice')))).toBe('ERR_FILE');
    expect(readFileSync(file, 'utf8')).toBe('something of mine');
    expect(await codeOf(evidence('nothing'))).toBe('ERR_REGISTRATION_UNKNOWN');
  });

  it('are not told as opened where they cannot be written to, which is found out first', async () => {
    const file = desk.put('a file', 'of mine');
    for (const target of [file, join(file, 'below it')]) {
      const refused = evidence(offer.registrationId, target);
      await expect(refused).rejects.toThrow('--out takes a directory');
      expect(await codeOf(refused)).toBe('ERR_FILE');
    }
    expect(await world.trail('registration.evidence-opened')).toEqual([]);
  });
});
