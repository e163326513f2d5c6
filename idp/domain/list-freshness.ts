import { type AcrName, toAcr } from './assurance.ts';
import type { RevocationScope } from './card.ts';
import type { Instant } from './instant.ts';
import { msPerSecond } from './instant.ts';
import type { LoginPolicy } from './login-policy.ts';
import { type AppliedList, everyDistributionPoint, type ListDoubt, type TrustedList } from './revocation.ts';

export type ListState =
  | 'fresh'
  /** A newer one is due, or the strictest client stops taking it, within the hours of the alarm. */
  | 'expires soon'
  /** Its next update is past; clients go by its age all the same. */
  | 'out of date'
  /** Its next update is not past, but the strictest client does not take it any more. */
  | 'too old'
  | `in doubt: ${ListDoubt}`
  | 'never applied';

/** The client that is the first to stop taking a list as it ages. */
export interface StrictestClient {
  readonly name: string;
  readonly maxRevocationAgeSeconds: number;
  readonly staleGraceSeconds: number;
}

/** How one scope that cards name stands at this moment. */
export interface ListStanding extends RevocationScope {
  readonly state: ListState;
  /** The newest list applied, doubted or not. */
  readonly list?: AppliedList;
  /** What counts as known. */
  readonly trusted?: TrustedList;
  /** A newer list is due by then. @see RFC 5280 §5.1.2.5 */
  readonly dueBy?: Instant;
  /** The last moment at which the strictest client takes it. */
  readonly countsUntil?: Instant;
  /** Whose `countsUntil` that is; absent: no client is about lists. */
  readonly strictest?: StrictestClient;
  /** The earlier of both moments is nearer than the hours of the alarm, and not past. */
  readonly endsSoon: boolean;
}

/** What happens at a client to a My Number Card without PIN, as far as lists decide. */
export type PinlessUse =
  /** The client accepts nothing that a card gives without its PIN. */
  | { readonly use: 'not accepted' }
  /** OCSP is asked at every use, and lists decide nothing. */
  | { readonly use: 'as the issuer answers' }
  | { readonly use: 'allowed' | 'allowed by grace'; readonly until: Instant }
  | { readonly use: 'refused' };

const pinlessNames: readonly AcrName[] = ['serial', 'certificate', 'certificate-in-window'];
const pinlessAcrs = pinlessNames.map(toAcr);

/** Whether what a client accepts can be reached without PIN: only then is it about lists. */
export function acceptsPinless({ clientState, acceptedAcr }: LoginPolicy): boolean {
  return clientState === 'active' && acceptedAcr.some((acr) => pinlessAcrs.includes(acr));
}

/** Who begins first to refuse or to let in by grace; `undefined`: no client is about lists. */
export function strictestClient(
  clients: readonly { readonly name: string; readonly policy: LoginPolicy }[],
): StrictestClient | undefined {
  const [first] = clients
    .filter(({ policy }) => acceptsPinless(policy) && !policy.ocspOnEveryUse)
    .map(({ name, policy: { maxRevocationAgeSeconds, staleGraceSeconds } }) => ({
      ...{ name, maxRevocationAgeSeconds, staleGraceSeconds },
    }))
    .sort(byStrictness);
  return first;
}

function byStrictness(one: StrictestClient, other: StrictestClient): number {
  const byAge = one.maxRevocationAgeSeconds - other.maxRevocationAgeSeconds;
  return byAge === 0 ? one.staleGraceSeconds - other.staleGraceSeconds : byAge;
}

/** @param lists all that were applied; a scope is spoken for by its own, or by one for every distribution point. */
export function standingOf(
  scope: RevocationScope,
  lists: readonly AppliedList[],
  given: Moment & { readonly strictest?: StrictestClient | undefined },
): ListStanding {
  const { issuerKeyId, distributionPoint } = scope;
  const speaking = lists
    .filter((list) => list.issuerKeyId === issuerKeyId)
    .filter((list) => [distributionPoint, everyDistributionPoint].includes(list.distributionPoint))
    .sort(byTrust);
  const [list] = speaking;
  if (list === undefined) return { issuerKeyId, distributionPoint, state: 'never applied', endsSoon: false };
  const { trusted, doubt } = list;
  const ends = trusted === undefined ? {} : endsOf(trusted, given.strictest);
  return {
    issuerKeyId,
    distributionPoint,
    state: doubt === undefined ? stateOf(ends, given) : `in doubt: ${doubt}`,
    endsSoon: endsSoon(ends, given),
    list,
    ...(trusted === undefined ? {} : { trusted }),
    ...ends,
  };
}

/** The moment that an alarm comes before: a newer list is due, or the strictest client stops taking this one. */
export function firstEndOf({ dueBy, countsUntil }: Ends): Instant | undefined {
  const ends = [dueBy, countsUntil].filter((at) => at !== undefined);
  return ends.length === 0 ? undefined : Math.min(...ends);
}

/** What a client does now with a card that only lists spoke for; what OCSP said of a card counts beside them. */
export function pinlessUse(policy: LoginPolicy, knownAt: Instant | undefined, now: Instant): PinlessUse {
  if (!acceptsPinless(policy)) return { use: 'not accepted' };
  if (policy.ocspOnEveryUse) return { use: 'as the issuer answers' };
  if (knownAt === undefined) return { use: 'refused' };
  const until = knownAt + policy.maxRevocationAgeSeconds * msPerSecond;
  if (now <= until) return { use: 'allowed', until };
  const graceUntil = until + policy.staleGraceSeconds * msPerSecond;
  return now <= graceUntil ? { use: 'allowed by grace', until: graceUntil } : { use: 'refused' };
}

function byTrust(one: AppliedList, other: AppliedList): number {
  return (other.trusted?.thisUpdate ?? 0) - (one.trusted?.thisUpdate ?? 0);
}

type Ends = Pick<ListStanding, 'dueBy' | 'countsUntil'>;

function endsOf(
  { thisUpdate, nextUpdate }: TrustedList,
  strictest: StrictestClient | undefined,
): Pick<ListStanding, 'dueBy' | 'countsUntil' | 'strictest'> {
  if (strictest === undefined) return { dueBy: nextUpdate };
  const countsUntil = thisUpdate + strictest.maxRevocationAgeSeconds * msPerSecond;
  return { dueBy: nextUpdate, countsUntil, strictest };
}

function stateOf(ends: Ends, given: Moment): ListState {
  const { dueBy, countsUntil } = ends;
  if (dueBy === undefined || given.now > dueBy) return 'out of date';
  if (countsUntil !== undefined && given.now > countsUntil) return 'too old';
  return endsSoon(ends, given) ? 'expires soon' : 'fresh';
}

interface Moment {
  readonly now: Instant;
  readonly alarmSeconds: number;
}

function endsSoon(ends: Ends, { now, alarmSeconds }: Moment): boolean {
  const end = firstEndOf(ends);
  return end !== undefined && now <= end && now > end - alarmSeconds * msPerSecond;
}
