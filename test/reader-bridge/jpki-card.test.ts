import { constants, verify } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { defaultCardProfiles } from '../../idp/domain/card-profile.ts';
import { CardChannel } from '../../reader-bridge/card-channel.ts';
import type { JpkiCard, PinRequest, PinSignature } from '../../reader-bridge/jpki-card.ts';
import { selectCard } from '../../reader-bridge/select-card.ts';
import { type SoftwareCardQuirks, SoftwareJpkiCard } from '../../reader-bridge/virtual/jpki-card.ts';
import {
  commandsOf,
  createTestHolder,
  poweredOffAfterPin,
  recordingReader,
  type TestHolder,
  testPin,
} from './software-cards.ts';

const message = new TextEncoder().encode('kazasu-proof-v1');
const wrongPin = '0000';
let holder: TestHolder;

beforeAll(async () => {
  holder = await createTestHolder();
});

/** Puts a card on a reader, opens it and does something with it, once. */
async function withCard<T>(card: SoftwareJpkiCard, act: (jpki: JpkiCard) => Promise<T>) {
  const { reader, events } = recordingReader();
  reader.present(card);
  const presented = await reader.waitForCard(AbortSignal.timeout(1000));
  const channel = new CardChannel(await presented.connect());
  const selection = await selectCard(channel, defaultCardProfiles);
  const jpki = selection.outcome === 'selected' ? selection.card : undefined;
  const result = jpki && (await act(jpki).finally(() => channel.release()));
  return { result, events, commands: commandsOf(events) };
}

const sign = (card: SoftwareJpkiCard, request: Partial<PinRequest> = {}) =>
  withCard<PinSignature>(card, (jpki) => jpki.signWithPin({ pin: testPin, message, ...request }));

function signedBy(signature: Uint8Array): boolean {
  const key = { key: holder.publicKey, padding: constants.RSA_PKCS1_PADDING };
  return verify('sha256', message, key, signature);
}

const quirks: readonly (readonly [string, SoftwareCardQuirks])[] = [
  ['a well-behaved card', {}],
  ['a card that answers 6F00 to the first command', { firstCommand6F00: true }],
  ['a card without short identifiers (6A82)', { noShortIds: 0x6a82 }],
  ['a card without short identifiers (6A86)', { noShortIds: 0x6a86 }],
  ['a card without short identifiers (6B00)', { noShortIds: 0x6b00 }],
  ['a card without short identifiers (6D00)', { noShortIds: 0x6d00 }],
  ['a card that reads 128 octets at a time', { maxReadOctets: 128 }],
  ['a card that reads 20 octets at a time', { maxReadOctets: 20 }],
  ['a card that names the right length at the end', { pastEnd: '6C' }],
  ['a card that just stops at the end', { pastEnd: '9000' }],
  ['a card that hands out long answers in pieces', { chaining: true }],
];

describe.each(quirks)('%s', (_name, quirk) => {
  test('gives its serial number', async () => {
    const { result } = await withCard(holder.card({ quirks: quirk }), (jpki) => jpki.readSerial());
    expect(result).toBe(holder.serialNumber.replace(/^(00)+/, ''));
  });

  test('gives its whole certificate', async () => {
    const { result } = await withCard(holder.card({ quirks: quirk }), (jpki) => jpki.readCertificate());
    expect(Buffer.from(result ?? [])).toEqual(Buffer.from(holder.certificate));
  });

  test('signs with the right PIN and is powered off', async () => {
    const card = holder.card({ quirks: quirk });
    const { result, events } = await sign(card);
    expect(result?.outcome === 'signed' && signedBy(result.signature)).toBe(true);
    expect(poweredOffAfterPin(events)).toBe(true);
    expect(card.unlocked).toBe(false);
  });

  test('says how many tries a wrong PIN left, and was sent it once', async () => {
    const { result, commands, events } = await sign(holder.card({ quirks: quirk }), { pin: wrongPin });
    expect(result).toEqual({ outcome: 'pin-wrong', triesLeft: 2 });
    expect(commands.filter((command) => command.startsWith('0020008004'))).toHaveLength(1);
    expect(poweredOffAfterPin(events)).toBe(true);
  });
});

describe('the number of commands for a tap', () => {
  test('is 2 for the serial number', async () => {
    const { commands } = await withCard(holder.card(), (jpki) => jpki.readSerial());
    expect(commands).toEqual(['00a4040c0ad392f000260100000001', '00b08a0020']);
  });

  test('is 4 where short identifiers are refused', async () => {
    const card = holder.card({ quirks: { noShortIds: 0x6a86 } });
    const { commands } = await withCard(card, (jpki) => jpki.readSerial());
    expect(commands).toHaveLength(4);
  });

  test('is one read per 256 octets for the certificate', async () => {
    const { commands } = await withCard(holder.card(), (jpki) => jpki.readCertificate());
    expect(commands).toHaveLength(1 + Math.ceil(holder.certificate.length / 256));
  });
});

describe('the PIN', () => {
  const pinsSent = (commands: readonly string[]) =>
    commands.filter((command) => command.startsWith('00200080') && command.length > 8);

  test('is never sent to a locked card', async () => {
    const card = holder.card({ triesLeft: 0 });
    const { result, commands } = await sign(card, { acceptLastTry: true });
    expect(result).toEqual({ outcome: 'pin-blocked' });
    expect(pinsSent(commands)).toEqual([]);
  });

  test('is not sent with one try left unless the holder confirmed it', async () => {
    const card = holder.card({ triesLeft: 1 });
    const unconfirmed = await sign(card);
    expect(unconfirmed.result).toEqual({ outcome: 'last-try-unconfirmed' });
    expect(pinsSent(unconfirmed.commands)).toEqual([]);
    const confirmed = await sign(card, { acceptLastTry: true });
    expect(confirmed.result?.outcome).toBe('signed');
    expect(card.triesLeft).toBe(3);
  });

  test('that is wrong at the last try locks the card, which is said and not tried again', async () => {
    const card = holder.card({ triesLeft: 1 });
    const last = await sign(card, { pin: wrongPin, acceptLastTry: true });
    expect(last.result).toEqual({ outcome: 'pin-blocked' });
    const after = await sign(card, { acceptLastTry: true });
    expect(pinsSent(after.commands)).toEqual([]);
  });

  test.each(['', '123', '12345', '12a4', '１２３４', '1234\n'])(
    'of another form (%j) never reaches the card',
    async (pin) => {
      const card = holder.card();
      await expect(sign(card, { pin })).rejects.toMatchObject({ code: 'ERR_PIN' });
      expect(card.triesLeft).toBe(3);
    },
  );

  test('is asked for its tries without costing one', async () => {
    const card = holder.card();
    const { result } = await withCard(card, async (jpki) => [await jpki.triesLeft(), await jpki.triesLeft()]);
    expect(result).toEqual([3, 3]);
  });
});

describe('a card that is taken away', () => {
  const acts: readonly (readonly [string, (jpki: JpkiCard) => Promise<unknown>])[] = [
    ['while the serial number is read', (jpki) => jpki.readSerial()],
    ['while the certificate is read', (jpki) => jpki.readCertificate()],
    ['while it signs', (jpki) => jpki.signWithPin({ pin: testPin, message })],
  ];

  test.each(acts)('%s says so at every command, and is left without power', async (_name, act) => {
    const { commands } = await withCard(holder.card(), act);
    for (let n = 1; n <= commands.length; n += 1) {
      const card = holder.card({ quirks: { removeAtApdu: n } });
      await expect(withCard(card, act), `command ${n}`).rejects.toMatchObject({ code: 'ERR_CARD_REMOVED' });
      expect(card.unlocked, `command ${n}`).toBe(false);
    }
  });
});

describe('what the card holds', () => {
  const damaged: readonly (readonly [string, (certificate: Uint8Array) => Uint8Array])[] = [
    ['nothing that is DER', () => Buffer.from('hello, this is no certificate at all, not even nearly one.')],
    ['a certificate that breaks off', (certificate) => certificate.subarray(0, 600)],
    ['a few octets', () => Buffer.from('308205', 'hex')],
    ['an endless length', () => Buffer.from(`3084ffffffff${'00'.repeat(64)}`, 'hex')],
  ];

  test.each(damaged)('is refused when it is %s', async (_name, damage) => {
    const card = holder.card({ certificate: damage(holder.certificate) });
    await expect(withCard(card, (jpki) => jpki.readCertificate())).rejects.toMatchObject({
      code: 'ERR_CARD_MALFORMED',
    });
  });

  test('may be followed by padding, which is not part of the certificate', async () => {
    const card = holder.card({ certificate: Buffer.concat([holder.certificate, Buffer.alloc(300, 0xff)]) });
    const { result } = await withCard(card, (jpki) => jpki.readCertificate());
    expect(Buffer.from(result ?? [])).toEqual(Buffer.from(holder.certificate));
  });

  test('is signed for by nobody else: a copied certificate cannot sign', async () => {
    const { certificate, caCertificate } = holder;
    const copy = new SoftwareJpkiCard({ certificate, caCertificate, pin: testPin });
    const { result } = await sign(copy);
    expect(result?.outcome === 'signed' && signedBy(result.signature)).toBe(false);
  });
});
