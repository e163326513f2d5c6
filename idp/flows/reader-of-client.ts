import type { Reader } from '../domain/reader.ts';
import type { FlowContext } from './context.ts';
import { readersOf } from './take-tap.ts';

/** At which reader a client waits for a tap, or why at none. */
export type ReaderChoice =
  | { readonly outcome: 'chosen'; readonly reader: Reader }
  | { readonly outcome: 'none'; readonly reason: 'reader-not-for-client' | 'no-reader' | 'reader-not-named' };

/**
 * The reader that a client names, or the one that it has: only its own, of the kind that says what was held over it
 * without being asked by a browser. Somebody else's reader and one that does not exist are the same to it.
 * @param named by name or id
 */
export async function readerOfClient(
  context: Pick<FlowContext, 'record'>,
  client: Parameters<typeof readersOf>[1],
  named: string | undefined,
): Promise<ReaderChoice> {
  const readers = (await readersOf(context, client)).filter(
    ({ kind, state }) => kind === 'device' && state === 'active',
  );
  if (named !== undefined) {
    const reader = readers.find(({ name, readerId }) => name === named || readerId === named);
    return reader ? { outcome: 'chosen', reader } : { outcome: 'none', reason: 'reader-not-for-client' };
  }
  const [reader, another] = readers;
  if (reader === undefined) return { outcome: 'none', reason: 'no-reader' };
  return another === undefined
    ? { outcome: 'chosen', reader }
    : { outcome: 'none', reason: 'reader-not-named' };
}
