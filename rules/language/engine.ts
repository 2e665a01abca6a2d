// json-rules-engine on one set of facts: the oracle of the language, for explanations and tests, never for populations.
// A fresh Engine for every run: an Engine that is run again while running skips lower priorities without a word.
import { Engine, type RuleProperties } from 'json-rules-engine';
import { compileRead } from './closures.ts';
import type { FactUse, Node } from './tree.ts';
import type { Facts } from './vocabulary/facts.ts';
import { compareFractions, decimal, isFraction } from './vocabulary/fraction.ts';
import { isOrdering, operators } from './vocabulary/operators.ts';
import type { Zone } from './vocabulary/zone.ts';

/** The engine's result tree, of the same shape as the tree that was run. */
export type EngineNode = {
  result?: boolean;
  all?: EngineNode[];
  any?: EngineNode[];
  not?: EngineNode;
  factResult?: unknown;
  valueResult?: unknown;
};

type EngineCondition = Record<string, unknown>;

/** Every comparison is evaluated, also those that no longer decide anything. */
export const runEngine = async (
  tree: Node,
  facts: Facts,
  now: number,
  zone: Zone,
): Promise<{ result: boolean; conditions: EngineNode }> => {
  const engine = new Engine();
  for (const name of overridden) engine.addOperator(name, strictly(name));
  let uses = 0;
  // Each use is a fact of its own, so that params play no part in the engine's caches and no path is ever evaluated.
  const addUse = (use: FactUse): string => {
    const id = `${use.fact.id}#${uses++}`;
    const read = compileRead(use, zone);
    engine.addFact(id, () => read(facts, now), { cache: false });
    return id;
  };
  const write = (node: Node): EngineCondition => {
    if (node.kind === 'not') return { not: write(node.child) };
    if (node.kind !== 'leaf') return { [node.kind]: node.children.map(write) };
    return {
      fact: addUse(node.use),
      operator: node.operator,
      value: node.other ? { fact: addUse(node.other) } : node.value,
    };
  };
  // The engine wants a group at the root.
  const grouped = tree.kind === 'leaf';
  engine.addRule({
    conditions: (grouped ? { all: [write(tree)] } : write(tree)) as RuleProperties['conditions'],
    event: { type: 'holds' },
  });
  const { results, failureResults } = await engine.run();
  const [outcome] = [...results, ...failureResults];
  const conditions = outcome!.conditions as unknown as EngineNode;
  return { result: outcome!.result as boolean, conditions: grouped ? conditions.all![0]! : conditions };
};

const overridden = operators
  .map(({ name }) => name)
  .filter((name) => isOrdering(name) || ['equal', 'notEqual', 'in', 'notIn'].includes(name));

type Compare = (actual: unknown, expected: unknown) => boolean;

// The engine's own operators, but an exact average compares as a fraction, and nothing is less or more than null, or than a
// value of another type: by the engine itself `5 > null` and `"5" < 10` are true.
const strictly = (name: string): Compare => {
  if (name === 'equal') return same;
  if (name === 'notEqual') return (a, b) => !same(a, b);
  if (name === 'in') return (a, b) => Array.isArray(b) && b.some((each) => same(a, each));
  if (name === 'notIn') return (a, b) => !(Array.isArray(b) && b.some((each) => same(a, each)));
  const order = (a: unknown, b: unknown): number => {
    if (isFraction(a) && typeof b === 'number') return compareFractions(a, decimal(b));
    if (a === null || typeof a !== typeof b) return Number.NaN;
    return (a as number) < (b as number) ? -1 : (a as number) > (b as number) ? 1 : 0;
  };
  if (name === 'lessThan') return (a, b) => order(a, b) < 0;
  if (name === 'lessThanInclusive') return (a, b) => order(a, b) <= 0;
  if (name === 'greaterThan') return (a, b) => order(a, b) > 0;
  return (a, b) => order(a, b) >= 0;
};

const same: Compare = (a, b) =>
  isFraction(a) && typeof b === 'number' ? compareFractions(a, decimal(b)) === 0 : a === b;
