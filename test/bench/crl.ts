import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import {
  CertificationAuthority,
  generateRsaKeyPair,
} from '../../idp/demo/authority/certification-authority.ts';
import { longList } from './long-list.ts';
import type { BenchResult } from './main.ts';

const sizes = [10_000, 1_000_000, 5_000_000];
const repetitions = 3;
const allowedMiB = 64;
const reader = fileURLToPath(new URL('crl-read.ts', import.meta.url));

/**
 * Lists verified and held against 10,000 cards, in a process of its own, against `openssl crl -noout`, which verifies
 * nothing.
 */
export async function benchCrl(): Promise<readonly BenchResult[]> {
  const results: BenchResult[] = [];
  for (const entryCount of sizes) results.push(...(await benchSize(entryCount)));
  return results;
}

/** The best of three runs in turns; memory is the worst of them. */
async function benchSize(entryCount: number): Promise<readonly BenchResult[]> {
  const directory = mkdtempSync(join(tmpdir(), 'kazasu-bench-crl-'));
  try {
    const { list, anchor } = await makeList(directory, entryCount);
    const ours: ChildReport[] = [];
    const peers: ProcessReport[] = [];
    for (let run = 0; run < repetitions; run += 1) {
      peers.push(await opensslReads(list));
      ours.push(readInChild(list, anchor, entryCount));
    }
    return rowsOf(entryCount, ours, peers);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function makeList(
  directory: string,
  entryCount: number,
): Promise<{ readonly list: string; readonly anchor: string }> {
  const authority = new CertificationAuthority({
    keyPair: await generateRsaKeyPair(),
    notBefore: Date.now() - 3_600_000,
  });
  const [list, anchor] = [join(directory, 'list.crl'), join(directory, 'anchor.cer')];
  writeFileSync(list, longList(authority, { entryCount, crlNumber: 1 }));
  writeFileSync(anchor, authority.certificate);
  return { list, anchor };
}

interface ProcessReport {
  /** From the start of the process to its end. */
  readonly seconds: number;
  readonly peakMiB: number;
}

interface ChildReport extends ProcessReport {
  /** Reading, verifying and matching alone. */
  readonly readMilliseconds: number;
  readonly peakMiBAboveList: number;
}

function readInChild(list: string, anchor: string, entryCount: number): ChildReport {
  const started = performance.now();
  const output = execFileSync(process.execPath, [reader, list, anchor, String(entryCount)], {
    encoding: 'utf8',
  });
  return { ...JSON.parse(output), seconds: (performance.now() - started) / 1_000 };
}

async function opensslReads(list: string): Promise<ProcessReport> {
  const started = performance.now();
  const child = spawn('openssl', ['crl', '-inform', 'der', '-noout', '-in', list], { stdio: 'ignore' });
  const exited = once(child, 'exit');
  let peakMiB = 0;
  while (child.exitCode === null) {
    peakMiB = Math.max(peakMiB, peakMiBOf(child.pid));
    await Promise.race([exited, delay(10)]);
  }
  if (child.exitCode !== 0) throw new Error('openssl could not read the list');
  return { seconds: (performance.now() - started) / 1_000, peakMiB };
}

/** The most memory that a process held so far. @see proc(5) VmHWM */
function peakMiBOf(pid: number | undefined): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1_024;
  } catch {
    return 0;
  }
}

function rowsOf(
  entryCount: number,
  ours: readonly ChildReport[],
  peers: readonly ProcessReport[],
): readonly BenchResult[] {
  const what = `CRL of ${entryCount.toLocaleString('en')} entries`;
  const seconds = Math.min(...peers.map((run) => run.seconds));
  const row = (name: string, unit: string, mine: number, peer: number, bar?: string): BenchResult => ({
    ...{ name: `${what}, ${name}`, unit, ours: mine, peer, ratio: mine / peer },
    ...(bar === undefined ? {} : { bar }),
  });
  // Starting a process, and the first calls in it, take longer than reading a short list: a bar would measure that.
  const bar = entryCount >= 1_000_000 ? '≤ 0.2' : undefined;
  return [
    row(
      'process start to end, against openssl crl -noout',
      's',
      Math.min(...ours.map((run) => run.seconds)),
      seconds,
      bar,
    ),
    row(
      'verified and matched in a running process',
      's',
      Math.min(...ours.map((run) => run.readMilliseconds)) / 1_000,
      seconds,
      bar,
    ),
    row(
      'peak memory of the process, against openssl’s',
      'MiB',
      Math.max(...ours.map((run) => run.peakMiB)),
      Math.min(...peers.map((run) => run.peakMiB)),
    ),
    row(
      `peak memory above the list, against ${allowedMiB} MiB`,
      'MiB',
      Math.max(...ours.map((run) => run.peakMiBAboveList)),
      allowedMiB,
      '≤ 1',
    ),
  ];
}
