// What follows an import: it wrote many customers without telling each, so the populations that read those facts are built again.
import { type Consumer, type Platform, transact } from '../../core/index.ts';
import type { Build } from './build.ts';
import type { RuleIndexes } from './indexes.ts';

type ImportFinished = { what: string; facts: string[]; created?: Record<string, number> };

export const createFollower = ({ database }: Platform, deps: { indexes: RuleIndexes; build: Build }): Consumer => ({
  name: 'segments',
  wants: (topic) => topic === 'import.finished',
  concurrency: 1,
  handle: async (notice) => {
    const { what, facts, created } = notice.payload as ImportFinished;
    await transact(database.writer, async (trx) => {
      const index = await deps.indexes.at(trx);
      // New customers may be in any segment, so an import that made some touches all of them.
      const touched =
        what === 'customers' || created?.customers
          ? [...index.populations.values()]
          : [...new Set(facts.flatMap((fact) => index.byFact(fact)))];
      for (const { kind, key } of touched) await deps.build.request(trx, { kind, key, reason: `import of ${what}` });
    });
  },
});
