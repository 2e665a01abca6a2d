// Dates and times as people write them, to milliseconds and days. What could mean two days is refused, not guessed.

import { type Day, dayOf } from '../../core/index.ts';

/**
 * `timeZone` (IANA) is of times written without one, UTC when absent; `dateOrder` decides what could be
 * two days, except for `03.04.2026`, which is always day first.
 */
export type DateSettings = { timeZone?: string; dateOrder?: 'dmy' | 'mdy' };
/** An instant in ms, and the day as it was written (for a mere number the day in UTC). */
export type Moment = { ms: number; day: Day };
type Parts = { year: number; month: number; day: number; hour: number; minute: number; second: number; ms: number };

const clock = String.raw`(?:[T\s]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*(AM|PM)?)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})?`;
const yearFirst = new RegExp(String.raw`^(\d{4})(?:[-/.]|年)(\d{1,2})(?:[-/.]|月)(\d{1,2})日?${clock}$`, 'i');
const yearLast = new RegExp(String.raw`^(\d{1,2})([-/.])(\d{1,2})\2(\d{4})${clock}$`, 'i');
const compact = /^(\d{4})(\d{2})(\d{2})$/;

/** The moment, or why there is none: `ambiguous` (day or month first?) or `unreadable`. */
export const parseMoment = (text: string, settings: DateSettings = {}): Moment | 'ambiguous' | 'unreadable' => {
  if (/^\d{10}$|^\d{13}$/.test(text)) return fromMs(text.length === 10 ? Number(text) * 1000 : Number(text));
  const first = yearFirst.exec(text);
  if (first) return moment(first[1]!, first[2]!, first[3]!, first.slice(4), settings);
  const digits = compact.exec(text);
  if (digits) return moment(digits[1]!, digits[2]!, digits[3]!, [], settings);
  const last = yearLast.exec(text);
  if (!last) return 'unreadable';
  const [, a, sign, b, year] = last as unknown as [string, string, string, string, string];
  const order = sign === '.' ? 'dmy' : (settings.dateOrder ?? orderOf(Number(a), Number(b)));
  if (order === undefined) return 'ambiguous';
  return order === 'dmy' ? moment(year, b, a, last.slice(5), settings) : moment(year, a, b, last.slice(5), settings);
};

const orderOf = (a: number, b: number): 'dmy' | 'mdy' | undefined => {
  if (a > 12) return 'dmy';
  return b > 12 || a === b ? 'mdy' : undefined;
};

const fromMs = (ms: number): Moment | 'unreadable' => {
  const date = new Date(ms);
  const day = dayOf(date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate());
  return day === undefined ? 'unreadable' : { ms, day };
};

/**
 * Years 1800 to 2200. A fraction of a second is cut to ms. A time that a clock change skips or repeats is
 * read as Temporal's `compatible` does: the later, or the first.
 */
const moment = (
  year: string,
  month: string,
  day: string,
  rest: (string | undefined)[],
  settings: DateSettings,
): Moment | 'unreadable' => {
  const [hour = '0', minute = '0', second = '0', fraction = '', half, zone] = rest;
  const parts: Parts = {
    year: Number(year),
    month: Number(month),
    day: Number(day),
    hour: hourOf(Number(hour), half),
    minute: Number(minute),
    second: Number(second),
    ms: Number(fraction.slice(0, 3).padEnd(3, '0')),
  };
  const written = isPossible(parts) ? dayOf(parts.year, parts.month, parts.day) : undefined;
  if (written === undefined) return 'unreadable';
  const local = Date.UTC(parts.year, parts.month - 1, parts.day, parts.hour, parts.minute, parts.second, parts.ms);
  if (zone !== undefined) return { ms: local - offsetMs(zone), day: written };
  const { timeZone } = settings;
  return { ms: timeZone === undefined || timeZone === 'UTC' ? local : inZone(parts, timeZone), day: written };
};

const hourOf = (hour: number, half: string | undefined): number => {
  if (half === undefined) return hour;
  if (hour < 1 || hour > 12) return 99;
  return (hour % 12) + (half.toUpperCase() === 'PM' ? 12 : 0);
};

const isPossible = ({ year, hour, minute, second }: Parts): boolean =>
  year >= 1800 && year <= 2200 && hour <= 23 && minute <= 59 && second <= 59;

const offsetMs = (zone: string): number => {
  const found = /^([+-])(\d{2}):?(\d{2})?$/.exec(zone);
  if (!found) return 0;
  const minutes = Number(found[2]) * 60 + Number(found[3] ?? 0);
  return (found[1] === '-' ? -minutes : minutes) * 60_000;
};

const inZone = (parts: Parts, timeZone: string): number =>
  Temporal.PlainDateTime.from({ ...parts, millisecond: parts.ms }).toZonedDateTime(timeZone).epochMilliseconds;

export const isTimeZone = (name: string): boolean => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
};
