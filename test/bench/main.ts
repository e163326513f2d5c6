import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';

/** `npm run bench [-- name…] [--write]`: ours against peers measured in the same run on the same machine. */

/** One line of the table. */
export interface BenchResult {
  readonly name: string;
  readonly ours: number;
  readonly peer: number;
  readonly ratio: number;
  readonly unit: string;
  /** What the design asks for (§8), as it says it: `≥ 1.5`, `≤ 0.2`. */
  readonly bar?: string | number;
}

type Bench = () => Promise<readonly BenchResult[]>;

/** Loaded when it runs: one bench must not start another's programs. */
const benches: { readonly [name: string]: () => Promise<Bench> } = {
  ldap: () => load('ldap', 'benchLdap'),
  'ldap-timing': () => load('ldap-timing', 'benchLdapTiming'),
  crl: () => load('crl', 'benchCrl'),
  'crl-sign-in': () => load('crl-sign-in', 'benchCrlSignIn'),
  oidc: () => load('oidc', 'benchOidc'),
};

const page = join(import.meta.dirname, '../../docs/benchmarks.md');

async function load(file: string, name: string): Promise<Bench> {
  const module: { readonly [exported: string]: unknown } = await import(`./${file}.ts`);
  const bench = module[name];
  if (typeof bench !== 'function') throw new Error(`test/bench/${file}.ts exports no ${name}.`);
  return bench as Bench;
}

async function main(args: readonly string[]): Promise<void> {
  const write = args.includes('--write');
  const asked = args.filter((arg) => arg !== '--write');
  const unknown = asked.filter((name) => !(name in benches));
  if (unknown.length > 0) {
    console.error(
      `No bench ${unknown.join(', ')}. There are: ${Object.keys(benches).join(', ')}; and --write.`,
    );
    process.exitCode = 2;
    return;
  }
  const tables = new Map<string, readonly BenchResult[]>();
  for (const name of asked.length > 0 ? asked : Object.keys(benches)) {
    console.error(`${name} …`);
    tables.set(name, await (await benches[name]!())());
  }
  console.log(`${machine()}\n\n${table([...tables.values()].flat())}`);
  if (write) for (const [name, results] of tables) writeSection(name, results);
}

/** Without the machine a number says nothing. */
function machine(): string {
  const processors = cpus();
  const model = processors[0]?.model.trim() ?? 'unknown processor';
  const date = new Date().toISOString().slice(0, 10);
  return `${processors.length} × ${model}, Node ${process.versions.node}, ${process.platform} ${process.arch}, ${date}`;
}

function table(results: readonly BenchResult[]): string {
  const rows = [
    ['what', 'ours', 'peer', 'unit', 'ratio', 'bar'],
    ['---', '---:', '---:', '---', '---:', '---'],
    ...results.map(({ name, ours, peer, unit, ratio, bar }) => [
      ...[name, figure(ours), figure(peer), unit, `${ratio.toFixed(2)} ×`, String(bar ?? '')],
    ]),
  ];
  return rows.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** Three significant digits below a thousand, whole numbers above. */
function figure(value: number): string {
  return value >= 1_000 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3)));
}

function writeSection(name: string, results: readonly BenchResult[]): void {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`];
  const text = readFileSync(page, 'utf8');
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < from)
    throw new Error(`docs/benchmarks.md has no place for ${name}: ${begin} … ${end}`);
  const section = `${begin}\n\n${machine()}; \`npm run bench -- ${name}\`\n\n${table(results)}\n\n`;
  writeFileSync(page, text.slice(0, from) + section + text.slice(to));
}

await main(process.argv.slice(2));
