import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Fault } from '../../idp/domain/fault.ts';
import type { CardReader } from '../../reader-bridge/card-reader.ts';
import { runTapLoop } from '../../reader-bridge/tap-loop.ts';
import { SoftwareFelicaCard } from '../../reader-bridge/virtual/felica-card.ts';
import { SoftwareReader } from '../../reader-bridge/virtual/software-reader.ts';
import { enrolledClient, temporaryState } from './enrolled.ts';
import { type ProviderDouble, startProviderDouble } from './provider-double.ts';
import { createTestHolder, type TestHolder } from './software-cards.ts';

let holder: TestHolder;
let provider: ProviderDouble;
let temporary: ReturnType<typeof temporaryState>;
let said: string[];
let logged: string[];
let stop: AbortController;
let loop: Promise<void> | undefined;

beforeEach(async () => {
  holder ??= await createTestHolder();
  provider = await startProviderDouble();
  temporary = temporaryState();
  [said, logged] = [[], []];
  stop = new AbortController();
});

afterEach(async () => {
  stop.abort();
  await loop;
  temporary.remove();
  await provider.close();
});

async function start(reader: CardReader): Promise<void> {
  const client = await enrolledClient(provider, temporary.state);
  const parts = { say: (text: string) => said.push(text), log: (text: string) => logged.push(text) };
  loop = runTapLoop({ reader, client, locale: 'en', ...parts }, stop.signal);
}

const heard = (count: number) => vi.waitFor(() => expect(said).toHaveLength(count));

describe('a device’s reader', () => {
  test('posts one tap per card that is held, as the reader is set', async () => {
    const reader = new SoftwareReader();
    provider.readerEvidence = 'serial';
    await start(reader);
    reader.present(holder.card());
    await heard(1);
    reader.remove();
    reader.present(new SoftwareFelicaCard({ idm: '0110230051162c0d' }));
    await heard(2);
    expect(said).toEqual(['Accepted.', 'Accepted.']);
    const serialNumber = holder.serialNumber.replace(/^(00)+/, '');
    expect(provider.taps.map(({ evidence }) => evidence)).toEqual([
      { type: 'identifier', kind: 'jpki', number: serialNumber },
      { type: 'identifier', kind: 'felica', number: '0110230051162c0d' },
    ]);
  });

  test('posts the whole certificate when it is set so', async () => {
    const reader = new SoftwareReader();
    await start(reader);
    reader.present(holder.card());
    await heard(1);
    const certificate = Buffer.from(holder.certificate).toString('base64');
    expect(provider.taps[0]?.evidence).toEqual({ type: 'certificate', certificate });
  });

  test('says “hold it again, and longer” to a card that left too early, and posts nothing', async () => {
    const reader = new SoftwareReader();
    await start(reader);
    reader.present(holder.card({ quirks: { removeAtApdu: 3 } }));
    await heard(1);
    expect(said[0]).toContain('Hold it again, and longer');
    reader.present(holder.card());
    await heard(2);
    expect(provider.taps).toHaveLength(1);
  });

  test('says what the provider says when a tap is refused, and goes on', async () => {
    const reader = new SoftwareReader();
    await start(reader);
    provider.refuseWith = { status: 403, body: '{"error":"reader-disabled","message":"Switched off."}' };
    reader.present(holder.card());
    await heard(1);
    provider.refuseWith = undefined;
    reader.present(holder.card());
    await heard(2);
    expect(said).toEqual(['Switched off.', 'Accepted.']);
  });

  test('says that the provider cannot be reached, and goes on', async () => {
    const reader = new SoftwareReader();
    await start(reader);
    provider.refuseWith = { status: 503, body: '{}' };
    reader.present(holder.card());
    await heard(1);
    expect(said[0]).toContain('cannot be reached');
  });

  test('complains once of a reader that is not there, and reads as soon as it is', async () => {
    const reader = new SoftwareReader();
    let calls = 0;
    const unplugged: CardReader = {
      waitForCard: (signal) => {
        calls += 1;
        if (calls < 3) throw new Fault('ERR_READER_UNAVAILABLE', 'No card reader is connected.');
        return reader.waitForCard(signal);
      },
      presentCard: () => reader.presentCard(),
      close: () => {},
    };
    reader.present(holder.card());
    await start(unplugged);
    await vi.waitFor(() => expect(said).toEqual(['Accepted.']), { timeout: 5_000 });
    expect(logged.filter((line) => line.includes('No card reader'))).toHaveLength(1);
  });

  test('logs no number of a card', async () => {
    const reader = new SoftwareReader();
    provider.readerEvidence = 'serial';
    await start(reader);
    reader.present(holder.card());
    await heard(1);
    expect(logged.join('\n')).not.toContain(holder.serialNumber.replace(/^(00)+/, ''));
  });
});
