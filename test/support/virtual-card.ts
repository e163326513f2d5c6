import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type CardToWrite, writeCardDirectory } from '../../reader-bridge/virtual/card-directory.ts';
import { type VpcdEvent, vpcdPort } from '../../reader-bridge/virtual/vpcd.ts';

/** pcscd's virtual reader has a fixed port, so one suite at a time may use it. */
const lockFile = join(tmpdir(), 'kazasu-vpcd.lock');
const pidFile = '/run/pcscd/pcscd.pid';
const virtualMain = fileURLToPath(new URL('../../reader-bridge/virtual/main.ts', import.meta.url));

/** A line of the virtual card's process. */
export type CardEvent = VpcdEvent | { readonly event: 'ready' | 'inserted' | 'removed' | 'failed' };

/** A software card that pcscd sees, in a process of its own. */
export interface VirtualCard {
  /** Everything that happened to it so far. */
  readonly events: readonly CardEvent[];
  insert(): Promise<void>;
  remove(): Promise<void>;
  /** Exchanges it for another one, without a pause. */
  swap(card: CardToWrite): Promise<void>;
}

/** pcscd with its virtual reader, for one test file. */
export interface VirtualReader {
  card(card: CardToWrite): Promise<VirtualCard>;
  /** Ends pcscd and starts it again, as an update of the system does. */
  restartPcscd(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts `pcscd -f` when none runs, and takes the one virtual reader for this file. */
export async function startVirtualReader(): Promise<VirtualReader> {
  await takeLock();
  const directory = mkdtempSync(join(tmpdir(), 'kazasu-card-'));
  const children: ChildProcess[] = [];
  let pcscd = await startPcscd();
  let cards = 0;

  const writeCard = (card: CardToWrite): string => {
    cards += 1;
    const path = join(directory, String(cards));
    writeCardDirectory(path, card);
    return path;
  };

  return {
    card: async (card) => startCard(writeCard(card), writeCard, children),
    restartPcscd: async () => {
      if (pcscd === undefined) throw new Error('pcscd was running before this test and is not ours to end');
      await end(pcscd);
      pcscd = await startPcscd();
    },
    stop: async () => {
      for (const child of children) await end(child);
      if (pcscd !== undefined) await end(pcscd);
      rmSync(directory, { recursive: true, force: true });
      rmSync(lockFile, { force: true });
    },
  };
}

async function startCard(
  directory: string,
  writeCard: (card: CardToWrite) => string,
  children: ChildProcess[],
): Promise<VirtualCard> {
  const child = spawn(process.execPath, [virtualMain, directory], { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  const events: CardEvent[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => events.push(JSON.parse(line) as CardEvent));

  const say = async (line: string, answer: CardEvent['event']): Promise<void> => {
    const seen = events.length;
    child.stdin.write(`${line}\n`);
    await until(`the virtual card to say “${answer}”`, () => {
      const failed = events.slice(seen).find(({ event }) => event === 'failed');
      if (failed !== undefined) throw new Error(`the virtual card: ${JSON.stringify(failed)}`);
      return events.slice(seen).some(({ event }) => event === answer);
    });
  };

  await until('the virtual card to be ready', () => events.some(({ event }) => event === 'ready'));
  return {
    events,
    insert: () => say('insert', 'inserted'),
    remove: () => say('remove', 'removed'),
    swap: (card) => say(`swap ${writeCard(card)}`, 'inserted'),
  };
}

async function startPcscd(): Promise<ChildProcess | undefined> {
  if (await listens(vpcdPort)) return undefined;
  // The pid file of a pcscd that was killed keeps a new one from starting.
  if (!isAlive(pidIn(pidFile))) rmSync(pidFile, { force: true });
  const child = spawn('/usr/sbin/pcscd', ['--foreground'], { stdio: 'ignore' });
  await until('pcscd to listen', async () => {
    if (child.exitCode !== null)
      throw new Error(`pcscd ended with ${child.exitCode}; is another one running?`);
    return existsSync('/run/pcscd/pcscd.comm') && (await listens(vpcdPort));
  });
  return child;
}

/** Looks at the kernel's list rather than connecting: a connection would be a card put in and pulled out. */
async function listens(port: number): Promise<boolean> {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const tables = ['/proc/net/tcp', '/proc/net/tcp6'].filter(existsSync);
  return tables.some((table) =>
    readFileSync(table, 'latin1')
      .split('\n')
      .some((line) => {
        const [, local = '', , state] = line.trim().split(/\s+/);
        return local.endsWith(wanted) && state === '0A';
      }),
  );
}

async function takeLock(): Promise<void> {
  await until(
    'another suite to give the virtual reader back',
    () => {
      try {
        const file = openSync(lockFile, 'wx');
        writeSync(file, String(process.pid));
        closeSync(file);
        return true;
      } catch {
        if (!isAlive(pidIn(lockFile))) rmSync(lockFile, { force: true });
        return false;
      }
    },
    300_000,
  );
}

function pidIn(path: string): number {
  try {
    return Number(readFileSync(path, 'latin1'));
  } catch {
    return 0;
  }
}

function isAlive(pid: number): boolean {
  try {
    return pid > 0 && process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const patience = setTimeout(() => child.kill('SIGKILL'), 3_000);
  await ended;
  clearTimeout(patience);
}

async function until(
  what: string,
  reached: () => boolean | Promise<boolean>,
  patienceMs = 15_000,
): Promise<void> {
  const deadline = performance.now() + patienceMs;
  while (!(await reached())) {
    if (performance.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await delay(20);
  }
}
