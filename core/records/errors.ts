// The catalogue's errors of records; the rules for codes are in core/errors.ts.
import { defineError } from '../errors.ts';

export const RecordTypeNotFound = defineError(
  'RECORD_TYPE_NOT_FOUND',
  404,
  'No such type of record.',
  (type: string) => `No type of record ${type}.`,
);
export const RecordNotFound = defineError(
  'RECORD_NOT_FOUND',
  404,
  'No such record.',
  (id: string) => `No record ${id}.`,
);
export const RecordExists = defineError(
  'RECORD_EXISTS',
  409,
  'A record with this key exists.',
  (key: string) => `The key ${key} is taken.`,
);
export const RecordTypeTaken = defineError(
  'RECORD_TYPE_TAKEN',
  409,
  'The type of record belongs to another plugin.',
  (type: string, owner: string) => `The record type "${type}" belongs to ${owner}.`,
);
