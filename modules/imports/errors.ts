// Errors of imports, in the catalogue.
import { defineError } from '../../core/index.ts';

const text = (detail: string): string => detail;

export const ImportNotFound = defineError(
  'IMPORT_NOT_FOUND',
  404,
  'No such import.',
  (id: string) => `No import ${id}.`,
);
/** Of the whole file: a row that cannot be read is a refused row and ends nothing. */
export const ImportFileUnreadable = defineError(
  'IMPORT_FILE_UNREADABLE',
  422,
  'The file is not CSV or JSON Lines, or is damaged.',
  text,
);
export const ImportMappingInvalid = defineError(
  'IMPORT_MAPPING_INVALID',
  422,
  'The mapping names what does not exist, or leaves out what is needed.',
  text,
);
/** Ends the run that finds out, not the import. */
export const ImportTakenOver = defineError(
  'IMPORT_TAKEN_OVER',
  409,
  'Another process went on with this import.',
  (id: string) => `Another process went on with import ${id}.`,
);
