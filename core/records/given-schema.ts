// Values against a schema that a stranger gave, of the published subset of JSON Schema: interpreted by @cfworker/json-schema, never
// compiled into code, with no $ref to follow; patterns run in RE2, which does not backtrack. The sentences are ours.
import { Validator } from '@cfworker/json-schema';
import { type PlainProperty, type SettingsSchema, toPlainSchema } from '@rapport/sdk/schemas';
import { RE2JS } from 're2js';

export type Fault = { pointer: string; detail: string };

/** `required`: whether members that the schema requires must be there and not empty. */
export type FaultCheck = (value: Record<string, unknown>, required?: boolean) => Fault[];

/** Faults of one value against a schema that is used once; who checks many values keeps a `createFaultCheck`. */
export const faultsOf = (schema: SettingsSchema, value: Record<string, unknown>, required = true): Fault[] =>
  createFaultCheck(schema)(value, required);

/**
 * Reads the schema once. The check answers the faults of a value, one for each member, in the order of the value; empty when it
 * fits. A member that is null or undefined is not set; a required text must not be empty.
 */
export const createFaultCheck = (schema: SettingsSchema): FaultCheck => {
  const plain = toPlainSchema(schema);
  const validator = new Validator(plain, '2020-12', false);
  const patterns = new Map(
    Object.entries(schema.properties).flatMap(([name, { pattern }]) =>
      pattern === undefined ? [] : [[name, { pattern, compiled: RE2JS.compile(pattern) }] as const],
    ),
  );
  return (value, required = true) => {
    const details = new Map<string, string>();
    const given: Record<string, unknown> = {};
    for (const [name, member] of Object.entries(value)) {
      if (!Object.hasOwn(plain.properties, name)) details.set(name, `There is no member "${name}".`);
      else if (member !== null && member !== undefined) given[name] = clipped(plain.properties[name]!, member);
    }
    for (const { instanceLocation, keyword } of validator.validate(given).errors) {
      const name = instanceLocation.slice('#/'.length);
      const sentence = Object.hasOwn(sentences, keyword) ? sentences[keyword] : undefined;
      if (sentence && Object.hasOwn(given, name) && !details.has(name))
        details.set(name, sentence(plain.properties[name]!));
    }
    for (const [name, { pattern, compiled }] of patterns) {
      const member = Object.hasOwn(value, name) ? value[name] : undefined;
      if (typeof member === 'string' && !details.has(name) && !compiled.matcher(member).find())
        details.set(name, `It must match ${pattern}.`);
    }
    const faults = Object.keys(value).flatMap((name) =>
      details.has(name) ? [{ pointer: `/${name}`, detail: details.get(name)! }] : [],
    );
    const missing = required ? plain.required.filter((name) => !Object.hasOwn(given, name) || given[name] === '') : [];
    return [...faults, ...missing.map((name) => ({ pointer: `/${name}`, detail: `"${name}" is required.` }))];
  };
};

// A text that is too long fails by its length, and no other check reads all of it. Twice, because length is in characters.
const clipped = ({ maxLength }: PlainProperty, value: unknown): unknown =>
  typeof value === 'string' && maxLength !== undefined ? value.slice(0, 2 * maxLength + 2) : value;

const kinds: Record<PlainProperty['type'], string> = {
  string: 'text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
};
const formats: Record<NonNullable<PlainProperty['format']>, string> = {
  uri: 'an http(s) address',
  email: 'an e-mail address',
  date: 'a date, as 2026-05-04',
  'date-time': 'a time, as 2026-05-04T12:00:00Z',
};
/** By the keyword that failed; the library's own texts are for developers. */
const sentences: Record<string, (property: PlainProperty) => string> = {
  type: ({ type }) => `It must be ${kinds[type]}.`,
  enum: (property) => `It must be one of ${property.enum!.join(', ')}.`,
  minimum: ({ minimum }) => `It must be ${minimum} or more.`,
  maximum: ({ maximum }) => `It must be ${maximum} or less.`,
  minLength: ({ minLength }) => `It has at least ${minLength} characters.`,
  maxLength: ({ maxLength }) => `It has at most ${maxLength} characters.`,
  maxItems: ({ maxItems }) => `It has at most ${maxItems} items.`,
  format: ({ format }) => `It must be ${formats[format!]}.`,
  pattern: ({ format }) => `It must be ${formats[format!]}.`,
};
