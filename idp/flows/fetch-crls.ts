import type { RevocationScope } from '../domain/card.ts';
import { Fault } from '../domain/fault.ts';
import type { Actor } from '../domain/registration.ts';
import { type ApplyCrlOutcome, applyCrl } from './apply-crl.ts';
import type { FlowContext } from './context.ts';

/** What became of one list of the day. */
export interface FetchedList {
  readonly distributionPoint: string;
  /** `unavailable`: no source could give it; the others were tried all the same. */
  readonly result: ApplyCrlOutcome | { readonly outcome: 'unavailable'; readonly message: string };
}

/** Fetches and applies the list of every distribution point that a card or a waiting registration names. */
export async function fetchCrls(
  context: Pick<
    FlowContext,
    | 'record'
    | 'cardIndex'
    | 'clock'
    | 'numbers'
    | 'crlReader'
    | 'crlSources'
    | 'freshness'
    | 'oidcState'
    | 'audit'
  >,
  { actor, onList }: { readonly actor: Actor; readonly onList?: (list: FetchedList) => void },
): Promise<readonly FetchedList[]> {
  const lists: FetchedList[] = [];
  for (const scope of await context.record.cards.revocationScopes()) {
    const list = {
      distributionPoint: scope.distributionPoint,
      result: await fetchOne(context, scope, actor),
    };
    lists.push(list);
    onList?.(list);
  }
  return lists;
}

async function fetchOne(
  context: Parameters<typeof fetchCrls>[0],
  expected: RevocationScope,
  actor: Actor,
): Promise<FetchedList['result']> {
  let message = 'No source is configured: set KAZASU_CRL_SOURCES.';
  for (const source of context.crlSources) {
    try {
      const [list = new Uint8Array()] = await source.fetch(expected.distributionPoint);
      return await applyCrl(context, { list, from: source.name, actor, expected });
    } catch (error) {
      if (!(error instanceof Fault && error.code === 'ERR_CRL_SOURCE_UNAVAILABLE')) throw error;
      message = `${source.name}: ${error.message}`;
    }
  }
  return { outcome: 'unavailable', message };
}
