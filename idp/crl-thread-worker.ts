import { constants, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { createCrlSource } from '../connectors/jpki/crl-source.ts';
import type { CrlThreadSetup, CrlThreadWord, CrlThreadWork } from './crl-thread.ts';
import { Fault } from './domain/fault.ts';
import { crlWorkerHere } from './flows/read-crl.ts';
import { readAnchor } from './jpki/anchors.ts';
import { createCrlReader } from './jpki/crl/crl-reader.ts';
import type { CrlProgress, CrlWorker } from './ports/crl-worker.ts';
import { createCardNumbers } from './storage/keys/card-numbers.ts';
import { openRecordForReading } from './storage/record-reader.ts';

// What `createCrlThread` starts: the same reading as anywhere else, over a record that it opened for reading alone.

// Sign-ins go first. On Linux this is this thread's alone; elsewhere it would be the whole process's. See setpriority(2).
if (process.platform === 'linux') setPriority(0, constants.priority.PRIORITY_LOW);

const { dataDir, keys, crlSources, sourceOptions, profiles, allowTestAuthorities } =
  workerData as CrlThreadSetup;
const numbers = createCardNumbers(keys);
const sources = crlSources.map((address) => createCrlSource(address, sourceOptions));

const say = (word: CrlThreadWord): void => parentPort?.postMessage(word);

parentPort?.on('message', async (work: CrlThreadWork) => {
  try {
    const record = openRecordForReading(dataDir);
    try {
      const crlReader = createCrlReader({
        anchors: work.anchors.map(readAnchor),
        profiles,
        allowTestAuthorities,
      });
      const clock = clockFrom(work.now);
      await answer(crlWorkerHere({ record, numbers, crlReader, crlSources: sources, clock }), work);
    } finally {
      record.close();
    }
  } catch (error) {
    // Anything else ends the thread: what is no fault of the infrastructure is one of ours.
    if (!(error instanceof Fault)) throw error;
    say({ fault: { code: error.code, message: error.message } });
  }
});

async function answer(worker: CrlWorker, { ask }: CrlThreadWork): Promise<void> {
  const onProgress = (progress: CrlProgress) => say({ progress });
  const done =
    'fetch' in ask ? await worker.fetch(ask.fetch, onProgress) : await worker.read(ask.read, onProgress);
  say({ done });
}

/** The clock of whoever gave the work, as it goes on meanwhile. */
function clockFrom(now: number): { now(): number } {
  const givenAt = performance.now();
  return { now: () => now + Math.floor(performance.now() - givenAt) };
}
