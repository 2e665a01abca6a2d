// Checks a cleaned row against the schema that the API checks requests with, so that no file brings in what a request could not.

import type { TSchema } from 'typebox';
import { createValidator, type Failure } from '../../core/index.ts';
import type { Cleaner } from './cleaning.ts';

/** `fields` says which field of the file a first member of the schema is, where the names differ; '' drops it. */
export type RowCheck = (
  schema: TSchema,
  fields?: Record<string, string>,
) => (cleaner: Cleaner, value: Record<string, unknown>) => void;

/** Reports the first thing that does not fit as VALUE_INVALID of its field; it changes and fills in nothing. */
export const createRowCheck = (): RowCheck => {
  const validator = createValidator();
  return (schema, fields = {}) => {
    const check = validator.body(schema);
    return (cleaner, value) => {
      try {
        check(value, '');
      } catch (error) {
        const { pointer = '', message } = error as Failure;
        cleaner.fail(fieldOf(pointer, fields), 'VALUE_INVALID', message);
      }
    };
  };
};

const fieldOf = (pointer: string, fields: Record<string, string>): string | null => {
  const parts = pointer.split('/').slice(1);
  const named = parts.map((part) => fields[part] ?? part).filter((part) => part !== '' && !/^\d+$/.test(part));
  return named.length === 0 ? null : named.join('.');
};
