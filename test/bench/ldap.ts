import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ldifEntry, type Slapd, startSlapd } from '../support/slapd.ts';
import {
  type BenchDirectory,
  benchBaseDn,
  benchCardNumber,
  benchSecret,
  benchUid,
} from './ldap-directory.ts';
import type { LoadPlan, LoadResult } from './ldap-load.ts';

const people = 10_000;
const connections = 8;
const rounds = 4;
const ticksPerSecond = 100;

const measurements = [
  { name: 'LDAP card search, one at a time', operation: 'search', inFlight: 1, bar: '≥ 1.5' },
  { name: 'LDAP card search, 16 in flight', operation: 'search', inFlight: 16, bar: '≥ 2' },
  { name: 'LDAP card bind, one at a time', operation: 'bind', inFlight: 1, bar: '≥ 1.5' },
  { name: 'LDAP card bind, 16 in flight', operation: 'bind', inFlight: 16, bar: '≥ 2' },
] as const;

/**
 * A row of the table, and what tells whether to believe it: `generatorCpu` near 1 would mean that the generator
 * was measured, and the times of one operation on a processor do not depend on what else runs on the machine.
 */
export interface LdapBenchRow {
  readonly name: string;
  readonly ours: number;
  readonly peer: number;
  readonly ratio: number;
  readonly unit: string;
  readonly bar: string;
  readonly generatorCpu: number;
  readonly oursCpuMicroseconds: number;
  readonly peerCpuMicroseconds: number;
}

/** Our side in two stages: the product as it is composed, which the design's bars are about, and its protocol alone. */
const sides = [
  { name: 'the whole product', factory: 'ldap-composed.ts', judged: true },
  { name: 'the protocol alone, people in memory', factory: 'ldap-in-memory.ts', judged: false },
];

/** The façade against slapd (mdb, indexed, its entries readable by everybody), in turns on one machine. */
export async function benchLdap(): Promise<readonly LdapBenchRow[]> {
  const slapd = await startPeer();
  const peer = { directory: peerDirectory(slapd), pid: slapd.pid };
  try {
    const rows: LdapBenchRow[] = [];
    for (const { name, factory, judged } of sides) {
      const measured = await measureSide(join(import.meta.dirname, factory), peer);
      rows.push(
        ...measured.map((row) => ({ ...row, name: `${row.name}: ${name}`, bar: judged ? row.bar : '' })),
      );
    }
    return rows;
  } finally {
    await slapd.close();
  }
}

/** @param factory the module that starts our side, see `BenchDirectoryModule` */
async function measureSide(factory: string, peer: Contestant): Promise<readonly LdapBenchRow[]> {
  const { child, directory } = await startOurs(factory);
  const contest = { ours: { directory, pid: child.pid ?? 0 }, peer };
  try {
    const rows: LdapBenchRow[] = [];
    for (const measurement of measurements) rows.push(await measure(measurement, contest));
    return rows;
  } finally {
    child.kill();
    await once(child, 'exit');
  }
}

interface Contestant {
  readonly directory: BenchDirectory;
  readonly pid: number;
}

async function measure(
  { name, operation, inFlight, bar }: (typeof measurements)[number],
  contest: { readonly ours: Contestant; readonly peer: Contestant },
): Promise<LdapBenchRow> {
  const plan = { operation, inFlight, connections, warmUpMs: 300, measureMs: 800 };
  const runs: { ours: Run; peer: Run }[] = [];
  // In turns and the best of each: what else runs on the machine hits both alike.
  for (let round = 0; round < rounds; round += 1) {
    runs.push({ ours: await run(plan, contest.ours), peer: await run(plan, contest.peer) });
  }
  const ours = best(runs.map((each) => each.ours));
  const peer = best(runs.map((each) => each.peer));
  return {
    name,
    ours: ours.perSecond,
    peer: peer.perSecond,
    ratio: ours.perSecond / peer.perSecond,
    unit: 'operations/s',
    bar,
    generatorCpu: ours.generatorCpu,
    oursCpuMicroseconds: ours.cpuMicroseconds,
    peerCpuMicroseconds: peer.cpuMicroseconds,
  };
}

interface Run extends LoadResult {
  readonly cpuMicroseconds: number;
}

async function run(plan: Omit<LoadPlan, 'directory'>, { directory, pid }: Contestant): Promise<Run> {
  const before = cpuSeconds(pid);
  const result = await load({ ...plan, directory });
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

async function load(plan: LoadPlan): Promise<LoadResult> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'ldap-load.ts')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end(JSON.stringify(plan));
  return JSON.parse(await firstLine(child));
}

async function startOurs(factory: string): Promise<{ child: ChildProcess; directory: BenchDirectory }> {
  const script = join(import.meta.dirname, 'ldap-server.ts');
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

function startPeer(): Promise<Slapd> {
  const entries = [
    ldifEntry(benchBaseDn, { objectClass: ['domain'], dc: 'example' }),
    ldifEntry(`ou=people,${benchBaseDn}`, { objectClass: ['organizationalUnit'], ou: 'people' }),
  ];
  for (let index = 0; index < people; index += 1) {
    const uid = benchUid(index);
    entries.push(
      ldifEntry(`uid=${uid},ou=people,${benchBaseDn}`, {
        // inetOrgPerson alone has no serialNumber.
        objectClass: ['inetOrgPerson', 'extensibleObject'],
        uid,
        cn: `Person ${index}`,
        sn: `Person ${index}`,
        displayName: `Person ${index}`,
        mail: `${uid}@example.jp`,
        o: 'Midori',
        employeeNumber: String(index),
        serialNumber: benchCardNumber(index),
        userPassword: saltedSha(benchSecret, `salt${index}`),
      }),
    );
  }
  return startSlapd({
    ldif: entries.join(''),
    suffix: benchBaseDn,
    // Without it slapd writes a line to syslog for every operation, which costs it two thirds.
    databaseLines: ['loglevel none', 'index objectClass,uid,serialNumber,mail eq'],
  });
}

function peerDirectory({ port }: Slapd): BenchDirectory {
  const bindDns = Array.from(
    { length: people },
    (_, index) => `uid=${benchUid(index)},ou=people,${benchBaseDn}`,
  );
  return {
    ldapPort: port,
    baseDn: benchBaseDn,
    searchDn: bindDns[0]!,
    searchSecret: benchSecret,
    cardNumbers: Array.from({ length: people }, (_, index) => benchCardNumber(index)),
    bindDns,
    bindSecret: benchSecret,
  };
}

/** What `slappasswd` writes by default. */
function saltedSha(secret: string, salt: string): string {
  const digest = createHash('sha1').update(secret).update(salt).digest();
  return `{SSHA}${Buffer.concat([digest, Buffer.from(salt)]).toString('base64')}`;
}
