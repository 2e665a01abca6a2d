// One ajv for every contract: each schema is compiled at its first use (a test compiles them all), errors turned into a code
// and a JSON pointer.
import { Ajv2020 as Ajv, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import type { TSchema } from 'typebox';
import { type Failure, InvalidRequest } from '../errors.ts';

export type Check = (value: unknown, at: string) => void;

const addFormats = formats as unknown as (ajv: Ajv) => void;

/** Unknown members are refused where the schema says `additionalProperties: false`; query and path text is coerced. */
export const createValidator = () => {
  const strict = new Ajv({ strict: false, allErrors: false, useDefaults: true });
  const coercing = new Ajv({ strict: false, allErrors: false, useDefaults: true, coerceTypes: true });
  addFormats(strict);
  addFormats(coercing);
  const checkWith = (ajv: Ajv, schema: TSchema): Check => {
    let compiled: ValidateFunction | undefined;
    return (value, at) => {
      compiled ??= ajv.compile(schema);
      if (!compiled(value)) throw toFailure(compiled, at);
    };
  };
  return {
    /** For JSON bodies: types must be right. */
    body: (schema: TSchema): Check => checkWith(strict, schema),
    /** For path and query parameters, which are text: "20" is 20. */
    text: (schema: TSchema): Check => checkWith(coercing, schema),
  };
};

export type Validator = ReturnType<typeof createValidator>;

const toFailure = (validate: ValidateFunction, at: string): Failure => {
  const error = deepest(validate.errors ?? []);
  if (!error) return new InvalidRequest('The request does not fit its schema.', { pointer: at });
  return new InvalidRequest(describe(error), { pointer: `${at}${pointerOf(error)}` });
};

// Of the branches of a union, the one that got furthest names the real fault.
const deepest = (errors: ErrorObject[]): ErrorObject | undefined =>
  errors.toSorted((a, b) => b.instancePath.split('/').length - a.instancePath.split('/').length)[0];

const pointerOf = (error: ErrorObject): string => {
  const member =
    (error.params as Record<string, string>).additionalProperty ??
    (error.params as Record<string, string>).missingProperty;
  return member === undefined
    ? error.instancePath
    : `${error.instancePath}/${member.replaceAll('~', '~0').replaceAll('/', '~1')}`;
};

const describe = (error: ErrorObject): string => {
  const params = error.params as Record<string, unknown>;
  if (error.keyword === 'additionalProperties') return `There is no member "${String(params.additionalProperty)}".`;
  if (error.keyword === 'required') return `The member "${String(params.missingProperty)}" is required.`;
  if (error.keyword === 'enum')
    return `It must be one of ${(params.allowedValues as unknown[]).map(String).join(', ')}.`;
  if (error.keyword === 'const') return `It must be ${JSON.stringify(params.allowedValue)}.`;
  return `It ${error.message ?? 'does not fit its schema'}.`;
};
