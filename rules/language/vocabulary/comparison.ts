// A comparison of an expression with a constant as SQL, positive form. Where the expression is null it is false or NULL,
// never true, except that null equals null. `complementOf` gives the explicit opposite, true exactly where this is not.
import type { FactType } from '@rapport/sdk/schemas';
import { always, type Fragment, join, never, sql, text, value } from './fragment.ts';
import { acceptedBy, complement, inSet } from './number-set.ts';

const symbols: Record<string, string> = {
  lessThan: '<',
  lessThanInclusive: '<=',
  greaterThan: '>',
  greaterThanInclusive: '>=',
};

const opposites: Record<string, string> = {
  equal: 'notEqual',
  notEqual: 'equal',
  in: 'notIn',
  notIn: 'in',
};

/** `number` here is double precision, `boolean` 1 and 0. Instants, money and counts are `integer`. */
export const compareExpression = (e: Fragment, type: FactType, operator: string, compared: unknown): Fragment => {
  if (['integer', 'money', 'instant'].includes(type)) return inSet(e, acceptedBy(operator, compared));
  if (operator === 'equal' || operator === 'in') return oneOf(e, type, compared, false);
  if (operator === 'notEqual' || operator === 'notIn') return oneOf(e, type, compared, true);
  return fits(type, compared) ? sql`${e} ${text(symbols[operator]!)} ${bound(type, compared)}` : never;
};

/** True exactly where `compareExpression` is false or NULL. */
export const complementOf = (e: Fragment, type: FactType, operator: string, compared: unknown): Fragment => {
  if (['integer', 'money', 'instant'].includes(type)) return inSet(e, complement(acceptedBy(operator, compared)));
  const opposite = opposites[operator];
  if (opposite !== undefined) return compareExpression(e, type, opposite, compared);
  if (!fits(type, compared)) return always;
  const reverse: Record<string, string> = { '<': '>=', '<=': '>', '>': '<=', '>=': '<' };
  return sql`(${e} IS NULL OR ${e} ${text(reverse[symbols[operator]!]!)} ${bound(type, compared)})`;
};

const oneOf = (e: Fragment, type: FactType, compared: unknown, negated: boolean): Fragment => {
  const list = (Array.isArray(compared) ? compared : [compared]) as unknown[];
  const values = list.filter((each) => fits(type, each)).map((each) => bound(type, each));
  const withNull = list.includes(null);
  if (negated) {
    if (values.length === 0) return withNull ? sql`${e} IS NOT NULL` : always;
    const outside = values.length === 1 ? sql`${e} <> ${values[0]!}` : sql`${e} NOT IN (${join(values, ', ')})`;
    return withNull ? outside : sql`(${e} IS NULL OR ${outside})`;
  }
  if (values.length === 0) return withNull ? sql`${e} IS NULL` : never;
  const inside = values.length === 1 ? sql`${e} = ${values[0]!}` : sql`${e} IN (${join(values, ', ')})`;
  return withNull ? sql`(${e} IS NULL OR ${inside})` : inside;
};

const fits = (type: FactType, compared: unknown): boolean => {
  if (type === 'text' || type === 'day') return typeof compared === 'string';
  if (type === 'boolean') return typeof compared === 'boolean';
  return typeof compared === 'number';
};

const bound = (type: FactType, compared: unknown): Fragment => {
  if (type === 'boolean') return text(compared ? 'TRUE' : 'FALSE');
  if (type === 'number') return sql`CAST(${value(compared as number)} AS double precision)`;
  return value(compared as string);
};
