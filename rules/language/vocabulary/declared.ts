// Facts that modules declare over their own tables (core/fact.ts), as the language reads them: one declaration becomes the fact of
// validation, closures, SQL and explanations.
import type { DeclaredFact } from '../../../core/index.ts';
import { everywhere, type FactDefinition } from './fact.ts';
import { freeText, oneOf } from './forms.ts';
import { sql, text, value } from './fragment.ts';

/**
 * Null for a customer without a row. Known of a past instant only where the module says how, or where
 * there was no customer yet.
 */
export const declaredFact = (declared: DeclaredFact): FactDefinition => {
  const { id, title, group, type, options, contexts = everywhere, changes = id } = declared;
  return {
    id,
    title,
    group,
    type,
    contexts,
    ...(options && { options, closed: true }),
    ...(type === 'text' && { form: options ? oneOf(options) : freeText }),
    dependsOn: () => [changes],
    needs: () => ({ declared: new Map([[id, declared]]) }),
    isKnown:
      () =>
      (_facts, { known }) =>
        known.has(id),
    read:
      () =>
      ({ declared: values }) =>
        values.get(id) ?? null,
    sql: () => ({ cost: 10, expression: columnOf(declared) }),
  };
};

const columnOf = ({ table, column, customerColumn = 'customer_id', key }: DeclaredFact) => {
  const ofCustomer = sql`(SELECT f.${text(column)} FROM ${text(table)} f WHERE f.${text(customerColumn)} = c.id`;
  return key ? sql`${ofCustomer} AND f.${text(key.column)} = ${value(key.value)})` : sql`${ofCustomer})`;
};
