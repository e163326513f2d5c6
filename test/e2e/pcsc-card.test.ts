import { constants, verify } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { CardReader } from '../../reader-bridge/card-reader.ts';
import { openPcscReader } from '../../reader-bridge/pcsc.ts';
import { openCard, readCard } from '../../reader-bridge/read-card.ts';
import type { CardToWrite } from '../../reader-bridge/virtual/card-directory.ts';
import { createTestHolder, type TestHolder, testPin } from '../reader-bridge/software-cards.ts';
import { requirePrograms } from '../support/programs.ts';
import { pem } from '../support/test-pki.ts';
import {
  type CardEvent,
  startVirtualReader,
  type VirtualCard,
  type VirtualReader,
} from '../support/virtual-card.ts';

const missing = requirePrograms('pcscd', 'vpcd');
const message = new TextEncoder().encode('kazasu-proof-v1');
const soon = () => AbortSignal.timeout(10_000);

/** Everything this product may say to a card, by instruction; `00c0` only continues an answer. */
const allowedHeaders = /^(00a4040c|00a4020c|00b0|00200080|802a0080|00c00000)/;
const allowedNames = ['d392f000260100000001', '000a', '0017', '0018'];

describe.skipIf(missing !== undefined)('a card on a PC/SC reader', () => {
  let holder: TestHolder;
  let virtual: VirtualReader;
  let card: VirtualCard;
  let reader: CardReader;

  const jpki = (options: Partial<CardToWrite & { kind: 'jpki' }> = {}): CardToWrite => ({
    kind: 'jpki',
    pin: testPin,
    certificatePem: pem('CERTIFICATE', holder.certificate),
    caCertificatePem: pem('CERTIFICATE', holder.caCertificate),
    privateKeyPem: String(holder.privateKey.export({ type: 'pkcs8', format: 'pem' })),
    ...options,
  });

  beforeAll(async () => {
    holder = await createTestHolder();
    virtual = await startVirtualReader();
    card = await virtual.card(jpki());
  });

  afterAll(() => virtual?.stop());

  beforeEach(async () => {
    reader = await openPcscReader({ readerName: 'Virtual PCD' });
  });

  afterEach(async () => {
    await card.remove();
    await gone(reader);
    reader.close();
  });

  test('is waited for, gives its serial number, and its going is noticed', async () => {
    await gone(reader);
    const waiting = reader.waitForCard(soon());
    await card.insert();
    const presented = await waiting;
    expect(await readCard(presented, 'serial')).toEqual({
      kind: 'jpki',
      serialNumber: holder.serialNumber.replace(/^(00)+/, ''),
    });
    const removal = presented.waitForRemoval(soon());
    await card.remove();
    await removal;
  });

  test('gives its certificate', async () => {
    await card.insert();
    const reading = await readCard(await reader.waitForCard(soon()), 'certificate');
    expect(reading).toEqual({ kind: 'jpki', certificate: Buffer.from(holder.certificate) });
  });

  test('signs after the PIN and is powered off before anybody else can use it', async () => {
    await card.insert();
    const before = card.events.length;
    const signature = await sign(reader, testPin);
    expect(signature.outcome).toBe('signed');
    const key = { key: holder.publicKey, padding: constants.RSA_PKCS1_PADDING };
    expect(signature.outcome === 'signed' && verify('sha256', message, key, signature.signature)).toBe(true);
    await expectPowerOffAfterPin(() => card.events.slice(before));
  });

  test('refuses a wrong PIN, is powered off, and says how many tries are left', async () => {
    await card.swap(jpki());
    const before = card.events.length;
    expect(await sign(reader, '0000')).toEqual({ outcome: 'pin-wrong', triesLeft: 2 });
    await expectPowerOffAfterPin(() => card.events.slice(before));
    expect(await sign(reader, '0001')).toEqual({ outcome: 'pin-wrong', triesLeft: 1 });
    expect(await sign(reader, '0002')).toEqual({ outcome: 'last-try-unconfirmed' });
  });

  test('is read although it stutters after power-up and knows no short identifiers', async () => {
    await card.swap(jpki({ quirks: { firstCommand6F00: true, noShortIds: 0x6a86, maxReadOctets: 100 } }));
    const reading = await readCard(await reader.waitForCard(soon()), 'certificate');
    expect(reading).toEqual({ kind: 'jpki', certificate: Buffer.from(holder.certificate) });
  });

  test('that is pulled out mid-way says so', async () => {
    await card.swap(jpki({ quirks: { removeAtApdu: 3 } }));
    const presented = await reader.waitForCard(soon());
    await expect(readCard(presented, 'certificate')).rejects.toMatchObject({ code: 'ERR_CARD_REMOVED' });
  });

  test('is for us alone while we use it', async () => {
    await card.swap(jpki());
    const presented = await reader.waitForCard(soon());
    const opened = await openCard(presented);
    const other = await openPcscReader({ readerName: 'Virtual PCD' });
    const second = await other.waitForCard(soon());
    await expect(second.connect()).rejects.toMatchObject({ code: 'ERR_READER_UNAVAILABLE' });
    await opened.channel.release();
    await (await second.connect()).release();
    other.close();
  });

  test('that is a FeliCa card gives its IDm', async () => {
    await card.swap({ kind: 'felica', idm: '0110230051162c0d' });
    const reading = await readCard(await reader.waitForCard(soon()), 'serial');
    expect(reading).toEqual({ kind: 'felica', idm: '0110230051162c0d' });
  });

  test('put back while nobody looked counts as taken away', async () => {
    await card.swap(jpki());
    const presented = await reader.waitForCard(soon());
    await card.remove();
    // Nobody looked while it was away.
    const other = await openPcscReader();
    await gone(other);
    other.close();
    await card.insert();
    await reader.waitForCard(soon());
    await presented.waitForRemoval(soon());
  });

  test('is found again after pcscd was restarted', async () => {
    await card.swap(jpki());
    await reader.waitForCard(soon());
    await virtual.restartPcscd();
    await expect(reader.waitForCard(AbortSignal.timeout(400))).rejects.toThrow();
    await card.insert();
    expect(await readCard(await patiently(reader), 'serial')).toMatchObject({ kind: 'jpki' });
  });

  test('was never sent anything but select, read, verify and sign of the authentication half', () => {
    const commands = card.events.filter((event) => event.event === 'apdu');
    expect(commands.length).toBeGreaterThan(40);
    for (const { header, name } of commands) {
      expect(header).toMatch(header.startsWith('ff') ? /^ffca0000$/ : allowedHeaders);
      if (name !== undefined) expect(allowedNames).toContain(name);
    }
  });
});

async function sign(reader: CardReader, pin: string) {
  const opened = await openCard(await reader.waitForCard(soon()));
  if (opened.kind !== 'jpki') throw new Error(`not a JPKI card: ${opened.kind}`);
  return opened.card.signWithPin({ pin, message });
}

async function expectPowerOffAfterPin(eventsNow: () => readonly CardEvent[]): Promise<void> {
  // The card's process tells us a moment after it happened.
  await vi.waitFor(() => poweredOffAfterPin(eventsNow()), { timeout: 2_000 });
}

function poweredOffAfterPin(events: readonly CardEvent[]): void {
  // The first VERIFY of a session asks for the tries left, the next one brings the PIN.
  const verifies = events.flatMap((event, at) =>
    event.event === 'apdu' && event.header === '00200080' ? [at] : [],
  );
  expect(verifies.length).toBeGreaterThan(1);
  const after = events.slice(verifies.at(-1));
  expect(after.some(({ event }) => event === 'power-off')).toBe(true);
}

/** The service comes back a moment after it was restarted; callers ask again until then. */
async function patiently(reader: CardReader) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await reader.waitForCard(AbortSignal.timeout(1_000));
    } catch (error) {
      if (attempt === 10) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

async function gone(reader: CardReader): Promise<void> {
  const present = await reader.presentCard().catch(() => undefined);
  await present?.waitForRemoval(soon()).catch(() => undefined);
}
