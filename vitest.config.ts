import { defineConfig } from 'vitest/config';
import { LeakGuard } from './tooling/leakGuard.ts';

const needsNothing = ['test/config/**/*.test.ts', 'test/domain/**/*.test.ts', 'test/tooling/**/*.test.ts'];

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
      {
        extends: true,
        test: {
          name: 'services',
          include: ['test/**/*.test.ts'],
          exclude: needsNothing,
          globalSetup: ['test/support/services.ts'],
        },
      },
    ],
  },
});
