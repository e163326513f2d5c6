import type { AuditEvent } from '../domain/audit-event.ts';
import { Fault } from '../domain/fault.ts';
import { type Instant, msPerSecond } from '../domain/instant.ts';
import type { ClientId } from '../domain/login-policy.ts';
import { ourselves } from '../domain/registration.ts';
import type { LogoutDelivery, LogoutNotifier, NoticeOutcome } from '../ports/sessions.ts';
import type { SystemRecord, Tables } from '../ports/system-record.ts';
import type { FlowContext } from './context.ts';

/** A client that did not answer for this long is not told any more; the trail says so. */
export const giveUpAfterMs = 24 * 3_600 * msPerSecond;
const firstPauseMs = 30 * msPerSecond;
const longestPauseMs = 3_600 * msPerSecond;
const atOnce = 16;
const closingMs = 3 * msPerSecond;

interface Parts extends Pick<FlowContext, 'clock'> {
  readonly record: Pick<SystemRecord, 'change' | 'logoutDeliveries'>;
  readonly notifier: LogoutNotifier;
  readonly log: (line: string) => void;
  /** Within the change that gives up notices: whoever runs the installation is told. */
  readonly onGivenUp?: (
    tables: Tables,
    given: { readonly clientId: ClientId; readonly count: number; readonly now: Instant },
  ) => Promise<void>;
}

/** One client's deliveries under way. */
interface Lane {
  /** Something came due since the lane looked last. */
  again: boolean;
  readonly done: Promise<void>;
}

interface Try {
  readonly delivery: LogoutDelivery;
  readonly outcome: NoticeOutcome | 'unreachable';
}

/**
 * Tells clients that sessions are over, in the background and each client by itself: one that is out of reach delays
 * neither the others nor whoever stopped somebody. A try is noted before it is made, so that a crash repeats at most one.
 * @see OpenID Connect Back-Channel Logout 1.0 §2.5
 */
export class LogoutDeliveries {
  readonly #parts: Parts;
  readonly #lanes = new Map<ClientId, Lane>();
  #closing = false;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Begins with everything that is due, and does not wait for it. */
  async start(): Promise<void> {
    const { record, clock } = this.#parts;
    const clientIds = await record.logoutDeliveries.clientsDue(clock.now());
    if (!this.#closing) for (const clientId of clientIds) this.#openLane(clientId);
  }

  /** Resolves when nothing is under way any more. */
  async idle(): Promise<void> {
    while (this.#lanes.size > 0) await Promise.all([...this.#lanes.values()].map(({ done }) => done));
  }

  /** Waits a moment for what is under way, then breaks it off: it is tried again after the next start. */
  async close(): Promise<void> {
    this.#closing = true;
    const patience = setTimeout(() => this.#parts.notifier.close(), closingMs);
    await this.idle();
    clearTimeout(patience);
    this.#parts.notifier.close();
  }

  #openLane(clientId: ClientId): void {
    const open = this.#lanes.get(clientId);
    if (open !== undefined) {
      open.again = true;
      return;
    }
    const { promise: done, resolve } = Promise.withResolvers<void>();
    const lane: Lane = { again: false, done };
    this.#lanes.set(clientId, lane);
    void this.#serve(clientId, lane)
      .catch((error: unknown) => this.#parts.log(`logout notices wait: ${messageOf(error)}`))
      .finally(resolve);
  }

  async #serve(clientId: ClientId, lane: Lane): Promise<void> {
    try {
      do {
        lane.again = false;
        const reached = await this.#deliverBatch(clientId);
        if (reached === 'unreachable') return;
        if (reached === 'more') lane.again = true;
      } while (lane.again && !this.#closing);
    } finally {
      // In the same step as the last look, so that nobody waits for a lane that has ended.
      this.#lanes.delete(clientId);
    }
  }

  async #deliverBatch(clientId: ClientId): Promise<'none' | 'more' | 'unreachable'> {
    const { record, clock } = this.#parts;
    const batch = await record.change((tables) => claim(tables, clientId, clock.now()));
    if (batch.length === 0) return 'none';
    const tries = await Promise.all(batch.map((delivery) => this.#try(delivery)));
    await record.change((tables) => this.#note(tables, clientId, tries));
    return tries.some(({ outcome }) => outcome === 'unreachable') ? 'unreachable' : 'more';
  }

  async #note(tables: Tables, clientId: ClientId, tries: readonly Try[]): Promise<void> {
    const now = this.#parts.clock.now();
    const count = await note(tables, clientId, tries, now);
    if (count > 0) await this.#parts.onGivenUp?.(tables, { clientId, count, now });
  }

  async #try(delivery: LogoutDelivery): Promise<Try> {
    try {
      return { delivery, outcome: await this.#parts.notifier.notify(delivery) };
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      return { delivery, outcome: 'unreachable' };
    }
  }
}

/** The oldest deliveries that are due, as they stand after this try; nobody else takes them before the next is due. */
async function claim(
  { logoutDeliveries }: Tables,
  clientId: ClientId,
  now: Instant,
): Promise<readonly LogoutDelivery[]> {
  const due = await logoutDeliveries.due(clientId, now, atOnce);
  const claimed = due.map((one) => {
    const attempts = one.attempts + 1;
    return { ...one, attempts, nextAttemptAt: now + pauseMs(attempts) };
  });
  for (const delivery of claimed) await logoutDeliveries.tried(delivery);
  return claimed;
}

/** @returns how many were given up although the client wants to be told. */
async function note(
  { logoutDeliveries, audit }: Tables,
  clientId: ClientId,
  tries: readonly Try[],
  now: Instant,
): Promise<number> {
  const over: Try[] = tries.filter(({ outcome }) => outcome === 'delivered' || outcome === 'not-wanted');
  const failed = tries.filter((one) => !over.includes(one));
  const givenUp = (delivery: LogoutDelivery) => now - delivery.queuedAt >= giveUpAfterMs;
  over.push(...failed.filter(({ delivery }) => givenUp(delivery)));
  if (tries.some(({ outcome }) => outcome === 'unreachable')) {
    // Who did not answer to one will not answer to the others: all of them wait, and all that is too old goes.
    const tried = new Set(tries.map(({ delivery }) => delivery.deliveryId));
    const old = await logoutDeliveries.queuedBefore(clientId, now - giveUpAfterMs);
    const untried = old.filter(({ deliveryId }) => !tried.has(deliveryId));
    over.push(...untried.map((delivery) => ({ delivery, outcome: 'unreachable' as const })));
    await logoutDeliveries.postpone(
      clientId,
      now + pauseMs(Math.max(...tries.map(({ delivery }) => delivery.attempts))),
    );
  }
  await audit.appendAll(over.map((one) => eventOf(one, now)));
  await logoutDeliveries.remove(over.map(({ delivery }) => delivery.deliveryId));
  return over.filter(({ outcome }) => outcome === 'refused' || outcome === 'unreachable').length;
}

function eventOf({ delivery: { clientId, sub, attempts }, outcome }: Try, at: Instant): AuditEvent {
  const delivered = outcome === 'delivered';
  return {
    at,
    type: delivered ? 'client.logout-delivered' : 'client.logout-undelivered',
    actor: ourselves,
    subject: clientId,
    ...(delivered ? {} : { reason: outcome }),
    details: { person: sub, attempts },
  };
}

/** Half a minute, then twice as long each time, up to an hour. */
function pauseMs(attempts: number): number {
  return Math.min(firstPauseMs * 2 ** (attempts - 1), longestPauseMs);
}

function messageOf(error: unknown): string {
  return error instanceof Fault ? error.message : 'unknown';
}
