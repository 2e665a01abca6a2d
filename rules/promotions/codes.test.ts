import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { normaliseCode } from '../language/index.ts';
import { capacityOf, checkPattern, createCodeMaker, normaliseCodes } from './codes.ts';

const maker = createCodeMaker({ bytes: (size) => randomBytes(size) });

test('a code is trimmed, NFKC and without case, however a customer types it', () => {
  for (const typed of ['save10', ' SAVE10 ', 'Save10\u00a0', 'ＳＡＶＥ１０', '\u2003sAvE⑩'])
    expect(normaliseCode(typed)).toBe('SAVE10');
  expect(normaliseCode('straße')).toBe(normaliseCode('STRASSE'));
  expect(normaliseCode('夏天')).toBe('夏天');
});

test('blank is no code, and a code given twice counts once', () => {
  expect(normaliseCode('  \u3000 ')).toBeUndefined();
  expect(normaliseCodes(['a', '', 'A ', 'b'])).toEqual(['A', 'B']);
});

test('a pattern is followed sign by sign and never draws 0, O, 1 or I', () => {
  for (let n = 0; n < 500; n++)
    expect(maker.make('sale-##??-****')).toMatch(/^SALE-[2-9]{2}[A-HJ-NP-Z]{2}-[2-9A-HJ-NP-Z]{4}$/);
});

test('every sign of an alphabet comes up about as often', () => {
  const seen = new Map<string, number>();
  for (const sign of maker.make('?'.repeat(24_000))) seen.set(sign, (seen.get(sign) ?? 0) + 1);
  expect(seen.size).toBe(24);
  for (const times of seen.values()) expect(Math.abs(times - 1000)).toBeLessThan(250);
});

test('a pattern with too few codes for the count is refused', () => {
  expect(capacityOf('A##')).toBe(64);
  expect(() => checkPattern('A##', 32)).not.toThrow();
  expect(() => checkPattern('A##', 33)).toThrow('makes 64 codes');
  expect(() => checkPattern('  ', 1)).toThrow('at least one sign');
});
