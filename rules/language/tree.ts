// Checked conditions made ready to run: named conditions put in place, values turned into what the facts hold inside (instants,
// days), negations kept. All three executions start from this one tree.
import type { Condition, FactCondition, FactType } from '@rapport/sdk/schemas';
import type { FactDefinition, FactValue, Params } from './vocabulary/fact.ts';
import { typeOf, type Vocabulary } from './vocabulary/vocabulary.ts';
import type { Zone } from './vocabulary/zone.ts';

/** A fact with its params, and the type it has with them. */
export type FactUse = { fact: FactDefinition; params: Params; type: FactType };

/** One comparison. `source` is what was written, for explanations. */
export type Leaf = {
  kind: 'leaf';
  use: FactUse;
  operator: string;
  /** A constant (or list of them), or another fact. */
  value: FactValue | readonly FactValue[];
  other: FactUse | null;
  source: FactCondition;
  /** The named condition that is this comparison. */
  condition?: string;
};
/** `condition` is the key of the named condition that stands here; `name` is the label that was written. */
export type Node =
  | { kind: 'all' | 'any'; children: Node[]; name: string | undefined; condition?: string }
  | { kind: 'not'; child: Node; name: string | undefined; condition?: string }
  | Leaf;

/** Throws for what `validateConditions` would have refused; callers check first, or use what was checked when saved. */
export const readTree = (condition: Condition, vocabulary: Vocabulary, path: readonly string[] = []): Node => {
  if ('all' in condition || 'any' in condition) {
    const kind = 'all' in condition ? 'all' : 'any';
    const children = 'all' in condition ? condition.all : condition.any;
    return { kind, children: children.map((child) => readTree(child, vocabulary, path)), name: condition.name };
  }
  if ('not' in condition)
    return { kind: 'not', child: readTree(condition.not, vocabulary, path), name: condition.name };
  if ('condition' in condition) {
    const named = vocabulary.named.get(condition.condition);
    if (!named || path.includes(condition.condition))
      throw new Error(`No condition "${condition.condition}", or a cycle.`);
    return { ...readTree(named, vocabulary, [...path, condition.condition]), condition: condition.condition };
  }
  const use = readUse(condition.fact, condition.params, vocabulary);
  const other = isFactValue(condition.value) ? readUse(condition.value.fact, condition.value.params, vocabulary) : null;
  const value = other ? null : readValue(condition.value, use.type, vocabulary.zone);
  return { kind: 'leaf', use, operator: condition.operator, value, other, source: condition };
};

const readUse = (id: string, given: Params | undefined, vocabulary: Vocabulary): FactUse => {
  const fact = vocabulary.find(id);
  if (!fact) throw new Error(`There is no fact "${id}".`);
  const params = given ?? {};
  return { fact, params, type: typeOf(fact, params) };
};

/** A value that names another fact, instead of being one. */
export const isFactValue = (value: unknown): value is { fact: string; params?: Params } =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && 'fact' in value;

/** A JSON value as the fact holds it: ISO times become instants. What does not read stays and equals nothing. */
export const readValue = (value: unknown, type: FactType, zone: Zone): FactValue | readonly FactValue[] => {
  if (Array.isArray(value)) return value.map((each) => readValue(each, type, zone) as FactValue);
  if (type === 'instant') return typeof value === 'string' ? (zone.instant(value) ?? value) : (value as FactValue);
  return value as FactValue;
};

/** In the order of the tree. */
export const leavesOf = (node: Node): Leaf[] => {
  if (node.kind === 'leaf') return [node];
  return node.kind === 'not' ? leavesOf(node.child) : node.children.flatMap(leavesOf);
};

/** Both sides of a comparison between two facts. */
export const usesOf = (node: Node): FactUse[] =>
  leavesOf(node).flatMap(({ use, other }) => (other ? [use, other] : [use]));
