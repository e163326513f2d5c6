import type { CardId, RevocationScope } from '../domain/card.ts';
import { parseSerialNumber, type SerialNumber } from '../domain/certificate-id.ts';
import type { Actor } from '../domain/registration.ts';
import type { AppliedList, RevokedEntry } from '../domain/revocation.ts';
import type { CrlRefusal, CrlVerdict } from '../ports/jpki.ts';
import type { ReadTables, Tables } from '../ports/system-record.ts';
import type { FlowContext } from './context.ts';
import { changeAndStop } from './publish-cards.ts';

export type ApplyCrlOutcome =
  | {
      readonly outcome: 'applied';
      readonly distributionPoint?: string;
      readonly crlNumber: string;
      readonly entryCount: number;
      /** Cards and waiting registrations that the list names for the first time. */
      readonly revoked: number;
      readonly nextUpdate: number;
    }
  | { readonly outcome: 'refused'; readonly reason: CrlRefusal };

type Context = Pick<
  FlowContext,
  'record' | 'cardIndex' | 'clock' | 'numbers' | 'crlReader' | 'freshness' | 'oidcState' | 'audit'
>;
type InScope = ReturnType<ReadTables['cards']['inScope']> extends AsyncIterable<infer T> ? T : never;
type ReadList = CrlVerdict & { outcome: 'read' };

/**
 * Applies one list to the cards and waiting registrations of its scope: wholly or not at all.
 * Absence from a list never lifts anything; a number that goes back refuses the list.
 * @param request.from for the audit trail: where the list came from.
 */
export async function applyCrl(
  context: Context,
  request: {
    readonly list: Uint8Array;
    readonly from: string;
    readonly actor: Actor;
    readonly expected?: RevocationScope;
  },
): Promise<ApplyCrlOutcome> {
  const claimed = context.crlReader.claimedScope(request.list);
  if (claimed === undefined) return refuse(context, request, whyUnreadable(context, request.list));
  if (request.expected && claimed.distributionPoint !== request.expected.distributionPoint) {
    return refuse(context, request, 'distribution-point-mismatch');
  }
  const scopes = (await context.record.cards.revocationScopes()).filter(
    (scope) =>
      scope.issuerKeyId === claimed.issuerKeyId &&
      (claimed.distributionPoint === undefined || scope.distributionPoint === claimed.distributionPoint),
  );
  const targets = await targetsOf(context, scopes);
  const verdict = context.crlReader.read(request.list, new Set(targets.keys()), context.clock.now());
  if (verdict.outcome === 'refused') return refuse(context, request, verdict.reason);
  const applied = await changeAndStop(
    context,
    (tables) => apply(context, tables, verdict, targets, request),
    (result) => (result.outcome === 'applied' ? result.holders : []),
  );
  if (applied.outcome === 'refused') return refuse(context, request, applied.reason);
  if (applied.list !== undefined) context.freshness.note(applied.list);
  const { crlNumber, entryCount, nextUpdate, distributionPoint } = verdict;
  const named = distributionPoint === undefined ? {} : { distributionPoint };
  return { outcome: 'applied', ...named, crlNumber, entryCount, nextUpdate, revoked: applied.revoked };
}

/** The reader says it more exactly than "claims nothing"; nobody is held against such a list. */
function whyUnreadable({ crlReader, clock }: Context, list: Uint8Array): CrlRefusal {
  const verdict = crlReader.read(list, new Set(), clock.now());
  return verdict.outcome === 'refused' ? verdict.reason : 'malformed';
}

async function targetsOf(
  { record, numbers }: Context,
  scopes: readonly RevocationScope[],
): Promise<Map<SerialNumber, InScope[]>> {
  const targets = new Map<SerialNumber, InScope[]>();
  for (const scope of scopes) {
    for await (const target of record.cards.inScope(scope)) {
      const number = new TextDecoder().decode(numbers.open(target.sealedNumber, target.cardKey));
      const serialNumber = parseSerialNumber(number);
      targets.set(serialNumber, [...(targets.get(serialNumber) ?? []), target]);
    }
  }
  return targets;
}

type Applied =
  | { readonly outcome: 'refused'; readonly reason: CrlRefusal }
  | {
      readonly outcome: 'applied';
      readonly revoked: number;
      readonly holders: readonly string[];
      readonly list?: AppliedList;
    };

async function apply(
  context: Context,
  tables: Tables,
  list: ReadList,
  targets: ReadonlyMap<SerialNumber, readonly InScope[]>,
  request: { readonly from: string; readonly actor: Actor },
): Promise<Applied> {
  const { issuerKeyId, distributionPoint, crlNumber, thisUpdate, nextUpdate, entryCount } = list;
  const known = distributionPoint && (await tables.appliedLists.find({ issuerKeyId, distributionPoint }));
  if (known && BigInt(crlNumber) < BigInt(known.crlNumber))
    return { outcome: 'refused', reason: 'crl-number-went-back' };
  const holders: string[] = [];
  let revoked = 0;
  for (const hit of list.hits) {
    for (const target of targets.get(hit.serialNumber) ?? []) {
      const holder = await revoke(context, tables, target, hit, list, request.actor);
      if (holder === undefined) continue;
      revoked += 1;
      if (holder !== '') holders.push(holder);
    }
  }
  const now = context.clock.now();
  // A list that names no distribution point says who is revoked, but not whom it would have named: no freshness.
  const applied: AppliedList | undefined = distributionPoint
    ? {
        issuerKeyId,
        distributionPoint,
        crlNumber,
        sha256: '',
        thisUpdate,
        nextUpdate,
        entryCount,
        appliedAt: now,
        trusted: { thisUpdate, nextUpdate, entryCount },
      }
    : undefined;
  if (applied !== undefined) await tables.appliedLists.put(applied);
  await tables.audit.append({
    at: now,
    type: 'crl.applied',
    actor: request.actor,
    details: { from: request.from, list: distributionPoint ?? '', crlNumber, entryCount, revoked },
  });
  return { outcome: 'applied', revoked, holders, ...(applied === undefined ? {} : { list: applied }) };
}

/** @returns the holder's id, '' for a registration, `undefined` when there was nothing to change. */
async function revoke(
  context: Context,
  tables: Tables,
  target: InScope,
  hit: RevokedEntry,
  list: ReadList,
  actor: Actor,
): Promise<string | undefined> {
  // Only delta lists lift a hold that way, and JPKI's holds are never released.
  if (hit.reason === 'removeFromCRL') return undefined;
  if ('cardId' in target) return revokeCard(context, tables, target.cardId, hit, list, actor);
  const registration = await tables.registrations.find(target.registrationId);
  // Approved since the targets were gathered: then it is the card that the list names.
  if (registration?.cardId !== undefined) {
    return revokeCard(context, tables, registration.cardId, hit, list, actor);
  }
  if (registration === undefined || registration.revokedAt !== undefined) return undefined;
  const revoked = { ...registration, revokedAt: context.clock.now() };
  await tables.registrations.update(revoked, registration.state);
  await tables.audit.append({
    at: revoked.revokedAt,
    type: 'registration.revoked-by-list',
    actor,
    subject: registration.registrationId,
    reason: hit.reason,
    details: { crlNumber: list.crlNumber },
  });
  return '';
}

async function revokeCard(
  { clock }: Context,
  tables: Tables,
  cardId: CardId,
  { reason }: RevokedEntry,
  { crlNumber }: ReadList,
  actor: Actor,
): Promise<string | undefined> {
  const card = await tables.cards.find(cardId);
  if (card === undefined || card.state === 'revoked' || card.state === 'retired') return undefined;
  await tables.cards.update({ ...card, state: 'revoked', revokedBy: 'issuer' }, card.state);
  await tables.audit.append({
    at: clock.now(),
    type: 'card.revoked-by-list',
    actor,
    subject: card.cardId,
    reason,
    details: { crlNumber },
  });
  return card.personId;
}

async function refuse(
  { audit, clock }: Context,
  { from, actor }: { readonly from: string; readonly actor: Actor },
  reason: CrlRefusal,
): Promise<ApplyCrlOutcome> {
  await audit.append({ at: clock.now(), type: 'crl.refused', actor, reason, details: { from } });
  return { outcome: 'refused', reason };
}
