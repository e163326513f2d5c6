import type { RevocationScope } from '../domain/card.ts';
import { Fault } from '../domain/fault.ts';
import type { Actor } from '../domain/registration.ts';
import type { CrlRun } from '../domain/revocation.ts';
import type { CrlFetch, CrlReading } from '../ports/crl-worker.ts';
import { applyCrl } from './apply-crl.ts';
import { applyAndNote, type CrlRunContext, CrlRunNotes, type CrlWatcher } from './crl-run.ts';

export interface FetchCrlsRequest extends CrlWatcher {
  readonly trigger: CrlRun['trigger'];
  readonly actor: Actor;
  /** Only these, as far as a card or a waiting registration names them; all unless given. */
  readonly distributionPoints?: readonly string[];
}

/**
 * Fetches and applies the lists of every distribution point that a card or a waiting registration names, and keeps what
 * became of each. One that cannot be had, or that something of ours failed over, is `unavailable`; the others go on.
 * @throws {Fault} `ERR_RECORD_UNAVAILABLE` when the run itself cannot be kept.
 */
export async function fetchCrls(context: CrlRunContext, request: FetchCrlsRequest): Promise<CrlRun> {
  const notes = new CrlRunNotes(context, request.trigger, request.onList);
  const scopes = await context.record.cards.revocationScopes();
  const named = new Set(scopes.map(({ distributionPoint }) => distributionPoint));
  const wanted = request.distributionPoints;
  for (const distributionPoint of named) {
    if (wanted !== undefined && !wanted.includes(distributionPoint)) continue;
    const ofThisPoint = scopes.filter((scope) => scope.distributionPoint === distributionPoint);
    try {
      await fetchOne(context, notes, request, distributionPoint, ofThisPoint);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      notes.add({ distributionPoint, outcome: 'unavailable', reason: error.message });
    }
  }
  return notes.finish();
}

async function fetchOne(
  context: CrlRunContext,
  notes: CrlRunNotes,
  { actor, onProgress }: FetchCrlsRequest,
  distributionPoint: string,
  scopes: readonly RevocationScope[],
): Promise<void> {
  const fetched = await context.crlWorker.fetch(distributionPoint, onProgress);
  if (fetched.outcome === 'unavailable') {
    notes.add({ distributionPoint, outcome: 'unavailable', reason: fetched.message });
    return;
  }
  const { from, readings } = fetched;
  const watched = onProgress === undefined ? {} : { onProgress };
  const missing = withoutList(fetched, scopes);
  for (const reading of readings) {
    // Left to the audit trail: as an outcome of the run it would look like a failure every day.
    if (missing.length === 0 && isAboutNobody(reading)) await applyCrl(context, { reading, from, actor });
    else await applyAndNote(context, notes, { reading, from, actor, distributionPoint, ...watched });
  }
  if (readings.some(({ verdict }) => verdict.outcome === 'refused')) return;
  for (const issuerKeyId of missing) {
    const reason = `${from} has no list of this generation`;
    notes.add({ distributionPoint, issuerKeyId, from, outcome: 'unavailable', reason });
  }
}

/** Of a generation that is not trusted, or has ended, where all that our cards were issued by have their lists. */
function isAboutNobody({ verdict }: CrlReading): boolean {
  return verdict.outcome === 'refused' && ['issuer-unknown', 'expired'].includes(verdict.reason);
}

/** Generations that cards were issued by and no list came from; a refused list may be the one that is missing. */
function withoutList(
  { readings }: CrlFetch & { outcome: 'fetched' },
  scopes: readonly RevocationScope[],
): readonly string[] {
  const listed = readings.flatMap(({ verdict }) => (verdict.outcome === 'read' ? [verdict.issuerKeyId] : []));
  return scopes.map(({ issuerKeyId }) => issuerKeyId).filter((keyId) => !listed.includes(keyId));
}
