import type { CorrectionKind } from '@rapport/sdk/schemas';
import { describe, expect, test } from 'vitest';
import { csvCell } from '../../core/index.ts';
import { type Cleaner, type CleaningSettings, createCleaner } from './cleaning.ts';
import { fieldsOf } from './fields.ts';
import { createMapper, parseMapping } from './mapping.ts';
import { createOccurrences } from './occurrences.ts';
import { createPace } from './pace.ts';

const clean = <T>(value: string, read: (cleaner: Cleaner) => T, settings: CleaningSettings = {}) => {
  const cleaner = createCleaner(settings);
  cleaner.begin({ cell: value });
  const result = read(cleaner);
  return { value: result, kinds: cleaner.corrections().map(({ kind }) => kind), code: cleaner.problem()?.code };
};

/** A cell that makes each kind of correction; `rounded` is of the retail layout and has its test there. */
const corrected: Record<Exclude<CorrectionKind, 'rounded'>, [cell: string, read: (cleaner: Cleaner) => unknown]> = {
  trimmed: [' a ', (c) => c.text('cell')],
  email: ['ADA@example.com', (c) => c.email('cell')],
  phone: ['07911 123456', (c) => c.phone('cell', 'GB')],
  country: ['uk', (c) => c.country('cell')],
  language: ['EN-us', (c) => c.language('cell')],
  timeZone: ['europe/berlin', (c) => c.timeZone('cell')],
  currency: ['eur', (c) => c.currency('cell')],
  date: ['31/12/2026', (c) => c.time('cell')],
  number: ['3.0', (c) => c.integer('cell')],
  boolean: ['yes', (c) => c.boolean('cell')],
};

describe('cleaning', () => {
  test.each(Object.entries(corrected))('a correction of the kind %s is told', (kind, [cell, read]) => {
    expect(clean(cell, read, { dateOrder: 'dmy' }).kinds).toContain(kind);
  });

  test('a clean cell is not a correction, an untidy one is counted once for what was done', () => {
    expect(clean('ada@example.com', (c) => c.email('cell'))).toEqual({
      value: 'ada@example.com',
      kinds: [],
      code: undefined,
    });
    expect(clean('  ADA@example.com ', (c) => c.email('cell')).kinds).toEqual(['trimmed', 'email']);
    expect(clean('a \u00a0 b\u0000', (c) => c.text('cell'))).toMatchObject({ value: 'a b', kinds: ['trimmed'] });
    expect(clean('e\u0301', (c) => c.text('cell')).value).toBe('é');
    expect(clean('\ud800x', (c) => c.text('cell')).value?.isWellFormed()).toBe(true);
    expect(clean('   ', (c) => c.text('cell'))).toEqual({ value: undefined, kinds: [], code: undefined });
  });

  test('a phone takes the country of its row, then of the file', () => {
    expect(clean('07911 123456', (c) => c.phone('cell', 'GB')).value).toBe('+447911123456');
    expect(clean('13812345678', (c) => c.phone('cell'), { country: 'CN' }).value).toBe('+8613812345678');
    expect(clean('07911 123456', (c) => c.phone('cell')).code).toBe('PHONE_INVALID');
  });

  test('countries are known by code and by name in two languages', () => {
    for (const name of ['GB', 'gb', 'United Kingdom', 'uk', 'england', '英国'])
      expect(clean(name, (c) => c.country('cell')).value).toBe('GB');
    expect(clean('Atlantis', (c) => c.country('cell')).code).toBe('COUNTRY_UNKNOWN');
  });

  test('money needs a currency and no more decimals than it has', () => {
    expect(clean('1.234,50 €', (c) => c.money('cell', 'EUR')).value).toBe(123_450);
    expect(clean('1.5', (c) => c.money('cell', 'JPY')).code).toBe('MONEY_PRECISION');
    expect(clean('1.5', (c) => c.money('cell', undefined)).code).toBe('CURRENCY_MISSING');
    expect(clean('-1', (c) => c.money('cell', 'EUR')).code).toBe('MONEY_OUT_OF_RANGE');
  });

  test('yes and no, whole numbers and lists as people write them', () => {
    expect(['yes', '是', '1', 'TRUE'].map((word) => clean(word, (c) => c.boolean('cell')).value)).toEqual(
      Array(4).fill(true),
    );
    expect(clean('maybe', (c) => c.boolean('cell')).code).toBe('BOOLEAN_INVALID');
    expect(clean('1 200', (c) => c.integer('cell')).value).toBe(1200);
    expect(clean('1.5', (c) => c.integer('cell')).code).toBe('NUMBER_INVALID');
    expect(clean('a; b ;a', (c) => c.list('cell')).value).toEqual(['a', 'b']);
    expect(clean('甲、乙', (c) => c.list('cell')).value).toEqual(['甲', '乙']);
  });
});

describe('mapping', () => {
  const fields = fieldsOf('customers', [{ key: 'plan', title: 'Plan', type: 'text' }]);
  const map = (columns: string[], mapping?: string) => {
    const mapper = createMapper('customers', fields, parseMapping(mapping));
    return columns.map((column) => mapper.fieldOf(column));
  };

  test('columns are known by English and Chinese names, however they are written', () => {
    expect(map(['E-Mail Address', 'phone_number', '姓名', '手机号', 'PLAN', 'Shoe size'])).toEqual(
      ['email', 'phone', 'name', 'phone', 'attribute.plan', null].map((field, i) => (i === 3 ? null : field)),
    );
  });

  test('what the caller says comes first, and an empty field leaves a column out', () => {
    expect(map(['Mobile', 'Phone', 'Email'], 'Phone=phone,Email=')).toEqual([null, 'phone', null]);
    expect(map(['a,b'], '{"a,b":"extra.note"}')).toEqual(['extra.note']);
    expect(() => map([], 'A=email,B=email')).toThrow('Two columns');
    expect(() => map([], 'A=shoe')).toThrow('There is no field');
    expect(() => map([], 'nothing')).toThrow('column=field');
  });
});

test('identical lines of an order are told apart; forgotten orders do not cost memory', () => {
  const occurrences = createOccurrences(4);
  const a = 'a'.repeat(64);
  expect([occurrences.next('1', a), occurrences.next('1', a), occurrences.next('2', a)]).toEqual([0, 1, 0]);
  for (const order of ['3', '4', '5']) occurrences.next(order, a);
  expect(occurrences.next('1', a)).toBe(0);
});

test('chunks grow while writing is quick and shrink when it is slow', () => {
  const pace = createPace('sqlite', () => 0);
  const before = pace.size();
  pace.chunkTook(before, 4);
  expect(pace.size()).toBeGreaterThan(before);
  for (let i = 0; i < 20; i++) pace.chunkTook(pace.size(), 4000);
  expect(pace.size()).toBe(50);
});

test.each([
  ['=1+1', "'=1+1"],
  ['@cmd', "'@cmd"],
  ['-2+3', "'-2+3"],
  ['+44 791', "'+44 791"],
  ['+447911123456', '+447911123456'],
  ['-5.20', '-5.20'],
  ['say "hi", you', '"say ""hi"", you"'],
  ['\ttab', "'\ttab"],
])('the cell %s is written as %s', (value, cell) => expect(csvCell(value)).toBe(cell));
