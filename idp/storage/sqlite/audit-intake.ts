import type { AuditEvent } from '../../domain/audit-event.ts';
import { Fault } from '../../domain/fault.ts';
import type { AuditJournal } from '../audit-journal.ts';
import { eventText } from './audit-chain.ts';
import { faultOf } from './faults.ts';

const code = 'ERR_AUDIT_UNAVAILABLE';
/** With the sync itself this stays within the 100 ms that the design promises. */
const moveEveryMs = 50;
const lateMs = 25;
const retryEveryMs = 1_000;
/** More than come in that time on a busy day: they are moved at once. */
const moveAtEvents = 4_096;
/** From here on whoever appends waits until some are moved: about 30 MB. */
const mostEvents = 65_536;
/** Whoever does not wait is refused from here on: something holds the record up for long. */
const tooManyEvents = 4 * mostEvents;

/** What an intake needs around it. */
export interface IntakeParts {
  readonly journal: AuditJournal;
  /**
   * Resolves when the record has these events, and on disk: from then on the journal is written over.
   * @throws {DiskLost} nothing more may be promised; any other error is tried again
   */
  readonly move: (events: readonly string[], generation: number) => Promise<void>;
  /** Refuses where waiting for an event would wait for itself for ever. */
  readonly assertMayWait?: () => void;
}

/** What was written may not have come to disk, and the operating system no longer knows: only a restart finds out. */
export class DiskLost extends Fault {
  constructor(cause?: unknown) {
    super(code, 'The disk did not take what was written: restart the server once the disk is well.', cause);
  }
}

/** Events that leave the journal: its generation is closed, and they are tried until the record has them. */
interface Departing {
  readonly generation: number;
  readonly events: readonly string[];
}

/** Takes sign-in events in: written before their answers, in the record and on disk within 100 ms. */
export class AuditIntake {
  readonly #parts: IntakeParts;
  readonly #journal: AuditJournal;
  /** Of this moment, not yet written. */
  #fresh: string[] = [];
  /** They could not be written: each of their answers waits in another connection, and none of them may leave. */
  #isHeldUp = false;
  /** Of whoever waits for those. */
  #written: PromiseWithResolvers<void> | undefined;
  #isToBeWritten = false;
  /** Written, not yet on their way into the record. */
  #waiting: string[] = [];
  #departing: Departing | undefined;
  #moving: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #failure: Fault | Error | undefined;

  /** @param parts with a journal that holds nothing any more. @throws the file system's error */
  constructor(parts: IntakeParts) {
    this.#parts = parts;
    this.#journal = parts.journal;
    this.#journal.turnOver();
  }

  /** Resolves when the event is written; all of one moment are written together. @throws {Fault} */
  async append(event: AuditEvent): Promise<void> {
    this.note(event);
    this.#written ??= Promise.withResolvers<void>();
    await this.#written.promise;
  }

  /** Takes an event that is written a moment later at the latest. @throws {Fault} */
  note(event: AuditEvent): void {
    this.#parts.assertMayWait?.();
    // What cannot be brought to disk any more must not be promised any more.
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#isHeldUp) this.settle();
    if (this.#waiting.length >= tooManyEvents)
      throw new Fault(code, 'More happens than can be written down.');
    this.#fresh.push(eventText(event));
    this.#writeSoon();
  }

  /**
   * Writes what was taken: until all of it is, nobody is told that it is. An event whose answer was given up meanwhile is
   * written with the others.
   * @throws {Fault}
   */
  settle(): void {
    if (this.#fresh.length === 0) return;
    const events = this.#fresh;
    try {
      this.#journal.append(`${events.join('\n')}\n`);
    } catch (error) {
      this.#isHeldUp = true;
      this.#schedule(retryEveryMs);
      const fault = faultOf(error, code);
      this.#written?.reject(fault);
      throw fault;
    }
    this.#isHeldUp = false;
    this.#fresh = [];
    for (const event of events) this.#waiting.push(event);
    this.#schedule(moveEveryMs);
    if (this.#waiting.length >= moveAtEvents) this.moveSoon();
  }

  /** Without waiting: in the file's turn to write, before whatever asks for it next. */
  moveSoon(): void {
    try {
      this.settle();
    } catch {
      // Whoever waits for it hears of it.
    }
    if (this.#waiting.length > 0) this.#move().catch(() => undefined);
  }

  /** Resolves when the record holds everything that was written before the call. @throws {Fault} */
  async moved(): Promise<void> {
    this.settle();
    await this.#moving?.catch(() => undefined);
    if (this.#waiting.length > 0 || this.#departing !== undefined) await this.#move();
  }

  async close(): Promise<void> {
    try {
      await this.#written?.promise.catch(() => undefined);
      await this.moved();
    } finally {
      clearTimeout(this.#timer);
      this.#failure ??= faultOf(new Error('the trail is closed'), code);
      this.#journal.close();
    }
  }

  /** In one write for all whose sockets were read in this turn of the event loop. */
  #writeSoon(): void {
    if (this.#isToBeWritten) return;
    this.#isToBeWritten = true;
    setImmediate(this.#write);
  }

  readonly #write = (): void => {
    this.#isToBeWritten = false;
    const written = this.#written;
    this.#written = undefined;
    try {
      this.settle();
    } catch (error) {
      // Whoever noted and did not wait hears of it from `settle`.
      written?.reject(error);
      return;
    }
    if (written === undefined) return;
    if (this.#waiting.length < mostEvents) written.resolve();
    else this.moved().then(written.resolve, written.reject);
  };

  #schedule(ms: number): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      // Whoever has the turn to write may have it for long: what was answered is on disk all the same. Not otherwise,
      // because whoever writes to a file waits while it is brought to disk.
      const late = setTimeout(() => this.#syncJournal(), lateMs);
      this.moved()
        .catch(() => this.#schedule(retryEveryMs))
        .finally(() => clearTimeout(late));
    }, ms);
  }

  #syncJournal(): void {
    this.#journal.sync().catch((error: unknown) => {
      this.#failure = faultOf(error, code);
    });
  }

  #move(): Promise<void> {
    this.#moving ??= this.#moveOnce().finally(() => {
      this.#moving = undefined;
    });
    return this.#moving;
  }

  async #moveOnce(): Promise<void> {
    this.#departing ??= this.#depart();
    const { events, generation } = this.#departing;
    try {
      await this.#parts.move(events, generation);
      // Before another generation can begin, which would go to the same file.
      await this.#journal.giveBack(generation);
      this.#departing = undefined;
    } catch (error) {
      if (error instanceof DiskLost) this.#failure = error;
      throw faultOf(error, code);
    }
  }

  #depart(): Departing {
    const departing = { generation: this.#journal.turnOver(), events: this.#waiting };
    this.#waiting = [];
    return departing;
  }
}
