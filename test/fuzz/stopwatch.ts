import { expect } from 'vitest';

/** No input may take longer; one takes under a millisecond. */
const hangMs = 50;

export interface Stopwatch {
  /** Fails when the work takes too long, twice. */
  measure(run: number, work: () => void): void;
  report(runs: number): string;
}

/**
 * Holds every single input against the clock. What takes too long by the clock on the wall is done once more, and then
 * this thread's own time counts too: on a busy machine a thread that waits for its turn is no hang.
 */
export function createStopwatch(kind: string): Stopwatch {
  let slowestMs = 0;
  let again = 0;
  const startedAt = performance.now();

  function once(work: () => void): number {
    const before = process.threadCpuUsage();
    const wallBefore = performance.now();
    work();
    const wallMs = performance.now() - wallBefore;
    if (wallMs <= hangMs) return wallMs;
    const { user, system } = process.threadCpuUsage(before);
    return Math.min(wallMs, (user + system) / 1000);
  }

  return {
    measure(run, work) {
      const wallBefore = performance.now();
      work();
      const firstMs = performance.now() - wallBefore;
      if (firstMs <= hangMs) {
        slowestMs = Math.max(slowestMs, firstMs);
        return;
      }
      again += 1;
      const ms = once(work);
      slowestMs = Math.max(slowestMs, ms);
      expect(ms, `run ${run} hangs`).toBeLessThanOrEqual(hangMs);
    },
    report(runs) {
      const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
      return `${runs} ${kind} in ${seconds} s; the slowest took ${slowestMs.toFixed(1)} ms, ${again} were measured twice`;
    },
  };
}
