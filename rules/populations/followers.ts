// What follows an import: it wrote many customers without telling each, so the populations that read those facts are built again.
import { type Consumer, type Platform, transact } from '../../core/index.ts';
import type { Build } from './build.ts';

type ImportFinished = { what: string; facts: string[]; created?: Record<string, number> };

export const createFollower = ({ database }: Platform, deps: { build: Build }): Consumer => ({
  name: 'segments',
  wants: (topic) => topic === 'import.finished',
  concurrency: 1,
  handle: async (notice) => {
    const { what, facts, created } = notice.payload as ImportFinished;
    // New customers may be in any segment, so an import that made some touches all of them.
    const touched = what === 'customers' || created?.customers ? null : facts;
    await transact(database.writer, (trx) => deps.build.requestAll(trx, touched, `import of ${what}`));
  },
});
