// Conditions as closures: no eval, nothing allocated per run. For one customer or event, live.
import type { Condition } from '@rapport/sdk/schemas';
import { compileNode, type Predicate, readPlain } from './closures.ts';
import { nextChange } from './next-change.ts';
import { namedIn } from './references.ts';
import { type Node, readTree, usesOf } from './tree.ts';
import { type Facts, mergeNeeds, type Needs, noNeeds } from './vocabulary/facts.ts';
import type { Vocabulary } from './vocabulary/vocabulary.ts';
import type { Zone } from './vocabulary/zone.ts';

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

export const compileRule = (conditions: Condition, vocabulary: Vocabulary): Compiled => {
  const tree = readTree(conditions, vocabulary);
  const { zone } = vocabulary;
  const holds = compileNode(tree, zone, readPlain);
  // Only tests give values outright.
  const holdsGiven = compileNode(tree, zone);
  return {
    test: (facts, now) => !facts.gone && (facts.given === null ? holds(facts, now) : holdsGiven(facts, now)),
    nextChangeAt: nextChange(tree, zone),
    needs: needsOf(tree, zone),
    dependencies: dependenciesIn(conditions, tree, vocabulary),
  };
};

export const compilePredicate = (conditions: Condition, vocabulary: Vocabulary): Predicate =>
  compileRule(conditions, vocabulary).test;

/** Fact ids as in `Change.facts`, and `condition.<key>` of every named condition, those inside others included. */
export const dependenciesOf = (conditions: Condition, vocabulary: Vocabulary): string[] =>
  dependenciesIn(conditions, readTree(conditions, vocabulary), vocabulary);

const dependenciesIn = (conditions: Condition, tree: Node, vocabulary: Vocabulary): string[] => [
  ...new Set([
    ...usesOf(tree).flatMap(({ fact, params }) => fact.dependsOn(params)),
    ...namedIn(conditions, vocabulary).map((key) => `condition.${key}`),
  ]),
];

const needsOf = (tree: Node, zone: Zone): Needs =>
  mergeNeeds(usesOf(tree).map(({ fact, params }) => ({ ...noNeeds, ...fact.needs(params, zone) })));
