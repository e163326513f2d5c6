import { defineConfig } from 'vitest/config';

const project = (name: string, include: string[], testTimeout: number) => ({
  test: { name, include, testTimeout, hookTimeout: 60_000, environment: 'node' as const },
});

/** Quick suites first; the ones that start real programs run one file at a time so that two cores suffice. */
export default defineConfig({
  test: {
    projects: [
      project('unit', ['test/*.test.ts', 'test/{idp,connectors,reader-bridge}/**/*.test.ts'], 10_000),
      project('contract', ['test/contract/**/*.test.ts'], 30_000),
      project('fuzz', ['test/fuzz/**/*.test.ts'], 60_000),
      project('peers', ['test/peers/**/*.test.ts'], 60_000),
      project('e2e', ['test/e2e/**/*.test.ts'], 120_000),
    ],
  },
});
