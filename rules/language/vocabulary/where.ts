// `where` of events: comparisons over their properties, all of which must hold. `{ plan: "pro" }` is short for equality.

import { compareExpression } from './comparison.ts';
import type { ParamProblem } from './fact.ts';
import { type Fragment, join, type SqlTarget, sql } from './fragment.ts';
import { findOperator, isOrdering, testAgainst } from './operators.ts';
import { isPath, type Kind, propertySql, readProperty } from './properties.ts';
import { escapeMember } from './window.ts';
import type { Zone } from './zone.ts';

export type Where = { property: string; operator: string; value: unknown };

const allowed = [
  'equal',
  'notEqual',
  'in',
  'notIn',
  'lessThan',
  'lessThanInclusive',
  'greaterThan',
  'greaterThanInclusive',
];

/** A checked `where` in its long form. */
export const readWhere = (where: unknown): Where[] => {
  if (where === undefined) return [];
  if (Array.isArray(where)) return where as Where[];
  return Object.entries(where as object).map(([property, value]) => ({
    property,
    operator: 'equal',
    value: value as unknown,
  }));
};

/** A checked `where` with its texts in NFC, as events are stored. */
export const spellWhere = (where: unknown): unknown => {
  const one = (value: unknown): unknown => (typeof value === 'string' ? value.normalize('NFC') : value);
  const spell = (value: unknown): unknown => (Array.isArray(value) ? value.map(one) : one(value));
  if (Array.isArray(where)) return (where as Where[]).map((each) => ({ ...each, value: spell(each.value) }));
  return Object.fromEntries(Object.entries(where as object).map(([name, value]) => [name, spell(value)]));
};

/** All comparisons must hold; of none it is true. */
export const matches = (where: readonly Where[]): ((properties: Readonly<Record<string, unknown>>) => boolean) => {
  const tests = where.map((each) => {
    const read = readProperty(each.property);
    const test = testAgainst(each.operator, each.value);
    return (properties: Readonly<Record<string, unknown>>) => test(read(properties));
  });
  return (properties) => tests.every((test) => test(properties));
};

export const whereSql = (json: Fragment, where: readonly Where[], target: SqlTarget): Fragment[] =>
  where.map((each) => anySql((kind) => propertySql(json, each.property, kind, target), each.operator, each.value));

const kinds: readonly Kind[] = ['text', 'number', 'boolean'];
const kindOf = (value: unknown): Kind | undefined =>
  typeof value === 'string'
    ? 'text'
    : typeof value === 'number'
      ? 'number'
      : typeof value === 'boolean'
        ? 'boolean'
        : undefined;

/** A comparison of something whose kind only the row knows: each kind of value is compared with that kind alone. */
export const anySql = (of: (kind: Kind) => Fragment, operator: string, compared: unknown): Fragment => {
  if (operator === 'notEqual') return sql`NOT COALESCE(${anySql(of, 'equal', compared)}, 1 = 0)`;
  if (operator === 'notIn') return sql`NOT COALESCE(${anySql(of, 'in', compared)}, 1 = 0)`;
  const list = (Array.isArray(compared) ? compared : [compared]) as unknown[];
  const parts = kinds.flatMap((kind) => {
    const values = list
      .filter((each) => kindOf(each) === kind)
      .map((each) => (typeof each === 'boolean' ? Number(each) : each));
    if (values.length === 0) return [];
    const type = kind === 'text' ? 'text' : 'number';
    return [
      compareExpression(
        of(kind),
        type,
        isOrdering(operator) ? operator : 'in',
        isOrdering(operator) ? values[0] : values,
      ),
    ];
  });
  if (list.includes(null))
    parts.push(
      join(
        kinds.map((kind) => sql`${of(kind)} IS NULL`),
        ' AND ',
      ),
    );
  if (parts.length === 0) return sql`1 = 0`;
  return sql`(${join(
    parts.map((part) => sql`(${part})`),
    ' OR ',
  )})`;
};

/** At most 20 comparisons in the long form; texts of at most 1,000 characters. Pointers are relative to `params`. */
export const checkWhere = (where: unknown, _zone: Zone): ParamProblem[] => {
  const invalid = (detail: string, at = ''): ParamProblem[] => [
    { code: 'PARAM_INVALID', pointer: `/where${at}`, detail },
  ];
  if (typeof where !== 'object' || where === null)
    return invalid('It must be a list of { property, operator, value }, or an object of properties and values.');
  if (!Array.isArray(where)) {
    return Object.entries(where).flatMap(([property, value]) => {
      const at = `/${escapeMember(property)}`;
      if (!isPath(property)) return invalid(badPath(property), at);
      return isScalar(value) ? [] : invalid('It must be a text, a number, true, false or null.', at);
    });
  }
  if (where.length > 20) return invalid('At most 20 comparisons.');
  return where.flatMap((each: unknown, i) => checkOne(each, `/${i}`, invalid));
};

const badPath = (path: string): string =>
  `"${path.slice(0, 100)}" is no property: names of letters, digits, "_" and "-", joined by dots; no wildcards or scripts.`;

const checkOne = (
  each: unknown,
  at: string,
  invalid: (detail: string, at?: string) => ParamProblem[],
): ParamProblem[] => {
  if (typeof each !== 'object' || each === null || Array.isArray(each))
    return invalid('It must be { property, operator, value }.', at);
  const { property, operator, value, ...others } = each as Record<string, unknown>;
  const unknown = Object.keys(others)[0];
  if (unknown !== undefined) return invalid(`There is no member "${unknown}".`, `${at}/${escapeMember(unknown)}`);
  if (!isPath(property)) return invalid(badPath(String(property)), `${at}/property`);
  if (typeof operator !== 'string' || !allowed.includes(operator))
    return invalid(`It must be one of ${allowed.join(', ')}.`, `${at}/operator`);
  if (findOperator(operator)?.value === 'list') {
    if (!Array.isArray(value)) return invalid('It must be a list.', `${at}/value`);
    const wrong = value.findIndex((item) => !isScalar(item));
    return wrong < 0 ? [] : invalid('It must be a text, a number, true, false or null.', `${at}/value/${wrong}`);
  }
  if (isOrdering(operator) && typeof value !== 'number') return invalid('It must be a number.', `${at}/value`);
  return isScalar(value) ? [] : invalid('It must be a text, a number, true, false or null.', `${at}/value`);
};

const isScalar = (value: unknown): boolean =>
  value === null ||
  typeof value === 'boolean' ||
  (typeof value === 'number' && Number.isFinite(value)) ||
  (typeof value === 'string' && value.length <= 1000 && !value.includes('\u0000') && value.isWellFormed());
