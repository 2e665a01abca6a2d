// Settings and records of plugins: checked against a small subset of JSON Schema by this file, never by ajv — a stranger's schema
// must not be compiled into code, fetch a $ref, or run a pattern that backtracks.
import type { SettingsSchema } from '@rapport/sdk/schemas';
import { RE2JS } from 're2js';
import type { SecretBox } from '../secret-box.ts';
import { ManifestInvalid } from './errors.ts';

type Property = SettingsSchema['properties'][string];
export type Fault = { pointer: string; detail: string };

/** What the schema itself may not say. Throws with a pointer. */
export const checkSettingsSchema = (schema: SettingsSchema, at: string, { secrets = true } = {}): void => {
  for (const [name, property] of Object.entries(schema.properties)) {
    const pointer = `${at}/properties/${name}`;
    if (property.secret && (!secrets || property.type !== 'string'))
      throw new ManifestInvalid('Only text settings can be secret.', { pointer: `${pointer}/secret` });
    if (property.pattern !== undefined) {
      try {
        RE2JS.compile(property.pattern);
      } catch (error) {
        throw new ManifestInvalid('The pattern is not one RE2 reads.', { pointer: `${pointer}/pattern`, cause: error });
      }
    }
  }
  (schema.required ?? []).forEach((name, index) => {
    if (!schema.properties[name])
      throw new ManifestInvalid(`There is no property "${name}".`, { pointer: `${at}/required/${index}` });
  });
};

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

export const isSecret = (schema: SettingsSchema | undefined, name: string): boolean =>
  schema?.properties[name]?.secret === true;

export type Vault = {
  /** Secret members sealed, the others as they are. */
  seal: (
    plugin: string,
    schema: SettingsSchema | undefined,
    settings: Record<string, unknown>,
  ) => Record<string, unknown>;
  open: (plugin: string, name: string, sealed: string) => string;
};

export const createVault = (box: SecretBox): Vault => ({
  seal: (plugin, schema, settings) =>
    Object.fromEntries(
      Object.entries(settings).map(([name, value]) => [
        name,
        isSecret(schema, name) && typeof value === 'string' ? box.seal(value, placeOf(plugin, name)) : value,
      ]),
    ),
  open: (plugin, name, sealed) => box.open(sealed, placeOf(plugin, name)),
});

const placeOf = (plugin: string, name: string): string => `plugins/${plugin}/settings/${name}`;

/** Without secrets, defaults filled in: what the plugin sees as `ctx.settings`. */
export const plainSettings = (
  schema: SettingsSchema | undefined,
  settings: Record<string, unknown>,
): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(schema?.properties ?? {})
      .filter(([, property]) => !property.secret)
      .map(([name, property]) => [name, settings[name] ?? property.default ?? null]),
  );

/** For people: secrets as `true` when set. */
export const shownSettings = (
  schema: SettingsSchema | undefined,
  settings: Record<string, unknown>,
): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(schema?.properties ?? {}).map(([name, property]) => [
      name,
      property.secret ? (settings[name] ? true : null) : (settings[name] ?? property.default ?? null),
    ]),
  );
