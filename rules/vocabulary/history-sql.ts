// Aggregates over a customer's orders or events as SQL: correlated with the customer row `c`, never NULL for counts and sums,
// exact for averages. "At least n" stops at the n-th row instead of counting on.
import { isOrdering } from '../operators.ts';
import type { FactSql, SqlComparison } from './fact.ts';
import { decimal } from './fraction.ts';
import { always, type Fragment, join, never, type SqlTarget, sql, text, value } from './fragment.ts';
import { acceptedBy, inSet, type NumberSet } from './number-set.ts';

/** `FROM … WHERE …` of the rows that count, for the customer `c`. */
export type Rows = Fragment;

const opposite = (holds: Fragment): SqlComparison => {
  if (holds === always) return { holds, fails: never };
  if (holds === never) return { holds, fails: always };
  return { holds, fails: sql`NOT ${holds}` };
};

export const countSql = (rows: Rows): FactSql => ({
  cost: 100,
  expression: sql`(SELECT COUNT(*) ${rows})`,
  compare: (operator, compared) => opposite(countIn(rows, acceptedBy(operator, compared))),
});

const atLeast = (rows: Rows, n: number): Fragment => {
  if (n <= 0) return always;
  if (n > 1e9) return never;
  // SQLite 3.52 counts an outer row once per inner match when OFFSET meets a nested EXISTS.
  if (n > 1 && rows.sql.includes('EXISTS (')) return sql`(SELECT COUNT(*) ${rows}) >= ${text(String(n))}`;
  return n === 1
    ? sql`EXISTS (SELECT 1 ${rows})`
    : sql`EXISTS (SELECT 1 ${rows} LIMIT 1 OFFSET ${text(String(n - 1))})`;
};

const countIn = (rows: Rows, set: NumberSet): Fragment => {
  if (set.kind === 'range') {
    if (set.to === Infinity) return atLeast(rows, set.from);
    const more = atLeast(rows, set.to + 1);
    return opposite(more).fails;
  }
  const [only] = set.points;
  const none = sql`NOT EXISTS (SELECT 1 ${rows})`;
  if (set.points.length === 1 && only === 0) return set.negated ? atLeast(rows, 1) : none;
  return neverNull(sql`(SELECT COUNT(*) ${rows})`, set);
};

/** A whole-number aggregate that is 0, not NULL, for no rows. */
export const totalSql = (aggregate: Fragment, rows: Rows, scale = 1): FactSql => {
  const e = sql`COALESCE((SELECT ${aggregate} ${rows}), 0)`;
  return {
    cost: 100,
    ...(scale === 1 && { expression: e }),
    compare: (operator, compared) => {
      const set = scale === 1 ? acceptedBy(operator, compared) : scaledSet(operator, compared, scale);
      return opposite(neverNull(e, set));
    },
  };
};

const neverNull = (e: Fragment, set: NumberSet): Fragment => {
  if (set.kind === 'points' && set.points.length === 0) return set.negated ? always : never;
  return inSet(e, { ...set, withNull: false });
};

/** What a comparison with decimals accepts of a sum kept in whole `1/scale`. */
const scaledSet = (operator: string, compared: unknown, scale: number): NumberSet => {
  const scaled = (each: unknown): unknown => {
    if (typeof each !== 'number') return each;
    const { sum, count } = decimal(each);
    const product = sum * BigInt(scale);
    // Between two whole steps: half-way says which side it lies on, and equals none.
    return product % count === 0n ? Number(product / count) : Number(product / count) + (product < 0n ? -0.5 : 0.5);
  };
  return acceptedBy(operator, Array.isArray(compared) ? compared.map(scaled) : scaled(compared));
};

/** A value that is NULL for no rows: `(SELECT MAX(…) …)`. */
export const lookup = (selected: Fragment, rows: Rows, order: Fragment = text('')): Fragment =>
  sql`(SELECT ${selected} ${rows}${order})`;

export const edgeOrder = (at: Fragment, id: Fragment, which: 'first' | 'last', { dialect }: SqlTarget): Fragment => {
  const direction = text(which === 'last' ? 'DESC' : 'ASC');
  const collation = text(dialect === 'postgres' ? ' COLLATE "C"' : '');
  return sql` ORDER BY ${at} ${direction}, ${id}${collation} ${direction} LIMIT 1`;
};

/**
 * The average of `amount` over `amounts` (a SELECT of whole numbers named `amount`, NULLs left out), each `1/scale`.
 * Compared as sum against value × count, so nothing is rounded.
 */
export const averageSql = (amounts: Fragment, scale: number, target: SqlTarget): FactSql => {
  const having = (condition: Fragment): Fragment =>
    sql`EXISTS (SELECT COUNT(*) FROM (${amounts}) a HAVING COUNT(a.amount) > 0 AND (${condition}))`;
  const some = having(sql`1 = 1`);
  const like = (operator: string, numbers: readonly number[]): Fragment =>
    numbers.length === 0
      ? never
      : having(
          join(
            numbers.map((each) => compareAverage(operator, each, scale, target)),
            ' OR ',
          ),
        );
  return {
    cost: 100,
    compare: (operator, compared) => {
      const list = (Array.isArray(compared) ? compared : [compared]) as unknown[];
      const numbers = list.filter((each) => typeof each === 'number');
      if (isOrdering(operator)) return opposite(like(operator, numbers.slice(0, 1)));
      const among = like('equal', numbers);
      const holds = !list.includes(null) ? among : among === never ? sql`NOT ${some}` : sql`(${among} OR NOT ${some})`;
      const { fails } = opposite(holds);
      return operator === 'equal' || operator === 'in' ? { holds, fails } : { holds: fails, fails: holds };
    },
  };
};

const symbols: Record<string, string> = {
  lessThan: '<',
  lessThanInclusive: '<=',
  greaterThan: '>',
  greaterThanInclusive: '>=',
  equal: '=',
};
const largest = 9_000_000_000_000_000_000n;

const compareAverage = (operator: string, compared: number, scale: number, { dialect }: SqlTarget): Fragment => {
  const { sum, count } = decimal(compared);
  const scaled = sum * BigInt(scale);
  const symbol = text(symbols[operator]!);
  if (dialect === 'postgres') {
    const whole = (n: bigint): Fragment => sql`CAST(${value(String(n))} AS numeric)`;
    return sql`SUM(a.amount) * ${whole(count)} ${symbol} ${whole(scaled)} * COUNT(a.amount)`;
  }
  // Quotient and rest apart, for SQLite's whole numbers have 64 bits and its products would turn into floats.
  const floor = scaled / count - (scaled < 0n && scaled % count !== 0n ? 1n : 0n);
  const bounded = floor > largest ? largest : floor < -largest ? -largest : floor;
  const rest = bounded === floor ? scaled - floor * count : 0n;
  const whole = (n: bigint): Fragment => sql`CAST(${value(String(n))} AS INTEGER)`;
  const quotient = sql`(SUM(a.amount) / COUNT(a.amount) - (SUM(a.amount) % COUNT(a.amount) < 0))`;
  const left = sql`(SUM(a.amount) - ${quotient} * COUNT(a.amount)) * ${whole(count)} ${symbol} ${whole(rest)} * COUNT(a.amount)`;
  const level = sql`(${quotient} = ${whole(bounded)} AND ${left})`;
  if (operator === 'equal') return level;
  const strict = text(operator.startsWith('less') ? '<' : '>');
  return sql`(${quotient} ${strict} ${whole(bounded)} OR ${level})`;
};
