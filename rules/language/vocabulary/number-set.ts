// What a comparison accepts of a whole-number fact, as a range or as points, and that as SQL. Bounds become whole numbers here,
// so `> 33.5` is `>= 34` on a bigint column, indexes stay usable, and nothing is cast.
import { always, type Fragment, join, never, sql, value } from './fragment.ts';

/** `withNull`: null is accepted too. Infinite bounds are open. */
export type NumberSet =
  | { kind: 'range'; from: number; to: number; withNull: boolean }
  | { kind: 'points'; points: readonly number[]; negated: boolean; withNull: boolean };

const points = (list: readonly number[], negated: boolean, withNull: boolean): NumberSet => ({
  kind: 'points',
  points: [...new Set(list.filter(Number.isSafeInteger))],
  negated,
  withNull,
});
const range = (from: number, to: number): NumberSet => ({ kind: 'range', from, to, withNull: false });

/** The set a comparison accepts; values of other types are never equal to a number. */
export const acceptedBy = (operator: string, compared: unknown): NumberSet => {
  const list = (Array.isArray(compared) ? compared : [compared]) as unknown[];
  const numbers = list.filter((each): each is number => typeof each === 'number');
  const number = numbers[0] ?? Number.NaN;
  if (operator === 'equal' || operator === 'in') return points(numbers, false, list.includes(null));
  if (operator === 'notEqual' || operator === 'notIn') return points(numbers, true, !list.includes(null));
  if (Number.isNaN(number)) return points([], false, false);
  if (operator === 'lessThan') return range(-Infinity, Math.ceil(number) - 1);
  if (operator === 'lessThanInclusive') return range(-Infinity, Math.floor(number));
  if (operator === 'greaterThan') return range(Math.floor(number) + 1, Infinity);
  return range(Math.ceil(number), Infinity);
};

/** Everything the set does not hold. Ranges are open on one side, as comparisons make them. */
export const complement = (set: NumberSet): NumberSet => {
  if (set.kind === 'points') return { ...set, negated: !set.negated, withNull: !set.withNull };
  const [from, to] = set.from === -Infinity ? [set.to + 1, Infinity] : [-Infinity, set.from - 1];
  return { kind: 'range', from, to, withNull: !set.withNull };
};

/** Whether it holds a whole number. */
export const holdsNumber = (set: NumberSet, number: number): boolean =>
  set.kind === 'points' ? set.points.includes(number) !== set.negated : number >= set.from && number <= set.to;

const largest = Number.MAX_SAFE_INTEGER;

/** `expression` in the set. NULL where the expression is null and the set does not hold null: false for a WHERE. */
export const inSet = (expression: Fragment, set: NumberSet): Fragment => {
  const inside = bare(expression, set);
  if (!set.withNull) return inside === always ? sql`${expression} IS NOT NULL` : inside;
  if (inside === always) return always;
  if (inside === never) return sql`${expression} IS NULL`;
  // A look-up in another table is not to be run twice.
  if (expression.sql.startsWith('(SELECT')) return sql`COALESCE(${inside}, 1 = 1)`;
  return sql`(${expression} IS NULL OR ${inside})`;
};

// Of values that are not null.
const bare = (e: Fragment, set: NumberSet): Fragment => {
  if (set.kind === 'points') {
    const [only, ...others] = set.points;
    if (only === undefined) return set.negated ? always : never;
    if (others.length === 0) return set.negated ? sql`${e} <> ${value(only)}` : sql`${e} = ${value(only)}`;
    const list = join(set.points.map(value), ', ');
    return set.negated ? sql`${e} NOT IN (${list})` : sql`${e} IN (${list})`;
  }
  const from = set.from <= -largest ? -Infinity : set.from;
  const to = set.to >= largest ? Infinity : set.to;
  if (from > largest || to < -largest || from > to) return never;
  if (from === -Infinity && to === Infinity) return always;
  if (from === -Infinity) return sql`${e} <= ${value(to)}`;
  if (to === Infinity) return sql`${e} >= ${value(from)}`;
  return sql`${e} BETWEEN ${value(from)} AND ${value(to)}`;
};

/** For a fact that is a step function of a column: `part(from, to)` says where the fact lies within the bounds. */
export const inSteps = (set: NumberSet, column: Fragment, part: (from: number, to: number) => Fragment): Fragment => {
  const parts: Fragment[] = [];
  if (set.kind === 'range') parts.push(part(set.from, set.to));
  else if (!set.negated) parts.push(...set.points.map((point) => part(point, point)));
  else parts.push(...gaps(set.points).map(([from, to]) => part(from, to)));
  if (set.withNull) parts.push(sql`${column} IS NULL`);
  if (parts.length === 0) return never;
  return parts.length === 1 ? parts[0]! : sql`(${join(parts, ' OR ')})`;
};

const gaps = (taken: readonly number[]): [number, number][] => {
  const sorted = taken.toSorted((a, b) => a - b);
  const starts = [-Infinity, ...sorted.map((point) => point + 1)];
  const ends = [...sorted.map((point) => point - 1), Infinity];
  return starts.map((from, i) => [from, ends[i]!] as [number, number]).filter(([from, to]) => from <= to);
};
