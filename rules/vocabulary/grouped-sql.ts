// Aggregates by one pass over everybody's history, for conditions that most customers reach: on SQLite a list of the customers
// whose group fits, on PostgreSQL a joined group per customer, which also does well inside OR and NOT.
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

export const groupedSql =
  ({ groups, aggregate, whenNone, setOf, within = inSet }: Options, target: SqlTarget) =>
  (operator: string, compared: unknown): SqlComparison | undefined => {
    const set = setOf(operator, compared);
    const others = complement(set);
    if (target.dialect === 'postgres') {
      // "Any" and "none" are semi- and anti-joins there, which are better still.
      if (aggregate.sql === 'COUNT(*)' && [set, others].some((each) => each.kind === 'range' && each.from === 1))
        return undefined;
      const joined = joinGroups(groups, sql`${aggregate} AS v`, target);
      const held = sql`${joined}.v`;
      if (whenNone === null) return { holds: within(held, set), fails: within(held, others) };
      const counted = sql`COALESCE(${held}, 0)`;
      return { holds: within(counted, bare(set)), fails: within(counted, bare(others)) };
    }
    const includesNone = whenNone === null ? set.withNull : holdsNumber(set, 0);
    const found = listed(groups, within(aggregate, bare(includesNone ? others : set)));
    const [inside, outside] = [sql`c.id IN ${found}`, sql`c.id NOT IN ${found}`];
    return includesNone ? { holds: outside, fails: inside } : { holds: inside, fails: outside };
  };

const bare = (set: NumberSet): NumberSet => ({ ...set, withNull: false });

const listed = ({ customer, rows }: Groups, having: Fragment): Fragment =>
  sql`(SELECT ${customer} ${rows} GROUP BY ${customer} HAVING ${having})`;

// Joined under a name of its own; the name is an expression's head.
const joinGroups = ({ customer, rows }: Groups, columns: Fragment, { joins }: SqlTarget): Fragment => {
  const name = text(`g${joins.length}`);
  joins.push(
    sql` LEFT JOIN (SELECT ${customer} AS customer_id, ${columns} ${rows} GROUP BY ${customer}) ${name} ON ${name}.customer_id = c.id`,
  );
  return name;
};

/** Averages of `amount`, a column of the rows. */
export const groupedAverageSql =
  (groups: Groups, amount: Fragment, scale: number, target: SqlTarget) =>
  (operator: string, compared: unknown): SqlComparison => {
    if (target.dialect === 'postgres') {
      const name = joinGroups(groups, sql`SUM(${amount}) AS s, COUNT(${amount}) AS n`, target);
      const where = (condition: Fragment): Fragment => sql`COALESCE(${name}.n > 0 AND (${condition}), FALSE)`;
      return averaged({ sum: sql`${name}.s`, count: sql`${name}.n`, where }, scale, target)(operator, compared);
    }
    const [sum, count] = [sql`SUM(${amount})`, sql`COUNT(${amount})`];
    const where = (condition: Fragment): Fragment =>
      sql`c.id IN ${listed(groups, sql`${count} > 0 AND (${condition})`)}`;
    return averaged({ sum, count, where }, scale, target)(operator, compared);
  };
