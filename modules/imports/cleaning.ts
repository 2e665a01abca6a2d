// Cleans the cells of one row, remembers every correction and the first fault. Nothing is invented: what cannot be read as
// its type is a fault, what is empty stays absent. What comes out is in the one form of its kind (core/customers/normalise.ts)
// and is stored as it is: nobody reads it a second time.
import type { CorrectionKind } from '@rapport/sdk/schemas';
import {
  createCurrencies,
  type Day,
  type Normal,
  normaliseCountry,
  normaliseEmail,
  normaliseLanguage,
  normalisePhone,
  normaliseText,
  normaliseTimeZone,
  splitText,
  type Text,
} from '../../core/index.ts';
import { type DateSettings, type Moment, parseMoment } from './dates.ts';
import { type Decimal, parseDecimal, toMinor } from './decimals.ts';

/**
 * Why a row is refused. `field` is null when it is no single field's fault; `code` is stable and is what
 * refused rows are counted by; `reason` is for people and may quote the cell.
 */
export type Problem = { field: string | null; code: string; reason: string };
/** What was changed of a cell without asking, as it is shown beside the import. */
export type Correction = { field: string; kind: CorrectionKind; from: string; to: string };
/** Cells by the name of their field; columns that are mapped to nothing are not among them. */
export type Values = Readonly<Record<string, string>>;
/**
 * `country` (ISO 3166-1 alpha-2) is for phones without a country code, `currency` (ISO 4217) for amounts
 * whose row names none.
 */
export type CleaningSettings = DateSettings & { country?: string; currency?: string };

const largestMoney = 1_000_000_000_000;
const yes = new Set(['true', 'yes', 'y', '1', 'on', 't', '是', '有', '真']);
const no = new Set(['false', 'no', 'n', '0', 'off', 'f', '否', '无', '没有', '假']);

/** One cleaner serves many rows, one after another: `begin` starts the next. */
export const createCleaner = (settings: CleaningSettings) => {
  const currencies = createCurrencies();
  let values: Values = {};
  let corrections: Correction[] = [];
  let problem: Problem | undefined;

  const fail = (field: string | null, code: string, reason: string): undefined => {
    problem ??= { field, code, reason };
    return undefined;
  };
  const corrected = (field: string, kind: CorrectionKind, from: string, to: string): void => {
    corrections.push({ field, kind, from, to });
  };

  /** Trimmed, single spaces, composed, without control characters; undefined when nothing is left. */
  const text = (field: string): Text | undefined => {
    const raw = values[field];
    if (raw === undefined || raw === '') return undefined;
    const clean = normaliseText(control.test(raw) || !raw.isWellFormed() ? withoutControls(raw) : raw);
    if (clean !== undefined && clean !== raw) corrected(field, 'trimmed', raw, clean);
    return clean;
  };

  const by =
    <Value extends string>(
      kind: CorrectionKind,
      code: string,
      reason: string,
      normalise: (text: string) => Value | undefined,
    ) =>
    (field: string): Value | undefined => {
      const given = text(field);
      if (given === undefined) return undefined;
      const value = normalise(given);
      if (value === undefined) return fail(field, code, `"${shorten(given)}" ${reason}`);
      if ((value as string) !== given) corrected(field, kind, given, value);
      return value;
    };

  const moment = (field: string): Moment | undefined => {
    const given = text(field);
    if (given === undefined) return undefined;
    const found = parseMoment(given, settings);
    if (found === 'ambiguous')
      return fail(field, 'DATE_AMBIGUOUS', `"${given}" may be two days; say dateOrder dmy or mdy.`);
    if (found === 'unreadable') return fail(field, 'DATE_INVALID', `"${shorten(given)}" is no date.`);
    return found;
  };

  const decimal = (field: string): Decimal | undefined => {
    const given = text(field);
    if (given === undefined) return undefined;
    return parseDecimal(given) ?? fail(field, 'NUMBER_INVALID', `"${shorten(given)}" is no number.`);
  };

  /** Minor units; `rounded` allows and notes rounding, otherwise more decimals than the currency has are a fault. */
  const minor = (field: string, value: Decimal, currency: string, mayRound: boolean): number | undefined => {
    const exponent = currencies.exponentOf(currency);
    if (exponent === undefined) return fail('currency', 'CURRENCY_INVALID', `"${currency}" is no currency.`);
    const amount = toMinor(value, exponent);
    if (amount.rounded && !mayRound)
      return fail(field, 'MONEY_PRECISION', `The amount has more decimals than ${currency} has.`);
    if (amount.minor < 0 || amount.minor > largestMoney)
      return fail(field, 'MONEY_OUT_OF_RANGE', 'The amount is negative or too large.');
    return amount.minor;
  };

  return {
    begin: (next: Values): void => {
      values = next;
      corrections = [];
      problem = undefined;
    },
    problem: (): Problem | undefined => problem,
    corrections: (): Correction[] => corrections,
    fail,
    corrected,
    text,
    raw: (field: string): string | undefined => values[field],
    keys: (): string[] => Object.keys(values),
    email: by<Normal<'email'>>('email', 'EMAIL_INVALID', 'is no e-mail address.', normaliseEmail),
    /** A number without +… is one of `country`, else of the file's country. */
    phone: (field: string, country?: string): Normal<'phone'> | undefined =>
      by<Normal<'phone'>>('phone', 'PHONE_INVALID', 'is no phone number, or one without its country code.', (given) =>
        normalisePhone(given, country ?? settings.country),
      )(field),
    country: by<Normal<'country'>>('country', 'COUNTRY_UNKNOWN', 'is no country that is known here.', normaliseCountry),
    language: by<Normal<'language'>>('language', 'LANGUAGE_INVALID', 'is no language code.', normaliseLanguage),
    timeZone: by<Normal<'timeZone'>>('timeZone', 'TIME_ZONE_UNKNOWN', 'is no IANA time zone.', normaliseTimeZone),
    /** Milliseconds. */
    time: (field: string): number | undefined => {
      const found = moment(field);
      if (!found) return undefined;
      const iso = new Date(found.ms).toISOString();
      const given = values[field]!.trim();
      if (iso !== given && iso.replace('.000', '') !== given) corrected(field, 'date', given, iso);
      return found.ms;
    },
    day: (field: string): Day | undefined => {
      const found = moment(field);
      if (found && (found.day as string) !== values[field]!.trim())
        corrected(field, 'date', values[field]!.trim(), found.day);
      return found?.day;
    },
    /** A whole number within what JavaScript holds exactly; anything else is a fault, never rounded. */
    integer: (field: string): number | undefined => {
      const value = decimal(field);
      if (!value) return undefined;
      const { minor: whole, rounded } = toMinor(value, 0);
      if (rounded || !Number.isSafeInteger(whole)) return fail(field, 'NUMBER_INVALID', 'A whole number is needed.');
      if (String(whole) !== values[field]!.trim()) corrected(field, 'number', values[field]!.trim(), String(whole));
      return whole;
    },
    /** As a float: for attributes, not for money. */
    number: (field: string): number | undefined => {
      const value = decimal(field);
      return value && Number(`${value.units}e-${value.scale}`);
    },
    /** English and Chinese words, `1` and `0`; an empty cell is no answer, not a no. */
    boolean: (field: string): boolean | undefined => {
      const given = text(field);
      if (given === undefined) return undefined;
      const word = given.toLowerCase();
      if (!yes.has(word) && !no.has(word))
        return fail(field, 'BOOLEAN_INVALID', `"${shorten(given)}" is no yes or no.`);
      if (word !== 'true' && word !== 'false') corrected(field, 'boolean', given, String(yes.has(word)));
      return yes.has(word);
    },
    /** Parted by the first of `;`, `|` and commas (Chinese ones too) that the cell has; each part once. */
    list: (field: string): Text[] | undefined => {
      const given = text(field);
      if (given === undefined) return undefined;
      const separator = given.includes(';') ? ';' : given.includes('|') ? '|' : /[,，、]/;
      return [...new Set(splitText(given, separator))];
    },
    decimal,
    minor,
    money: (field: string, currency: string | undefined): number | undefined => {
      const value = decimal(field);
      if (!value) return undefined;
      const code = currency ?? settings.currency;
      if (code === undefined) return fail('currency', 'CURRENCY_MISSING', 'An amount needs a currency.');
      return minor(field, value, code, false);
    },
    currency: (field: string): string | undefined => {
      const given = text(field);
      if (given === undefined) return settings.currency;
      const code = given.toUpperCase();
      if (currencies.exponentOf(code) === undefined)
        return fail(field, 'CURRENCY_INVALID', `"${shorten(given)}" is no currency code.`);
      if (code !== given) corrected(field, 'currency', given, code);
      return code;
    },
    required: <T>(field: string, value: T | undefined): T =>
      // The row is refused then, so nobody looks at the value.
      value ?? (fail(field, 'REQUIRED', `"${field}" is needed and empty.`) as T),
  };
};

export type Cleaner = ReturnType<typeof createCleaner>;

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
const control = /[\u0000-\u0008\u000e-\u001f\u007f\u200b\ufeff]/;
const withoutControls = (text: string): string => text.toWellFormed().replace(new RegExp(control, 'g'), '');

const shorten = (text: string): string => (text.length > 60 ? `${text.slice(0, 60)}…` : text);
