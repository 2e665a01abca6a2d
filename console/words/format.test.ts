// Numbers, money, days and spans of time as readers of English and Chinese see them; amounts as people type them.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createFormat, fromMinor, toMinor } from './format.ts';

const en = createFormat('en-GB');
const zh = createFormat('zh-CN');
/** Intl parts numbers and units by spaces of several kinds. */
const plain = (text: string): string => text.replace(/[\u00a0\u202f\u2009]/g, ' ');

describe('money', () => {
  test.each([
    [9910, 'EUR', '€99.10'],
    [0, 'EUR', '€0.00'],
    [-4900, 'GBP', '-£49.00'],
    [1_234_567_89, 'USD', '$1,234,567.89'],
    [9910, 'JPY', '¥9,910'],
    [1_500_000, 'KRW', '₩1,500,000'],
    [12_345, 'BHD', 'BHD 12.345'],
    [5, 'TND', 'TND 0.005'],
    [250, 'CHF', 'CHF 2.50'],
  ])('%i minor units of %s are %s', (minor, currency, text) => {
    expect(plain(en.money(minor, currency))).toBe(text);
  });

  test.each([
    [9910, 'CNY', '¥99.10'],
    [123_456, 'EUR', '€1,234.56'],
    [9910, 'JPY', '¥9,910'],
  ])('in Chinese %i minor units of %s are %s', (minor, currency, text) => {
    expect(plain(zh.money(minor, currency)).replace('JP', '')).toBe(text);
  });

  test('an amount whose currency is not known is a plain number', () => {
    expect(en.money(9910, null)).toBe('99.1');
    expect(en.money(9910, undefined)).toBe('99.1');
  });
});

describe('a typed amount', () => {
  test.each([
    ['99.10', 'EUR', 9910],
    ['99.1', 'EUR', 9910],
    ['0.1', 'USD', 10],
    ['1.005', 'EUR', 101],
    ['8.115', 'EUR', 812],
    ['1.115', 'USD', 112],
    ['10.235', 'GBP', 1024],
    ['-5', 'EUR', -500],
    ['-1.005', 'EUR', -101],
    [' 12 ', 'EUR', 1200],
    ['99', 'JPY', 99],
    ['99.5', 'JPY', 100],
    ['1.234', 'BHD', 1234],
    ['1.2345', 'KWD', 1235],
    ['0', 'EUR', 0],
    ['.5', 'EUR', 50],
    ['5.', 'EUR', 500],
    ['99,10', 'EUR', 9910],
    ['0,5', 'EUR', 50],
    ['12,345', 'BHD', 12_345],
  ])('%j of %s is %i minor units', (text, currency, minor) => {
    expect(toMinor(text, currency)).toBe(minor);
  });

  test.each([
    '',
    ' ',
    'abc',
    '1.2.3',
    '12 €',
    '1e3',
    '0x10',
    'Infinity',
    'NaN',
    '--1',
    '.',
    '1,234.50',
    '1,2,3',
    '1,234',
    '12,5000',
  ])('%j is not an amount', (text) => {
    expect(toMinor(text, 'EUR')).toBeUndefined();
  });

  test('what is shown is read back as the same amount, in every currency', () => {
    const currency = fc.constantFrom('EUR', 'JPY', 'KRW', 'BHD', 'KWD', 'CNY', 'CLP');
    fc.assert(
      fc.property(fc.integer({ min: -1e12, max: 1e12 }), currency, (minor, unit) => {
        expect(toMinor(fromMinor(minor, unit), unit)).toBe(minor);
      }),
    );
  });

  test('it is shown with as many decimals as its currency has', () => {
    expect(fromMinor(9910, 'EUR')).toBe('99.10');
    expect(fromMinor(9910, 'JPY')).toBe('9910');
    expect(fromMinor(9910, 'BHD')).toBe('9.910');
    expect(fromMinor(-5, 'EUR')).toBe('-0.05');
  });
});

describe('spans of time', () => {
  const now = Date.parse('2026-03-15T12:00:00Z');
  test.each([
    ['2026-03-15T12:00:00Z', 'now', '现在'],
    ['2026-03-15T11:59:30Z', '30 seconds ago', '30秒钟前'],
    ['2026-03-15T11:59:01Z', '59 seconds ago', '59秒钟前'],
    ['2026-03-15T11:59:00Z', '1 minute ago', '1分钟前'],
    ['2026-03-15T11:00:01Z', '59 minutes ago', '59分钟前'],
    ['2026-03-15T09:00:00Z', '3 hours ago', '3小时前'],
    ['2026-03-14T12:00:00Z', 'yesterday', '昨天'],
    ['2026-03-13T12:00:00Z', '2 days ago', '前天'],
    ['2026-03-08T12:00:00Z', 'last week', '上周'],
    ['2026-01-01T12:00:00Z', '2 months ago', '2个月前'],
    ['2024-03-01T12:00:00Z', '2 years ago', '2年前'],
    ['2026-03-16T12:00:00Z', 'tomorrow', '明天'],
    ['2026-03-15T14:30:00Z', 'in 2 hours', '2小时后'],
  ])('%s is "%s" and "%s"', (iso, english, chinese) => {
    expect(en.ago(iso, now)).toBe(english);
    expect(zh.ago(iso, now)).toBe(chinese);
  });
});

describe('days and numbers', () => {
  test('a calendar day stays the same day in every zone of the reader', () => {
    expect(en.day('2026-12-31')).toBe('31 Dec 2026');
    expect(en.day('2026-12-31T23:59:59Z')).toBe('31 Dec 2026');
    expect(zh.day('2026-12-31')).toBe('2026年12月31日');
  });

  test('numbers are grouped, shortened and made shares in the reader’s language', () => {
    expect(en.number(48_212)).toBe('48,212');
    expect(en.compact(1_250_000)).toBe('1.3m');
    expect(zh.compact(125_000)).toBe('12.5万');
    expect(en.percent(0.125)).toBe('12.5%');
    expect(en.percent(1)).toBe('100%');
  });
});
