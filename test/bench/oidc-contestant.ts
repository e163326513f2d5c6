import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { SignInTarget } from './oidc-target.ts';

/** A provider under load, in a process of its own. */
export interface Contestant {
  readonly target: SignInTarget;
  readonly child: ChildProcess;
}

/** Starts a script beside this one and waits until it says where it is. */
export async function startContestant(script: string, ...args: readonly string[]): Promise<Contestant> {
  const child = spawn(process.execPath, [join(import.meta.dirname, script), ...args], {
    // Its input ends with this process, and then it ends too.
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`${script} ended with ${code} and without a word`);
  });
  const [line] = await Promise.race([once(createInterface({ input: child.stdout }), 'line'), ended]);
  ended.catch(() => undefined);
  return { child, target: JSON.parse(line) as SignInTarget };
}

export async function stopContestant({ child }: Contestant): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill();
  await ended;
}
