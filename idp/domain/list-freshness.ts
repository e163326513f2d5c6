import { type AcrName, toAcr } from './assurance.ts';
import type { RevocationScope } from './card.ts';
import type { Instant } from './instant.ts';
import { msPerSecond } from './instant.ts';
import type { LoginPolicy } from './login-policy.ts';
import { type AppliedList, everyDistributionPoint, type ListDoubt, type TrustedList } from './revocation.ts';

export type ListState = 'fresh' | 'expires soon' | 'out of date' | `in doubt: ${ListDoubt}` | 'never applied';

/** How one scope that cards name stands at this moment. */
export interface ListStanding extends RevocationScope {
  readonly state: ListState;
  /** The newest list applied, doubted or not. */
  readonly list?: AppliedList;
  /** What counts as known. */
  readonly trusted?: TrustedList;
  /** From then on the list is over, or the strictest client refuses taps without PIN: whichever is first. */
  readonly deadline?: Instant;
  /** The deadline is nearer than the hours of the alarm, and not past. */
  readonly endsSoon: boolean;
}

/** What happens at a client to a My Number Card without PIN, as far as lists decide. */
export type PinlessUse =
  /** The client accepts nothing that a card gives without its PIN. */
  | { readonly use: 'not accepted' }
  | { readonly use: 'allowed' | 'allowed by grace'; readonly until: Instant }
  | { readonly use: 'refused' };

const pinlessNames: readonly AcrName[] = ['serial', 'certificate', 'certificate-in-window'];
const pinlessAcrs = pinlessNames.map(toAcr);

/** Whether what a client accepts can be reached without PIN: only then is it about lists. */
export function acceptsPinless({ clientState, acceptedAcr }: LoginPolicy): boolean {
  return clientState === 'active' && acceptedAcr.some((acr) => pinlessAcrs.includes(acr));
}

/** The shortest age at which a client begins to refuse or to let in by grace; `undefined`: no client is about lists. */
export function strictestAgeSeconds(policies: readonly LoginPolicy[]): number | undefined {
  const ages = policies.filter(acceptsPinless).map(({ maxRevocationAgeSeconds }) => maxRevocationAgeSeconds);
  return ages.length === 0 ? undefined : Math.min(...ages);
}

/** @param lists all that were applied; a scope is spoken for by its own, or by one for every distribution point. */
export function standingOf(
  scope: RevocationScope,
  lists: readonly AppliedList[],
  given: Moment & { readonly strictestAgeSeconds?: number },
): ListStanding {
  const { issuerKeyId, distributionPoint } = scope;
  const speaking = lists
    .filter((list) => list.issuerKeyId === issuerKeyId)
    .filter((list) => [distributionPoint, everyDistributionPoint].includes(list.distributionPoint))
    .sort(byTrust);
  const [list] = speaking;
  if (list === undefined) return { issuerKeyId, distributionPoint, state: 'never applied', endsSoon: false };
  const { trusted } = list;
  const deadline = trusted && deadlineOf(trusted, given.strictestAgeSeconds);
  return {
    issuerKeyId,
    distributionPoint,
    state: stateOf(list, deadline, given),
    endsSoon: deadline !== undefined && endsSoon(deadline, given),
    list,
    ...(trusted === undefined ? {} : { trusted }),
    ...(deadline === undefined ? {} : { deadline }),
  };
}

/** What a client does now with a card that only lists spoke for; OCSP at a registration counts beside them. */
export function pinlessUse(policy: LoginPolicy, knownAt: Instant | undefined, now: Instant): PinlessUse {
  if (!acceptsPinless(policy)) return { use: 'not accepted' };
  if (knownAt === undefined) return { use: 'refused' };
  const until = knownAt + policy.maxRevocationAgeSeconds * msPerSecond;
  if (now <= until) return { use: 'allowed', until };
  const graceUntil = until + policy.staleGraceSeconds * msPerSecond;
  return now <= graceUntil ? { use: 'allowed by grace', until: graceUntil } : { use: 'refused' };
}

function byTrust(one: AppliedList, other: AppliedList): number {
  return (other.trusted?.thisUpdate ?? 0) - (one.trusted?.thisUpdate ?? 0);
}

function deadlineOf({ thisUpdate, nextUpdate }: TrustedList, ageSeconds: number | undefined): Instant {
  return ageSeconds === undefined ? nextUpdate : Math.min(nextUpdate, thisUpdate + ageSeconds * msPerSecond);
}

function stateOf({ doubt }: AppliedList, deadline: Instant | undefined, given: Moment): ListState {
  if (doubt !== undefined) return `in doubt: ${doubt}`;
  if (deadline === undefined || given.now > deadline) return 'out of date';
  return endsSoon(deadline, given) ? 'expires soon' : 'fresh';
}

interface Moment {
  readonly now: Instant;
  readonly alarmSeconds: number;
}

function endsSoon(deadline: Instant, { now, alarmSeconds }: Moment): boolean {
  return now <= deadline && now > deadline - alarmSeconds * msPerSecond;
}
