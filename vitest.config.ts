import { defineConfig } from 'vitest/config';
import { plantsTexts } from './test/simulation/planted-text.ts';

const real = { testTimeout: 60_000, hookTimeout: 120_000 };

export default defineConfig({
  test: {
    globalSetup: ['test/helpers/real-parts.setup.ts'],
    reporters: ['default', './test/helpers/summary.reporter.ts'],
    // Two at a time: the parts under test are processes of their own, and want a core too.
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['{domain,proto,adapters,services,scripts,loadtest,bench}/**/*.test.ts', 'test/*.test.ts'],
          testTimeout: 20_000,
        },
      },
      { extends: true, test: { name: 'contract', include: ['test/contract/**/*.test.ts'], ...real } },
      {
        extends: true,
        test: { name: 'system', include: ['test/system/**/*.test.ts'], fileParallelism: false, ...real },
      },
      { extends: true, test: { name: 'faults', include: ['test/faults/**/*.test.ts'], ...real } },
      {
        extends: true,
        plugins: [plantsTexts()],
        test: { name: 'simulation', include: ['test/simulation/**/*.test.ts'], ...real },
      },
      { extends: true, test: { name: 'browser', include: ['test/browser/**/*.test.ts'], ...real } },
    ],
  },
});
