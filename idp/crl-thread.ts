import type { KeyObject } from 'node:crypto';
import { type Transferable, Worker } from 'node:worker_threads';
import type { CrlSourceOptions } from '../connectors/jpki/crl-source.ts';
import type { CardProfile } from './domain/card-profile.ts';
import { Fault, type FaultCode } from './domain/fault.ts';
import type { Instant } from './domain/instant.ts';
import type { PinnedAnchor } from './ports/anchors.ts';
import type { Clock } from './ports/clock.ts';
import type { CrlFetch, CrlProgress, CrlReading, CrlWorker } from './ports/crl-worker.ts';

/** What the thread is started with. Keys go over as handles, and only those that open numbers. */
export interface CrlThreadSetup {
  readonly dataDir: string;
  readonly keys: { readonly cardKeySecret: KeyObject; readonly numberKey: KeyObject };
  readonly crlSources: readonly string[];
  readonly sourceOptions: CrlSourceOptions;
  readonly profiles: readonly CardProfile[];
  readonly allowTestAuthorities: boolean;
}

/** One piece of work, with the trust and the time of the moment in which it is given. */
export interface CrlThreadWork {
  readonly ask: { readonly fetch: string } | { readonly read: Uint8Array };
  readonly anchors: readonly Uint8Array[];
  readonly now: Instant;
}

/** What the thread says of it: how it goes, and in the end one of the other two. */
export type CrlThreadWord =
  | { readonly progress: CrlProgress }
  | { readonly done: CrlFetch | CrlReading }
  | { readonly fault: { readonly code: FaultCode; readonly message: string } };

export interface CrlThreadOptions extends CrlThreadSetup {
  /** Those of the moment in which they are asked for. */
  readonly anchors: () => readonly PinnedAnchor[];
  readonly clock: Clock;
  /** How long the thread waits for more work before it ends and its memory goes back. */
  readonly idleSeconds?: number;
  /** How long it may say nothing over its work before it is taken to hang. */
  readonly silenceSeconds?: number;
}

type OnProgress = (progress: CrlProgress) => void;

/** What is thrown away at once must not pile up: rows and numbers of a million cards go by. */
const resourceLimits = { maxYoungGenerationSizeMb: 16 };

/** Longer than a source may take for its whole answer, and than five million entries are read in. */
const usualSilenceSeconds = 600;

const program = new URL('./crl-thread-worker.ts', import.meta.url);

/**
 * A worker for lists in a thread of its own, which is there only while there is work. One piece of work at a time: each
 * may hold the serial numbers of a million cards.
 */
export function createCrlThread(options: CrlThreadOptions): CrlWorker {
  const thread = new CrlThread(options);
  return {
    fetch: (distributionPoint, onProgress) => thread.run<CrlFetch>({ fetch: distributionPoint }, onProgress),
    read: (list, onProgress) => thread.run<CrlReading>({ read: list }, onProgress),
    close: () => thread.close(),
  };
}

class CrlThread {
  readonly #options: CrlThreadOptions;
  #last: Promise<unknown> = Promise.resolve();
  #worker: Worker | undefined;
  #idle: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: CrlThreadOptions) {
    this.#options = options;
  }

  run<T>(ask: CrlThreadWork['ask'], onProgress: OnProgress = () => {}): Promise<T> {
    const mine = this.#last.then(() => this.#work<T>(ask, onProgress));
    this.#last = mine.catch(() => undefined);
    return mine;
  }

  /** Work that is under way ends in a fault. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#end();
    await this.#last;
  }

  async #work<T>(ask: CrlThreadWork['ask'], onProgress: OnProgress): Promise<T> {
    if (this.#closed) throw ended('it was closed');
    clearTimeout(this.#idle);
    this.#worker ??= this.#start();
    const worker = this.#worker;
    worker.ref();
    const silenceMs = (this.#options.silenceSeconds ?? usualSilenceSeconds) * 1_000;
    const hanging = Promise.withResolvers<never>();
    // A file system that does not answer would hold up this list, and every one after it; such a thread may never exit.
    const patience = setTimeout(() => {
      void this.#end();
      hanging.reject(ended('it said nothing for too long'));
    }, silenceMs).unref();
    const heard: OnProgress = (progress) => {
      patience.refresh();
      onProgress(progress);
    };
    try {
      return await Promise.race([answerOf<T>(worker, () => this.#send(worker, ask), heard), hanging.promise]);
    } finally {
      clearTimeout(patience);
      worker.unref();
      this.#idle = setTimeout(() => void this.#end(), (this.#options.idleSeconds ?? 10) * 1_000).unref();
    }
  }

  #start(): Worker {
    const { dataDir, keys, crlSources, sourceOptions, profiles, allowTestAuthorities } = this.#options;
    const { cardKeySecret, numberKey } = keys;
    const opening = { cardKeySecret, numberKey };
    const setup: CrlThreadSetup = {
      ...{ dataDir, keys: opening, crlSources, sourceOptions, profiles, allowTestAuthorities },
    };
    const worker = new Worker(program, { workerData: setup, name: 'crl', resourceLimits });
    // Whoever has work there hears of it as a fault; the next work begins in another thread.
    const gone = () => {
      if (this.#worker === worker) this.#worker = undefined;
    };
    worker.on('error', gone).on('exit', gone);
    return worker;
  }

  #send(worker: Worker, ask: CrlThreadWork['ask']): void {
    const { anchors, clock } = this.#options;
    const transferred: Transferable[] = [];
    const given = 'read' in ask ? { read: ownMemory(ask.read) } : ask;
    if ('read' in given) transferred.push(given.read.buffer);
    const work: CrlThreadWork = { ask: given, anchors: anchors().map(({ der }) => der), now: clock.now() };
    worker.postMessage(work, transferred);
  }

  async #end(): Promise<void> {
    clearTimeout(this.#idle);
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }
}

/** Small buffers share their memory with others, which must not leave with them. */
function ownMemory(list: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer, byteLength } = list;
  const isWhole = buffer instanceof ArrayBuffer && buffer.byteLength === byteLength;
  return isWhole ? new Uint8Array(buffer) : new Uint8Array(list);
}

/** Sends, and waits for the last word; a thread that dies first has found nothing out. */
function answerOf<T>(worker: Worker, send: () => void, onProgress: OnProgress): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const settle = (how: () => void) => {
      worker.off('message', onWord).off('messageerror', onError).off('error', onError).off('exit', onExit);
      how();
    };
    const onWord = (word: CrlThreadWord) => {
      if ('progress' in word) onProgress(word.progress);
      else if ('done' in word) settle(() => resolve(word.done as T));
      else settle(() => reject(new Fault(word.fault.code, word.fault.message)));
    };
    const onError = (error: unknown) => settle(() => reject(ended('it failed', error)));
    const onExit = (code: number) => settle(() => reject(ended(`it ended with code ${code}`)));
    worker.on('message', onWord).on('messageerror', onError).on('error', onError).on('exit', onExit);
    try {
      send();
    } catch (error) {
      settle(() => reject(error));
    }
  });
}

function ended(how: string, cause?: unknown): Fault {
  return new Fault(
    'ERR_CRL_WORKER_UNAVAILABLE',
    `The list was not read, nothing was changed: the worker for lists is gone, ${how}. Try again.`,
    cause,
  );
}
