// Values of custom attributes between API and column: checked by type on the way in, read back by type on the way out.
import { toIso } from '../data/column.ts';
import type { Failure } from '../errors.ts';
import { AttributeUnknown, InvalidValue } from './errors.ts';
import { type Composed, composeText, type Day, normaliseDay, normaliseTime } from './normalise.ts';

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

type Values = {
  text: Composed;
  number: number;
  integer: number;
  boolean: boolean;
  date: Day;
  /** In ms. */
  datetime: number;
  /** In minor units. */
  money: number;
  list: readonly Composed[];
};
export type AttributeTypeName = keyof Values;
/** A value in the one form of its type; whether it fits its definition (options, length, range) is still to be seen. */
export type AttributeValue = { [Type in AttributeTypeName]: { type: Type; value: Values[Type] } }[AttributeTypeName];

const number = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);
const isText = (value: unknown): value is string => typeof value === 'string';

// A value of a request in its one form, or undefined when it is not of the type. Texts are kept in NFC, so that a rule finds
// them however they were typed.
const readers: { [Type in AttributeTypeName]: (value: unknown) => Values[Type] | undefined } = {
  text: (value) => (isText(value) ? composeText(value) : undefined),
  number,
  integer: number,
  money: number,
  boolean: (value) => (typeof value === 'boolean' ? value : undefined),
  date: (value) => (isText(value) ? normaliseDay(value) : undefined),
  datetime: (value) => (isText(value) ? normaliseTime(value) : undefined),
  list: (value) => (Array.isArray(value) && value.every(isText) ? value.map(composeText) : undefined),
};

const whole = (value: number, most: number): number | undefined =>
  Number.isSafeInteger(value) && Math.abs(value) <= most ? value : undefined;

type Fits = (text: string, max: number) => boolean;
const asIs = <Value>(value: Value): Value => value;

// The value as its column keeps it, or undefined when it does not fit its definition.
const encoders: { [Type in AttributeTypeName]: (value: Values[Type], fits: Fits) => unknown } = {
  text: (value, fits) => (value !== '' && fits(value, 4000) ? value : undefined),
  number: (value) => (Number.isFinite(value) ? value : undefined),
  integer: (value) => whole(value, Number.MAX_SAFE_INTEGER),
  money: (value) => whole(value, 1_000_000_000_000),
  boolean: asIs,
  date: asIs,
  datetime: asIs,
  list: (value, fits) =>
    value.length <= 100 && value.every((item) => fits(item, 200)) ? JSON.stringify([...new Set(value)]) : undefined,
};

const encode = (given: AttributeValue, { type, options }: AttributeRow): unknown => {
  if (given.type !== type) return undefined;
  const fits: Fits = (text, max) => text.length <= max && (!options || options.includes(text));
  return (encoders[type] as (value: unknown, fits: Fits) => unknown)(given.value, fits);
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

/** A value of a request in the one form of its type, or the failure that names it; null clears. */
export const normaliseAttribute = (
  definitions: Definitions,
  key: string,
  value: unknown,
  pointer = `/attributes/${key}`,
): AttributeValue | null | Failure => {
  const row = definitions.get(key);
  if (!row) return new AttributeUnknown(key, { pointer });
  if (value === null) return null;
  const read = readers[row.type](value);
  return read === undefined ? misfit(row, pointer) : ({ type: row.type, value: read } as AttributeValue);
};

/** The column of an attribute and its value there, or the failure that names it; null clears. */
export const encodeAttribute = (
  definitions: Definitions,
  key: string,
  value: AttributeValue | null,
  pointer = `/attributes/${key}`,
): { column: string; value: unknown } | { failure: Failure } => {
  const row = definitions.get(key);
  if (!row) return { failure: new AttributeUnknown(key, { pointer }) };
  const encoded = value === null ? null : encode(value, row);
  return encoded === undefined ? { failure: misfit(row, pointer) } : { column: `a_${key}`, value: encoded };
};

const misfit = ({ key, type, options }: AttributeRow, pointer: string): Failure => {
  const choice = options ? ` out of ${options.slice(0, 20).join(', ')}` : '';
  return new InvalidValue(`"${key}" must be ${wanted[type]}${choice}.`, { pointer });
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
