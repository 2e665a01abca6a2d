// Values of custom attributes between API and column: checked by type on the way in, read back by type on the way out.
import { toIso } from '../data/column.ts';
import type { Failure } from '../errors.ts';
import { AttributeUnknown, InvalidValue } from './errors.ts';
import { normaliseDay, normaliseTime } from './normalise.ts';

export type AttributeTypeName = 'text' | 'number' | 'integer' | 'boolean' | 'date' | 'datetime' | 'money' | 'list';
export type AttributeRow = {
  key: string;
  title: string;
  title_zh: string | null;
  description: string | null;
  type: AttributeTypeName;
  options: string[] | null;
  personal: boolean;
  unique: boolean;
  created_at: number;
  archived_at: number | null;
};
/** Active definitions by key. */
export type Definitions = ReadonlyMap<string, AttributeRow>;

const whole = (value: unknown, from: number, to: number): value is number =>
  Number.isSafeInteger(value) && (value as number) >= from && (value as number) <= to;

const isText = (value: unknown, max: number): value is string => typeof value === 'string' && value.length <= max;

// Texts are kept in NFC, so that a rule finds them however they were typed.
const nfc = (text: string): string => text.normalize('NFC');

// The value as its column keeps it, or undefined when it is not one of the type.
const encoders: Record<AttributeTypeName, (value: unknown, row: AttributeRow) => unknown> = {
  text: (value, { options }) =>
    isText(value, 4000) && value !== '' && (!options || options.includes(nfc(value))) ? nfc(value) : undefined,
  number: (value) => (typeof value === 'number' && Number.isFinite(value) ? value : undefined),
  integer: (value) => (whole(value, -Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER) ? value : undefined),
  boolean: (value) => (typeof value === 'boolean' ? value : undefined),
  date: (value) => (typeof value === 'string' ? normaliseDay(value) : undefined),
  datetime: (value) => (typeof value === 'string' ? normaliseTime(value) : undefined),
  money: (value) => (whole(value, -1_000_000_000_000, 1_000_000_000_000) ? value : undefined),
  list: (value, { options }) =>
    Array.isArray(value) &&
    value.length <= 100 &&
    value.every((item) => isText(item, 200) && (!options || options.includes(nfc(item))))
      ? JSON.stringify([...new Set(value.map(nfc))])
      : undefined,
};

const wanted: Record<AttributeTypeName, string> = {
  text: 'a text of 1 to 4,000 characters',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  date: 'a day as YYYY-MM-DD',
  datetime: 'a time as ISO-8601 with a zone',
  money: 'a whole number of minor units',
  list: 'a list of at most 100 texts',
};

/** The column value of an attribute, or the failure that names it. null clears. */
export const encodeAttribute = (
  definitions: Definitions,
  key: string,
  value: unknown,
  pointer = `/attributes/${key}`,
): { column: string; value: unknown } | { failure: Failure } => {
  const row = definitions.get(key);
  if (!row) return { failure: new AttributeUnknown(key, { pointer }) };
  if (value === null) return { column: `a_${key}`, value: null };
  const encoded = encoders[row.type](value, row);
  if (encoded !== undefined) return { column: `a_${key}`, value: encoded };
  const choice = row.options ? ` out of ${row.options.slice(0, 20).join(', ')}` : '';
  return { failure: new InvalidValue(`"${key}" must be ${wanted[row.type]}${choice}.`, { pointer }) };
};

/** Text (a query parameter, a CSV cell) as the value the attribute's type wants, still to be checked. */
export const readAttributeText = (type: AttributeTypeName, text: string): unknown => {
  if (type === 'number' || type === 'integer' || type === 'money') return text.trim() === '' ? text : Number(text);
  if (type === 'boolean') {
    const word = text.trim().toLowerCase();
    if (['true', 'yes', '1', 'y'].includes(word)) return true;
    return ['false', 'no', '0', 'n'].includes(word) ? false : text;
  }
  if (type === 'list')
    return text
      .split(/[;|]/)
      .map((item) => item.trim())
      .filter(Boolean);
  return text;
};

/** The database's value as `encodeAttribute` made it: the two databases differ in booleans and lists. */
export const canonical = (type: AttributeTypeName, column: unknown): unknown => {
  if (column === null || column === undefined) return null;
  if (type === 'boolean') return Boolean(column);
  if (type === 'list') return typeof column === 'string' ? column : JSON.stringify(column);
  return column;
};

/** The API's value of a column. */
export const decodeAttribute = (type: AttributeTypeName, column: unknown): unknown => {
  const value = canonical(type, column);
  if (value === null) return null;
  if (type === 'list') return JSON.parse(value as string) as string[];
  if (type === 'datetime') return toIso(value as number);
  return value;
};
