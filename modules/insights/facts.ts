// What rules may ask of insights: the value and the label of each scorer. Of a past instant they are known from the run on that gave
// them; what they were before is not kept.
import type { Db, DeclaredFact, FactSource } from '../../core/index.ts';
import { pluginsGeneration } from '../../core/index.ts';
import { listScorers } from './scorers-store.ts';

/** Raised when a scorer has its first score or loses its last one. */
export const scorersGeneration = 'scorers';

/** Two facts for each scorer: `score.<key>` (number) and `score.<key>.label` (text). */
export const scoreFacts = (scorer: string): DeclaredFact[] => {
  const ofScore = {
    group: 'score',
    table: 'scores',
    key: { column: 'scorer', value: scorer },
    changes: `score.${scorer}`,
    past: { since: 'computed_at' },
  } as const;
  return [
    {
      ...ofScore,
      id: `score.${scorer}`,
      title: { en: `Score "${scorer}"`, zh: `评分“${scorer}”` },
      type: 'number',
      column: 'value',
    },
    {
      ...ofScore,
      id: `score.${scorer}.label`,
      title: { en: `Label of score "${scorer}"`, zh: `评分“${scorer}”的标签` },
      type: 'text',
      column: 'label',
    },
  ];
};

/** Of the scorers that wrote a score, and of those that an installed plugin brings, switched on or not. */
export const insightFacts = (deps: { listNames: (db: Db) => Promise<ReadonlySet<string>> }): FactSource => ({
  list: async (db) => {
    const brought = [...(await deps.listNames(db))].flatMap((name) =>
      name.startsWith('scorer:') ? [name.slice('scorer:'.length)] : [],
    );
    return [...new Set([...(await listScorers(db)), ...brought])].flatMap(scoreFacts);
  },
  generations: [scorersGeneration, pluginsGeneration],
  names: [{ prefix: 'score', kind: 'scorer' }],
});
