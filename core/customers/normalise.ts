// One way to write each value, so that the same person is found however they were typed. The importer cleans with the same functions.
// Each returns the value, or undefined when the text is not one.
import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/min';
import { findCountry } from './countries.ts';
import { InvalidValue } from './errors.ts';

export const normaliseEmail = (text: string): string | undefined => {
  const email = text.normalize('NFKC').trim().toLowerCase();
  return email.length <= 254 && /^[^\s@<>(),;:"\\]{1,64}@[^\s@<>(),;:"\\]+\.[^\s@<>(),;:"\\.]{2,}$/.test(email)
    ? email
    : undefined;
};

/** E.164. `country` decides what a number without +… means. */
export const normalisePhone = (text: string, country?: string | null): string | undefined => {
  const region = country && isSupportedCountry(country) ? (country as CountryCode) : undefined;
  const parsed = parsePhoneNumberFromString(text.trim().replace(/^00(?=[1-9])/, '+'), region);
  return parsed?.isPossible() ? parsed.number : undefined;
};

export const normaliseCountry = (text: string): string | undefined => findCountry(text);

/** A calendar day as YYYY-MM-DD; also reads YYYY/MM/DD, YYYYMMDD and the day of an ISO time. */
export const normaliseDay = (text: string): string | undefined => {
  const match = /^(\d{4})[-/.]?(\d{1,2})[-/.]?(\d{1,2})(?:[T ].*)?$/.exec(text.trim());
  if (!match) return undefined;
  const [year, month, day] = match.slice(1, 4).map(Number) as [number, number, number];
  const date = new Date(Date.UTC(year, month - 1, day));
  const real = date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return real ? date.toISOString().slice(0, 10) : undefined;
};

/** A day of birth: not in the future, not before 1900. */
export const normaliseBirthday = (text: string, now: number): string | undefined => {
  const day = normaliseDay(text);
  return day && day >= '1900-01-01' && Date.parse(day) <= now ? day : undefined;
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

export const normaliseLanguage = (text: string): string | undefined => {
  try {
    return Intl.getCanonicalLocales(text.trim().replaceAll('_', '-'))[0];
  } catch {
    return undefined;
  }
};

export const normaliseTimeZone = (text: string): string | undefined => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text.trim() }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
};

/** Trimmed, NFC, inner white space single; undefined when nothing is left. */
export const normaliseText = (text: string): string | undefined =>
  text.normalize('NFC').trim().replaceAll(/\s+/g, ' ') || undefined;
