// Aggregates of orders and events as SQL comparisons, each with its complement: counts, sums and extremes over the rows that count.
import type { FactSql, SqlComparison } from './fact.ts';
import { decimal } from './fraction.ts';
import { always, type Fragment, never, type SqlTarget, sql, text } from './fragment.ts';
import { acceptedBy, inSet, type NumberSet } from './number-set.ts';

/** `FROM … WHERE …` of the rows that count, for the customer `c`. */
export type Rows = Fragment;

const opposite = (holds: Fragment): SqlComparison => {
  if (holds === always) return { holds, fails: never };
  if (holds === never) return { holds, fails: always };
  return { holds, fails: sql`NOT ${holds}` };
};

/** Counts stop as soon as the comparison is decided, where it is a range. */
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
export const scaledSet = (operator: string, compared: unknown, scale: number): NumberSet => {
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

/** Ties by id, by its bytes on both databases, as in memory. */
export const edgeOrder = (at: Fragment, id: Fragment, which: 'first' | 'last', { dialect }: SqlTarget): Fragment => {
  const direction = text(which === 'last' ? 'DESC' : 'ASC');
  const collation = text(dialect === 'postgres' ? ' COLLATE "C"' : '');
  return sql` ORDER BY ${at} ${direction}, ${id}${collation} ${direction} LIMIT 1`;
};
