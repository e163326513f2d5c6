import { msPerSecond } from '../domain/instant.ts';
import type { Actor } from '../domain/registration.ts';
import type { CrlRun, CrlRunList } from '../domain/revocation.ts';
import type { CrlProgress, CrlReading } from '../ports/crl-worker.ts';
import { type ApplyCrlContext, type ApplyCrlOutcome, applyCrl } from './apply-crl.ts';
import type { FlowContext } from './context.ts';

/** Who waits for a run, and is told how it goes. */
export interface CrlWatcher {
  readonly onProgress?: (progress: CrlProgress) => void;
  readonly onList?: (list: CrlRunList) => void;
}

export type CrlRunContext = ApplyCrlContext & Pick<FlowContext, 'crlWorker' | 'secrets'>;

/** Notes what becomes of each list while it happens, and keeps the whole of it in the record at the end. */
export class CrlRunNotes {
  readonly #context: CrlRunContext;
  readonly #trigger: CrlRun['trigger'];
  readonly #onList: CrlWatcher['onList'];
  readonly #startedAt: number;
  readonly #lists: CrlRunList[] = [];
  #listStartedAt: number;

  constructor(context: CrlRunContext, trigger: CrlRun['trigger'], onList: CrlWatcher['onList']) {
    this.#context = context;
    this.#trigger = trigger;
    this.#onList = onList;
    this.#startedAt = context.clock.now();
    this.#listStartedAt = this.#startedAt;
  }

  /** Its seconds are those since the list before it. */
  add(list: Omit<CrlRunList, 'seconds'>): void {
    const now = this.#context.clock.now();
    const noted = { ...list, seconds: (now - this.#listStartedAt) / msPerSecond };
    this.#listStartedAt = now;
    this.#lists.push(noted);
    this.#onList?.(noted);
  }

  async finish(): Promise<CrlRun> {
    const { record, secrets, clock } = this.#context;
    const run: CrlRun = {
      runId: secrets.id(),
      trigger: this.#trigger,
      startedAt: this.#startedAt,
      endedAt: clock.now(),
      lists: this.#lists,
    };
    await record.change((tables) => tables.crlRuns.add(run));
    return run;
  }
}

/** Applies one list that was read, and says what became of it. */
export async function applyAndNote(
  context: CrlRunContext,
  notes: CrlRunNotes,
  request: {
    readonly reading: CrlReading;
    readonly from: string;
    readonly actor: Actor;
    /** Under which name it was asked for; a list at hand says its own. */
    readonly distributionPoint?: string;
    readonly onProgress?: CrlWatcher['onProgress'];
  },
): Promise<void> {
  const { reading, from, actor, onProgress } = request;
  const claimed = reading.verdict.outcome === 'read' ? reading.verdict.distributionPoint : undefined;
  const distributionPoint = request.distributionPoint ?? claimed ?? '';
  onProgress?.({ distributionPoint, stage: 'applying' });
  const outcome = await applyCrl(context, { reading, from, actor });
  notes.add({ distributionPoint, from, ...listOf(outcome) });
}

function listOf(outcome: ApplyCrlOutcome): Omit<CrlRunList, 'seconds' | 'distributionPoint' | 'from'> {
  if (outcome.outcome === 'refused') return outcome;
  const { issuerKeyId, crlNumber, entryCount, doubt } = outcome.list;
  const doubted = doubt === undefined ? {} : { reason: doubt };
  return {
    ...{ outcome: outcome.outcome, issuerKeyId, crlNumber, entryCount, revoked: outcome.revoked },
    ...doubted,
  };
}
