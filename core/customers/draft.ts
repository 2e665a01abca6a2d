// From a customer as it was sent to what is to be written, in two steps. `normaliseCustomer` brings every value of a request into
// its one form; imports come with values that their cleaner made by the same functions and skip it. `draftOf` puts either into
// columns and identities, with the attributes there are now. Reads nothing.
import type { ConsentChange, CustomerRow } from '@rapport/sdk/schemas';
import { Failure } from '../errors.ts';
import { type AttributeValue, encodeAttribute, normaliseAttribute } from './attribute-values.ts';
import type { FieldContext } from './attributes.ts';
import { InvalidValue } from './errors.ts';
import { columnOf, type FieldName } from './fields.ts';
import {
  type Composed,
  composeText,
  monthDay,
  type Normal,
  normaliseBirthday,
  normaliseCountry,
  normaliseEmail,
  normaliseLanguage,
  normalisePhone,
  normaliseText,
  normaliseTime,
  normaliseTimeZone,
  type Text,
} from './normalise.ts';

type Kind = 'email' | 'phone' | 'birthday' | 'country' | 'language' | 'timeZone' | 'extra';
type ValueOf<Name> = Name extends Kind ? Normal<Name> : Name extends 'type' ? NonNullable<CustomerRow['type']> : Text;
type NormalFields = { [Name in FieldName]?: ValueOf<Name> | null };

/** A customer whose values are in their one form already. null clears a member. */
export type NormalCustomer = NormalFields & {
  id?: string;
  anonymousId?: string;
  /** Without repetitions. */
  tags?: readonly Composed[];
  consents?: readonly ConsentChange[];
  /** In ms. */
  createdAt?: number;
  attributes?: Readonly<Record<string, AttributeValue | null>>;
};

export type Identity = { kind: string; value: string; pointer: string };
export type Draft = {
  index: number;
  id?: string;
  expectedVersion?: number;
  /** Column → value; null clears. */
  columns: Record<string, unknown>;
  /** In the order in which they find a customer. */
  identities: Identity[];
  tags: readonly Composed[];
  consents: readonly ConsentChange[];
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

/** What a request says of a customer in the one form of each value, or the failure that names the member at fault. */
export const normaliseCustomer = (row: CustomerRow, context: FieldContext): NormalCustomer | Failure => {
  const { id, anonymousId, createdAt, tags = [], consents, attributes = {} } = row;
  const fields: Record<string, unknown> = {};
  for (const name of columnOf.keys() as MapIterator<FieldName>) {
    const given = row[name];
    if (given === undefined) continue;
    const value = given === null ? null : readField(name, given, context, row);
    if (value === undefined) return refuseField(name);
    fields[name] = value;
  }
  const values: Record<string, AttributeValue | null> = {};
  for (const [key, value] of Object.entries(attributes)) {
    const normal = normaliseAttribute(context.definitions, key, value);
    if (normal instanceof Failure) return normal;
    values[key] = normal;
  }
  return {
    ...(fields as NormalFields),
    id,
    anonymousId,
    consents,
    tags: [...new Set(tags.map(composeText))],
    createdAt: createdAt === undefined ? undefined : normaliseTime(createdAt),
    attributes: values,
  };
};

const readField = (name: FieldName, given: unknown, context: FieldContext, row: CustomerRow): unknown => {
  if (name === 'extra') return normaliseExtra(given as object);
  if (name === 'type') return given;
  const text = given as string;
  const reader = readers[name];
  return reader ? reader.read(text, context, row) : normaliseText(text);
};

/** Members that no column has, as the JSON text they are kept as; undefined beyond 16,384 characters of it. */
export const normaliseExtra = (extra: object): Normal<'extra'> | undefined => {
  const text = JSON.stringify(extra);
  return text.length <= mostExtra ? (text as Normal<'extra'>) : undefined;
};

/** The failure of a field whose value is not one of its kind. */
export const refuseField = (name: FieldName): Failure => {
  const wanted = name === 'extra' ? `an object of at most ${mostExtra} bytes` : (readers[name]?.wanted ?? 'a text');
  return new InvalidValue(`"${name}" must be ${wanted}.`, { pointer: `/${name}` });
};

/** What to write for a customer, or the failure that names the attribute at fault. */
export const draftOf = (customer: NormalCustomer, index: number, context: FieldContext): Draft | Failure => {
  const { id, anonymousId, tags = [], consents = [], createdAt, attributes = {} } = customer;
  const draft: Draft = { index, id, columns: {}, identities: [], tags, consents, createdAt };
  for (const [name, column] of columnOf as Map<FieldName, string>) {
    const value = customer[name];
    if (value === undefined) continue;
    draft.columns[column] = value;
    if (name === 'birthday') draft.columns.birthday_month_day = value === null ? null : monthDay(value);
    const kind = identityKinds[name];
    if (kind && value !== null) draft.identities.push({ kind, value, pointer: `/${name}` });
  }
  if (anonymousId !== undefined)
    draft.identities.push({ kind: 'anonymous', value: anonymousId, pointer: '/anonymousId' });
  for (const [key, value] of Object.entries(attributes)) {
    const encoded = encodeAttribute(context.definitions, key, value);
    if ('failure' in encoded) return encoded.failure;
    draft.columns[encoded.column] = encoded.value;
    if (context.definitions.get(key)?.unique && encoded.value !== null)
      draft.identities.push({ kind: encoded.column, value: String(encoded.value), pointer: `/attributes/${key}` });
  }
  return draft;
};
