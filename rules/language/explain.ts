// Why a rule holds or not: json-rules-engine's result tree on the facts, and beside each comparison what was, what was needed,
// how near it came and the rows behind it.
import type { Condition, ConditionResult, Explanation } from '@rapport/sdk/schemas';
import { toIso } from '../../core/index.ts';
import { type EngineNode, runEngine } from './engine.ts';
import { nearMiss, needed } from './near.ts';
import type { FactUse } from './tree.ts';
import { type Leaf, type Node, readTree } from './tree.ts';
import type { Facts } from './vocabulary/facts.ts';
import { isFraction, toNumber } from './vocabulary/fraction.ts';
import type { Vocabulary } from './vocabulary/vocabulary.ts';
import type { Zone } from './vocabulary/zone.ts';

/**
 * Of facts of a past instant (`readPast`) what is not known of then is `known: false` with `actual: null`, and the result of
 * a tree is true, false or null by Kleene's logic.
 *
 * `facts` must hold what the rule needs. The root's result is the rule's, and each group's follows from its members. For a
 * customer that is gone (merged away or erased) no rule holds: the root is then an `all` of that and of the conditions.
 */
export const explain = async (
  conditions: Condition,
  vocabulary: Vocabulary,
  facts: Facts,
  now: number,
): Promise<Explanation> => {
  const tree = readTree(conditions, vocabulary);
  const { zone } = vocabulary;
  const moment = { facts, now, zone };
  const explained = enrich(tree, await runEngine(tree, facts, now, zone, (leaf) => isKnown(leaf, facts, zone)), moment);
  const root = facts.gone ? { operator: 'all', priority: 1, result: false, all: [gone, explained] } : explained;
  return { result: root.result ?? null, at: toIso(now), conditions: root };
};

const isKnown = ({ use, other, value }: Leaf, facts: Facts, zone: Zone): boolean => {
  const { past } = facts;
  if (past === null || facts.gone) return true;
  if (past.isLost) return false;
  const known = (each: FactUse, compared: unknown): boolean =>
    each.fact.isKnown?.(each.params, zone)(facts, past, compared) === true;
  return known(use, other ? undefined : value) && (other === null || known(other, undefined));
};

type Moment = { facts: Facts; now: number; zone: Zone };

const gone: ConditionResult = {
  fact: 'customer.living',
  operator: 'equal',
  value: true,
  factResult: false,
  valueResult: true,
  result: false,
  actual: false,
  needed: { en: 'is a customer, neither merged away nor erased', zh: '是现有客户，未被合并或删除' },
  near: null,
};

const enrich = (node: Node, result: EngineNode, moment: Moment): ConditionResult => {
  if (node.kind === 'leaf') return enrichLeaf(node, result, moment);
  const head = {
    ...(node.condition !== undefined && { condition: node.condition }),
    ...(node.name !== undefined && { name: node.name }),
    operator: node.kind,
    priority: 1,
    result: result.result,
  };
  if (node.kind === 'not') return { ...head, not: enrich(node.child, result.not!, moment) };
  const children = node.children.map((child, i) => enrich(child, result[node.kind]![i]!, moment));
  return node.kind === 'all' ? { ...head, all: children } : { ...head, any: children };
};

/** `near` only of a comparison that fails; `evidence` only of aggregates over rows. */
const enrichLeaf = (leaf: Leaf, { result, factResult, valueResult }: EngineNode, moment: Moment): ConditionResult => {
  if (result === null) return unknownLeaf(leaf);
  const { fact, params, operator, value, name } = leaf.source;
  const holds = result === true;
  const actual = present(leaf.use, factResult);
  const compared = leaf.other ? present(leaf.other, valueResult) : value;
  const evidence = evidenceOf(leaf.use, moment);
  return {
    ...(leaf.condition !== undefined && { condition: leaf.condition }),
    ...(name !== undefined && { name }),
    fact,
    ...(params && { params }),
    operator,
    value,
    factResult: actual,
    valueResult: compared,
    result: holds,
    actual,
    needed: needed(operator, compared),
    near: holds ? null : nearMiss(leaf, factResult, leaf.other ? valueResult : leaf.value),
    ...(evidence && { evidence }),
  };
};

const unknownLeaf = ({ source, other, condition }: Leaf): ConditionResult => ({
  ...(condition !== undefined && { condition }),
  ...(source.name !== undefined && { name: source.name }),
  fact: source.fact,
  ...(source.params && { params: source.params }),
  operator: source.operator,
  value: source.value,
  result: null,
  known: false,
  actual: null,
  ...(!other && { needed: needed(source.operator, source.value) }),
  near: null,
});

/** A value as the API shows it: instants as ISO, exact averages as numbers. */
const present = ({ type }: FactUse, value: unknown): unknown => {
  if (isFraction(value)) return toNumber(value);
  return type === 'instant' && typeof value === 'number' ? toIso(value) : value;
};

const evidenceOf = ({ fact, params }: FactUse, { facts, now, zone }: Moment): ConditionResult['evidence'] => {
  if (!fact.evidence || facts.given?.has(fact.id)) return undefined;
  return fact
    .evidence(params, zone)(facts, now)
    .map((row) => ({ ...row, at: toIso(row.at) }));
};
