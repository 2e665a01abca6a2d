// One way to write each value, so that the same person is found however they were typed. Each function returns the value, or
// undefined when the text is not one; what it returns carries its kind as a type, which nothing else makes. So what takes a
// `Normal` never normalises again, and a text that went through none of these does not compile there.
import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/min';
import { findCountry } from './countries.ts';
import { InvalidValue } from './errors.ts';

declare const kind: unique symbol;
/** A text in the one form that its kind has. */
export type Normal<Kind extends string> = string & { readonly [kind]: { readonly [K in Kind]: true } };
export type Composed = Normal<'composed'>;
export type Text = Composed & Normal<'text'>;
export type Day = Normal<'day'>;

/** Lower case and NFKC; at most 254 characters, 64 of them before the @, and a domain with a dot. */
export const normaliseEmail = (text: string): Normal<'email'> | undefined => {
  const email = text.normalize('NFKC').trim().toLowerCase();
  return email.length <= 254 && /^[^\s@<>(),;:"\\]{1,64}@[^\s@<>(),;:"\\]+\.[^\s@<>(),;:"\\.]{2,}$/.test(email)
    ? (email as Normal<'email'>)
    : undefined;
};

/** E.164. `country` decides what a number without +… means. */
export const normalisePhone = (text: string, country?: string | null): Normal<'phone'> | undefined => {
  const region = country && isSupportedCountry(country) ? (country as CountryCode) : undefined;
  const parsed = parsePhoneNumberFromString(text.trim().replace(/^00(?=[1-9])/, '+'), region);
  return parsed?.isPossible() ? (parsed.number as string as Normal<'phone'>) : undefined;
};

/** ISO 3166-1 alpha-2. */
export const normaliseCountry = (text: string): Normal<'country'> | undefined =>
  findCountry(text) as Normal<'country'> | undefined;

/** The day of a calendar's year, month (1–12) and day, if there is one. */
export const dayOf = (year: number, month: number, day: number): Day | undefined => {
  const date = new Date(Date.UTC(year, month - 1, day));
  const real = date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return real ? (date.toISOString().slice(0, 10) as Day) : undefined;
};

/** A calendar day as YYYY-MM-DD; also reads YYYY/MM/DD, YYYYMMDD and the day of an ISO time. */
export const normaliseDay = (text: string): Day | undefined => {
  const match = /^(\d{4})[-/.]?(\d{1,2})[-/.]?(\d{1,2})(?:[T ].*)?$/.exec(text.trim());
  if (!match) return undefined;
  return dayOf(Number(match[1]), Number(match[2]), Number(match[3]));
};

/** The day as one of birth: not in the future, not before 1900. */
export const birthdayOf = (day: Day, now: number): Normal<'birthday'> | undefined =>
  day >= '1900-01-01' && Date.parse(day) <= now ? (day as string as Normal<'birthday'>) : undefined;

export const normaliseBirthday = (text: string, now: number): Normal<'birthday'> | undefined => {
  const day = normaliseDay(text);
  return day && birthdayOf(day, now);
};

/** 1 July → 701: an index range finds the birthdays of a week. */
export const monthDay = (day: string): number => Number(day.slice(5, 7)) * 100 + Number(day.slice(8, 10));

/** An instant in ms, from ISO-8601 with a zone (or a plain day, taken as UTC). */
export const normaliseTime = (text: string): number | undefined => {
  const value = text.trim();
  const zoned = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2}))?$/i.test(value);
  const ms = zoned ? Date.parse(value) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms;
};

/** The instant of a time that passed its schema, in ms; schemas let a leap second through, which no clock here knows. */
export const readTime = (text: string, pointer: string): number => {
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw new InvalidValue('It must be a time as ISO-8601 with a zone.', { pointer });
  return ms;
};

/** A BCP 47 tag, its parts in their usual case. */
export const normaliseLanguage = (text: string): Normal<'language'> | undefined => {
  try {
    return Intl.getCanonicalLocales(text.trim().replaceAll('_', '-'))[0] as Normal<'language'> | undefined;
  } catch {
    return undefined;
  }
};

/** The IANA name that this version of ICU calls the zone by. */
export const normaliseTimeZone = (text: string): Normal<'timeZone'> | undefined => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text.trim() }).resolvedOptions().timeZone as Normal<'timeZone'>;
  } catch {
    return undefined;
  }
};

/** NFC and nothing else: what a shop's own texts keep. */
export const composeText = (text: string): Composed => text.normalize('NFC') as Composed;

/** Trimmed, NFC, inner white space single; undefined when nothing is left. */
export const normaliseText = (text: string): Text | undefined =>
  // Plain ASCII words with single spaces, nearly every text there is, are that already.
  /^[!-~]+(?: [!-~]+)*$/.test(text)
    ? (text as Text)
    : ((text.normalize('NFC').trim().replaceAll(/\s+/g, ' ') || undefined) as Text | undefined);

/** The parts of a text that are not blank. A part of a normal text is normal once its ends are trimmed. */
export const splitText = (text: Text, separator: string | RegExp): Text[] =>
  text
    .split(separator)
    .map((part) => part.trim())
    .filter((part) => part !== '') as Text[];
