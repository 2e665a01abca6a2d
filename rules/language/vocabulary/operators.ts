// The operators: for which types, what they compare with, and how a closure tests them. Written apart from
// json-rules-engine's own, which explain and test run, so that the two can be held against each other.
import type { FactType, VocabularyOperator, Words } from '@rapport/sdk/schemas';
import type { FactValue } from './fact.ts';
import { compareFractions, decimal, isFraction } from './fraction.ts';

export type Operator = VocabularyOperator & { opposite?: string };

const scalars: FactType[] = ['text', 'number', 'integer', 'money', 'boolean', 'day', 'instant', 'fraction', 'any'];
const ordered: FactType[] = ['number', 'integer', 'money', 'day', 'instant', 'fraction', 'any'];

const operator = (name: string, title: Words, types: FactType[], value: 'scalar' | 'list', sql = true): Operator => ({
  name,
  title,
  types,
  value,
  sql,
});

/** Those with `sql: false` make a rule run as a scan over customers. */
export const operators: readonly Operator[] = [
  operator('equal', { en: 'is', zh: '等于' }, scalars, 'scalar'),
  operator('notEqual', { en: 'is not', zh: '不等于' }, scalars, 'scalar'),
  operator('in', { en: 'is one of', zh: '属于' }, scalars, 'list'),
  operator('notIn', { en: 'is none of', zh: '不属于' }, scalars, 'list'),
  operator('lessThan', { en: 'is less than', zh: '小于' }, ordered, 'scalar'),
  operator('lessThanInclusive', { en: 'is at most', zh: '小于或等于' }, ordered, 'scalar'),
  operator('greaterThan', { en: 'is more than', zh: '大于' }, ordered, 'scalar'),
  operator('greaterThanInclusive', { en: 'is at least', zh: '大于或等于' }, ordered, 'scalar'),
  operator('contains', { en: 'contains', zh: '包含' }, ['list'], 'scalar'),
  operator('doesNotContain', { en: 'does not contain', zh: '不包含' }, ['list'], 'scalar'),
  ...['someFact', 'everyFact'].flatMap((decorator) => [
    operator(`${decorator}:equal`, words(decorator, 'is', '等于'), ['list'], 'scalar', false),
    operator(`${decorator}:notEqual`, words(decorator, 'is not', '不等于'), ['list'], 'scalar', false),
    operator(`${decorator}:in`, words(decorator, 'is one of', '属于'), ['list'], 'list', false),
    operator(`${decorator}:notIn`, words(decorator, 'is none of', '不属于'), ['list'], 'list', false),
  ]),
];

function words(decorator: string, en: string, zh: string): Words {
  return decorator === 'someFact'
    ? { en: `has an item that ${en}`, zh: `有一项${zh}` }
    : { en: `has only items of which each ${en}`, zh: `每一项都${zh}` };
}

const byName = new Map(operators.map((each) => [each.name, each]));
/** Undefined for a name that is none. */
export const findOperator = (name: string): Operator | undefined => byName.get(name);

export const isOrdering = (name: string): boolean => name.startsWith('lessThan') || name.startsWith('greaterThan');

export type Test = (actual: FactValue) => boolean;

/** `operator` against a constant, specialised once so that a run does no dispatch. */
export const testAgainst = (name: string, expected: unknown): Test => {
  const [decorator, base] = name.split(':');
  if (base !== undefined) {
    const each = testAgainst(base, expected);
    return decorator === 'someFact'
      ? (actual) => Array.isArray(actual) && actual.some(each)
      : (actual) => Array.isArray(actual) && actual.every(each);
  }
  switch (name) {
    case 'equal':
      return equalTo(expected as FactValue);
    case 'notEqual':
      return not(equalTo(expected as FactValue));
    case 'in':
      return among(expected as FactValue[]);
    case 'notIn':
      return not(among(expected as FactValue[]));
    case 'contains':
      return (actual) => (actual as readonly string[]).includes(expected as string);
    case 'doesNotContain':
      return (actual) => !(actual as readonly string[]).includes(expected as string);
    default:
      return beside(name, expected as string | number | null);
  }
};

/** `operator` between two facts. Nothing is less or more than an absent value, on either side. */
export const testBetween = (name: string): ((left: FactValue, right: FactValue) => boolean) => {
  switch (name) {
    case 'equal':
      return (left, right) => left === right;
    case 'notEqual':
      return (left, right) => left !== right;
    case 'lessThan':
      return (left, right) => left !== null && right !== null && left < right;
    case 'lessThanInclusive':
      return (left, right) => left !== null && right !== null && left <= right;
    case 'greaterThan':
      return (left, right) => left !== null && right !== null && left > right;
    default:
      return (left, right) => left !== null && right !== null && left >= right;
  }
};

const not =
  (test: Test): Test =>
  (actual) =>
    !test(actual);

const equalTo = (expected: FactValue): Test => {
  if (typeof expected !== 'number') return (actual) => actual === expected;
  const fraction = decimal(expected);
  return (actual) => actual === expected || (isFraction(actual) && compareFractions(actual, fraction) === 0);
};

const among = (expected: readonly FactValue[]): Test => {
  const set = new Set(expected);
  const fractions = expected.filter((each) => typeof each === 'number').map(decimal);
  return (actual) =>
    isFraction(actual) ? fractions.some((each) => compareFractions(actual, each) === 0) : set.has(actual);
};

// Each operator is a closure of its own, so that a comparison is one call and no dispatch.
const beside = (name: string, expected: string | number | null): Test => {
  // Nothing is less or more than absent, absent itself neither.
  if (expected === null) return () => false;
  const type = typeof expected;
  const fraction = typeof expected === 'number' ? decimal(expected) : undefined;
  const sign = (actual: FactValue): number =>
    fraction !== undefined && isFraction(actual) ? compareFractions(actual, fraction) : Number.NaN;
  if (name === 'lessThan') return (actual) => (typeof actual === type ? actual! < expected : sign(actual) < 0);
  if (name === 'lessThanInclusive')
    return (actual) => (typeof actual === type ? actual! <= expected : sign(actual) <= 0);
  if (name === 'greaterThan') return (actual) => (typeof actual === type ? actual! > expected : sign(actual) > 0);
  return (actual) => (typeof actual === type ? actual! >= expected : sign(actual) >= 0);
};
