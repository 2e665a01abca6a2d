// The catalogue's errors of customers and attributes; the rules for codes are in core/errors.ts.
import { defineError } from '../errors.ts';

const text = (detail: string): string => detail;

export const InvalidValue = defineError('INVALID_VALUE', 400, 'A value is not one of its kind.', text);
export const CustomerGone = defineError('CUSTOMER_GONE', 409, 'The customer was merged into another or erased.', text);
export const AttributeUnknown = defineError(
  'ATTRIBUTE_UNKNOWN',
  400,
  'No such custom attribute; add it first.',
  (key: string) => `There is no custom attribute "${key}".`,
);
export const AttributeNotFound = defineError(
  'ATTRIBUTE_NOT_FOUND',
  404,
  'No such custom attribute.',
  (key: string) => `No custom attribute ${key}.`,
);
export const AttributeExists = defineError(
  'ATTRIBUTE_EXISTS',
  409,
  'A custom attribute with this key exists; its type cannot change.',
  text,
);
export const TooManyAttributes = defineError(
  'TOO_MANY_ATTRIBUTES',
  409,
  'The table of customers takes no further attribute.',
  (limit: number) => `There may be ${limit} custom attributes.`,
);
export const MergeRefused = defineError('MERGE_REFUSED', 409, 'These customers cannot be merged or parted.', text);
