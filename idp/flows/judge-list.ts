import { type AppliedList, everyDistributionPoint, type TrustedList } from '../domain/revocation.ts';
import type { CrlRefusal } from '../ports/jpki.ts';

/** What a list says of itself, before anybody judged it. */
export type ListAtHand = Omit<AppliedList, 'doubt' | 'trusted'>;

export type ListJudgement =
  | { readonly outcome: 'applied' | 'unchanged'; readonly list: AppliedList }
  | { readonly outcome: 'refused'; readonly reason: CrlRefusal };

/**
 * Holds a list against the last one of its issuer key and distribution point: whether it may be applied at all, and
 * whether anything counts as fresh by it. What is doubted is applied all the same: it can only say no more often.
 */
export function judgeList({
  list,
  known,
  withoutDistributionPointCounts,
}: {
  readonly list: ListAtHand;
  readonly known: AppliedList | undefined;
  readonly withoutDistributionPointCounts: boolean;
}): ListJudgement {
  const isNew = known === undefined || BigInt(list.crlNumber) > BigInt(known.crlNumber);
  if (!isNew && BigInt(list.crlNumber) < BigInt(known.crlNumber)) return refused('crl-number-went-back');
  // A record from before lists had a fingerprint holds none.
  if (!isNew && known.sha256 !== '' && known.sha256 !== list.sha256) return refused('crl-number-reused');
  const at = isNew ? list : { ...list, appliedAt: known.appliedAt };
  const outcome = isNew ? 'applied' : 'unchanged';
  if (list.distributionPoint === everyDistributionPoint && !withoutDistributionPointCounts) {
    return { outcome, list: { ...fieldsOf(at), doubt: 'distribution-point-missing' } };
  }
  const trusted = known?.trusted;
  if (trusted !== undefined && hasShrunk(list, trusted)) {
    return { outcome, list: { ...fieldsOf(at), doubt: 'shrunk', trusted } };
  }
  const { thisUpdate, nextUpdate, entryCount } = list;
  return { outcome, list: { ...fieldsOf(at), trusted: { thisUpdate, nextUpdate, entryCount } } };
}

/** A list as it counts today: configuration may say no more what it said when the list was judged. */
export function asConfigured(
  list: AppliedList,
  { crlWithoutDistributionPointCounts }: { readonly crlWithoutDistributionPointCounts: boolean },
): AppliedList {
  if (list.distributionPoint !== everyDistributionPoint || crlWithoutDistributionPointCounts) return list;
  return { ...fieldsOf(list), doubt: 'distribution-point-missing' };
}

/**
 * By more than a fifth: nobody un-revokes that many, so that half a directory or another one's list is more likely. One
 * entry alone is more than a fifth of a village's list, and leaves it whenever a certificate that was revoked ends.
 */
function hasShrunk({ entryCount }: ListAtHand, trusted: TrustedList): boolean {
  return trusted.entryCount - entryCount > 1 && entryCount * 5 < trusted.entryCount * 4;
}

function fieldsOf(list: ListAtHand): ListAtHand {
  const { issuerKeyId, distributionPoint, crlNumber, sha256, thisUpdate, nextUpdate, entryCount, appliedAt } =
    list;
  return { issuerKeyId, distributionPoint, crlNumber, sha256, thisUpdate, nextUpdate, entryCount, appliedAt };
}

function refused(reason: CrlRefusal): ListJudgement {
  return { outcome: 'refused', reason };
}
