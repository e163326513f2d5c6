import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BenchResult } from './main.ts';
import { benchBrowser } from './oidc-browser.ts';
import { type Contestant, startContestant, stopContestant } from './oidc-contestant.ts';
import { LoadBridge, signInRate, tapLatencies } from './oidc-load.ts';

const rounds = 3;
const msPerTick = 10;
const signInPlan = { inFlight: 16, warmUpMs: 1_000, measureMs: 3_000 };
const tapPlan = { perSecond: 200, measureMs: 5_000 };

/**
 * Complete sign-ins on the whole system (SQLite, decision, audit) against bare `oidc-provider` in memory doing the same
 * redirects; and how long a tap takes at a steady 200 a second. In turns on one machine, each server in its own process.
 */
export async function benchOidc(): Promise<readonly BenchResult[]> {
  const directory = mkdtempSync(join(tmpdir(), 'kazasu-bench-'));
  const ours = await startContestant('oidc-ours.ts', directory);
  const peer = await startContestant('oidc-peer.ts', directory);
  try {
    const results = [...(await measureSignIns(ours, peer)), await measureTaps(ours, peer)];
    await Promise.all([stopContestant(ours), stopContestant(peer)]);
    return [...results, await benchBrowser(mkdtempSync(join(directory, 'browser-')))];
  } finally {
    await Promise.all([stopContestant(ours), stopContestant(peer)]);
    rmSync(directory, { recursive: true });
  }
}

async function measureSignIns(ours: Contestant, peer: Contestant): Promise<readonly BenchResult[]> {
  const results: BenchResult[] = [];
  for (const alg of ['ES256', 'RS256'] as const) {
    const runs: { ours: Run; peer: Run }[] = [];
    // In turns and the best of each: what else runs on the machine hits both alike.
    for (let round = 0; round < rounds; round += 1) {
      runs.push({ ours: await run(ours, alg), peer: await run(peer, alg) });
    }
    results.push(...resultsOf(alg, runs));
  }
  return results;
}

function resultsOf(alg: string, runs: readonly { ours: Run; peer: Run }[]): readonly BenchResult[] {
  const best = (side: 'ours' | 'peer') => Math.max(...runs.map((each) => each[side].perSecond));
  const least = (side: 'ours' | 'peer') => Math.min(...runs.map((each) => each[side].cpuMs));
  return [
    {
      name: `OIDC authorize → tap → code → token with ${alg}, 16 browsers`,
      ...{ ours: best('ours'), peer: best('peer'), ratio: best('ours') / best('peer') },
      ...{ unit: 'sign-ins/s', bar: '≥ 0.8' },
    },
    {
      name: `processor time of one such sign-in with ${alg}`,
      ...{ ours: least('ours'), peer: least('peer'), ratio: least('ours') / least('peer') },
      unit: 'ms',
    },
  ];
}

interface Run {
  readonly perSecond: number;
  /** Of the server, an answered sign-in: it does not depend on what else runs on the machine. */
  readonly cpuMs: number;
}

async function run({ target, child }: Contestant, alg: 'ES256' | 'RS256'): Promise<Run> {
  const before = cpuMsOf(child);
  const { perSecond, signIns } = await signInRate(
    alg === 'RS256' ? { ...target, ...target.rsaClient } : target,
    signInPlan,
  );
  return { perSecond, cpuMs: (cpuMsOf(child) - before) / signIns };
}

/** User and system time of a process so far. @see proc(5) */
function cpuMsOf({ pid }: ChildProcess): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) * msPerTick;
}

async function measureTaps(ours: Contestant, peer: Contestant): Promise<BenchResult> {
  const p99 = async ({ target }: Contestant) => {
    const bridges = target.readers.map((_, index) => new LoadBridge(target, index));
    await tapLatencies(bridges, { ...tapPlan, measureMs: 1_000 });
    const latencies = await tapLatencies(bridges, tapPlan);
    return latencies[Math.floor(latencies.length * 0.99)] ?? Number.NaN;
  };
  const [oursMs, peerMs] = [await p99(ours), await p99(peer)];
  return {
    name: 'tap at 200/s, p99 (peer: the same POST, nothing checked or kept)',
    ...{ ours: oursMs, peer: peerMs, ratio: oursMs / peerMs },
    ...{ unit: 'ms', bar: 'ours ≤ 5 ms' },
  };
}
