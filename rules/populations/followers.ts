// What follows an import or a quiet run of a scorer: it wrote many customers without telling each, so the populations that read
// those facts are built again.
import { type Consumer, type Platform, transact } from '../../core/index.ts';
import type { Build } from './build.ts';

type ImportFinished = { what: string; facts: string[]; created?: Record<string, number> };
type ScorerFinished = { scorer: string; facts: string[]; told: boolean; changed: number; removed: number };

export const createFollower = ({ database }: Platform, deps: { build: Build }): Consumer => {
  const afterImport = async ({ what, facts, created }: ImportFinished): Promise<void> => {
    // New customers may be in any segment, so an import that made some touches all of them.
    const touched = what === 'customers' || created?.customers ? null : facts;
    await transact(database.writer, (trx) => deps.build.requestAll(trx, touched, `import of ${what}`));
  };
  // A run that told of each change has moved everybody already.
  const afterScorer = async ({ scorer, facts, told, changed, removed }: ScorerFinished): Promise<void> => {
    if (told || changed + removed === 0) return;
    await transact(database.writer, (trx) => deps.build.requestAll(trx, facts, `run of ${scorer}`));
  };
  return {
    name: 'segments',
    topics: ['import.finished', 'scorer.finished'],
    concurrency: 1,
    handle: ({ topic, payload }) =>
      topic === 'import.finished' ? afterImport(payload as ImportFinished) : afterScorer(payload as ScorerFinished),
  };
};
