import { beforeAll, describe, expect, test } from 'vitest';
import { readCard } from '../../reader-bridge/read-card.ts';
import { SoftwareFelicaCard } from '../../reader-bridge/virtual/felica-card.ts';
import { answer, type SoftwareCard, statusWord } from '../../reader-bridge/virtual/software-card.ts';
import { commandsOf, createTestHolder, recordingReader, type TestHolder } from './software-cards.ts';

let holder: TestHolder;

beforeAll(async () => {
  holder = await createTestHolder();
});

async function read(card: SoftwareCard, evidence: 'serial' | 'certificate' = 'serial') {
  const { reader, events } = recordingReader();
  reader.present(card);
  const reading = await readCard(await reader.waitForCard(AbortSignal.timeout(1000)), evidence);
  return { reading, events, commands: commandsOf(events) };
}

/** A card of this kind that answers everything alike. */
function otherCard(atr: string, response: Uint8Array): SoftwareCard {
  const nothing = () => {};
  return {
    atr: Buffer.from(atr, 'hex'),
    powerOn: nothing,
    powerOff: nothing,
    reset: nothing,
    process: () => response,
  };
}

describe('what lies on the reader', () => {
  test('is a My Number Card: its serial number or its certificate, as the reader is set', async () => {
    const serial = await read(holder.card(), 'serial');
    expect(serial.reading).toEqual({ kind: 'jpki', serialNumber: holder.serialNumber.replace(/^(00)+/, '') });
    const { reading } = await read(holder.card(), 'certificate');
    expect(reading).toMatchObject({ kind: 'jpki', certificate: expect.anything() });
  });

  test('is a FeliCa card: its IDm, and it is sent no SELECT', async () => {
    const { reading, commands } = await read(new SoftwareFelicaCard({ idm: '0110230051162c0d' }));
    expect(reading).toEqual({ kind: 'felica', idm: '0110230051162c0d' });
    expect(commands).toEqual(['ffca000000']);
  });

  test('is some other smart card: named politely, and nothing but our application was asked for', async () => {
    const { reading, commands } = await read(otherCard('3b6a00008054010000', statusWord(0x6a82)));
    expect(reading).toEqual({ kind: 'unsupported', name: 'other-ic-card' });
    expect(commands).toEqual(['00a4040c0ad392f000260100000001']);
  });

  test('is a card without a processor: sent nothing at all', async () => {
    const mifare = otherCard('3b8f8001804f0ca000000306030001000000006a', statusWord(0x6a81));
    const { reading, commands } = await read(mifare);
    expect(reading).toEqual({ kind: 'unsupported', name: 'storage-card' });
    expect(commands).toEqual([]);
  });

  test('is a FeliCa card with an IDm of another length: refused', async () => {
    const broken = otherCard('3b8f8001804f0ca00000030611003b0000000042', answer(Buffer.alloc(4)));
    await expect(read(broken)).rejects.toMatchObject({ code: 'ERR_CARD_MALFORMED' });
  });

  test('is free for others after it was read, whatever came of it', async () => {
    const { events } = await read(holder.card());
    expect(events.at(-1)).toEqual({ type: 'release' });
    const { reader, events: broken } = recordingReader();
    reader.present(holder.card({ certificate: Buffer.from('00', 'hex') }));
    await expect(readCard(await reader.waitForCard(AbortSignal.timeout(1000)), 'serial')).rejects.toThrow();
    expect(broken.at(-1)).toEqual({ type: 'release' });
  });
});
