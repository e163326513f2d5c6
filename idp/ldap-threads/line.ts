import type { MessagePort, Worker } from 'node:worker_threads';
import { Fault, type FaultCode, InvalidInput } from '../domain/fault.ts';

/** Without a number where no answer is waited for. */
interface Question {
  readonly ask: string;
  readonly given: unknown;
  readonly number?: number;
  /** Whoever asks may give up before the answer comes. */
  readonly mayBeDropped?: true;
}

/** What goes over a line: a question, the answer to one, or that nobody waits for that any more. */
type Word =
  | Question
  | { readonly dropped: number }
  | { readonly answers: number; readonly value: unknown }
  | { readonly answers: number; readonly failure: Failure };

/** Errors lose their classes on the way: what a receiver must tell apart goes over as data. */
interface Failure {
  readonly kind: 'fault' | 'invalid-input' | 'unexpected';
  readonly code: string;
  readonly message: string;
}

/** The questions that one end answers. */
export type Answers = { readonly [name: string]: (given: never, signal: AbortSignal) => unknown };

type Given<A extends Answers, N extends keyof A> = Parameters<A[N]>[0];
type Told<A extends Answers, N extends keyof A> = Awaited<ReturnType<A[N]>>;

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** A thread's end of the line to another: each answers the other's questions, many at a time. */
export class ThreadLine<Theirs extends Answers> {
  readonly #port: MessagePort | Worker;
  readonly #waiting = new Map<number, Waiting>();
  /** Of questions of the other end that may be dropped. */
  readonly #dropping = new Map<number, AbortController>();
  #last = 0;
  #hungUp: Error | undefined;

  /** @param ours what this end answers. Errors that are no `Fault` or `InvalidInput` go over as unexpected ones. */
  constructor(port: MessagePort | Worker, ours: Answers) {
    this.#port = port;
    port.on('message', (word: Word) => {
      if ('ask' in word) void this.#answer(ours, word);
      else if ('dropped' in word) this.#dropping.get(word.dropped)?.abort();
      else this.#settle(word);
    });
  }

  /**
   * Asks, and waits for the answer.
   * @param signal aborted when nobody waits any more: whoever answers sees one of its own aborted
   * @throws what the other end threw; the reason of `hangUp` when it is gone
   */
  ask<N extends keyof Theirs & string>(
    name: N,
    given: Given<Theirs, N>,
    signal?: AbortSignal,
  ): Promise<Told<Theirs, N>> {
    if (this.#hungUp !== undefined) return Promise.reject(this.#hungUp);
    this.#last += 1;
    const { promise, resolve, reject } = Promise.withResolvers<Told<Theirs, N>>();
    this.#waiting.set(this.#last, { resolve: resolve as (value: unknown) => void, reject });
    const number = this.#last;
    if (signal === undefined) {
      this.#say({ ask: name, given, number });
      return promise;
    }
    this.#say({ ask: name, given, number, mayBeDropped: true });
    const drop = () => this.#say({ dropped: number });
    if (signal.aborted) drop();
    signal.addEventListener('abort', drop);
    return promise.finally(() => signal.removeEventListener('abort', drop));
  }

  /** Says something that is not answered. */
  tell<N extends keyof Theirs & string>(name: N, given: Given<Theirs, N>): void {
    if (this.#hungUp === undefined) this.#say({ ask: name, given });
  }

  /** The other end is gone: whoever waits for it hears so. */
  hangUp(reason: Error): void {
    this.#hungUp = reason;
    for (const { reject } of this.#waiting.values()) reject(reason);
    this.#waiting.clear();
    for (const dropped of this.#dropping.values()) dropped.abort();
  }

  async #answer(ours: Answers, question: Question): Promise<void> {
    const { ask, given, number } = question;
    try {
      const answer = ours[ask] as ((given: unknown, signal: AbortSignal) => unknown) | undefined;
      if (answer === undefined) throw new TypeError(`nobody answers "${ask}"`);
      const value = await answer(given, this.#signalOf(question));
      if (number !== undefined) this.#say({ answers: number, value });
    } catch (error) {
      if (number === undefined) throw error;
      this.#say({ answers: number, failure: failureOf(error) });
    } finally {
      if (number !== undefined) this.#dropping.delete(number);
    }
  }

  #signalOf({ number, mayBeDropped }: Question): AbortSignal {
    if (number === undefined || mayBeDropped === undefined) return nobodysSignal;
    const controller = new AbortController();
    this.#dropping.set(number, controller);
    return controller.signal;
  }

  #settle(word: Extract<Word, { readonly answers: number }>): void {
    const waiting = this.#waiting.get(word.answers);
    this.#waiting.delete(word.answers);
    if ('failure' in word) waiting?.reject(errorOf(word.failure));
    else waiting?.resolve(word.value);
  }

  #say(word: Word): void {
    this.#port.postMessage(word);
  }
}

const nobodysSignal = new AbortController().signal;

function failureOf(error: unknown): Failure {
  if (error instanceof Fault) return { kind: 'fault', code: error.code, message: error.message };
  if (error instanceof InvalidInput)
    return { kind: 'invalid-input', code: error.code, message: error.message };
  // Its message may quote what a client sent.
  return { kind: 'unexpected', code: error instanceof Error ? error.name : typeof error, message: '' };
}

function errorOf({ kind, code, message }: Failure): Error {
  if (kind === 'fault') return new Fault(code as FaultCode, message);
  if (kind === 'invalid-input') return new InvalidInput(code as `ERR_${string}`, message);
  return new Error(`The other thread failed: ${code}`);
}
