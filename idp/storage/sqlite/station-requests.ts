import type { DatabaseSync } from 'node:sqlite';
import type { Instant } from '../../domain/instant.ts';
import type { StationRefusal } from '../../domain/station.ts';
import type { Tap } from '../../domain/tap.ts';
import type {
  NotTaken,
  StationChallenge,
  StationRequest,
  StationRequests,
  StationStanding,
} from '../../ports/station-requests.ts';
import { orFault } from './faults.ts';
import type { GroupCommit } from './group-commit.ts';
import { type KeptRequest, prepareStationStatements, toKeptRequest } from './station-rows.ts';
import { toTap } from './tap-rows.ts';
import type { TapStatements } from './tap-statements.ts';

const code = 'ERR_RECORD_UNAVAILABLE';

/** What a look found: where the request stands, whether that is new, and the taps that go with it. */
interface Judgement {
  readonly standing: StationStanding;
  readonly change: boolean;
  readonly used: readonly Tap[];
}

/** Over the connection of the taps: one step looks at a request and takes its tap. */
export class SqliteStationRequests implements StationRequests {
  readonly #group: GroupCommit;
  readonly #taps: TapStatements;
  readonly #statements: ReturnType<typeof prepareStationStatements>;

  constructor(connection: DatabaseSync, group: GroupCommit, taps: TapStatements) {
    this.#group = group;
    this.#taps = taps;
    this.#statements = prepareStationStatements(connection);
  }

  async challenge({ interactionHash, pairingId, challengeHash, expiresAt }: StationChallenge): Promise<void> {
    await this.#group.run(() => {
      this.#statements.putChallenge.run(interactionHash, pairingId, challengeHash, expiresAt);
    });
  }

  open(request: StationRequest, challengeHash: string): Promise<'opened' | StationRefusal> {
    const { interactionHash, pairingId, readerId, openedAt } = request;
    return this.#group.run(() => {
      const { useChallenge, refuseOthers } = this.#statements;
      if (useChallenge.run(interactionHash, pairingId, challengeHash, openedAt).changes === 0) {
        return 'challenge-unknown';
      }
      const busy = refuseOthers.run(readerId, interactionHash, openedAt).changes > 0;
      this.#put(request, busy ? 'station-busy' : undefined);
      return busy ? 'station-busy' : 'opened';
    });
  }

  async look(interactionHash: string, now: Instant, shownUntil: Instant): Promise<StationStanding> {
    // Asked again and again while nobody comes: nothing is written, and nobody waits for the disk.
    const { standing, change, used } = orFault(code, () => this.#judge(interactionHash, now, shownUntil));
    if (!change && used.length === 0) return standing;
    return this.#group.run(() => this.#settle(interactionHash, now, shownUntil));
  }

  noteConfirmation(interactionHash: string, confirmationHash: string): Promise<boolean> {
    return this.#group.run(
      () => this.#statements.noteConfirmation.run(confirmationHash, interactionHash).changes > 0,
    );
  }

  take(
    interactionHash: string,
    now: Instant,
    confirmationHash?: string,
  ): ReturnType<StationRequests['take']> {
    return this.#group.run(() => {
      const standing = this.#settle(interactionHash, now, 0);
      if (standing.state === 'refused') return { outcome: notTaken(standing.reason) };
      if (standing.state !== 'shown') return { outcome: 'confirmation-unknown' } as const;
      const kept = this.#find(interactionHash)?.confirmationHash;
      if (confirmationHash !== undefined && kept !== confirmationHash) {
        return { outcome: 'confirmation-unknown' } as const;
      }
      this.#statements.done.run(interactionHash);
      return { outcome: 'taken', request: standing.request, tap: standing.tap } as const;
    });
  }

  async close(interactionHash: string, reason: StationRefusal): Promise<void> {
    await this.#group.run(() => {
      this.#statements.refuse.run(reason, interactionHash);
    });
  }

  async sweep(before: Instant): Promise<void> {
    await this.#group.run(() => {
      this.#statements.sweepChallenges.run(before);
      this.#statements.sweepRequests.run(before);
    });
  }

  #find(interactionHash: string): KeptRequest | undefined {
    const row = this.#statements.find.get(interactionHash);
    return row && toKeptRequest(row);
  }

  #put(request: StationRequest, reason: StationRefusal | undefined): void {
    const { interactionHash, pairingId, readerId, clientId, openedAt, expiresAt } = request;
    const state = reason === undefined ? 'waiting' : 'refused';
    this.#statements.put.run(
      ...[interactionHash, pairingId, readerId, clientId],
      ...[openedAt, expiresAt, state, reason ?? null],
    );
  }

  /** Looks, and writes down what follows from it. */
  #settle(interactionHash: string, now: Instant, shownUntil: Instant): StationStanding {
    const { standing, change, used } = this.#judge(interactionHash, now, shownUntil);
    for (const { tapId } of used) this.#taps.useTap.run(tapId);
    if (change && standing.state === 'refused') this.#statements.refuse.run(standing.reason, interactionHash);
    if (change && standing.state === 'shown') {
      this.#statements.show.run(standing.tap.tapId, standing.request.expiresAt, interactionHash);
    }
    return standing;
  }

  /** @param shownUntil how long a tap that is found now can be confirmed; 0: none is looked for. */
  #judge(interactionHash: string, now: Instant, shownUntil: Instant): Judgement {
    const kept = this.#find(interactionHash);
    if (kept === undefined || kept.state === 'done') return asItIs({ state: 'none' });
    if (kept.state === 'refused') {
      return asItIs({ state: 'refused', reason: kept.reason ?? 'challenge-unknown' });
    }
    const { request } = kept;
    const taps = this.#tapsFor(request);
    const refused = (reason: StationRefusal): Judgement => {
      return { standing: { state: 'refused', reason }, change: true, used: taps };
    };
    const shown = kept.tapId === undefined ? undefined : this.#tap(kept.tapId);
    if (now >= request.expiresAt) return refused(shown ? 'confirmation-unknown' : 'time-over');
    const first = shown ?? taps[0];
    if (taps.some(({ cardKey }) => cardKey !== first?.cardKey)) return refused('two-cards');
    if (shown !== undefined) {
      return { standing: { state: 'shown', request, tap: shown }, change: false, used: taps };
    }
    if (first === undefined || shownUntil === 0) return asItIs({ state: 'waiting', request });
    const standing = { state: 'shown', request: { ...request, expiresAt: shownUntil }, tap: first } as const;
    return { standing, change: true, used: taps };
  }

  /** Of its reader, while it was open; used ones are out. */
  #tapsFor({ readerId, openedAt, expiresAt }: StationRequest): readonly Tap[] {
    const rows = this.#statements.tapsSince.all(readerId, openedAt, expiresAt, openedAt);
    return rows.map((row) => toTap(row).tap);
  }

  #tap(tapId: string): Tap | undefined {
    const row = this.#taps.tapById.get(tapId);
    return row && toTap(row).tap;
  }
}

function asItIs(standing: StationStanding): Judgement {
  return { standing, change: false, used: [] };
}

const notTakenReasons: readonly NotTaken[] = [
  'confirmation-unknown',
  'two-cards',
  'station-busy',
  'time-over',
];

function notTaken(reason: StationRefusal): NotTaken {
  return notTakenReasons.find((known) => known === reason) ?? 'confirmation-unknown';
}
