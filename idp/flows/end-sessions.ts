import { setImmediate as nextTurnOfTheEventLoop } from 'node:timers/promises';
import type { AuditEvent } from '../domain/audit-event.ts';
import type { CardId } from '../domain/card.ts';
import type { Instant } from '../domain/instant.ts';
import type { PersonId } from '../domain/person.ts';
import type { ReaderId } from '../domain/reader.ts';
import { ourselves } from '../domain/registration.ts';
import type {
  LastingSignIn,
  LoginSessions,
  LogoutNotice,
  RestingSessions,
  SessionEnd,
  SignInAtReader,
} from '../ports/sessions.ts';
import type { SystemRecord } from '../ports/system-record.ts';
import type { FlowContext } from './context.ts';
import type { LogoutDeliveries } from './deliver-logouts.ts';

const stopsAtOnce = 1_000;
/** Sign-ins are answered between two portions. */
const lookUpsAtOnce = 100;

interface Parts extends Pick<FlowContext, 'clock' | 'clients'> {
  readonly record: Pick<SystemRecord, 'change' | 'sessionEnds'> & {
    readonly cards: Pick<SystemRecord['cards'], 'findByPerson'>;
  };
  readonly taps: Pick<FlowContext['taps'], 'endPinWindows'>;
  readonly sessions: LoginSessions;
  readonly logouts: LogoutDeliveries;
}

interface Resting {
  readonly end: SessionEnd;
  readonly found: RestingSessions;
}

/**
 * Ends what rests on the stops that the record has noted: right after each change, at the start for what a crash left,
 * and with every sweep for what an outage left.
 */
export class SessionEnds {
  readonly #parts: Parts;
  #running: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /**
   * Ends everything noted so far, and starts to tell the clients. One run at a time; who comes during a run shares the next.
   * @throws {Fault} the first one, after every holder was tried; what could not be ended stays noted.
   */
  process(): Promise<void> {
    this.#next ??= this.#running.then(nothing, nothing).then(() => {
      this.#running = this.#run();
      this.#next = undefined;
      return this.#running;
    });
    return this.#next;
  }

  /** At the start: ends what a crash left, and tries every client again at once. */
  async resume(): Promise<void> {
    const { record, clock } = this.#parts;
    await record.change((tables) => tables.logoutDeliveries.hasten(clock.now()));
    await this.process();
  }

  /** A client that could not be told when its person signed out is told later. */
  async tellLater(notice: LogoutNotice): Promise<void> {
    const { record, clock, logouts } = this.#parts;
    await record.change((tables) => tables.logoutDeliveries.add([notice], clock.now()));
    await logouts.start();
  }

  /** What of a person's sign-ins lasts, the newest use first. @throws {Fault} `ERR_OIDC_STATE_UNAVAILABLE` */
  list(personId: PersonId): Promise<readonly LastingSignIn[]> {
    return this.#parts.sessions.list(personId);
  }

  /** What was made at a reader since a moment, by anybody. @throws {Fault} `ERR_OIDC_STATE_UNAVAILABLE` */
  atReader(readerId: ReaderId, since: Instant): Promise<readonly SignInAtReader[]> {
    return this.#parts.sessions.atReader(readerId, since);
  }

  /** Resolves when no client is being told any more, whatever came of it. */
  idle(): Promise<void> {
    return this.#parts.logouts.idle();
  }

  /** Waits a moment for the notices that are under way. */
  async close(): Promise<void> {
    await this.#running.catch(nothing);
    await this.#parts.logouts.close();
  }

  async #run(): Promise<void> {
    const failures: unknown[] = [];
    for (let position = 0; ; ) {
      const ends = await this.#parts.record.sessionEnds.list(position, stopsAtOnce);
      const last = ends.at(-1);
      if (last === undefined) break;
      position = last.position;
      failures.push(...(await this.#end(ends)));
    }
    await this.#parts.logouts.start();
    if (failures.length > 0) throw failures[0];
  }

  async #end(ends: readonly SessionEnd[]): Promise<readonly unknown[]> {
    const { record, sessions, clock } = this.#parts;
    await this.#endPinWindows(ends);
    const outcomes = await this.#lookUp(ends);
    const resting = outcomes.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    const notices = resting.flatMap(({ found }) => found.notices).filter((notice) => this.#wants(notice));
    // On disk before the sessions go: nothing else knows whom to tell.
    if (notices.length > 0) {
      await record.change((tables) => tables.logoutDeliveries.add(notices, clock.now()));
    }
    await sessions.end(resting.map(({ found }) => found));
    await record.change(async (tables) => {
      const ended = resting.filter(({ found }) => found.entries.length > 0);
      await tables.audit.appendAll(ended.map((one) => eventOf(one, clock.now())));
      await tables.sessionEnds.remove(resting.map(({ end }) => end.position));
    });
    return outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
  }

  async #lookUp(ends: readonly SessionEnd[]): Promise<readonly PromiseSettledResult<Resting>[]> {
    const { sessions } = this.#parts;
    const outcomes: PromiseSettledResult<Resting>[] = [];
    for (let from = 0; from < ends.length; from += lookUpsAtOnce) {
      if (from > 0) await nextTurnOfTheEventLoop();
      const some = ends.slice(from, from + lookUpsAtOnce);
      const found = some.map(async (end) => ({ end, found: await sessions.restingOn(end) }));
      outcomes.push(...(await Promise.allSettled(found)));
    }
    return outcomes;
  }

  /** What is restored later begins with its PIN again. */
  async #endPinWindows(ends: readonly SessionEnd[]): Promise<void> {
    const { record, taps } = this.#parts;
    const cardIds: CardId[] = [];
    for (const { personId, authenticator, signIn } of ends) {
      if (signIn !== undefined) continue;
      // Of a passkey or a code there is no window, and nothing is found.
      if (authenticator !== undefined) cardIds.push(authenticator as CardId);
      else cardIds.push(...(await record.cards.findByPerson(personId)).map(({ cardId }) => cardId));
    }
    await taps.endPinWindows(cardIds);
  }

  #wants({ clientId, sid }: LogoutNotice): boolean {
    const client = this.#parts.clients.find(clientId);
    if (client?.protocol !== 'oidc' || client.backchannelLogout === undefined) return false;
    return sid !== undefined || !client.backchannelLogout.sessionRequired;
  }
}

function eventOf({ end, found }: Resting, at: number): AuditEvent {
  const { authenticator, signIn } = end;
  const basis = {
    ...(authenticator === undefined ? {} : { authenticator }),
    ...(signIn === undefined ? {} : { signIn }),
  };
  return {
    at,
    type: 'sessions.ended',
    actor: ourselves,
    subject: end.personId,
    reason: end.cause,
    details: { sessions: found.sessionCount, entries: found.entries.length, ...basis },
  };
}

function nothing(): void {}
