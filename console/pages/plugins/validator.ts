// Validates a generated form without compiling code: JSON Schema by @cfworker/json-schema, in the shape rjsf asks for. It checks the
// same plain schema as the server; a plugin's patterns are checked there only, since they are RE2's and not the browser's.
import { Validator } from '@cfworker/json-schema';
import { type SettingsSchema, toPlainSchema } from '@rapport/sdk/schemas';
import { type RJSFSchema, type RJSFValidationError, toErrorSchema, type ValidatorType } from '@rjsf/utils';

type Settings = Record<string, unknown>;

const check = (schema: unknown, data: unknown) => {
  const { properties } = schema as Partial<SettingsSchema>;
  // rjsf also asks about single members, which have no properties.
  const plain = properties ? toPlainSchema({ ...(schema as SettingsSchema), properties }) : (schema as object);
  return new Validator(plain, '2020-12', false).validate(data ?? {});
};

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
