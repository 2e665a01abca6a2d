// Properties of events: a dotted path of names, read strictly. A number is never a text, `true` is never 1, and what is
// missing is null; so in memory as in the JSON of both databases. No wildcards, no scripts, no prototypes.
import type { FactValue } from './fact.ts';
import { type Fragment, type SqlTarget, sql, value } from './fragment.ts';

export type Kind = 'text' | 'number' | 'boolean';

const name = /^[A-Za-z_][A-Za-z0-9_-]{0,62}(\.[A-Za-z_][A-Za-z0-9_-]{0,62}){0,5}$/;
const forbidden = new Set(['__proto__', 'prototype', 'constructor']);

/** At most 6 names of 63 characters, joined by dots. */
export const isPath = (path: unknown): path is string =>
  typeof path === 'string' && name.test(path) && !path.split('.').some((part) => forbidden.has(part));

/** Reads a property; lists and objects count as absent, for they compare with nothing. */
export const readProperty = (path: string): ((properties: Readonly<Record<string, unknown>>) => FactValue) => {
  const parts = path.split('.');
  return (properties) => {
    let at: unknown = properties;
    for (const part of parts) {
      if (typeof at !== 'object' || at === null || Array.isArray(at) || !Object.hasOwn(at, part)) return null;
      at = (at as Record<string, unknown>)[part];
    }
    return typeof at === 'string' || typeof at === 'number' || typeof at === 'boolean' ? at : null;
  };
};

/** The property as an expression of one kind: NULL when it is missing or of another kind. Booleans are 1 and 0. */
export const propertySql = (json: Fragment, path: string, kind: Kind, { dialect }: SqlTarget): Fragment => {
  if (dialect === 'sqlite') {
    const at = value(
      `$${path
        .split('.')
        .map((part) => `."${part}"`)
        .join('')}`,
    );
    const type = sql`json_type(${json}, ${at})`;
    if (kind === 'text') return sql`CASE ${type} WHEN 'text' THEN json_extract(${json}, ${at}) END`;
    if (kind === 'boolean') return sql`CASE ${type} WHEN 'true' THEN 1 WHEN 'false' THEN 0 END`;
    return sql`CASE WHEN ${type} IN ('integer', 'real') THEN CAST(json_extract(${json}, ${at}) AS REAL) END`;
  }
  const [first, ...rest] = path.split('.').map((part) => sql`CAST(${value(part)} AS text)`);
  const at = rest.reduce((all, part) => sql`${all}, ${part}`, first!);
  const type = sql`jsonb_typeof(jsonb_extract_path(${json}, ${at}))`;
  const content = sql`jsonb_extract_path_text(${json}, ${at})`;
  if (kind === 'text') return sql`CASE ${type} WHEN 'string' THEN ${content} END`;
  if (kind === 'boolean')
    return sql`CASE WHEN ${type} = 'boolean' THEN CASE ${content} WHEN 'true' THEN 1 ELSE 0 END END`;
  return sql`CASE ${type} WHEN 'number' THEN CAST(${content} AS double precision) END`;
};
