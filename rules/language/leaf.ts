// Checks one comparison: the fact and its params, the operator for its type, the value or the other fact.
import type { FactCondition, RuleProblem } from '@rapport/sdk/schemas';
import { type Check, checkLabels } from './check.ts';
import { problem } from './problems.ts';
import { findCycle } from './references.ts';
import { isFactValue } from './tree.ts';
import { acceptValue } from './values.ts';
import type { FactDefinition, Params } from './vocabulary/fact.ts';
import { findOperator, isOrdering, operators } from './vocabulary/operators.ts';
import { checkParams } from './vocabulary/params.ts';
import { isComparable, operatorsFor, typeOf } from './vocabulary/vocabulary.ts';

const members = ['fact', 'params', 'path', 'operator', 'value', 'name', 'priority'];

type Use = { fact: FactDefinition; id: string; params: Params };

/**
 * The comparison as it is stored, or undefined when it was refused: what is wrong is then among
 * `check.problems`, with pointers below `at`.
 */
export const checkLeaf = (leaf: Record<string, unknown>, at: string, check: Check): FactCondition | undefined => {
  const { problems, vocabulary } = check;
  const before = problems.length;
  const label = checkLabels(leaf, at, members, check);
  const use = checkUse(leaf, at, check);
  for (const needed of ['operator', 'value'])
    if (leaf[needed] === undefined) problems.push(problem('MEMBER_MISSING', at, `A condition needs "${needed}".`));
  if (!use || problems.length > before) return undefined;
  const type = typeOf(use.fact, use.params);
  const operator = typeof leaf.operator === 'string' ? findOperator(leaf.operator) : undefined;
  if (!operator) {
    const known = operators.map(({ name }) => name).join(', ');
    problems.push(
      problem(
        'OPERATOR_UNKNOWN',
        `${at}/operator`,
        `There is no operator "${String(leaf.operator).slice(0, 100)}"; known are ${known}.`,
      ),
    );
    return undefined;
  }
  const fitting = operatorsFor(use.fact, type);
  if (!fitting.includes(operator.name)) {
    const detail = `"${operator.name}" does not go with "${use.id}", which is ${describe(type)}; allowed are ${fitting.join(', ')}.`;
    problems.push(problem('OPERATOR_NOT_FOR_TYPE', `${at}/operator`, detail));
    return undefined;
  }
  let { value } = leaf;
  const to = `${at}/value`;
  if (isFactValue(value)) value = checkOther(value, use, operator.name, to, check);
  else {
    const { zone, place } = vocabulary;
    const accepted = acceptValue(value, { fact: use.fact, type, operator, zone, place, at: to });
    problems.push(...accepted.problems);
    value = accepted.value;
  }
  if (problems.length > before) return undefined;
  return { fact: use.id, ...paramsOf(use), operator: operator.name, value, ...label };
};

const paramsOf = ({ params }: Use): { params?: Record<string, unknown> } =>
  Object.keys(params).length > 0 ? { params: { ...params } } : {};

const describe = (type: string): string => (type === 'any' ? 'of any type' : `of type ${type}`);

const pathPattern = /^\$?\.?([A-Za-z_][A-Za-z0-9_-]*(?:\.[A-Za-z_][A-Za-z0-9_-]*)*)$/;

// The fact of a comparison. A plain dotted `path`, as json-rules-engine has it, is part of the fact's id here.
const checkUse = (leaf: Record<string, unknown>, at: string, check: Check): Use | undefined => {
  const { problems, vocabulary, options } = check;
  const refuse = (...args: Parameters<typeof problem>): undefined => void problems.push(problem(...args));
  if (typeof leaf.fact !== 'string') return refuse('FACT_UNKNOWN', `${at}/fact`, 'A fact is named by a text.');
  let id = leaf.fact;
  if (leaf.path !== undefined) {
    const path = typeof leaf.path === 'string' ? pathPattern.exec(leaf.path)?.[1] : undefined;
    if (path === undefined)
      return refuse(
        'PATH_REFUSED',
        `${at}/path`,
        'A path is names joined by dots; wildcards, recursion and scripts are refused.',
      );
    id = `${id}.${path}`;
  }
  const fact = vocabulary.find(id);
  if (!fact) return refuse(...unknownFact(id, at));
  const context = options.context ?? 'customer';
  if (!fact.contexts.includes(context))
    return refuse(
      'FACT_NOT_HERE',
      `${at}/fact`,
      `"${id}" is a fact of ${fact.contexts.join(', ')} rules, not of ${context} rules.`,
    );
  if (id.startsWith('segment.')) {
    const cycle = findCycle({ kind: 'segment', key: id.slice('segment.'.length) }, options.self, vocabulary);
    if (cycle) return refuse('SEGMENT_CYCLE', `${at}/fact`, `It leads back to itself: ${cycle}.`);
  }
  const given = leaf.params ?? {};
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    return refuse('PARAM_INVALID', `${at}/params`, 'Params are an object.');
  const { zone } = vocabulary;
  const checked = fact.check?.(given as Params, zone) ?? checkParams(fact.params ?? [], given as Params, zone);
  if (checked.ok) return { fact, id, params: checked.params };
  const base = leaf.params === undefined ? at : `${at}/params`;
  problems.push(...checked.problems.map((each): RuleProblem => ({ ...each, pointer: `${base}${each.pointer}` })));
  return undefined;
};

const unknownFact = (id: string, at: string): Parameters<typeof problem> => {
  const key = id.startsWith('segment.') ? id.slice('segment.'.length) : undefined;
  return key === undefined
    ? ['FACT_UNKNOWN', `${at}/fact`, `There is no fact "${id.slice(0, 200)}".`]
    : ['SEGMENT_UNKNOWN', `${at}/fact`, `There is no segment "${key.slice(0, 200)}".`];
};

// `value: { fact, params? }`: between equal types, where both have a plain value.
const checkOther = (value: object, left: Use, operator: string, at: string, check: Check): unknown => {
  const { problems } = check;
  const before = problems.length;
  const given = value as Record<string, unknown>;
  checkLabels(given, at, ['fact', 'params', 'path'], check);
  const right = checkUse(given, at, check);
  if (!right || problems.length > before) return undefined;
  const [a, b] = [typeOf(left.fact, left.params), typeOf(right.fact, right.params)];
  const refuse = (detail: string): undefined => void problems.push(problem('VALUE_FACT_REFUSED', at, detail));
  if (!isOrdering(operator) && operator !== 'equal' && operator !== 'notEqual')
    return refuse(`"${operator}" compares with values, not with another fact.`);
  if (a !== b)
    return refuse(`"${left.id}" is ${describe(a)}, "${right.id}" is ${describe(b)}; only equal types compare.`);
  for (const each of [left, right])
    if (!isComparable(each.fact, each.params)) return refuse(`"${each.id}" has no plain value to compare with.`);
  return { fact: right.id, ...paramsOf(right) };
};
