// How texts are spelled where they are stored, so that a rule's value is spelled alike. The forms are those of the writers
// (core/customers/normalise.ts); a form that refuses a text says that nothing stored can ever equal it.
import {
  countryCodes,
  normaliseCountry,
  normaliseEmail,
  normaliseLanguage,
  normalisePhone,
  normaliseText,
  normaliseTimeZone,
} from '../../../core/index.ts';
import { nearestOf } from './nearest.ts';

/** What reading a text may depend on: the country of phone numbers without +…, or null. */
export type Place = { defaultCountry: string | null };

export type Form = {
  name: string;
  /** The text as it is stored; undefined when no stored text can equal it. */
  read: (text: string, place: Place) => string | undefined;
  /** What is taken, in words: "It must be …". */
  wanted: string;
  /** The known value that is most like a refused text. */
  nearest?: (text: string) => string | undefined;
};

const nfc = (text: string): string => text.normalize('NFC');

/** Kept as it came, in Unicode NFC: event properties, labels, what plugins add. */
export const freeText: Form = { name: 'text', read: nfc, wanted: 'a text' };

/** Columns that keep text: NFC, no white space around, single inside, never empty. */
export const cleanText: Form = {
  name: 'clean text',
  read: normaliseText,
  wanted: 'a text that is not blank; a customer without a value has null',
};
/** Texts that are never empty but otherwise kept as they came. */
export const filledText: Form = {
  name: 'filled text',
  read: (text) => nfc(text) || undefined,
  wanted: 'a text that is not empty; a customer without a value has null',
};

export const email: Form = { name: 'e-mail', read: normaliseEmail, wanted: 'an e-mail address' };

export const phone: Form = {
  name: 'phone',
  read: (text, { defaultCountry }) => normalisePhone(text, defaultCountry),
  wanted: 'a phone number in international notation, such as +49 30 901820',
};

const namesOf = (type: 'region' | 'language', codes: readonly string[]): Map<string, string> => {
  const names = new Intl.DisplayNames('en', { type, fallback: 'none' });
  return new Map(codes.flatMap((code) => (names.of(code) === undefined ? [] : [[names.of(code)!, code] as const])));
};

// A short text is taken for a code, a longer one for a name.
const nearestCode = (text: string, names: ReadonlyMap<string, string>): string | undefined => {
  if (text.trim().length <= 3) return nearestOf(text, [...names.values()]);
  const name = nearestOf(text, [...names.keys()]);
  return name === undefined ? undefined : names.get(name);
};

export const country: Form = {
  name: 'country',
  read: normaliseCountry,
  wanted: 'a country, as its ISO 3166-1 code of two letters or its English name',
  nearest: (text) => nearestCode(text, namesOf('region', countryCodes)),
};

const letters = [...'abcdefghijklmnopqrstuvwxyz'];
export const language: Form = {
  name: 'language',
  read: (text) => (/^\s*[a-z]{2,3}([-_]|\s*$)/i.test(text) ? normaliseLanguage(text) : undefined),
  wanted: 'a language tag such as en or zh-CN',
  nearest: (text) => {
    const codes = letters.flatMap((a) => letters.map((b) => a + b));
    return nearestCode(text, namesOf('language', codes));
  },
};

export const timeZone: Form = {
  name: 'time zone',
  read: normaliseTimeZone,
  wanted: 'an IANA time zone such as Europe/Berlin',
  nearest: (text) => nearestOf(text, Intl.supportedValuesOf('timeZone')),
};

export const currency: Form = {
  name: 'currency',
  read: (text) => (/^[A-Z]{3}$/.test(text.trim().toUpperCase()) ? text.trim().toUpperCase() : undefined),
  wanted: 'an ISO 4217 code of three letters such as EUR',
  nearest: (text) => nearestOf(text, Intl.supportedValuesOf('currency')),
};

/** One spelling for all codes of promotions: Unicode NFKC, no space around, upper case. Blank is no code. */
export const normaliseCode = (text: string): string | undefined =>
  text.normalize('NFKC').trim().toUpperCase().normalize('NFKC') || undefined;

export const code: Form = { name: 'code', read: normaliseCode, wanted: 'a code that is not blank' };

/** Tags keep their case: `VIP` and `vip` are two. */
export const tag: Form = {
  name: 'tag',
  read: (text) => {
    const found = nfc(text).trim();
    return found === '' || found.length > 64 ? undefined : found;
  },
  wanted: 'a tag of 1 to 64 characters',
};

/** Channels and purposes of consent. */
export const consentWord: Form = {
  name: 'consent word',
  read: (text) => {
    const word = text.trim().toLowerCase();
    return /^[a-z][a-z0-9_-]{0,39}$/.test(word) ? word : undefined;
  },
  wanted: 'a word of small letters, digits, "_" and "-", such as email or marketing',
};

/** `known` only serves to name the nearest: any well-formed type is accepted, also one not seen yet. */
export const eventType = (known: readonly string[]): Form => ({
  name: 'event type',
  read: (text) => (/^[A-Za-z][A-Za-z0-9_.-]{0,99}$/.test(text.trim()) ? text.trim() : undefined),
  wanted: 'an event type: letters, digits, ".", "_" and "-", such as cart.abandoned',
  nearest: (text) => nearestOf(text, known),
});

export const eventSource: Form = {
  name: 'event source',
  read: (text) => (/^[A-Za-z0-9_.:-]{1,64}$/.test(text.trim()) ? text.trim() : undefined),
  wanted: 'a source: at most 64 letters, digits, ".", ":", "_" and "-"',
};

/** One of a closed list; letters may differ in case and white space when that leaves one choice. */
export const oneOf = (options: readonly string[]): Form => ({
  name: 'option',
  read: (text) => {
    const given = nfc(text);
    if (options.includes(given)) return given;
    const plain = (each: string): string => nfc(each).trim().toLowerCase();
    const alike = options.filter((each) => plain(each) === plain(given));
    return alike.length === 1 ? alike[0] : undefined;
  },
  wanted: options.length === 0 ? 'one of the options, of which there are none yet' : `one of ${options.join(', ')}`,
  nearest: (text) => nearestOf(text, options),
});
