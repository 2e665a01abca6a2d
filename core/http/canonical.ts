// One text for all JSON that means the same: members in one order, and an optional list or object that is empty left out,
// as its schema says that it may be. The order of a list has a meaning and stays.
import type { TSchema } from 'typebox';

type ObjectSchema = { properties?: Record<string, TSchema>; required?: string[]; items?: TSchema };

/** What no schema describes (conditions, properties of events) is only put in order. */
export const canonical = (value: unknown, schema?: TSchema): string => JSON.stringify(ordered(value, schema)) ?? 'null';

const ordered = (value: unknown, schema: ObjectSchema = {}): unknown => {
  if (Array.isArray(value)) return value.map((item) => ordered(item, schema.items));
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value)
    .filter(([name, member]) => !(isOptional(schema, name) && isEmpty(member)))
    .map(([name, member]) => [name, ordered(member, schema.properties?.[name])] as const);
  return Object.fromEntries(members.toSorted(([a], [b]) => (a < b ? -1 : 1)));
};

const isOptional = ({ properties, required }: ObjectSchema, name: string): boolean =>
  properties !== undefined && name in properties && !required?.includes(name);

const isEmpty = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0;
