import type { Socket } from 'node:net';
import type { Clock } from '../../idp/ports/clock.ts';
import { BerWriter } from './codec/ber-writer.ts';
import type { Facade } from './facade.ts';
import type { TurnEnd } from './turn-end.ts';

/** The way out of one connection: what is written in one turn leaves in one write, and a full socket is respected. */
export class Outgoing {
  readonly writer = new BerWriter();
  /** Since when the other side does not take what it asked for. */
  congestedAt: number | undefined;
  readonly #socket: Socket;
  readonly #clock: Clock;
  readonly #onTaken: () => void;
  readonly #maySend: () => boolean;
  readonly #turnEnd: TurnEnd;
  #scheduled = false;
  #taken: PromiseWithResolvers<void> | undefined;

  /** @param maySend asked before anything leaves; when it says no, what was to leave is dropped */
  constructor(
    socket: Socket,
    { clock, turnEnd }: Pick<Facade, 'clock' | 'turnEnd'>,
    onTaken: () => void,
    maySend: () => boolean,
  ) {
    this.#maySend = maySend;
    this.#socket = socket;
    this.#clock = clock;
    this.#turnEnd = turnEnd;
    this.#onTaken = onTaken;
    socket.on('drain', this.#onDrain);
    socket.on('close', () => this.#taken?.resolve());
  }

  release(): void {
    this.#socket.off('drain', this.#onDrain);
  }

  flush(): void {
    if (this.writer.length === 0) return;
    const maySend = this.#maySend();
    const bytes = this.writer.take();
    if (!maySend || this.#socket.destroyed || this.#socket.writableEnded) return;
    if (!this.#socket.write(bytes)) this.congestedAt ??= this.#clock.now();
  }

  /** At the end of this turn, together with whatever else gets ready in it. */
  flushSoon(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#turnEnd.add(this.#onTurnEnd);
  }

  readonly #onTurnEnd = (): void => {
    this.#scheduled = false;
    this.flush();
  };

  /** Sends what there is; resolves when the other side took it. */
  taken(): Promise<void> | undefined {
    this.flush();
    if (this.congestedAt === undefined || this.#socket.destroyed) return undefined;
    this.#taken ??= Promise.withResolvers<void>();
    return this.#taken.promise;
  }

  readonly #onDrain = (): void => {
    this.congestedAt = undefined;
    this.#taken?.resolve();
    this.#taken = undefined;
    this.#onTaken();
  };
}
