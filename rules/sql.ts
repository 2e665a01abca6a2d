// Conditions as SQL over the whole population, by negation normal form.
import type { Condition } from '@rapport/sdk/schemas';
import type { Dialect } from '../core/index.ts';
import { defineError } from '../core/index.ts';
import type { Binding } from './vocabulary/fragment.ts';
import type { Vocabulary } from './vocabulary/vocabulary.ts';

/**
 * A SELECT of one column, `customer_id`, of living customers; no order. Bindings stand in the order of the `?` in the text,
 * so it may be wrapped: `db.raw('select count(*) from (' + sql + ') m', bindings)`.
 */
export type CompiledSql = { sql: string; bindings: Binding[] };

export const NoSqlTwin = defineError(
  'NO_SQL_TWIN',
  422,
  'The conditions run only as a scan, not as SQL.',
  (what: string) => `"${what}" has no form in SQL.`,
);

/** Throws NoSqlTwin for conditions with custom operators or context facts; ask `hasSql` first. */
export const compileSql = (
  _conditions: Condition,
  _vocabulary: Vocabulary,
  _dialect: Dialect,
  _now: number,
): CompiledSql => {
  throw new NoSqlTwin('lands next');
};

export const hasSql = (_conditions: Condition, _vocabulary: Vocabulary): boolean => true;
