// Makes the vocabulary from what the database holds, and keeps it until something it was made from changes.
import type { Db } from '../../core/index.ts';
import type { FactDefinition } from './fact.ts';
import type { Vocabulary } from './vocabulary.ts';

export type VocabularySource = {
  /** The vocabulary as of now; made again after attributes, segments, levels, scorers or named conditions change. */
  current: () => Promise<Vocabulary>;
  /** Facts from plugins or features, there from the next `current` on. */
  add: (facts: readonly FactDefinition[]) => void;
};

export const createVocabularySource = (_db: Db, _options: { timeZone: string }): VocabularySource => {
  throw new Error('lands next');
};
