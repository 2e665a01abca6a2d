// Cells as people around the world write them, one table a type: the value that is stored, and the code of what is refused.
import { describe, expect, test } from 'vitest';
import { type Cleaner, type CleaningSettings, createCleaner } from './cleaning.ts';
import { parseDecimal, toMinor } from './decimals.ts';

/** The value, or the code of the fault. */
const clean = (cell: string, read: (cleaner: Cleaner) => unknown, settings: CleaningSettings = {}): unknown => {
  const cleaner = createCleaner(settings);
  cleaner.begin({ cell });
  const value = read(cleaner);
  return cleaner.problem()?.code ?? value;
};

describe('e-mail', () => {
  test.each([
    ['ADA@EXAMPLE.COM', 'ada@example.com'],
    ['Ａｄａ＠Ｅｘａｍｐｌｅ．ｃｏｍ', 'ada@example.com'],
    ['o’brien@example.ie', 'o’brien@example.ie'],
    ["o'brien@example.ie", "o'brien@example.ie"],
    ['李@例子.公司', '李@例子.公司'],
    ['ada\u200b@example.com', 'ada@example.com'],
    ['Ada <ada@example.com>', 'EMAIL_INVALID'],
    ['ada@example.com;bob@example.com', 'EMAIL_INVALID'],
    ['ada@localhost', 'EMAIL_INVALID'],
    ['n/a', 'EMAIL_INVALID'],
    [`${'a'.repeat(64)}@${'b'.repeat(190)}.example`, 'EMAIL_INVALID'],
  ])('%s', (cell, value) => expect(clean(cell, (c) => c.email('cell'))).toBe(value));
});

describe('phone', () => {
  test.each<[string, string | undefined, string]>([
    ['+44 (0) 20 7946 0958', undefined, '+442079460958'],
    ['0049 30 901820', undefined, '+4930901820'],
    ['030 901820', 'DE', '+4930901820'],
    ['01 42 68 53 00', 'FR', '+33142685300'],
    ['06-1234-5678', 'JP', '+81612345678'],
    ['(212) 555-2368', 'US', '+12125552368'],
    ['8 (495) 123-45-67', 'RU', '+74951234567'],
    ['09123456789', 'IR', '+989123456789'],
    ['138-0013-8000', 'CN', '+8613800138000'],
    ['+86 138 0013 8000', 'GB', '+8613800138000'],
    ['02 6982 1234', 'IT', '+390269821234'],
    ['+999 1234 5678', undefined, 'PHONE_INVALID'],
    ['+12345678901234567', undefined, 'PHONE_INVALID'],
    ['0 30', 'DE', 'PHONE_INVALID'],
    ['901820', undefined, 'PHONE_INVALID'],
    ['nicht angegeben', 'DE', 'PHONE_INVALID'],
  ])('%s of %s', (cell, country, value) => expect(clean(cell, (c) => c.phone('cell', country))).toBe(value));

  test('a number that begins like one in E.164 is parsed like any other', () => {
    // Twelve digits behind a plus, and still no number of that country.
    expect(clean('+441234567890123', (c) => c.phone('cell'))).toBe('PHONE_INVALID');
  });
});

describe('countries, languages and zones', () => {
  test.each([
    ['Côte d’Ivoire', 'CI'],
    ["Côte d'Ivoire", 'CI'],
    ['COTE D’IVOIRE', 'CI'],
    ['Trinidad and Tobago', 'TT'],
    ['Osterreich', 'AT'],
    ['德国', 'DE'],
    ['USA', 'US'],
    ['the netherlands', 'NL'],
    ['Czech Republic', 'CZ'],
    ['Middle-earth', 'COUNTRY_UNKNOWN'],
  ])('country %s', (cell, value) => expect(clean(cell, (c) => c.country('cell'))).toBe(value));

  test.each([
    ['EN', 'en'],
    ['pt_BR', 'pt-BR'],
    ['zh-hant-tw', 'zh-Hant-TW'],
    ['English (UK)', 'LANGUAGE_INVALID'],
  ])('language %s', (cell, value) => expect(clean(cell, (c) => c.language('cell'))).toBe(value));

  test.each([
    ['asia/tokyo', 'Asia/Tokyo'],
    ['America/New_York', 'America/New_York'],
    ['Mars/Olympus', 'TIME_ZONE_UNKNOWN'],
  ])('zone %s', (cell, value) => expect(clean(cell, (c) => c.timeZone('cell'))).toBe(value));
});

describe('numbers and money', () => {
  // Hand-worked: text, units and scale, or undefined.
  test.each<[string, number | undefined]>([
    ['1,234.50', 1234.5],
    ['1.234,50', 1234.5],
    ["1'234.50", 1234.5],
    ['1 234,5', 1234.5],
    ['1\u202f234,5', 1234.5],
    ['1,00,000', 100_000],
    ['1.234.567', 1_234_567],
    ['１２３４．５', 1234.5],
    ['(12.00)', -12],
    ['12.00-', -12],
    ['£ 9.99', 9.99],
    ['9,99 €', 9.99],
    ['￥88', 88],
    ['88元', 88],
    ['CHF 12.50', 12.5],
    ['.5', 0.5],
    ['1,234', 1234],
    ['1.234', 1.234],
    ['0,5', 0.5],
    ['12,34,56', undefined],
    ['1.2.3', undefined],
    ['1e3', undefined],
    ['twelve', undefined],
    ['--5', undefined],
  ])('%s', (text, value) => {
    const read = parseDecimal(text);
    expect(read && Number(`${read.units}e-${read.scale}`)).toBe(value);
  });

  test.each<[string, string, number | string]>([
    ['12.34', 'EUR', 1234],
    ['1234', 'JPY', 1234],
    ['1.234', 'KWD', 1234],
    ['0.1', 'USD', 10],
    ['10000000000.00', 'USD', 1_000_000_000_000],
    ['10000000000.01', 'USD', 'MONEY_OUT_OF_RANGE'],
    ['12.345', 'EUR', 'MONEY_PRECISION'],
    ['12.340', 'EUR', 1234],
    ['-0.01', 'EUR', 'MONEY_OUT_OF_RANGE'],
    ['1', 'XXQ', 'CURRENCY_INVALID'],
  ])('%s %s in minor units', (cell, currency, value) =>
    expect(clean(cell, (c) => c.money('cell', currency))).toBe(value),
  );

  test('half a unit is rounded away from zero, exactly, and it is said', () => {
    expect(toMinor(parseDecimal('1.005')!, 2)).toEqual({ minor: 101, rounded: true });
    expect(toMinor(parseDecimal('-1.005')!, 2)).toEqual({ minor: -101, rounded: true });
    expect(toMinor(parseDecimal('1.0049999999')!, 2)).toEqual({ minor: 100, rounded: true });
    expect(toMinor(parseDecimal('1.5')!, 3)).toEqual({ minor: 1500, rounded: false });
  });

  test.each<[string, number | string]>([
    ['1 200', 1200],
    ['3.0', 3],
    ['-7', -7],
    ['9007199254740993', 'NUMBER_INVALID'],
    ['2,5', 'NUMBER_INVALID'],
  ])('the whole number %s', (cell, value) => expect(clean(cell, (c) => c.integer('cell'))).toBe(value));
});

describe('days and times', () => {
  test.each<[string, CleaningSettings, string]>([
    ['31.12.1999', {}, '1999-12-31'],
    ['12/31/1999', {}, '1999-12-31'],
    ['31/12/1999', {}, '1999-12-31'],
    ['1999年12月31日', {}, '1999-12-31'],
    ['1999/12/31', {}, '1999-12-31'],
    ['29.02.2024', {}, '2024-02-29'],
    ['29.02.2023', {}, 'DATE_INVALID'],
    ['03/04/2026', {}, 'DATE_AMBIGUOUS'],
    ['03/04/2026', { dateOrder: 'dmy' }, '2026-04-03'],
    ['03/04/2026', { dateOrder: 'mdy' }, '2026-03-04'],
    ['13/04/2026', { dateOrder: 'mdy' }, 'DATE_INVALID'],
    ['0', {}, 'DATE_INVALID'],
    ['31 décembre 1999', {}, 'DATE_INVALID'],
    ['1799-12-31', {}, 'DATE_INVALID'],
  ])('day %s %j', (cell, settings, value) => expect(clean(cell, (c) => c.day('cell'), settings)).toBe(value));

  test.each<[string, CleaningSettings, string]>([
    ['2026-03-29 02:30', { timeZone: 'Europe/Berlin' }, '2026-03-29T01:30:00.000Z'],
    ['2026-10-25 02:30', { timeZone: 'Europe/Berlin' }, '2026-10-25T00:30:00.000Z'],
    ['2026-01-01 00:00', { timeZone: 'Asia/Kathmandu' }, '2025-12-31T18:15:00.000Z'],
    ['2026-01-01T00:00:00-11:00', { timeZone: 'Asia/Tokyo' }, '2026-01-01T11:00:00.000Z'],
    ['12/25/2010 12:05 PM', {}, '2010-12-25T12:05:00.000Z'],
    ['1.2.2026 23:59:59,9', {}, '2026-02-01T23:59:59.900Z'],
  ])('time %s %j', (cell, settings, value) => {
    const ms = clean(cell, (c) => c.time('cell'), settings);
    expect(new Date(ms as number).toISOString()).toBe(value);
  });

  test.each(['2026-01-01 24:00', '2026-01-01 13:00 PM', '2026-01-01 12:60'])('%s is no time', (cell) =>
    expect(clean(cell, (c) => c.time('cell'))).toBe('DATE_INVALID'),
  );
});

describe('yes and no, lists and texts', () => {
  test.each<[string, boolean | string]>([
    ['TRUE', true],
    ['Y', true],
    ['有', true],
    ['off', false],
    ['没有', false],
    ['2', 'BOOLEAN_INVALID'],
    ['oui', 'BOOLEAN_INVALID'],
  ])('%s', (cell, value) => expect(clean(cell, (c) => c.boolean('cell'))).toBe(value));

  test.each<[string, string[] | undefined]>([
    ['a,b;c', ['a,b', 'c']],
    ['a|b , c', ['a', 'b , c']],
    ['a，b、c,a', ['a', 'b', 'c']],
    [' ; ; ', []],
    ['cafe\u0301;café', ['café']],
  ])('the list %s', (cell, value) => expect(clean(cell, (c) => c.list('cell'))).toEqual(value));

  test('a cell is text without what nobody sees; right-to-left and joined signs stay', () => {
    expect(clean('\ufeffAda\u0007\u200b', (c) => c.text('cell'))).toBe('Ada');
    expect(clean(' شركة\u00a0النور ', (c) => c.text('cell'))).toBe('شركة النور');
    expect(clean('👩\u200d👧', (c) => c.text('cell'))).toBe('👩\u200d👧');
    expect(clean('a\r\n b', (c) => c.text('cell'))).toBe('a b');
    expect(clean('\u200b\u0000', (c) => c.text('cell'))).toBeUndefined();
  });

  test('the first fault of a row is the one that is told', () => {
    const cleaner = createCleaner({});
    cleaner.begin({ a: 'x', b: 'y' });
    cleaner.email('a');
    cleaner.phone('b');
    expect(cleaner.problem()).toMatchObject({ field: 'a', code: 'EMAIL_INVALID' });
    cleaner.begin({ a: 'ada@example.com' });
    expect([cleaner.problem(), cleaner.corrections()]).toEqual([undefined, []]);
  });
});
