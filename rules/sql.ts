// Conditions as SQL over the whole population. Negations go down to the leaves (negation normal form) and every leaf has a
// positive form and an explicit complement, so a NULL is never negated. Every value is bound where it stands.
import type { Condition } from '@rapport/sdk/schemas';
import { type Dialect, defineError } from '../core/index.ts';
import { findOperator } from './operators.ts';
import { type FactUse, type Leaf, leavesOf, type Node, readTree } from './tree.ts';
import { compareExpression, complementOf } from './vocabulary/comparison.ts';
import type { FactSql, SqlComparison } from './vocabulary/fact.ts';
import { always, type Binding, type Fragment, join, never, type SqlTarget, sql, text } from './vocabulary/fragment.ts';
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

/** Throws NoSqlTwin for conditions with custom operators or context facts; ask `hasSql` first. */
export const compileSql = (
  conditions: Condition,
  vocabulary: Vocabulary,
  dialect: Dialect,
  now: number,
): CompiledSql => {
  const where = compileWhere(readTree(conditions, vocabulary), { dialect, now, zone: vocabulary.zone });
  const living = sql`SELECT c.id AS customer_id FROM customers c WHERE c.merged_into IS NULL AND c.erased_at IS NULL AND ${where}`;
  return { sql: living.sql, bindings: [...living.bindings] };
};

/** False when a condition has no twin in SQL: the rule then runs as a scan. */
export const hasSql = (conditions: Condition, vocabulary: Vocabulary): boolean =>
  leavesOf(readTree(conditions, vocabulary)).every(isInSql);

const isInSql = ({ use, other, operator }: Leaf): boolean =>
  use.fact.sql !== undefined &&
  (other === null || other.fact.sql !== undefined) &&
  findOperator(operator)?.sql === true;

export const compileWhere = (tree: Node, target: SqlTarget): Fragment => compileNode(tree, true, target).where;

type Part = { where: Fragment; cost: number };

const compileNode = (node: Node, positive: boolean, target: SqlTarget): Part => {
  if (node.kind === 'not') return compileNode(node.child, !positive, target);
  if (node.kind === 'leaf') return compileLeaf(node, positive, target);
  const conjunction = (node.kind === 'all') === positive;
  const [neutral, decisive] = conjunction ? [always, never] : [never, always];
  const parts = node.children
    .map((child) => compileNode(child, positive, target))
    .filter((part) => part.where !== neutral);
  if (parts.length === 0) return { where: neutral, cost: 0 };
  if (parts.some((part) => part.where === decisive)) return { where: decisive, cost: 0 };
  // Cheap conditions first: both databases look from left to right and stop as soon as the result is sure.
  const sorted = parts.toSorted((a, b) => a.cost - b.cost);
  const cost = parts.reduce((sum, part) => sum + part.cost, 0);
  if (sorted.length === 1) return sorted[0]!;
  return {
    where: sql`(${join(
      sorted.map((part) => part.where),
      conjunction ? ' AND ' : ' OR ',
    )})`,
    cost,
  };
};

const compileLeaf = (leaf: Leaf, positive: boolean, target: SqlTarget): Part => {
  if (!isInSql(leaf))
    throw new NoSqlTwin(findOperator(leaf.operator)?.sql === false ? leaf.operator : leaf.use.fact.id);
  const left = factSql(leaf.use, target);
  const { holds, fails } = leaf.other ? between(leaf, left, factSql(leaf.other, target)) : against(leaf, left);
  return { where: positive ? holds : fails, cost: left.cost };
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
