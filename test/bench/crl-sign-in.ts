import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { runInServer } from '../../idp/commands/control-client.ts';
import { startCrlDirectory } from '../support/crl-directory.ts';
import { benchAuthority } from './bench-authority.ts';
import { longList } from './long-list.ts';
import type { BenchResult } from './main.ts';
import { startContestant, stopContestant } from './oidc-contestant.ts';
import { LoadBridge, signIn } from './oidc-load.ts';
import type { SignInTarget } from './oidc-target.ts';

const entryCount = 1_000_000;
const rounds = 8;
const quietMs = 2_500;
/** About a fifth of what one node does: a queue of our own making must not be what is measured. */
const perSecond = 30;

/** Sign-ins at a steady rate, in turns with nothing else to do and while a long list is fetched from slapd and applied. */
export async function benchCrlSignIn(): Promise<readonly BenchResult[]> {
  const directory = mkdtempSync(join(tmpdir(), 'kazasu-bench-fetch-'));
  const authority = await benchAuthority(directory);
  const listOf = (crlNumber: number) => longList(authority, { entryCount, crlNumber });
  const slapd = await startCrlDirectory(listOf(1));
  const ours = await startContestant('oidc-ours.ts', directory, slapd.url);
  try {
    const bridges = ours.target.readers.map((_, index) => new LoadBridge(ours.target, index));
    const load = (until: Promise<unknown>) => latenciesUntil(until, ours.target, bridges);
    await load(delay(2_000));
    const quiet: number[] = [];
    const busy: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      quiet.push(...(await load(delay(quietMs))));
      await slapd.publish(listOf(round + 2));
      busy.push(...(await load(fetchApplied(join(directory, 'data')))));
    }
    const [during, without] = [p99(busy), p99(quiet)];
    return [
      {
        name: `OIDC sign-in p99 at ${perSecond}/s while a list of ${entryCount.toLocaleString('en')} is fetched over LDAP and applied (${busy.length} sign-ins), against none (${quiet.length})`,
        ...{ ours: during, peer: without, ratio: during / without, unit: 'ms', bar: '≤ 1.5' },
      },
    ];
  } finally {
    await stopContestant(ours);
    await slapd.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** @throws when the list was not applied: then something else was measured. */
async function fetchApplied(dataDir: string): Promise<void> {
  const answer = await runInServer(dataDir, 'crl fetch', {});
  const said = JSON.stringify(answer);
  if (!said.includes('"applied"')) throw new Error(`the list was not applied: ${said}`);
}

/** Sign-ins begun at a fixed rate until something ends, and how long each took from when it was due. */
async function latenciesUntil(
  until: Promise<unknown>,
  target: SignInTarget,
  bridges: readonly LoadBridge[],
): Promise<readonly number[]> {
  let over = false;
  const ended = until.finally(() => {
    over = true;
  });
  const begin = performance.now();
  const latencies: number[] = [];
  const under: Promise<void>[] = [];
  for (let index = 0; !over; index += 1) {
    const due = begin + (index * 1_000) / perSecond;
    await delay(Math.max(0, due - performance.now()));
    const bridge = bridges[index % bridges.length];
    if (bridge === undefined) throw new Error('no readers');
    under.push(signIn(target, bridge).then(() => void latencies.push(performance.now() - due)));
  }
  await Promise.all([ended, ...under]);
  return latencies;
}

function p99(latencies: readonly number[]): number {
  const sorted = latencies.toSorted((one, other) => one - other);
  return sorted[Math.ceil(sorted.length * 0.99) - 1] ?? Number.NaN;
}
