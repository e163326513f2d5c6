import type { Tables } from '../ports/system-record.ts';
import type { FlowContext } from './context.ts';

type Context = Pick<FlowContext, 'record' | 'erasure'>;

/** Says which erasure is owed; empty when none is. */
const setting = 'erasure-owed';
const none = '';

/** Notes, within the change that deletes, that files are to be wiped: a crash in between does not lose it. */
export async function oweErasure(tables: Pick<Tables, 'settings'>, token: string): Promise<void> {
  await tables.settings.set(setting, token);
}

/** Wipes what was deleted. @throws {Fault} when it cannot be done now; it stays owed. */
export async function eraseTraces(
  context: Context,
  token: string,
  traces: readonly (string | Uint8Array)[],
): Promise<void> {
  await context.erasure.erase(traces);
  await settle(context, token);
}

/** Wipes what a crash or an outage left: nobody knows any more what to look for, so that all files are written anew. */
export async function eraseWhatIsOwed(context: Context): Promise<void> {
  const token = (await context.record.settings.get(setting)) ?? none;
  if (token === none) return;
  await context.erasure.erase('everything');
  await settle(context, token);
}

/** Unless somebody else was deleted since. */
async function settle({ record }: Context, token: string): Promise<void> {
  await record.change(async ({ settings }) => {
    if ((await settings.get(setting)) === token) await settings.set(setting, none);
  });
}
