// The published subset of JSON Schema (SettingsSchema) as a plain JSON Schema for a validator. Server and console both validate with
// what this gives, so that a form accepts what the server accepts, patterns apart.
import type { SettingsSchema } from './plugins.ts';

type Property = SettingsSchema['properties'][string];

/** Where a schema names no limit: characters of a text, items of a list. Of a text with a format at most this many characters. */
export const settingsLimits = { text: 10_000, items: 1000, formatted: 2000 };

export type PlainProperty = Pick<
  Property,
  'type' | 'enum' | 'minimum' | 'maximum' | 'minLength' | 'maxLength' | 'maxItems' | 'format' | 'pattern'
>;
export type PlainSchema = {
  type: 'object';
  properties: Record<string, PlainProperty>;
  required: string[];
  additionalProperties: false;
};

/**
 * Closed, bounded, and made of nothing but the keywords of the subset. A plugin's `pattern` is left out: it is one for RE2, and a
 * RegExp would backtrack on it or not read it; the server checks it beside this schema. A `uri` is one of http or https. Whole numbers
 * are those that JSON carries exactly.
 */
export const toPlainSchema = ({ properties, required = [] }: SettingsSchema): PlainSchema => ({
  type: 'object',
  properties: Object.fromEntries(Object.entries(properties).map(([name, property]) => [name, toPlain(property)])),
  required: [...required],
  additionalProperties: false,
});

const toPlain = ({ type, format, ...property }: Property): PlainProperty => {
  const { enum: values, minimum, maximum, minLength, maxLength, maxItems } = property;
  const size = { integer: Number.MAX_SAFE_INTEGER, number: Number.MAX_VALUE }[type as string];
  return {
    type,
    ...(values && { enum: values }),
    ...(size && { minimum: Math.max(minimum ?? -size, -size), maximum: Math.min(maximum ?? size, size) }),
    ...(type === 'string' && {
      minLength: minLength ?? 0,
      maxLength: Math.min(maxLength ?? settingsLimits.text, format ? settingsLimits.formatted : Infinity),
    }),
    ...(type === 'array' && { maxItems: maxItems ?? settingsLimits.items }),
    ...(format && { format }),
    ...(format === 'uri' && { pattern: '^[Hh][Tt][Tt][Pp][Ss]?://' }),
  };
};
