// Numbers, money, dates and spans of time in the reader's language. Input is as the API sends it.
import { useMemo } from 'react';
import { useWords } from './words.ts';

const units: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_557_600_000],
  ['month', 2_629_800_000],
  ['week', 604_800_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
];

const digitsOf = (currency: string): number =>
  new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;

export const createFormat = (locale: string) => {
  const number = new Intl.NumberFormat(locale);
  const compact = new Intl.NumberFormat(locale, { notation: 'compact', maximumFractionDigits: 1 });
  const percent = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 });
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  const moment = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' });
  const day = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone: 'UTC' });
  return {
    number: (value: number): string => number.format(value),
    compact: (value: number): string => compact.format(value),
    percent: (share: number): string => percent.format(share),
    /** Minor units and an ISO 4217 code. */
    money: (minor: number, currency: string | null | undefined): string => {
      if (!currency) return number.format(minor / 100);
      const digits = digitsOf(currency);
      return new Intl.NumberFormat(locale, { style: 'currency', currency, currencyDisplay: 'narrowSymbol' }).format(
        minor / 10 ** digits,
      );
    },
    moment: (iso: string): string => moment.format(new Date(iso)),
    /** A calendar day, which has no zone. */
    day: (iso: string): string => day.format(new Date(`${iso.slice(0, 10)}T00:00:00Z`)),
    ago: (iso: string, now: number): string => {
      const distance = new Date(iso).getTime() - now;
      const [unit, size] = units.find(([, ms]) => Math.abs(distance) >= ms) ?? ['second', 1000];
      return relative.format(Math.trunc(distance / size), unit);
    },
  };
};

export const useFormat = () => {
  const { locale } = useWords();
  return useMemo(() => createFormat(locale), [locale]);
};

/**
 * Minor units of a typed amount such as "12.50" or "12,50", half a unit rounded away from zero; undefined when it is not one. Digits
 * are counted, not multiplied: 1.005 has no exact binary form. "1,234" may mean thousands: it is refused where a currency has fewer decimals.
 */
export const toMinor = (text: string, currency: string): number | undefined => {
  const [, sign, whole = '', point, fraction = ''] = /^(-?)(\d*)(?:([.,])(\d*))?$/.exec(text.trim()) ?? [];
  const digits = digitsOf(currency);
  if (sign === undefined || whole + fraction === '' || (point === ',' && fraction.length > digits)) return undefined;
  const units =
    Number(whole + fraction.slice(0, digits).padEnd(digits, '0')) + (fraction.charAt(digits) >= '5' ? 1 : 0);
  return sign && units > 0 ? -units : units;
};

export const fromMinor = (minor: number, currency: string): string =>
  (minor / 10 ** digitsOf(currency)).toFixed(digitsOf(currency));
