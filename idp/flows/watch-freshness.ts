import type { RevocationScope } from '../domain/card.ts';
import { alarmsOf, graceAlarm } from '../domain/crl-alarm.ts';
import { type ListStanding, standingOf, strictestClient } from '../domain/list-freshness.ts';
import type { LoginPolicy } from '../domain/login-policy.ts';
import type { FlowContext } from './context.ts';
import { asConfigured } from './judge-list.ts';
import { type AlarmContext, raiseAlarm } from './raise-alarm.ts';

type Context = AlarmContext & Pick<FlowContext, 'crlPlan' | 'crlWithoutDistributionPointCounts'>;

/** Runs that are looked through for one that asked for a list in vain. */
const recentRuns = 20;

/** How every list that cards name stands, for the strictest of the clients that there are. */
export async function listStandings({
  record,
  clock,
  crlPlan,
  ...configured
}: Pick<FlowContext, 'record' | 'clock' | 'crlPlan' | 'crlWithoutDistributionPointCounts'>): Promise<
  readonly ListStanding[]
> {
  const strictest = strictestClient(await record.clients.list());
  const lists = (await record.appliedLists.list()).map((list) => asConfigured(list, configured));
  const given = { now: clock.now(), alarmSeconds: crlPlan.alarmSeconds, strictest };
  return (await record.cards.revocationScopes()).map((scope) => standingOf(scope, lists, given));
}

/**
 * Raises an alarm for every list that cards name and that will soon stop counting, has stopped, or is doubted: before
 * anybody is refused for it.
 * @returns how many alarms were new.
 */
export async function watchFreshness(context: Context): Promise<number> {
  const now = context.clock.now();
  let raised = 0;
  for (const standing of await listStandings(context)) {
    for (const alarm of alarmsOf(standing, now)) {
      // The first card of a municipality comes before its first list.
      if (alarm.stage === 'missing' && !(await wasAskedInVain(context, alarm))) continue;
      if (await raiseAlarm(context, alarm)) raised += 1;
    }
  }
  return raised;
}

/** A card is let in by its client's grace: said once for each client and list. */
export async function noteStaleLogin(
  context: AlarmContext,
  scope: RevocationScope | undefined,
  { name, policy }: { readonly name: string; readonly policy: LoginPolicy },
): Promise<void> {
  if (scope === undefined) return;
  const list = await context.record.appliedLists.find(scope);
  await raiseAlarm(context, graceAlarm(scope, { client: name, policy, list }));
}

/** Where nothing asks by itself, a list that never came is missing from the first card on. */
async function wasAskedInVain(
  { record, crlPlan }: Pick<FlowContext, 'record' | 'crlPlan'>,
  { distributionPoint }: RevocationScope,
): Promise<boolean> {
  if (crlPlan.daily === undefined) return true;
  const runs = await record.crlRuns.list(recentRuns);
  return runs.some(({ lists }) => lists.some((list) => list.distributionPoint === distributionPoint));
}
