import { defineConfig } from 'vitest/config';

// One project a pack, so that each can be run alone: `npx vitest run --project sandbox`.
const project = (name: string, include: string[], extra: Record<string, unknown> = {}) => ({
  test: { name, include, exclude: ['**/node_modules/**', 'console/dist/**'], environment: 'node', ...extra },
});

export default defineConfig({
  test: {
    globalSetup: ['tests/support/postgres-server.ts'],
    maxWorkers: 2,
    projects: [
      project(
        'unit',
        ['{sdk,core,rules,modules,marketplace,plugins,console,demo,bench,docs}/**/*.test.ts', 'tests/*.test.ts'],
        {
          testTimeout: 20_000,
        },
      ),
      project('api', ['tests/api/**/*.test.ts'], { testTimeout: 30_000, hookTimeout: 60_000 }),
      project('sandbox', ['tests/sandbox/**/*.test.ts'], {
        testTimeout: 60_000,
        hookTimeout: 60_000,
        fileParallelism: false,
      }),
      project('faults', ['tests/faults/**/*.test.ts'], {
        testTimeout: 120_000,
        hookTimeout: 60_000,
        fileParallelism: false,
      }),
      project('reference', ['tests/reference/**/*.test.ts'], { testTimeout: 400_000, fileParallelism: false }),
      project('browser', ['tests/browser/**/*.test.ts'], {
        testTimeout: 120_000,
        hookTimeout: 120_000,
        fileParallelism: false,
      }),
    ],
  },
});
