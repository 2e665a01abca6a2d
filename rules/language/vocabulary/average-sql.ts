// Averages as SQL, exact: the sum against value × count, so that nothing is rounded.

import type { FactSql, SqlComparison } from './fact.ts';
import { decimal } from './fraction.ts';
import { type Fragment, join, never, type SqlTarget, sql, text, value } from './fragment.ts';
import { isOrdering } from './operators.ts';

/** How a look at the sum and count of a customer is asked; never NULL, false where nothing was counted. */
export type Averaged = { sum: Fragment; count: Fragment; where: (condition: Fragment) => Fragment };

/** Of `amounts`: a SELECT of one customer's whole numbers named `amount`, each `1/scale`; NULLs do not count. */
export const averageSql = (amounts: Fragment, scale: number, target: SqlTarget): FactSql => {
  const sum = text('SUM(a.amount)');
  const count = text('COUNT(a.amount)');
  const where = (condition: Fragment): Fragment =>
    sql`EXISTS (SELECT COUNT(*) FROM (${amounts}) a HAVING ${count} > 0 AND (${condition}))`;
  return { cost: 100, compare: averaged({ sum, count, where }, scale, target) };
};

/** Comparisons of an average with numbers and null. */
export const averaged =
  ({ sum, count, where }: Averaged, scale: number, target: SqlTarget) =>
  (operator: string, compared: unknown): SqlComparison => {
    const list = (Array.isArray(compared) ? compared : [compared]) as unknown[];
    const numbers = list.filter((each) => typeof each === 'number');
    const like = (name: string, among: readonly number[]): Fragment =>
      among.length === 0
        ? never
        : where(
            join(
              among.map((each) => compareAverage(name, each, { sum, count, scale }, target)),
              ' OR ',
            ),
          );
    if (isOrdering(operator)) {
      const holds = like(operator, numbers.slice(0, 1));
      return { holds, fails: sql`NOT (${holds})` };
    }
    const found = like('equal', numbers);
    const none = (): Fragment => sql`NOT ${where(text('1 = 1'))}`;
    const equal = !list.includes(null) ? found : found === never ? none() : sql`(${found} OR ${none()})`;
    const differs = sql`NOT (${equal})`;
    return operator === 'equal' || operator === 'in'
      ? { holds: equal, fails: differs }
      : { holds: differs, fails: equal };
  };

const symbols: Record<string, string> = {
  lessThan: '<',
  lessThanInclusive: '<=',
  greaterThan: '>',
  greaterThanInclusive: '>=',
  equal: '=',
};
const largest = 9_000_000_000_000_000_000n;

type Amounts = { sum: Fragment; count: Fragment; scale: number };

const compareAverage = (
  operator: string,
  compared: number,
  { sum, count, scale }: Amounts,
  { dialect }: SqlTarget,
): Fragment => {
  const exact = decimal(compared);
  const scaled = exact.sum * BigInt(scale);
  const symbol = text(symbols[operator]!);
  if (dialect === 'postgres') {
    const whole = (n: bigint): Fragment => sql`CAST(${value(String(n))} AS numeric)`;
    return sql`${sum} * ${whole(exact.count)} ${symbol} ${whole(scaled)} * ${count}`;
  }
  // Quotient and rest apart, for SQLite's whole numbers have 64 bits and its products would turn into floats.
  const floor = scaled / exact.count - (scaled < 0n && scaled % exact.count !== 0n ? 1n : 0n);
  const bounded = floor > largest ? largest : floor < -largest ? -largest : floor;
  const rest = bounded === floor ? scaled - floor * exact.count : 0n;
  const whole = (n: bigint): Fragment => sql`CAST(${value(String(n))} AS INTEGER)`;
  const quotient = sql`(${sum} / ${count} - (${sum} % ${count} < 0))`;
  const left = sql`(${sum} - ${quotient} * ${count}) * ${whole(exact.count)} ${symbol} ${whole(rest)} * ${count}`;
  const level = sql`(${quotient} = ${whole(bounded)} AND ${left})`;
  if (operator === 'equal') return level;
  const strict = text(operator.startsWith('less') ? '<' : '>');
  return sql`(${quotient} ${strict} ${whole(bounded)} OR ${level})`;
};
