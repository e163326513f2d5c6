import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { consentText, currentConsent } from '../../idp/domain/consent.ts';
import { Fault } from '../../idp/domain/fault.ts';
import type { RegistrationOffer } from '../../idp/wire/registration.ts';
import { enroll, register, run, see } from '../../reader-bridge/commands.ts';
import type { BridgeIo } from '../../reader-bridge/terminal.ts';
import { SoftwareFelicaCard } from '../../reader-bridge/virtual/felica-card.ts';
import { SoftwareReader } from '../../reader-bridge/virtual/software-reader.ts';
import { nextCard, nextCardPolicy, profilesFile } from '../support/card-profiles.ts';
import { temporaryState } from './enrolled.ts';
import {
  enrolmentCode,
  inviteCode,
  type ProviderDouble,
  signatureVerifies,
  startProviderDouble,
} from './provider-double.ts';
import { createTestHolder, type TestHolder, testPin } from './software-cards.ts';

let holder: TestHolder;
let provider: ProviderDouble;
let temporary: ReturnType<typeof temporaryState>;
let reader: SoftwareReader;
let printed: string[];
let stateDir: string;

beforeAll(async () => {
  holder = await createTestHolder();
});

beforeEach(async () => {
  provider = await startProviderDouble();
  temporary = temporaryState();
  stateDir = temporary.directory;
  reader = new SoftwareReader();
  printed = [];
});

afterEach(async () => {
  temporary.remove();
  await provider.close();
});

/** What was typed before the command asked, or at a terminal while it asks. */
function io(typed: readonly string[] = [], isTTY = false): BridgeIo {
  const stdin: BridgeIo['stdin'] = Object.assign(new PassThrough(), { isTTY });
  const lines = [...typed];
  const answer = () => void (isTTY && lines.length > 0 && stdin.push(`${lines.shift()}\n`));
  if (!isTTY) stdin.push(lines.map((line) => `${line}\n`).join('') || null);
  return {
    stdin,
    out: (text) => printed.push(text),
    err: (text) => {
      printed.push(text);
      // People answer after they read the question.
      if (/\[yes\/no\]|PIN for/.test(text)) setTimeout(answer, 20);
    },
  };
}

const enrolled = () => enroll({ idp: provider.url, code: enrolmentCode, stateDir }, io());

describe('bridge enroll', () => {
  test('says which reader this is now, and how to go on', async () => {
    await enrolled();
    expect(printed.join('\n')).toContain('“Front desk” (workstation)');
    expect(printed.join('\n')).toContain('kazasu bridge run');
  });

  test('begins to count taps anew: a new enrolment is a new reader', async () => {
    temporary.state.nextCounter();
    await enrolled();
    expect(temporary.state.nextCounter()).toBe(2);
  });
});

describe('bridge register', () => {
  const invite = inviteCode;
  const options = () => ({ stateDir, invite, cardReader: reader });

  test('by a script: the card signs registration, person and consent', async () => {
    await enrolled();
    reader.present(holder.card());
    await register({ ...options(), pinStdin: true, agree: true }, io([testPin]));
    const [proof] = provider.taps;
    expect(proof && signatureVerifies(proof, 'registration', offerOf())).toBe(true);
    expect(printed.join('\n')).toContain('山田 花子 (試験市)');
    expect(printed.join('\n')).toContain('マイナンバーカードの利用者証明用電子証明書の発行番号');
    expect(printed.join('\n')).not.toContain(testPin);
  });

  test('at a terminal: asks whether this is the person, then for the PIN, without showing it', async () => {
    await enrolled();
    reader.present(holder.card());
    await register(options(), io(['yes', testPin], true));
    expect(provider.taps).toHaveLength(1);
    expect(printed.join('\n')).not.toContain(testPin);
  });

  test('ends when the person does not agree, with the card untouched', async () => {
    await enrolled();
    await expect(register(options(), io(['no'], true))).rejects.toMatchObject({ code: 'ERR_NOT_AGREED' });
    expect(provider.taps).toEqual([]);
  });

  test('asks for the word of the holder before the last try, and takes it from nobody else', async () => {
    await enrolled();
    const card = holder.card({ triesLeft: 1 });
    reader.present(card);
    const scripted = register({ ...options(), pinStdin: true, agree: true }, io([testPin]));
    await expect(scripted).rejects.toMatchObject({ code: 'ERR_PIN_LAST_TRY' });
    await expect(register(options(), io(['yes', 'no', testPin], true))).rejects.toMatchObject({
      code: 'ERR_PIN_LAST_TRY',
    });
    expect(card.triesLeft).toBe(1);
    await register(options(), io(['yes', 'yes', testPin], true));
    expect(provider.taps).toHaveLength(1);
  });

  test.each([
    ['a wrong PIN', { pin: '0000' }, 'ERR_PIN_WRONG', 2],
    ['a PIN of another form', { pin: '12345' }, 'ERR_PIN', 3],
    ['no PIN', {}, 'ERR_STDIN', 3],
  ])('ends at %s', async (_name, { pin }: { readonly pin?: string }, code, triesLeft) => {
    await enrolled();
    const card = holder.card();
    reader.present(card);
    const stdin = io(pin === undefined ? [] : [pin]);
    await expect(register({ ...options(), pinStdin: true, agree: true }, stdin)).rejects.toMatchObject({
      code,
    });
    expect(card.triesLeft).toBe(triesLeft);
    expect(provider.taps).toEqual([]);
  });

  test('ends at a locked card, at a card without PIN, and at a card that is pulled out', async () => {
    await enrolled();
    const attempt = () => register({ ...options(), pinStdin: true, agree: true }, io([testPin]));
    reader.present(holder.card({ triesLeft: 0 }));
    await expect(attempt()).rejects.toMatchObject({ code: 'ERR_PIN_BLOCKED' });
    reader.present(new SoftwareFelicaCard({ idm: '0110230051162c0d' }));
    await expect(attempt()).rejects.toMatchObject({ code: 'ERR_NO_PIN_CARD' });
    reader.present(holder.card({ quirks: { removeAtApdu: 2 } }));
    await expect(attempt()).rejects.toMatchObject({
      code: 'ERR_CARD_REMOVED',
      message: expect.stringContaining('longer'),
    });
  });

  test('refuses to sign another consent than the one that is shown', async () => {
    await enrolled();
    provider.offer = { consentSha256: '0'.repeat(64) };
    reader.present(holder.card());
    const attempt = register({ ...options(), pinStdin: true, agree: true }, io([testPin]));
    await expect(attempt).rejects.toMatchObject({ code: 'ERR_CONSENT' });
  });

  test('says why an invitation was refused', async () => {
    await enrolled();
    const attempt = register({ ...options(), invite: 'old', agree: true }, io());
    await expect(attempt).rejects.toMatchObject({ message: 'Ask for a new invitation.' });
  });

  test('without a terminal says how scripts do it', async () => {
    await enrolled();
    await expect(register(options(), io())).rejects.toMatchObject({
      code: 'ERR_NO_TERMINAL',
      message: expect.stringContaining('--pin-stdin'),
    });
  });

  test('before enrolment says to enrol first', async () => {
    await expect(register(options(), io())).rejects.toMatchObject({ code: 'ERR_NOT_ENROLLED' });
  });
});

describe('bridge see', () => {
  test('shows a serial number in the spellings that devices use', async () => {
    reader.present(holder.card());
    await see({ cardReader: reader, json: true }, io());
    const hex = holder.serialNumber.replace(/^(00)+/, '');
    expect(JSON.parse(printed.at(-1) ?? '')).toMatchObject({
      kind: 'jpki',
      hex,
      decimal: String(Number.parseInt(hex, 16)),
      reversedHex: Buffer.from(hex, 'hex').reverse().toString('hex'),
    });
  });

  test('shows an IDm', async () => {
    reader.present(new SoftwareFelicaCard({ idm: '0110230051162c0d' }));
    await see({ cardReader: reader }, io());
    expect(printed.join('\n')).toContain('01:10:23:00:51:16:2C:0D');
    expect(printed.join('\n')).toContain('0d2c165100231001');
  });
});

describe('card profiles of a bridge', () => {
  const nextHolder = () =>
    createTestHolder({ profile: nextCard, certificatePolicy: nextCardPolicy, key: 'p384' });

  function file(content: unknown): string {
    const path = join(stateDir, 'profiles.json');
    writeFileSync(path, JSON.stringify(content));
    return path;
  }

  test('let it register, see and run with the cards that they describe', async () => {
    provider.readerKind = 'device';
    await enrolled();
    const next = await nextHolder();
    const options = { stateDir, cardReader: reader, profiles: file(profilesFile) };
    reader.present(next.card({ pin: '407140' }));
    await see({ ...options, json: true }, io());
    expect(JSON.parse(printed.at(-1) ?? '')).toMatchObject({ hex: next.serialNumber.replace(/^(00)+/, '') });
    await register({ ...options, invite: inviteCode, pinStdin: true, agree: true }, io(['407140']));
    const [proof] = provider.taps;
    expect(proof && signatureVerifies(proof, 'registration', offerOf())).toBe(true);
    const running = run({ ...options, port: 0 }, io());
    await vi.waitFor(() => expect(provider.taps).toHaveLength(2));
    process.emit('SIGTERM');
    await running;
  });

  test('are needed for that', async () => {
    reader.present((await nextHolder()).card());
    await expect(see({ cardReader: reader }, io())).rejects.toMatchObject({ code: 'ERR_CARD_UNSUPPORTED' });
  });

  test('that are not right end a command before a card is asked for', async () => {
    await enrolled();
    const options = { stateDir, cardReader: reader, invite: inviteCode, port: 0 };
    for (const profiles of [file([{ name: 'x', extends: 'smartphone' }]), join(stateDir, 'nowhere.json')]) {
      for (const command of [run, register, see]) {
        await expect(command({ ...options, profiles }, io())).rejects.toMatchObject({
          code: 'ERR_CARD_PROFILE',
        });
      }
    }
  });
});

describe('bridge run', () => {
  test('serves until a signal ends it', async () => {
    provider.readerKind = 'device';
    await enrolled();
    const running = run({ stateDir, port: 0, cardReader: reader }, io());
    reader.present(holder.card());
    await vi.waitFor(() => expect(provider.taps).toHaveLength(1));
    process.emit('SIGTERM');
    await running;
    expect(printed.join('\n')).toContain('受け付けました。');
  });

  test('at a workstation says at once that there is no reader, and goes on', async () => {
    await enrolled();
    const fault = new Fault('ERR_READER_UNAVAILABLE', 'No card reader is connected.');
    const cardReader = Object.assign(reader, { presentCard: () => Promise.reject(fault) });
    const running = run({ stateDir, port: 0, cardReader }, io());
    await vi.waitFor(() => expect(printed).toContain('No card reader is connected.'));
    process.emit('SIGINT');
    await running;
  });

  test('at a workstation says where its page is', async () => {
    await enrolled();
    const running = run({ stateDir, port: 0, cardReader: reader }, io());
    await vi.waitFor(() => expect(printed.join('\n')).toMatch(/page on http:\/\/127\.0\.0\.1:\d+/));
    process.emit('SIGINT');
    await running;
  });
});

function offerOf(): RegistrationOffer {
  const consentSha256 = createHash('sha256').update(consentText(currentConsent)).digest('hex');
  return { registrationId: 'registration-1', personId: 'person-1', consentSha256 } as RegistrationOffer;
}
