import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Everything that `npm test` runs, the quick first; the last line is `N passed, N failed`. */

interface Count {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** The part of vitest's JSON report that is counted. */
interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly {
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

const root = join(import.meta.dirname, '..');
const projects = ['unit', 'contract', 'fuzz', 'peers', 'e2e'] as const;
const stepLimitMs = 20 * 60_000;

/** Runs a Node program with its output going straight through. */
function run(script: string, args: readonly string[]): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(root, 'node_modules', script), ...args], {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      timeout: stepLimitMs,
    });
    child.on('error', () => resolve(false));
    child.on('close', (code) => resolve(code === 0));
  });
}

async function check(name: string, script: string, args: readonly string[]): Promise<Count> {
  const ok = await run(script, args);
  console.log(`${name}: ${ok ? 'passed' : 'failed'}`);
  return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 };
}

async function runProject(name: string, reportDirectory: string): Promise<Count> {
  const report = join(reportDirectory, `${name}.json`);
  const ok = await run('vitest/vitest.mjs', [
    ...['run', '--project', name, '--passWithNoTests'],
    ...['--reporter', 'default', '--reporter', 'json', `--outputFile.json=${report}`],
  ]);
  const count = countOf(report);
  // An error outside any test, or a runner that was ended, fails no test: it is counted as one.
  return !ok && count.failed === 0 ? { ...count, failed: 1 } : count;
}

function countOf(reportFile: string): Count {
  let report: Report;
  try {
    report = JSON.parse(readFileSync(reportFile, 'utf8'));
  } catch {
    // No report: no test file, or the runner died, which its exit code tells.
    return { passed: 0, failed: 0, skipped: 0 };
  }
  const unloadable = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  );
  for (const { status, fullName } of report.testResults.flatMap((file) => file.assertionResults)) {
    if (['skipped', 'pending', 'todo'].includes(status)) console.log(`skipped: ${fullName}`);
  }
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + unloadable.length,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

async function main(): Promise<void> {
  const reports = mkdtempSync(join(tmpdir(), 'kazasu-tests-'));
  const counts = [
    await check('types', 'typescript/bin/tsc', []),
    await check('lint', '@biomejs/biome/bin/biome', ['check', '.']),
  ];
  for (const name of projects) {
    const startedAt = performance.now();
    console.log(`\n== ${name}`);
    counts.push(await runProject(name, reports));
    console.log(`== ${name}: ${((performance.now() - startedAt) / 1_000).toFixed(0)} s`);
  }
  rmSync(reports, { recursive: true, force: true });
  summarise(counts);
}

function summarise(counts: readonly Count[]): void {
  const sum = (part: keyof Count) => counts.reduce((total, count) => total + count[part], 0);
  const skipped = sum('skipped');
  if (skipped > 0) console.log(`${skipped} skipped: which and why stands above.`);
  // In CI a skip would look green while nothing was shown.
  const failed = sum('failed') + (process.env.CI ? skipped : 0);
  const ranNoTest = counts.slice(2).every(({ passed, failed }) => passed + failed === 0);
  if (ranNoTest) console.log('No test ran.');
  process.exitCode = failed > 0 || ranNoTest ? 1 : 0;
  console.log(`${sum('passed')} passed, ${ranNoTest ? Math.max(failed, 1) : failed} failed`);
}

await main();
