// Conditions as SQL over the whole population. Negations go down to the leaves (negation normal form) and every leaf has a
// positive form and an explicit complement, so a NULL is never negated. Every value is bound where it stands.
import type { Condition } from '@rapport/sdk/schemas';
import { type Dialect, defineError } from '../../core/index.ts';
import { type FactUse, type Leaf, leavesOf, type Node, readTree } from './tree.ts';
import { compareExpression, complementOf } from './vocabulary/comparison.ts';
import type { FactSql, SqlComparison } from './vocabulary/fact.ts';
import { always, type Binding, type Fragment, join, never, type SqlTarget, sql, text } from './vocabulary/fragment.ts';
import { groupName } from './vocabulary/grouped-sql.ts';
import { findOperator } from './vocabulary/operators.ts';
import type { Vocabulary } from './vocabulary/vocabulary.ts';

/**
 * A SELECT of one column, `customer_id`, of living customers; no order. Bindings stand in the order of the `?` in the text,
 * so it may be wrapped: `db.raw('select count(*) from (' + sql + ') m', bindings)`.
 */
export type CompiledSql = { sql: string; bindings: Binding[] };

export const NoSqlTwin = defineError(
  'NO_SQL_TWIN',
  422,
  'The conditions run only as a scan over customers, not as SQL.',
  (what: string) => `"${what}" has no form in SQL.`,
);

/**
 * Throws NoSqlTwin for conditions with custom operators or context facts; ask `hasSql` first. `share` is the part of all
 * customers that is asked about: a build that goes through them in chunks says 0, so that no chunk reads everybody's history.
 */
export const compileSql = (
  conditions: Condition,
  vocabulary: Vocabulary,
  dialect: Dialect,
  now: number,
  share = 1,
): CompiledSql => {
  const target: SqlTarget = { dialect, now, zone: vocabulary.zone, groups: [], inOrder: false };
  const where = planNode(readTree(conditions, vocabulary), true, target).build(share);
  const names = target.groups.map((_, n) => groupName(n));
  const groups = target.groups.map((each, n) => sql`${text(names[n]!)} AS MATERIALIZED (${each})`);
  const ahead = groups.length === 0 ? text('') : sql`WITH ${join(groups, ', ')} `;
  const joins = text(names.map((name) => ` LEFT JOIN ${name} ON ${name}.customer_id = c.id`).join(''));
  // A column that no index holds keeps SQLite from reading customers in the order of one.
  const order = text(target.inOrder && dialect === 'sqlite' ? ' AND c.version > 0' : '');
  const found = sql`${ahead}SELECT c.id AS customer_id FROM customers c${joins} WHERE c.merged_into IS NULL AND c.erased_at IS NULL${order} AND ${where}`;
  return { sql: indexed(found.sql), bindings: [...found.bindings] };
};

// The index `customers_living` of the migrations.
const living = new Set('country city stage gender language source type birthday id merged_into erased_at'.split(' '));

// Where that index answers alone, its leading column may be searched: the plus that forbids it is for rules that need the rows.
const indexed = (made: string): string => {
  const columns = [...made.matchAll(/\bc\.(\w+)/g)].map(([, column]) => column!);
  return columns.every((column) => living.has(column)) ? made.replaceAll('+c.', 'c.') : made;
};

/** False when a condition has no twin in SQL: the rule then runs as a scan. */
export const hasSql = (conditions: Condition, vocabulary: Vocabulary): boolean =>
  leavesOf(readTree(conditions, vocabulary)).every(isInSql);

const isInSql = ({ use, other, operator }: Leaf): boolean =>
  use.fact.sql !== undefined &&
  (other === null || other.fact.sql !== undefined) &&
  findOperator(operator)?.sql === true;

/** `share`: the part of all customers that reaches a condition, roughly; of them `keeps` come through. */
type Plan = { cost: number; keeps: number; build: (share: number) => Fragment };

const planNode = (node: Node, positive: boolean, target: SqlTarget): Plan => {
  if (node.kind === 'not') return planNode(node.child, !positive, target);
  if (node.kind === 'leaf') return planLeaf(node, positive, target);
  const conjunction = (node.kind === 'all') === positive;
  const [neutral, decisive] = conjunction ? [always, never] : [never, always];
  // Cheap conditions first: both databases look from left to right and stop as soon as the result is sure.
  const plans = node.children.map((child) => planNode(child, positive, target)).toSorted((a, b) => a.cost - b.cost);
  const keeps = conjunction
    ? plans.reduce((share, plan) => share * plan.keeps, 1)
    : Math.min(
        1,
        plans.reduce((share, plan) => share + plan.keeps, 0),
      );
  const build = (share: number): Fragment => {
    let reached = share;
    const parts = plans.map((plan) => {
      const part = plan.build(reached);
      if (conjunction) reached *= plan.keeps;
      return part;
    });
    const deciding = parts.filter((part) => part !== neutral);
    if (deciding.length === 0) return neutral;
    if (deciding.includes(decisive)) return decisive;
    return deciding.length === 1 ? deciding[0]! : sql`(${join(deciding, conjunction ? ' AND ' : ' OR ')})`;
  };
  return { cost: plans.reduce((sum, plan) => sum + plan.cost, 0), keeps, build };
};

// Above this share of customers one pass over all history is cheaper than a look at each.
const manyCustomers = 0.05;

const planLeaf = (leaf: Leaf, positive: boolean, target: SqlTarget): Plan => {
  if (!isInSql(leaf))
    throw new NoSqlTwin(findOperator(leaf.operator)?.sql === false ? leaf.operator : leaf.use.fact.id);
  const left = factSql(leaf.use, target);
  const held = keptBy(leaf);
  return {
    cost: left.cost,
    keeps: positive ? held : 1 - held,
    build: (share) => {
      const grouped =
        share > manyCustomers && leaf.other === null ? left.grouped?.(leaf.operator, leaf.value) : undefined;
      if (!grouped && left.cost >= 10 && share > manyCustomers) target.inOrder = true;
      const plain = () => (leaf.other ? between(leaf, left, factSql(leaf.other, target)) : against(leaf, left));
      const { holds, fails } = grouped ?? plain();
      return positive ? holds : fails;
    },
  };
};

// No statistics are asked: an equality keeps a tenth, a range a third. Only the order of magnitude counts.
const keptBy = ({ operator, value, use }: Leaf): number => {
  if (use.type === 'boolean') return 0.5;
  if (operator === 'equal' && value !== null) return 0.1;
  if (operator === 'in') return Math.min(0.5, 0.1 * (value as readonly unknown[]).length);
  if (operator === 'notEqual' || operator === 'notIn' || operator === 'doesNotContain') return 0.9;
  return operator === 'contains' ? 0.1 : 0.4;
};

const factSql = ({ fact, params }: FactUse, target: SqlTarget): FactSql => fact.sql!(params, target);

const against = ({ use, operator, value }: Leaf, left: FactSql): SqlComparison => {
  const own = left.compare?.(operator, value);
  if (own) return own;
  const e = left.expression!;
  return { holds: compareExpression(e, use.type, operator, value), fails: complementOf(e, use.type, operator, value) };
};

const symbols: Record<string, string> = {
  lessThan: '<',
  lessThanInclusive: '<=',
  greaterThan: '>',
  greaterThanInclusive: '>=',
};

// Between two facts: absent equals absent, and nothing is less or more than absent.
const between = (leaf: Leaf, left: FactSql, right: FactSql): SqlComparison => {
  const [a, b] = [left.expression, right.expression];
  if (!a || !b) throw new NoSqlTwin(`${leaf.use.fact.id} and ${leaf.other?.fact.id}`);
  const same = sql`${a} IS NOT DISTINCT FROM ${b}`;
  const differs = sql`${a} IS DISTINCT FROM ${b}`;
  if (leaf.operator === 'equal') return { holds: same, fails: differs };
  if (leaf.operator === 'notEqual') return { holds: differs, fails: same };
  const holds = sql`${a} ${text(symbols[leaf.operator]!)} ${b}`;
  return { holds, fails: sql`NOT COALESCE(${holds}, 1 = 0)` };
};
