// A customer as it was sent, turned into what is to be written: normalised columns, identities, tags, consents. Reads nothing.
import type { ConsentChange, CustomerRow } from '@rapport/sdk/schemas';
import type { Failure } from '../errors.ts';
import { encodeAttribute } from './attribute-values.ts';
import type { FieldContext } from './attributes.ts';
import { InvalidValue } from './errors.ts';
import { columnOf, type FieldName } from './fields.ts';
import {
  monthDay,
  normaliseBirthday,
  normaliseCountry,
  normaliseEmail,
  normaliseLanguage,
  normalisePhone,
  normaliseText,
  normaliseTime,
  normaliseTimeZone,
} from './normalise.ts';

export type Identity = { kind: string; value: string; pointer: string };
export type Draft = {
  index: number;
  id?: string;
  expectedVersion?: number;
  /** Column → value; null clears. */
  columns: Record<string, unknown>;
  /** In the order in which they find a customer. */
  identities: Identity[];
  tags: string[];
  consents: ConsentChange[];
  createdAt?: number;
};

type Reader = (value: string, context: FieldContext, row: CustomerRow) => string | undefined;
const readers: Partial<Record<FieldName, { read: Reader; wanted: string }>> = {
  email: { read: normaliseEmail, wanted: 'an e-mail address' },
  phone: {
    read: (value, context, row) =>
      normalisePhone(value, (row.country && normaliseCountry(row.country)) ?? context.defaultCountry),
    wanted: 'a phone number; without a country it needs one in international notation',
  },
  birthday: {
    read: (value, context) => normaliseBirthday(value, context.now),
    wanted: 'a day in the past, YYYY-MM-DD',
  },
  country: { read: normaliseCountry, wanted: 'a country, as its ISO 3166-1 code or English name' },
  language: { read: normaliseLanguage, wanted: 'a language tag like en or zh-CN' },
  timeZone: { read: normaliseTimeZone, wanted: 'an IANA time zone like Europe/Berlin' },
};

const mostExtra = 16_384;
const identityKinds: Partial<Record<FieldName, string>> = { externalId: 'external', email: 'email', phone: 'phone' };

/** What to write for a row, or the failure that names the member at fault. */
export const draftOf = (row: CustomerRow, index: number, context: FieldContext): Draft | Failure => {
  const draft: Draft = {
    index,
    id: row.id,
    columns: {},
    identities: [],
    tags: [...new Set((row.tags ?? []).map((tag) => tag.normalize('NFC')))],
    consents: row.consents ?? [],
    createdAt: row.createdAt === undefined ? undefined : normaliseTime(row.createdAt),
  };
  for (const [name, column] of columnOf) {
    const given = row[name as FieldName];
    if (given === undefined) continue;
    const value = given === null ? null : readField(name as FieldName, given, context, row);
    if (value === undefined) return refuse(name as FieldName);
    draft.columns[column] = value;
    if (name === 'birthday') draft.columns.birthday_month_day = value === null ? null : monthDay(value as string);
    const kind = identityKinds[name as FieldName];
    if (kind && value !== null) draft.identities.push({ kind, value: value as string, pointer: `/${name}` });
  }
  if (row.anonymousId !== undefined)
    draft.identities.push({ kind: 'anonymous', value: row.anonymousId, pointer: '/anonymousId' });
  const failure = addAttributes(draft, row.attributes ?? {}, context);
  return failure ?? draft;
};

const readField = (name: FieldName, given: unknown, context: FieldContext, row: CustomerRow): unknown => {
  if (name === 'extra') {
    const text = JSON.stringify(given);
    return text.length <= mostExtra ? text : undefined;
  }
  const text = given as string;
  const reader = readers[name];
  return reader ? reader.read(text, context, row) : normaliseText(text);
};

const refuse = (name: FieldName): Failure => {
  const wanted = name === 'extra' ? `an object of at most ${mostExtra} bytes` : (readers[name]?.wanted ?? 'a text');
  return new InvalidValue(`"${name}" must be ${wanted}.`, { pointer: `/${name}` });
};

const addAttributes = (draft: Draft, values: Record<string, unknown>, context: FieldContext): Failure | undefined => {
  for (const [key, value] of Object.entries(values)) {
    const encoded = encodeAttribute(context.definitions, key, value);
    if ('failure' in encoded) return encoded.failure;
    draft.columns[encoded.column] = encoded.value;
    if (context.definitions.get(key)?.unique && encoded.value !== null)
      draft.identities.push({
        kind: encoded.column,
        value: String(encoded.value),
        pointer: `/attributes/${key}`,
      });
  }
  return undefined;
};
