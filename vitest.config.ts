import { defineConfig } from 'vitest/config';

const project = (name: string, include: string[], testTimeout: number, fileParallelism: boolean) => ({
  test: { name, include, testTimeout, fileParallelism, hookTimeout: 60_000, environment: 'node' as const },
});

/**
 * Quick suites first. The ones that start real programs run one file at a time: two cores suffice, and a machine has
 * only one pcscd and one virtual reader.
 */
export default defineConfig({
  test: {
    // Vitest leaves a core free, which on a machine of two is half of it.
    maxWorkers: '100%',
    projects: [
      project('unit', ['test/*.test.ts', 'test/{idp,connectors,reader-bridge}/**/*.test.ts'], 10_000, true),
      project('contract', ['test/contract/**/*.test.ts'], 30_000, false),
      project('fuzz', ['test/fuzz/**/*.test.ts'], 60_000, true),
      project('peers', ['test/peers/**/*.test.ts'], 60_000, false),
      project('e2e', ['test/e2e/**/*.test.ts'], 120_000, false),
    ],
  },
});
