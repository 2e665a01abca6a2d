// Values against a schema that a stranger gave, of a small subset of JSON Schema: checked here, never by ajv. Such a schema must
// not be compiled into code, fetch a $ref, or run a pattern that backtracks.
import type { SettingsSchema } from '@rapport/sdk/schemas';
import { RE2JS } from 're2js';

type Property = SettingsSchema['properties'][string];
export type Fault = { pointer: string; detail: string };

/** Faults of a value against the schema; empty when it fits. */
export const faultsOf = (schema: SettingsSchema, value: Record<string, unknown>, required = true): Fault[] => [
  ...Object.entries(value).flatMap(([name, member]) => {
    const property = schema.properties[name];
    const detail = property ? faultOf(property, member) : `There is no member "${name}".`;
    return detail ? [{ pointer: `/${name}`, detail }] : [];
  }),
  ...(required ? (schema.required ?? []) : [])
    .filter((name) => value[name] === undefined || value[name] === null || value[name] === '')
    .map((name) => ({ pointer: `/${name}`, detail: `"${name}" is required.` })),
];

const faultOf = (property: Property, value: unknown): string | undefined => {
  if (value === null) return;
  const { type } = property;
  if (type === 'integer' ? !Number.isSafeInteger(value) : type === 'number' && !Number.isFinite(value))
    return `It must be ${type === 'integer' ? 'a whole number' : 'a number'}.`;
  if (type === 'boolean' && typeof value !== 'boolean') return 'It must be true or false.';
  if (type === 'object' && (typeof value !== 'object' || Array.isArray(value))) return 'It must be an object.';
  if (type === 'array')
    return !Array.isArray(value)
      ? 'It must be a list.'
      : value.length > (property.maxItems ?? 1000)
        ? `It has at most ${property.maxItems ?? 1000} items.`
        : undefined;
  if (type === 'string' && typeof value !== 'string') return 'It must be text.';
  if (property.enum && !property.enum.includes(value as string))
    return `It must be one of ${property.enum.join(', ')}.`;
  if (typeof value === 'number') return outside(property, value);
  if (typeof value === 'string') return textFault(property, value);
};

const outside = ({ minimum, maximum }: Property, value: number): string | undefined => {
  if (minimum !== undefined && value < minimum) return `It must be ${minimum} or more.`;
  if (maximum !== undefined && value > maximum) return `It must be ${maximum} or less.`;
};

const textFault = (property: Property, value: string): string | undefined => {
  const { minLength = 0, maxLength = 10_000, pattern, format } = property;
  if (value.length < minLength) return `It has at least ${minLength} characters.`;
  if (value.length > maxLength) return `It has at most ${maxLength} characters.`;
  if (pattern !== undefined && !RE2JS.compile(pattern).matcher(value).find()) return `It must match ${pattern}.`;
  if (format === 'uri' && !/^https?:\/\//.test(URL.parse(value)?.href ?? '')) return 'It must be an http(s) address.';
  if (format === 'email' && !/^\S+@\S+$/.test(value)) return 'It must be an e-mail address.';
  if (format === 'date' && Number.isNaN(Date.parse(value))) return 'It must be a date.';
  if (format === 'date-time' && Number.isNaN(Date.parse(value))) return 'It must be a time.';
};
