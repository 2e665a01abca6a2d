// Aggregates by one pass over everybody's history, for conditions that most customers reach: the customers whose group fits,
// listed on SQLite, joined on PostgreSQL. Those without any rows are in no group and are reached through the complement.
import { averaged } from './average-sql.ts';
import type { SqlComparison } from './fact.ts';
import { type Fragment, type SqlTarget, sql, text } from './fragment.ts';
import { complement, holdsNumber, inSet, type NumberSet } from './number-set.ts';

/** `rows`: FROM … WHERE …; `customer`: whose row it is. */
export type Groups = { customer: Fragment; rows: Fragment };

type Options = {
  groups: Groups;
  aggregate: Fragment;
  /** What no rows make: counts and sums 0, the others null. */
  whenNone: 0 | null;
  setOf: (operator: string, compared: unknown) => NumberSet;
  /** The set over the aggregate; `inSet` unless the fact is steps of it. */
  within?: (aggregate: Fragment, set: NumberSet) => Fragment;
};

/** Answers undefined where the form by a look per customer is the better one. */
export const groupedSql =
  ({ groups, aggregate, whenNone, setOf, within = inSet }: Options, target: SqlTarget) =>
  (operator: string, compared: unknown): SqlComparison | undefined => {
    const set = setOf(operator, compared);
    const others = complement(set);
    // "Any" and "none" are semi- and anti-joins there, which are better still.
    if (target.dialect === 'postgres' && aggregate.sql === 'COUNT(*)' && (isAny(set) || isAny(others)))
      return undefined;
    const includesNone = whenNone === null ? set.withNull : holdsNumber(set, 0);
    const { inside, outside } = memberOf(groups, within(aggregate, bare(includesNone ? others : set)), target);
    return includesNone ? { holds: outside, fails: inside } : { holds: inside, fails: outside };
  };

const bare = (set: NumberSet): NumberSet => ({ ...set, withNull: false });

const isAny = (set: NumberSet): boolean =>
  set.kind === 'range' ? set.from === 1 : set.negated && set.points.length === 1 && set.points[0] === 0;

// Neither is ever NULL. On PostgreSQL a group of its own name, worked out once: left to itself the planner gives each parallel
// worker the whole of it to do again.
const memberOf = ({ customer, rows }: Groups, having: Fragment, { dialect, groups }: SqlTarget) => {
  const found = sql`SELECT ${customer} AS customer_id ${rows} GROUP BY ${customer} HAVING ${having}`;
  if (dialect === 'sqlite') return { inside: sql`c.id IN (${found})`, outside: sql`c.id NOT IN (${found})` };
  const name = text(groupName(groups.length));
  groups.push(found);
  return { inside: sql`${name}.customer_id IS NOT NULL`, outside: sql`${name}.customer_id IS NULL` };
};

export const groupName = (n: number): string => `g${n}`;

/** Averages of `amount`, a column of the rows. */
export const groupedAverageSql =
  (groups: Groups, amount: Fragment, scale: number, target: SqlTarget) =>
  (operator: string, compared: unknown): SqlComparison => {
    const [sum, count] = [sql`SUM(${amount})`, sql`COUNT(${amount})`];
    const where = (condition: Fragment): Fragment =>
      memberOf(groups, sql`${count} > 0 AND (${condition})`, target).inside;
    return averaged({ sum, count, where }, scale, target)(operator, compared);
  };
