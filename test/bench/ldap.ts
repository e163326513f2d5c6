import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { BenchDirectory } from './ldap-directory.ts';
import type { LoadPlan, LoadResult } from './ldap-load.ts';
import { startPeer } from './ldap-peer.ts';
import type { BenchResult } from './main.ts';

const connections = 8;
const rounds = 3;
const ticksPerSecond = 100;

const operations = [
  { operation: 'card-search', what: 'card search', isJudged: true },
  { operation: 'bind', what: 'card bind', isJudged: true },
  { operation: 'uid-search', what: 'search by uid', isJudged: false },
] as const;

const crowds = [
  { inFlight: 1, how: 'one at a time', bar: '≥ 1.5' },
  { inFlight: 16, how: '16 in flight', bar: '≥ 2' },
] as const;

/**
 * A row of the table, and what tells whether to believe it: `generatorCpu` near 1 would mean that the generator
 * was measured, and the times of one operation on a processor do not depend on what else runs on the machine.
 */
export interface LdapBenchRow extends BenchResult {
  readonly generatorCpu: number;
  readonly oursCpuMicroseconds: number;
  readonly peerCpuMicroseconds: number;
}

/** The whole product against slapd (mdb, indexed, its entries readable by everybody), in turns on one machine. */
export async function benchLdap(): Promise<readonly BenchResult[]> {
  return [...(await benchAt(10_000, true)), ...(await benchAt(1_000_000, false))];
}

/** @param isJudged whether the bars of the design are about so many people */
async function benchAt(people: number, isJudged: boolean): Promise<readonly BenchResult[]> {
  console.error(`  loading ${people.toLocaleString('en')} people …`);
  const peer = await startPeer(people);
  const { child, directory } = await startOurs(people);
  const contest = { ours: { directory, pid: child.pid ?? 0 }, peer };
  try {
    const rows: BenchResult[] = [];
    for (const channel of ['TCP', 'TLS'] as const) {
      for (const { operation, what, isJudged: hasBar } of operations) {
        for (const { inFlight, how, bar } of crowds) {
          const row = await measure({ operation, channel, inFlight }, contest);
          const name = `LDAP ${what}, ${how}, over ${channel}, ${people.toLocaleString('en')} people`;
          console.error(
            `  ${name}: ${row.ratio.toFixed(2)} × (µs of processor each: ours ${row.oursCpuMicroseconds.toFixed(1)}, peer ${row.peerCpuMicroseconds.toFixed(1)}; generator ${row.generatorCpu.toFixed(2)})`,
          );
          rows.push({ ...row, name, ...(isJudged && hasBar && channel === 'TCP' ? { bar } : {}) });
        }
      }
    }
    return [...rows, memoryRow(contest, people)];
  } finally {
    child.kill();
    await once(child, 'exit');
    await peer.close();
  }
}

interface Contestant {
  readonly directory: BenchDirectory;
  readonly pid: number;
}

interface Contest {
  readonly ours: Contestant;
  readonly peer: Contestant;
}

type Load = Pick<LoadPlan, 'operation' | 'channel' | 'inFlight'>;

async function measure(load: Load, { ours, peer }: Contest): Promise<Omit<LdapBenchRow, 'name'>> {
  // A server runs for months: what its runtime compiles in the first seconds is not what is asked.
  for (const contestant of [ours, peer]) await run(load, contestant, 1_500);
  const runs: { ours: Run; peer: Run }[] = [];
  // In turns and the best of each: what else runs on the machine hits both alike.
  for (let round = 0; round < rounds; round += 1) {
    runs.push({ ours: await run(load, ours, 1_000), peer: await run(load, peer, 1_000) });
  }
  const [our, their] = [best(runs.map((each) => each.ours)), best(runs.map((each) => each.peer))];
  return {
    ours: our.perSecond,
    peer: their.perSecond,
    ratio: our.perSecond / their.perSecond,
    unit: 'operations/s',
    generatorCpu: our.generatorCpu,
    oursCpuMicroseconds: our.cpuMicroseconds,
    peerCpuMicroseconds: their.cpuMicroseconds,
  };
}

interface Run extends LoadResult {
  readonly cpuMicroseconds: number;
}

async function run(load: Load, { directory, pid }: Contestant, measureMs: number): Promise<Run> {
  const before = cpuSeconds(pid);
  const result = await put({ ...load, connections, warmUpMs: 300, measureMs, directory });
  const cpuMicroseconds = ((cpuSeconds(pid) - before) * 1e6) / result.completed;
  return { ...result, cpuMicroseconds };
}

function best(runs: readonly Run[]): Run {
  return runs.reduce((a, b) => (b.perSecond > a.perSecond ? b : a));
}

/** User and system time of a process so far. @see proc(5) */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

/** What each holds in memory of its own after all this; files that it maps (slapd's whole database) are not counted. */
function memoryRow({ ours, peer }: Contest, people: number): BenchResult {
  const [our, their] = [ownMemoryMiB(ours.pid), ownMemoryMiB(peer.pid)];
  const name = `LDAP: memory of the process with ${people.toLocaleString('en')} people, after the above`;
  return { name, ours: our, peer: their, ratio: our / their, unit: 'MiB' };
}

/** @see proc(5) `RssAnon` */
function ownMemoryMiB(pid: number): number {
  const [, kibibytes] = /^RssAnon:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kibibytes) / 1_024;
}

async function put(plan: LoadPlan): Promise<LoadResult> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'ldap-load.ts')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end(JSON.stringify(plan));
  return JSON.parse(await firstLine(child));
}

async function startOurs(people: number): Promise<{ child: ChildProcess; directory: BenchDirectory }> {
  const [script, factory] = ['ldap-server.ts', 'ldap-composed.ts'].map((file) =>
    join(import.meta.dirname, file),
  ) as [string, string];
  const child = spawn(process.execPath, [script, factory, String(people)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return { child, directory: JSON.parse(await firstLine(child)) };
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('the child has no output');
  const lines = createInterface({ input: child.stdout });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`a process of the bench ended with ${code} and without a word`);
  });
  const [line] = await Promise.race([once(lines, 'line'), ended]);
  ended.catch(() => undefined);
  return line;
}
