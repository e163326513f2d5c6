import { verify, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { type CardProfile, defaultCardProfiles } from '../../idp/domain/card-profile.ts';
import { readTriesLeft, signWithCard } from '../../reader-bridge/pin-operations.ts';
import { readCard } from '../../reader-bridge/read-card.ts';
import { readCardDirectory, writeCardDirectory } from '../../reader-bridge/virtual/card-directory.ts';
import type { SoftwareCardQuirks, SoftwareJpkiCard } from '../../reader-bridge/virtual/jpki-card.ts';
import type { SoftwareCard } from '../../reader-bridge/virtual/software-card.ts';
import {
  nextCard,
  nextCardPolicy,
  presentCard,
  smartphone,
  smartphonePolicy,
  testProfiles,
} from '../support/card-profiles.ts';
import {
  commandsOf,
  createTestHolder,
  poweredOffAfterPin,
  recordingReader,
  type TestHolder,
} from './software-cards.ts';

const message = new TextEncoder().encode('kazasu-proof-v1');
const nextCardDer: CardProfile = { ...nextCard, possession: { digest: 'sha384', dsaEncoding: 'der' } };

/** A holder, and the card in the form that a test asks for. */
interface Kind {
  readonly holder: TestHolder;
  readonly pin: string;
  readonly digest: string;
  readonly profile: CardProfile;
}

let card: Kind;
let phone: Kind;
let next: Kind;

beforeAll(async () => {
  const [rsa, android, p384] = await Promise.all([
    createTestHolder(),
    createTestHolder({ profile: smartphone, certificatePolicy: smartphonePolicy }),
    createTestHolder({ profile: nextCard, certificatePolicy: nextCardPolicy, key: 'p384' }),
  ]);
  card = { holder: rsa, pin: '4071', digest: 'sha256', profile: presentCard };
  phone = { holder: android, pin: '4071', digest: 'sha256', profile: smartphone };
  next = { holder: p384, pin: '407140', digest: 'sha384', profile: nextCard };
});

function present(software: SoftwareCard) {
  const { reader, events } = recordingReader();
  reader.present(software);
  return { events, presented: reader.waitForCard(AbortSignal.timeout(1000)) };
}

async function tap(
  software: SoftwareJpkiCard,
  profiles: readonly CardProfile[] = testProfiles,
  evidence: 'serial' | 'certificate' = 'certificate',
) {
  const { events, presented } = present(software);
  const reading = await readCard(await presented, evidence, profiles);
  return { reading, commands: commandsOf(events) };
}

async function sign(software: SoftwareCard, pin: string, profiles: readonly CardProfile[] = testProfiles) {
  const { events, presented } = present(software);
  const request = { pin, profiles, acceptLastTry: false, nowSeconds: () => 1, message: () => message };
  const result = await signWithCard(await presented, request);
  return { result, events, commands: commandsOf(events) };
}

const made = ({ holder, pin }: Kind, options: Parameters<TestHolder['card']>[0] = {}) =>
  holder.card({ pin, ...options });

/** Checked by node:crypto alone, in the form that is expected. */
const isSigned = (kind: Kind, signature: Uint8Array, dsaEncoding: 'der' | 'ieee-p1363' = 'ieee-p1363') =>
  verify(kind.digest, message, { key: kind.holder.publicKey, dsaEncoding }, signature);

const isSelect = (command: string) => command.startsWith('00a4040c');
const isPin = (command: string) => command.startsWith('0020') && command.length > 8;
const certificateReads = (commands: readonly string[]) =>
  commands.filter((command) => /^00b08[a-f0-9]/.test(command) || command === '00a4020c02000a');

describe.each([
  ['the present card', () => card],
  ['the next card (ECDSA P-384 with SHA-384)', () => next],
] as const)('%s', (_name, kindOf) => {
  test('gives its certificate and its serial number to a tap', async () => {
    const kind = kindOf();
    const { reading } = await tap(made(kind));
    expect(reading).toEqual({ kind: 'jpki', certificate: Buffer.from(kind.holder.certificate) });
    const { reading: serial } = await tap(made(kind), testProfiles, 'serial');
    expect(serial).toEqual({ kind: 'jpki', serialNumber: kind.holder.serialNumber.replace(/^(00)+/, '') });
  });
});

describe.each([
  ['the present card', () => card, 256],
  ['the smartphone', () => phone, 256],
  ['the next card', () => next, 96],
] as const)('the PIN of %s', (_name, kindOf, octets) => {
  const quirks: readonly SoftwareCardQuirks[] = [
    {},
    { noShortIds: 0x6a82 },
    { noShortIds: 0x6d00, maxReadOctets: 100 },
    { chaining: true, pastEnd: '6C' },
    { firstCommand6F00: true },
  ];

  test('unlocks a signature by the key of the certificate that comes with it', async () => {
    const kind = kindOf();
    for (const quirk of quirks) {
      const software = made(kind, { quirks: quirk });
      const { result, events, commands } = await sign(software, kind.pin);
      if (result.outcome !== 'signed') throw new Error(`${result.outcome} with ${JSON.stringify(quirk)}`);
      expect(result.signature).toHaveLength(octets);
      expect(isSigned(kind, result.signature)).toBe(true);
      expect(Buffer.from(result.certificate)).toEqual(Buffer.from(kind.holder.certificate));
      expect(commands.filter(isPin)).toHaveLength(1);
      expect(poweredOffAfterPin(events)).toBe(true);
      expect(software.unlocked).toBe(false);
    }
  });

  test('is sent once when it is wrong, and the tries are counted as this kind counts them', async () => {
    const kind = kindOf();
    const { digits, maxTries } = kind.profile.application.pin;
    const software = made(kind);
    const { result, commands, events } = await sign(software, '0'.repeat(digits));
    expect(result).toEqual({ outcome: 'pin-wrong', triesLeft: maxTries - 1 });
    expect(commands.filter(isPin)).toHaveLength(1);
    expect(poweredOffAfterPin(events)).toBe(true);
  });

  test('of another length never reaches the card', async () => {
    const kind = kindOf();
    for (const pin of ['123', '12345', '1234567', '12a4']) {
      const software = made(kind);
      await expect(sign(software, pin)).rejects.toMatchObject({ code: 'ERR_PIN' });
      expect(software.triesLeft).toBe(kind.profile.application.pin.maxTries);
    }
  });

  test('is asked for with its number of digits and tries', async () => {
    const kind = kindOf();
    const { presented } = present(made(kind));
    const { digits, maxTries } = kind.profile.application.pin;
    const state = await readTriesLeft(await presented, testProfiles);
    expect(state).toEqual({ outcome: 'tries', triesLeft: maxTries, digits });
  });

  test('says “interrupted” when the card leaves once the PIN may be on its way, at whichever command', async () => {
    const kind = kindOf();
    const { commands } = await sign(made(kind), kind.pin);
    for (let n = commands.findIndex(isPin) + 1; n <= commands.length; n += 1) {
      const software = made(kind, { quirks: { removeAtApdu: n } });
      expect((await sign(software, kind.pin)).result, `command ${n}`).toEqual({ outcome: 'interrupted' });
      expect(software.unlocked).toBe(false);
    }
  });
});

describe('a card that signs in DER', () => {
  test('hands on its signature as it is, whatever its length', async () => {
    const profiles = [nextCardDer];
    const lengths = new Set<number>();
    for (let n = 0; n < 20; n += 1) {
      const { result } = await sign(made(next, { profile: nextCardDer }), next.pin, profiles);
      if (result.outcome !== 'signed') throw new Error(result.outcome);
      expect(isSigned(next, result.signature, 'der')).toBe(true);
      lengths.add(result.signature.length);
    }
    expect(lengths.size).toBeGreaterThan(1);
  });
});

describe('a smartphone whose certificate needs the PIN', () => {
  test('is named politely by a tap, which neither sends a PIN nor reads the certificate', async () => {
    for (const evidence of ['serial', 'certificate'] as const) {
      const { reading, commands } = await tap(made(phone), testProfiles, evidence);
      expect(reading).toEqual({ kind: 'unsupported', name: 'needs-pin' });
      expect(certificateReads(commands)).toEqual([]);
      expect(commands.filter(isPin)).toEqual([]);
    }
  });

  test('is named the same where no profile describes it: the card says so itself', async () => {
    const { reading } = await tap(made(phone), defaultCardProfiles);
    expect(reading).toEqual({ kind: 'unsupported', name: 'needs-pin' });
  });

  test('gives its certificate after the PIN only', async () => {
    const { commands } = await sign(made(phone), phone.pin);
    const pinAt = commands.findIndex(isPin);
    expect(certificateReads(commands.slice(0, pinAt))).toEqual([]);
    expect(certificateReads(commands.slice(pinAt)).length).toBeGreaterThan(0);
  });

  test('is read after the PIN even where its profile did not know', async () => {
    const unaware = { ...smartphone.application, certificateNeedsPin: false };
    const profiles = [presentCard, { ...smartphone, application: unaware }];
    for (const quirks of [{}, { noShortIds: 0x6a82 }] as const) {
      const { result } = await sign(made(phone, { quirks }), phone.pin, profiles);
      expect(result.outcome === 'signed' && isSigned(phone, result.signature)).toBe(true);
    }
  });
});

describe('a software card in a directory', () => {
  test('is of the kind that its description names', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'kazasu-card-'));
    const { certificate, caCertificate, privateKey } = next.holder;
    try {
      writeCardDirectory(directory, {
        kind: 'jpki',
        profile: nextCard,
        pin: next.pin,
        certificatePem: new X509Certificate(certificate).toString(),
        caCertificatePem: new X509Certificate(caCertificate).toString(),
        privateKeyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
      });
      const { result } = await sign(readCardDirectory(directory), next.pin);
      expect(result.outcome === 'signed' && isSigned(next, result.signature)).toBe(true);
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });
});

describe('which kind a card is', () => {
  test('costs nothing where one kind is configured: a number is two commands', async () => {
    const { commands } = await tap(made(card), defaultCardProfiles, 'serial');
    expect(commands).toEqual(['00a4040c0ad392f000260100000001', '00b08a0020']);
  });

  test('is read from the label where several share an application: a number is four commands', async () => {
    const { commands } = await tap(made(card), testProfiles, 'serial');
    expect(commands).toEqual([
      '00a4040c0ad392f000260100000001',
      '00a4020c020006',
      '00b0000020',
      '00b08a0020',
    ]);
  });

  test('is told by every label of a profile, the older ones too', async () => {
    for (const tokenLabel of ['JPKIAPICCTOKEN2', 'JPKIAPICCTOKEN']) {
      const { reading } = await tap(made(card, { tokenLabel }), testProfiles, 'serial');
      expect(reading).toMatchObject({ kind: 'jpki' });
    }
    const { reading } = await tap(made(phone, { tokenLabel: 'JPKIAPIOSTOKEN' }));
    expect(reading).toEqual({ kind: 'unsupported', name: 'needs-pin' });
  });

  test.each(['JPKIAPICCTOKEN3', 'JPKIAP', ''])(
    'is not guessed from a label that nobody named: %j',
    async (tokenLabel) => {
      const { reading, commands } = await tap(made(card, { tokenLabel }));
      expect(reading).toEqual({ kind: 'unsupported', name: 'unknown-token' });
      expect(certificateReads(commands)).toEqual([]);
    },
  );

  test('is found by selecting, one application after the other, and no other than the configured ones', async () => {
    const { commands } = await tap(made(next));
    expect(commands.filter(isSelect)).toEqual([
      '00a4040c0ad392f000260100000001',
      '00a4040c09f04b415a4153550001',
    ]);
    const { reading, commands: asked } = await tap(made(next), defaultCardProfiles);
    expect(reading).toEqual({ kind: 'unsupported', name: 'other-ic-card' });
    expect(asked).toEqual(['00a4040c0ad392f000260100000001']);
  });
});
