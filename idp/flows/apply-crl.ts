import { setImmediate as nextTurnOfTheEventLoop } from 'node:timers/promises';
import type { Actor } from '../domain/registration.ts';
import { type AppliedList, everyDistributionPoint, type ListDoubt } from '../domain/revocation.ts';
import type { CrlReading } from '../ports/crl-worker.ts';
import type { IssuerRevocations } from '../ports/issuer-revocations.ts';
import type { CrlRefusal, CrlVerdict } from '../ports/jpki.ts';
import type { Stop } from '../ports/sessions.ts';
import type { Tables } from '../ports/system-record.ts';
import type { FlowContext } from './context.ts';
import { judgeList } from './judge-list.ts';
import { changeAndStop } from './publish-cards.ts';

export type ApplyCrlOutcome =
  | {
      /** `unchanged`: the very list that was applied last; whoever registered since was held against it. */
      readonly outcome: 'applied' | 'unchanged';
      /** What freshness is measured against now; its distribution point may be `everyDistributionPoint`. */
      readonly list: AppliedList;
      /** Cards and waiting registrations that the list names for the first time. */
      readonly revoked: number;
    }
  | { readonly outcome: 'refused'; readonly reason: CrlRefusal };

export type ApplyCrlContext = Pick<
  FlowContext,
  | 'record'
  | 'cardIndex'
  | 'clock'
  | 'numbers'
  | 'freshness'
  | 'sessionEnds'
  | 'audit'
  | 'crlWithoutDistributionPointCounts'
>;

type ReadList = CrlVerdict & { outcome: 'read' };

interface Request {
  readonly reading: CrlReading;
  /** For the audit trail: where the list came from. */
  readonly from: string;
  readonly actor: Actor;
}

/**
 * Applies what was read of one list to the cards and waiting registrations of its scope: wholly or not at all.
 * Absence from a list never lifts anything; a number that goes back, or comes again with another list, refuses it.
 * Cards are found by card key, so that one approved while the list was read is stopped too. What was proved after the
 * reading began need not be looked for: OCSP spoke for it after the list had been made, and speaks again at approval.
 */
export async function applyCrl(context: ApplyCrlContext, request: Request): Promise<ApplyCrlOutcome> {
  const { verdict } = request.reading;
  if (verdict.outcome === 'refused') return refuse(context, request, verdict.reason);
  const revocations = await revocationsOf(context, verdict);
  const applied = await changeAndStop(
    context,
    (tables) => apply(context, tables, verdict, revocations, request),
    (result) => (result.outcome === 'refused' ? [] : result.stops),
  );
  if (applied.outcome === 'refused') return refuse(context, request, applied.reason);
  context.freshness.note(applied.list);
  const { outcome, list, revoked } = applied;
  return { outcome, list, revoked };
}

const keysAtOnce = 500;

/** What the list says, under card keys instead of numbers. */
async function revocationsOf({ numbers }: ApplyCrlContext, list: ReadList): Promise<IssuerRevocations> {
  const { issuerKeyId, distributionPoint } = list;
  // Only delta lists lift a hold that way, and JPKI's holds are never released.
  const named = list.hits.filter(({ reason }) => reason !== 'removeFromCRL');
  const keyed: IssuerRevocations['named'][number][] = [];
  for (const { serialNumber, reason, revocationDate } of named) {
    // Ten thousand of them would hold up everybody for a tenth of a second.
    if (keyed.length % keysAtOnce === keysAtOnce - 1) await nextTurnOfTheEventLoop();
    const cardKey = numbers.keyOf({ kind: 'jpki', value: serialNumber });
    keyed.push({ cardKey, reason, revokedAt: revocationDate });
  }
  return { issuerKeyId, ...(distributionPoint === undefined ? {} : { distributionPoint }), named: keyed };
}

type Applied =
  | (Exclude<ApplyCrlOutcome, { outcome: 'refused' }> & { readonly stops: readonly Stop[] })
  | { readonly outcome: 'refused'; readonly reason: CrlRefusal };

async function apply(
  context: ApplyCrlContext,
  tables: Tables,
  verdict: ReadList,
  revocations: IssuerRevocations,
  request: Request,
): Promise<Applied> {
  const { issuerKeyId, distributionPoint = everyDistributionPoint } = verdict;
  const known = await tables.appliedLists.find({ issuerKeyId, distributionPoint });
  const now = context.clock.now();
  const judged = judgeList({
    list: { ...verdict, distributionPoint, sha256: request.reading.sha256, appliedAt: now },
    known,
    withoutDistributionPointCounts: context.crlWithoutDistributionPointCounts,
  });
  if (judged.outcome === 'refused') return judged;
  const { outcome, list } = judged;
  await tables.appliedLists.put(list);
  const { cards, registrations } = await tables.cards.revokeByIssuer(revocations, now);
  const said = { at: now, actor: request.actor, details: { crlNumber: list.crlNumber } };
  const revoked = cards.length + registrations.length;
  await tables.audit.appendAll([
    ...cards.map(
      ({ cardId, reason }) => ({ ...said, type: 'card.revoked-by-list', subject: cardId, reason }) as const,
    ),
    ...registrations.map(
      ({ registrationId, reason }) =>
        ({ ...said, type: 'registration.revoked-by-list', subject: registrationId, reason }) as const,
    ),
    { at: now, actor: request.actor, type: 'crl.applied', details: detailsOf(list, request.from, revoked) },
  ]);
  const stops = cards.map(
    ({ personId, cardId }): Stop => ({ personId, authenticator: cardId, cause: 'card.revoked-by-list' }),
  );
  return { outcome, list, revoked, stops };
}

function detailsOf(
  { distributionPoint, crlNumber, entryCount, doubt }: AppliedList,
  from: string,
  revoked: number,
): { readonly [name: string]: string | number } {
  const doubted: { readonly doubt?: ListDoubt } = doubt === undefined ? {} : { doubt };
  return { from, list: distributionPoint, crlNumber, entryCount, revoked, ...doubted };
}

async function refuse(
  { audit, clock }: ApplyCrlContext,
  { from, actor }: Request,
  reason: CrlRefusal,
): Promise<ApplyCrlOutcome> {
  await audit.append({ at: clock.now(), type: 'crl.refused', actor, reason, details: { from } });
  return { outcome: 'refused', reason };
}
