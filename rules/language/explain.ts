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

/** `facts` must hold what the rule needs. For a customer that is gone the result is false, whatever the conditions say. */
export const explain = async (
  conditions: Condition,
  vocabulary: Vocabulary,
  facts: Facts,
  now: number,
): Promise<Explanation> => {
  const tree = readTree(conditions, vocabulary);
  const { zone } = vocabulary;
  const run = await runEngine(tree, facts, now, zone);
  return {
    result: run.result && !facts.gone,
    at: toIso(now),
    conditions: enrich(tree, run.conditions, { facts, now, zone }),
  };
};

type Moment = { facts: Facts; now: number; zone: Zone };

const enrich = (node: Node, result: EngineNode, moment: Moment): ConditionResult => {
  if (node.kind === 'leaf') return enrichLeaf(node, result, moment);
  const head = {
    ...(node.name !== undefined && { name: node.name }),
    operator: node.kind,
    priority: 1,
    result: result.result === true,
  };
  if (node.kind === 'not') return { ...head, not: enrich(node.child, result.not!, moment) };
  const children = node.children.map((child, i) => enrich(child, result[node.kind]![i]!, moment));
  return node.kind === 'all' ? { ...head, all: children } : { ...head, any: children };
};

const enrichLeaf = (leaf: Leaf, { result, factResult, valueResult }: EngineNode, moment: Moment): ConditionResult => {
  const { fact, params, operator, value, name } = leaf.source;
  const holds = result === true;
  const actual = present(leaf.use, factResult);
  const compared = leaf.other ? present(leaf.other, valueResult) : value;
  const evidence = evidenceOf(leaf.use, moment);
  return {
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
