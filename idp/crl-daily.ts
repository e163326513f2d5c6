import type { Config } from './config.ts';
import { type CrlPlan, nextRun, spreadOffsetSeconds } from './domain/crl-schedule.ts';
import type { Instant } from './domain/instant.ts';
import { schedule } from './domain/registration.ts';
import type { FlowContext } from './flows/context.ts';
import { fetchCrls } from './flows/fetch-crls.ts';
import { watchFreshness } from './flows/watch-freshness.ts';

export interface CrlDailyOptions {
  /** How often it looks whether something is due: what a machine slept through is made up within this. */
  readonly tickMs?: number;
}

const usualTickMs = 60_000;
/** A new distribution point, and runs that somebody else made, are seen within this. */
const planForMs = 3_600_000;
const againAfterMs = 15 * 60_000;
/** Those since the last planned moment: a failed list is asked for hourly at most. */
const recentRuns = 64;
/** What a run brings is waited for this long before anybody is alarmed; a source that hangs must not keep alarms back. */
const watchAfterMs = 10 * 60_000;
/** A list that is being fetched when the server ends is fetched again after its next start. */
const closeWithinMs = 2_000;

/**
 * When this installation fetches lists: by itself where there is somewhere to fetch them from.
 * @param digest of the issuer URL, in hex: its place in the spread.
 */
export function crlPlanOf(
  config: Pick<Config, 'crlDailyAt' | 'crlSpreadMinutes' | 'crlAlarmHours' | 'crlSources'>,
  digest: string,
): CrlPlan {
  const { crlDailyAt: minutes, crlSpreadMinutes, crlAlarmHours, crlSources } = config;
  const alarmSeconds = crlAlarmHours * 3_600;
  if (minutes === 'off' || crlSources.length === 0) return { alarmSeconds };
  return { daily: { minutes, offsetSeconds: spreadOffsetSeconds(digest, crlSpreadMinutes) }, alarmSeconds };
}

/** Fetches lists when they are due and raises alarms before they stop counting, until closed. One timer, one run at a time. */
export class CrlDaily {
  readonly #context: FlowContext;
  readonly #timer: NodeJS.Timeout;
  #working: { readonly since: Instant; readonly done: Promise<void> } | undefined;
  #watching: Promise<void> | undefined;
  #closed = false;
  /** What is due next, and for how long that stays true without looking again. */
  #plan:
    | { readonly from: Instant; readonly at: Instant; readonly until: Instant; readonly taken: number }
    | undefined;

  constructor(context: FlowContext, { tickMs = usualTickMs }: CrlDailyOptions = {}) {
    this.#context = context;
    this.#timer = setInterval(() => this.#begin(), tickMs).unref();
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    let patience: NodeJS.Timeout | undefined;
    const enough = new Promise((resolve) => {
      patience = setTimeout(resolve, closeWithinMs);
    });
    await Promise.race([Promise.all([this.#working?.done, this.#watching]), enough]);
    clearTimeout(patience);
  }

  #begin(): void {
    const now = this.#context.clock.now();
    const run = this.#working;
    if (run === undefined) {
      const done = this.#said(this.#look()).finally(() => {
        this.#working = undefined;
      });
      this.#working = { since: now, done };
    } else if (Math.abs(now - run.since) >= watchAfterMs) {
      this.#watching ??= this.#said(watchFreshness(this.#context)).finally(() => {
        this.#watching = undefined;
      });
    }
  }

  async #said(work: Promise<unknown>): Promise<void> {
    try {
      await work;
    } catch (error) {
      const said = error instanceof Error ? error.message : 'unknown';
      if (!this.#closed) this.#context.log(`the daily run of lists failed: ${said}`);
    }
  }

  async #look(): Promise<void> {
    const distributionPoints = await this.#due();
    try {
      if (distributionPoints.length > 0) await this.#run(distributionPoints);
    } catch (error) {
      this.#putOff();
      throw error;
    } finally {
      await watchFreshness(this.#context);
    }
  }

  /** A run that could not be kept did not happen, as far as the record knows: no reason to ask the issuer every minute. */
  #putOff(): void {
    const { clock, crlTurn } = this.#context;
    const now = clock.now();
    const again = now + againAfterMs;
    this.#plan = { from: now, at: again, until: again, taken: crlTurn.taken };
  }

  async #due(): Promise<readonly string[]> {
    const { crlPlan, crlTurn, clock, record } = this.#context;
    const now = clock.now();
    const plan = this.#plan;
    // A clock that was set back makes a plan of what has not been yet.
    const stands = plan?.taken === crlTurn.taken && now >= plan.from && now < plan.until && now < plan.at;
    if (crlPlan.daily === undefined || stands) return [];
    const { taken } = crlTurn;
    const scopes = await record.cards.revocationScopes();
    const facts = { runs: await record.crlRuns.list(recentRuns), lists: await record.appliedLists.list() };
    const wanted = scopes.map(({ distributionPoint }) => distributionPoint);
    const next = nextRun(crlPlan.daily, wanted, facts, now);
    this.#plan = { from: now, at: next?.at ?? now + planForMs, until: now + planForMs, taken };
    return next !== undefined && next.at <= now ? next.distributionPoints : [];
  }

  async #run(distributionPoints: readonly string[]): Promise<void> {
    const { crlTurn, log } = this.#context;
    // An operator is at it: the next tick looks what is left to do.
    if (crlTurn.isTaken) return;
    const run = await crlTurn.take('The daily run', () =>
      fetchCrls(this.#context, { trigger: 'schedule', actor: schedule, distributionPoints }),
    );
    const failed = run.lists.filter(({ outcome }) => outcome === 'refused' || outcome === 'unavailable');
    const revoked = run.lists.reduce((sum, list) => sum + (list.revoked ?? 0), 0);
    log(
      `lists fetched: ${run.lists.length - failed.length} of ${run.lists.length}, ${revoked} cards revoked`,
    );
    for (const { distributionPoint, outcome, reason } of failed) {
      log(`list ${outcome}: ${distributionPoint}: ${reason ?? ''}`);
    }
  }
}
