import { defineConfig } from 'vitest/config';
import { LeakGuard } from './tooling/leakGuard.ts';

const needsNothing = [
  'test/bench/**/*.test.ts',
  'test/cli/**/*.test.ts',
  'test/config/**/*.test.ts',
  'test/domain/**/*.test.ts',
  'test/provider/**/*.test.ts',
  'test/tooling/**/*.test.ts',
];
// Whole controllers in memory, on a clock that is held: days of polls, so their script runs them without `detectAsyncLeaks`,
// which looks at every promise and takes thirty times as long. They open nothing that could leak.
const simulated = ['test/control/**/*.test.ts', 'test/model/**/*.test.ts', 'test/simulation/**/*.test.ts'];

/** Minutes of the same: only in the whole suite. */
const manySequences = ['test/model/manySequences.test.ts'];

export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    allowOnly: false,
    detectAsyncLeaks: true,
    reporters: ['default', new LeakGuard()],
    coverage: { provider: 'v8', include: ['src/**'], exclude: ['src/adapters/postgres/generated/**'] },
    projects: [
      { extends: true, test: { name: 'unit', include: needsNothing } },
      { extends: true, test: { name: 'simulation', include: simulated, exclude: manySequences } },
      { extends: true, test: { name: 'model', include: manySequences } },
      {
        extends: true,
        test: {
          name: 'services',
          include: ['test/**/*.test.ts'],
          exclude: [...needsNothing, ...simulated],
          globalSetup: ['test/support/services.ts'],
        },
      },
    ],
  },
});
