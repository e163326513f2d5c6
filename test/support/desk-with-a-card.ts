import type { ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { end, type Installation, until } from './installation.ts';
import type { VirtualCard } from './virtual-card.ts';

/** Starts the server, with Hanako in it, of an organisation that has declared itself a verifier. */
export async function startWithHanako(here: Installation): Promise<void> {
  const csv = 'uid,displayName,organization\nhanako,山田花子,見本市\n';
  writeFileSync(join(here.directory, 'people.csv'), csv);
  await here.start();
  await here.done('person', 'import', 'people.csv');
  await here.done('org', 'declare-verifier', '見本市', '--basis', 'a test');
}

/** A bridge at a desk, enrolled for the sign-ins of one client; it does not run yet. */
export async function enrolDesk(here: Installation, client: string): Promise<void> {
  const reader = ['reader', 'add', 'desk', '--kind', 'workstation', '--client', client];
  const { enrolmentCode } = await here.done(...reader);
  await here.kazasu(['bridge', 'enroll', '--idp', here.issuer, '--code', enrolmentCode ?? '']);
}

/**
 * Hanako's card from the invitation to the approval; the bridge must not run meanwhile.
 * @param hold puts the card on the reader; it is taken away afterwards
 * @returns the card's id
 */
export async function registerHanakosCard(
  here: Installation,
  { card, pin, hold = () => card.insert() }: { card: VirtualCard; pin: string; hold?: () => Promise<void> },
): Promise<string> {
  const { code } = await here.done<{ code: string }>('person', 'invite', 'hanako');
  await hold();
  await here.kazasu(['bridge', 'register', '--invite', code, '--agree', '--pin-stdin'], `${pin}\n`);
  await card.remove();
  const cards = await here.done<{ id: string; state: string }[]>('card', 'list');
  const waiting = cards.find(({ state }) => state === 'pending');
  const { cardId } = await here.done<{ cardId: string }>('card', 'approve', waiting?.id ?? '');
  return cardId;
}

/** Runs the bridge until the test ends it. */
export async function runBridge(here: Installation, ...options: readonly string[]): Promise<ChildProcess> {
  const before = here.printed().length;
  const bridge = here.spawn(['bridge', 'run', ...options]);
  await until('the bridge to run', () => /Ctrl-C/.test(here.printed().slice(before)) || undefined);
  return bridge;
}

/** What a test at a desk begins; before it began, a thing is `undefined`. */
interface Desk {
  readonly bridge: ChildProcess | undefined;
  readonly browser: Closes | undefined;
  readonly party: Closes | undefined;
  readonly pcsc: { stop(): Promise<void> } | undefined;
  readonly here: Closes | undefined;
}

interface Closes {
  close(): Promise<void>;
}

/** Ends all of it, the last first. */
export async function closeDesk({ bridge, browser, party, pcsc, here }: Desk): Promise<void> {
  if (bridge !== undefined) await end(bridge);
  await browser?.close();
  await party?.close();
  await pcsc?.stop();
  await here?.close();
}
