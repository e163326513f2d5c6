import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  CertificationAuthority,
  generateRsaKeyPair,
} from '../../idp/demo/authority/certification-authority.ts';

/** One line of the benchmark: ours against a peer in the same run. */
export interface BenchRow {
  readonly name: string;
  readonly ours: number;
  readonly peer: number;
  readonly ratio: number;
  readonly unit: string;
  /** What the design asks for (§8). */
  readonly bar: string;
}

const entryCount = 1_000_000;
const repetitions = 3;
const reader = fileURLToPath(new URL('crl-read.ts', import.meta.url));

/** A list of a million entries with reasons, about 37 MB, and its authority's certificate. */
async function makeList(directory: string): Promise<{ readonly list: string; readonly anchor: string }> {
  const now = Date.now();
  const authority = new CertificationAuthority({
    keyPair: await generateRsaKeyPair(),
    notBefore: now - 3_600_000,
  });
  const entries = Array.from({ length: entryCount }, (_, index) => ({
    serialNumber: (0x0a00_0001 + index * 3).toString(16).padStart(8, '0'),
    revocationDate: now - (index % 1000) * 3_600_000,
    reason: 'superseded' as const,
  }));
  const dates = { thisUpdate: now - 1000, nextUpdate: now + 86_400_000, crlNumber: 1 };
  const [list, anchor] = [join(directory, 'list.crl'), join(directory, 'anchor.cer')];
  writeFileSync(list, authority.issueCrl({ ...dates, entries }));
  writeFileSync(anchor, authority.certificate);
  return { list, anchor };
}

interface ChildReport {
  /** From the start of the process to its end. */
  readonly seconds: number;
  /** Reading, verifying and matching alone. */
  readonly readMilliseconds: number;
  readonly peakMiBAboveList: number;
}

function readInChild(list: string, anchor: string): ChildReport {
  const started = performance.now();
  const output = execFileSync(process.execPath, [reader, list, anchor], { encoding: 'utf8' });
  return { ...JSON.parse(output), seconds: (performance.now() - started) / 1000 };
}

function opensslSeconds(list: string): number {
  const started = performance.now();
  const { status } = spawnSync('openssl', ['crl', '-inform', 'der', '-noout', '-in', list]);
  if (status !== 0) throw new Error('openssl could not read the list');
  return (performance.now() - started) / 1000;
}

const row = (name: string, ours: number, peer: number, unit: string, bar: string): BenchRow => ({
  name,
  ours,
  peer,
  ratio: ours / peer,
  unit,
  bar,
});

/**
 * A list of 1,000,000 entries, its signature verified and its entries held against 10,000 cards in a process of its
 * own, against `openssl crl -noout`, which verifies nothing. The best of three runs each; memory is the worst.
 */
export async function benchCrl(): Promise<readonly BenchRow[]> {
  const directory = mkdtempSync(join(tmpdir(), 'kazasu-bench-crl-'));
  try {
    const { list, anchor } = await makeList(directory);
    const ours: ChildReport[] = [];
    const peers: number[] = [];
    for (let run = 0; run < repetitions; run++) {
      peers.push(opensslSeconds(list));
      ours.push(readInChild(list, anchor));
    }
    const peer = Math.min(...peers);
    const read = Math.min(...ours.map(({ readMilliseconds }) => readMilliseconds)) / 1000;
    const whole = Math.min(...ours.map(({ seconds }) => seconds));
    const memory = Math.max(...ours.map(({ peakMiBAboveList }) => peakMiBAboveList));
    return [
      row(
        'CRL of 1,000,000 entries, process start to end, against openssl crl -noout',
        whole,
        peer,
        's',
        '≤ 0.2',
      ),
      row('CRL of 1,000,000 entries, verified and matched in a running process', read, peer, 's', '≤ 0.2'),
      row('CRL of 1,000,000 entries, peak memory above the list, against 64 MiB', memory, 64, 'MiB', '≤ 1'),
    ];
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.table(await benchCrl());
