// json-rules-engine on one set of facts: the oracle of the language, for explanations and tests, never for populations.
// A fresh Engine for every run: an Engine that is run again while running skips lower priorities without a word.
import { Engine, type RuleProperties } from 'json-rules-engine';
import { compileRead } from './closures.ts';
import { type FactUse, type Leaf, leavesOf, type Node } from './tree.ts';
import type { Facts } from './vocabulary/facts.ts';
import { compareFractions, decimal, isFraction } from './vocabulary/fraction.ts';
import { isOrdering, operators } from './vocabulary/operators.ts';
import type { Zone } from './vocabulary/zone.ts';

/**
 * The engine's result tree, of the same shape as the tree that was run; every node has its result, the root too, which the
 * engine itself leaves out. `null` is "not known".
 */
export type EngineNode = {
  result: boolean | null;
  all?: EngineNode[];
  any?: EngineNode[];
  not?: EngineNode;
  factResult?: unknown;
  valueResult?: unknown;
};

type EngineCondition = Record<string, unknown>;
type RawNode = Omit<EngineNode, 'result' | 'all' | 'any' | 'not'> & {
  result?: boolean;
  all?: RawNode[];
  any?: RawNode[];
  not?: RawNode;
};

/**
 * Every comparison is evaluated, also those that no longer decide anything. Where `isKnown` is false of a comparison the
 * engine runs twice, once as if it decided against the rule and once for it: what both agree on is sure, the rest is null
 * (Kleene's three values).
 */
export const runEngine = async (
  tree: Node,
  facts: Facts,
  now: number,
  zone: Zone,
  isKnown: (leaf: Leaf) => boolean = () => true,
): Promise<EngineNode> => {
  const low = await runOnce(tree, { facts, now, zone, isKnown, unknownHolds: false });
  if (leavesOf(tree).every(isKnown)) return agreed(tree, low, low, isKnown);
  return agreed(tree, low, await runOnce(tree, { facts, now, zone, isKnown, unknownHolds: true }), isKnown);
};

const agreed = (node: Node, low: RawNode, high: RawNode, isKnown: (leaf: Leaf) => boolean): EngineNode => {
  const result = low.result === high.result ? low.result === true : null;
  if (node.kind === 'leaf') {
    if (!isKnown(node)) return { result: null };
    return { result, factResult: low.factResult, valueResult: low.valueResult };
  }
  if (node.kind === 'not') return { result, not: agreed(node.child, low.not!, high.not!, isKnown) };
  const children = node.children.map((child, i) => agreed(child, low[node.kind]![i]!, high[node.kind]![i]!, isKnown));
  return node.kind === 'all' ? { result, all: children } : { result, any: children };
};

type Run = { facts: Facts; now: number; zone: Zone; isKnown: (leaf: Leaf) => boolean; unknownHolds: boolean };

const runOnce = async (tree: Node, { facts, now, zone, isKnown, unknownHolds }: Run): Promise<RawNode> => {
  const engine = new Engine();
  for (const name of overridden) engine.addOperator(name, strictly(name));
  let uses = 0;
  // Each use is a fact of its own, so that params play no part in the engine's caches and no path is ever evaluated.
  const addFact = (id: string, read: () => unknown): string => {
    const unique = `${id}#${uses++}`;
    engine.addFact(unique, read, { cache: false });
    return unique;
  };
  const addUse = (use: FactUse): string => {
    const read = compileRead(use, zone);
    return addFact(use.fact.id, () => read(facts, now));
  };
  // Below an odd number of negations what holds speaks against the rule.
  const write = (node: Node, positive: boolean): EngineCondition => {
    if (node.kind === 'not') return { not: write(node.child, !positive) };
    if (node.kind !== 'leaf') return { [node.kind]: node.children.map((child) => write(child, positive)) };
    if (!isKnown(node))
      return { fact: addFact('unknown', () => unknownHolds === positive), operator: 'equal', value: true };
    return {
      fact: addUse(node.use),
      operator: node.operator,
      value: node.other ? { fact: addUse(node.other) } : node.value,
    };
  };
  // The engine wants a group at the root.
  const grouped = tree.kind === 'leaf';
  const conditions = grouped ? { all: [write(tree, true)] } : write(tree, true);
  engine.addRule({ conditions: conditions as RuleProperties['conditions'], event: { type: 'holds' } });
  const { results, failureResults } = await engine.run();
  const [outcome] = [...results, ...failureResults];
  const root = outcome!.conditions as unknown as RawNode;
  // The engine writes a result on every node but the root.
  return grouped ? root.all![0]! : Object.assign(root, { result: outcome!.result as boolean });
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
