// Pieces of SQL that carry their values. A value is bound where its text stands, so a piece may be used twice or moved and
// its values go with it. Nothing else in rules/ builds SQL text from anything but constants and the registry's identifiers.
import type { Dialect } from '../../../core/index.ts';
import type { Zone } from './zone.ts';

export type Binding = string | number | null;
export type Fragment = { sql: string; bindings: readonly Binding[] };

/** What SQL is made for: the database, the frozen now and the shop's calendar. `groups` collects SELECTs of
 * customer ids that are worked out once beside the customers (PostgreSQL);
 * `inOrder` is set when most customers need a look into other tables, which is quick only in the order of the table. */
export type SqlTarget = { dialect: Dialect; now: number; zone: Zone; groups: Fragment[]; inOrder: boolean };

/** `sql\`c.city = ${value(city)}\``: pieces nest, plain strings are not accepted. */
export const sql = (texts: TemplateStringsArray, ...parts: readonly Fragment[]): Fragment => ({
  sql: texts.map((text, i) => text + (parts[i]?.sql ?? '')).join(''),
  bindings: parts.flatMap((part) => part.bindings),
});

export const value = (bound: Binding): Fragment => ({ sql: '?', bindings: [bound] });

/** An identifier or keyword from the registry, never from a request. */
export const text = (fixed: string): Fragment => ({ sql: fixed, bindings: [] });

/** Long lists of AND and OR nest as a balanced tree: SQLite refuses expressions deeper than a thousand. */
export const join = (parts: readonly Fragment[], separator: ' AND ' | ' OR ' | ', '): Fragment => {
  if (parts.length > 100 && separator !== ', ') {
    const half = Math.ceil(parts.length / 2);
    const [left, right] = [join(parts.slice(0, half), separator), join(parts.slice(half), separator)];
    return sql`(${left})${text(separator)}(${right})`;
  }
  return {
    sql: parts.map((part) => part.sql).join(separator),
    bindings: parts.flatMap((part) => part.bindings),
  };
};

export const always: Fragment = text('1 = 1');
export const never: Fragment = text('1 = 0');
