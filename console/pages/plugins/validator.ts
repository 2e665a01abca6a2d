// Validates a generated form without compiling code: JSON Schema by @cfworker/json-schema, in the shape rjsf asks for.
import { Validator } from '@cfworker/json-schema';
import { type RJSFSchema, type RJSFValidationError, toErrorSchema, type ValidatorType } from '@rjsf/utils';

type Settings = Record<string, unknown>;

const check = (schema: unknown, data: unknown) =>
  new Validator(schema as object, '2020-12', false).validate(data ?? {});

const toError = ({
  keyword,
  instanceLocation,
  error,
}: {
  keyword: string;
  instanceLocation: string;
  error: string;
}): RJSFValidationError => {
  const missing = keyword === 'required' ? /"([^"]+)"/.exec(error)?.[1] : undefined;
  const path = [...instanceLocation.replace(/^#\/?/, '').split('/').filter(Boolean), ...(missing ? [missing] : [])];
  return { name: keyword, message: error, property: path.map((part) => `.${part}`).join(''), stack: error };
};

/** Keywords that only say "something inside is wrong". */
const outer = new Set(['properties', 'items', 'allOf', 'anyOf', 'oneOf']);

export const validator: ValidatorType<Settings, RJSFSchema> = {
  validateFormData: (data, schema, _customValidate, transformErrors) => {
    const found = check(schema, data)
      .errors.filter(({ keyword }) => !outer.has(keyword))
      .map(toError);
    const errors = transformErrors ? transformErrors(found) : found;
    return { errors, errorSchema: toErrorSchema<Settings>(errors) };
  },
  isValid: (schema, data) => check(schema, data).valid,
  rawValidation: <Result>(schema: RJSFSchema, data?: Settings) => ({ errors: check(schema, data).errors as Result[] }),
};
