// Conditions as closures: no eval, no allocation per run. For one customer or event, live.
import type { Condition } from '@rapport/sdk/schemas';
import type { Facts, Needs } from './facts.ts';
import type { Vocabulary } from './vocabulary/vocabulary.ts';

/** True when the conditions hold at `now`. False for a customer that is merged away or erased. */
export type Predicate = (facts: Facts, now: number) => boolean;

/** A rule made ready once, run often. Takes conditions that passed `validateConditions`. */
export type Compiled = {
  test: Predicate;
  /** The earliest instant after `now` at which the result could change with nobody writing; null = never. */
  nextChangeAt: (facts: Facts, now: number) => number | null;
  /** What to load before `test`, `nextChangeAt` or `explain`. */
  needs: Needs;
  /** Fact ids as in `Change.facts`, those of named conditions included. */
  dependencies: readonly string[];
};

export const compileRule = (_conditions: Condition, _vocabulary: Vocabulary): Compiled => {
  throw new Error('lands next');
};

export const compilePredicate = (conditions: Condition, vocabulary: Vocabulary): Predicate =>
  compileRule(conditions, vocabulary).test;

export const dependenciesOf = (conditions: Condition, vocabulary: Vocabulary): string[] => [
  ...compileRule(conditions, vocabulary).dependencies,
];
