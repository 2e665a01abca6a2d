import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

// One project a pack, so that each can be run alone: `npx vitest run --project sandbox`.
const project = (name: string, include: string[], extra: Record<string, unknown> = {}) => ({
  test: { name, include, exclude: ['**/node_modules/**', 'console/dist/**'], environment: 'node', ...extra },
});

// Three files run at a time, of whatever pack: on two processors one of them waits for a page, a process or a lease anyway. The packs
// with the longest files come first, so that no processor is without work at the end.
const order = ['faults', 'browser', 'reference', 'sandbox', 'api', 'unit'];
class LongestPacksFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ project: { name } }: TestSpecification): number => order.indexOf(name);
    return (await super.sort(files)).sort((a, b) => place(a) - place(b));
  }
}

export default defineConfig({
  test: {
    globalSetup: ['tests/support/postgres-server.ts'],
    maxWorkers: 3,
    sequence: { sequencer: LongestPacksFirst },
    projects: [
      project(
        'unit',
        ['{sdk,core,rules,modules,marketplace,plugins,console,demo,bench,docs}/**/*.test.ts', 'tests/*.test.ts'],
        // Nothing of ours is kept in modules, so files share a worker's: each is evaluated once a worker, not once a file.
        { testTimeout: 60_000, isolate: false },
      ),
      project('api', ['tests/api/**/*.test.ts'], { testTimeout: 30_000, hookTimeout: 60_000 }),
      project('sandbox', ['tests/sandbox/**/*.test.ts'], { testTimeout: 60_000, hookTimeout: 60_000 }),
      project('faults', ['tests/faults/**/*.test.ts'], { testTimeout: 120_000, hookTimeout: 60_000 }),
      project('reference', ['tests/reference/**/*.test.ts'], { testTimeout: 400_000 }),
      project('browser', ['tests/browser/**/*.test.ts'], {
        testTimeout: 120_000,
        hookTimeout: 120_000,
        // A page shows what it has learned a moment after a click: states of it are waited for.
        expect: { poll: { timeout: 15_000 } },
      }),
    ],
  },
});
