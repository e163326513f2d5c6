import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { RawClient } from '../connectors/ldap/support/raw-client.ts';
import { bindRequest, equal, searchRequest } from '../connectors/ldap/support/requests.ts';
import { type BenchDirectory, benchCardNumber } from './ldap-directory.ts';
import type { BenchResult } from './main.ts';
import { median, rankTest } from './rank-test.ts';

const people = 4_000;
const kinds = ['suspended', 'unknown', 'no number'] as const;
type Kind = (typeof kinds)[number];
type Times = { readonly [kind in Kind]: readonly number[] };

/** Whether an attacker with a device's secret learns from the time of an answer which numbers are somebody's. */
export async function benchLdapTiming(): Promise<readonly BenchResult[]> {
  const script = join(import.meta.dirname, 'ldap-server.ts');
  const factory = join(import.meta.dirname, 'ldap-timing-directory.ts');
  const child = spawn(process.execPath, [script, factory, String(people)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [line] = await once(createInterface({ input: child.stdout }), 'line');
    return await measure(JSON.parse(String(line)));
  } finally {
    child.kill();
    await once(child, 'exit');
  }
}

async function measure(directory: BenchDirectory): Promise<readonly BenchResult[]> {
  const client = await RawClient.open(directory.ldapPort);
  await client.ask(bindRequest(1, directory.cards.dn, directory.cards.secret));
  const numbers = Array.from({ length: 2 * people }, (_, index) => benchCardNumber(index));
  const unknown = numbers.slice(people);
  const values: { readonly [kind in Kind]: readonly string[] } = {
    suspended: numbers.slice(0, people),
    unknown,
    'no number': unknown.map((number) => `x${number.slice(1)}`),
  };
  // What the runtime compiles on the way is not to fall on whoever is asked first: these numbers are asked no more.
  await ask(client, directory, some(values, 0, people / 4));
  const asked = some(values, people / 4, people);
  const first = await ask(client, directory, asked);
  // As few as are remembered of numbers that nobody has.
  const again = some(values, people - 400, people);
  await ask(client, directory, again);
  const later = await ask(client, directory, repeated(again, 5));
  client.close();
  return [...rows('the first time', first), ...rows('asked again', later)];
}

function some(values: { readonly [kind in Kind]: readonly string[] }, from: number, to: number) {
  return kinds.flatMap((kind) => values[kind].slice(from, to).map((value) => ({ kind, value })));
}

function repeated<T>(values: readonly T[], times: number): readonly T[] {
  return Array.from({ length: times }, () => values).flat();
}

async function ask(
  client: RawClient,
  { baseDn }: BenchDirectory,
  asked: readonly { readonly kind: Kind; readonly value: string }[],
): Promise<Times> {
  const times: { [kind in Kind]: number[] } = { suspended: [], unknown: [], 'no number': [] };
  // Whatever the machine does meanwhile hits every kind alike.
  for (const { kind, value } of shuffled(asked)) {
    const request = searchRequest(2, { base: baseDn, filter: equal('serialNumber', value) });
    const began = process.hrtime.bigint();
    const replies = await client.ask(request);
    times[kind].push(Number(process.hrtime.bigint() - began) / 1_000);
    if (replies.length !== 1) throw new Error('a card that may not sign in was answered with an entry');
  }
  return times;
}

function shuffled<T>(values: readonly T[]): readonly T[] {
  return values
    .map((value) => ({ value, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ value }) => value);
}

function rows(when: string, times: Times): readonly BenchResult[] {
  return (['unknown', 'no number'] as const).map((kind) => {
    const [ours, peer] = [median(times.suspended), median(times[kind])];
    const z = rankTest(times.suspended, times[kind]);
    return {
      name: `LDAP card search ${when}: suspended against ${kind}, ${times[kind].length} each`,
      ...{ ours, peer, ratio: ours / peer, unit: 'µs' },
      bar: `z = ${z.toFixed(2)}`,
    };
  });
}
