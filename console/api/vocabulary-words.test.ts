// Operators, windows and titles between the editor's fields and the JSON of rules.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  choiceOf,
  choiceText,
  parseChoice,
  readWindow,
  titleOf,
  type Window,
  writeWindow,
} from './vocabulary-words.ts';

describe('a window of time', () => {
  test.each<[unknown, Window]>([
    [undefined, { kind: 'any' }],
    [null, { kind: 'any' }],
    ['P90D', { kind: 'last', count: 90, unit: 'D' }],
    ['P2W', { kind: 'last', count: 2, unit: 'W' }],
    ['PT36H', { kind: 'last', count: 36, unit: 'H' }],
    ['PT5M', { kind: 'last', count: 5, unit: 'M' }],
    [
      { from: '2026-01-01', to: '2026-02-01' },
      { kind: 'between', from: '2026-01-01', to: '2026-02-01' },
    ],
    [{ to: '2026-02-01' }, { kind: 'between', from: '', to: '2026-02-01' }],
    ['P1Y', { kind: 'text', text: 'P1Y' }],
    ['P1M', { kind: 'text', text: 'P1M' }],
    ['P1DT12H', { kind: 'text', text: 'P1DT12H' }],
    ['P5H', { kind: 'text', text: 'P5H' }],
    ['PT5D', { kind: 'text', text: 'PT5D' }],
  ])('%j is shown as %j', (json, window) => {
    expect(readWindow(json)).toEqual(window);
  });

  test('five minutes are never five months, nor a month a minute', () => {
    expect(writeWindow({ kind: 'last', count: 5, unit: 'M' })).toBe('PT5M');
    expect(writeWindow(readWindow('P5M'))).toBe('P5M');
  });

  test('whatever a rule holds is written back as it was', () => {
    const day = fc.integer({ min: 0, max: 3650 }).map((n) => new Date(n * 86_400_000).toISOString().slice(0, 10));
    const stored = fc.oneof(
      fc.constant(undefined),
      fc.constantFrom('P1Y', 'P3M', 'P1DT2H', 'last month'),
      fc.tuple(fc.integer({ min: 1, max: 9999 }), fc.constantFrom('D', 'W')).map(([n, unit]) => `P${n}${unit}`),
      fc.tuple(fc.integer({ min: 1, max: 9999 }), fc.constantFrom('H', 'M')).map(([n, unit]) => `PT${n}${unit}`),
      fc.record({ from: day, to: day }, { requiredKeys: [] }),
    );
    fc.assert(
      fc.property(stored, (value) => {
        expect(writeWindow(readWindow(value))).toEqual(value);
      }),
    );
  });
});

describe('what the operator field shows', () => {
  test.each([
    ['equal', null, 'equal:null'],
    ['notEqual', null, 'notEqual:null'],
    ['in', null, 'in:value'],
    ['greaterThan', { fact: 'orders' }, 'greaterThan:fact'],
    ['equal', 'Oslo', 'equal:value'],
    ['equal', undefined, 'equal:value'],
    ['in', ['DE', 'AT'], 'in:value'],
    ['equal', { city: 'Oslo' }, 'equal:value'],
  ])('%s %j is the choice %s', (operator, value, text) => {
    const choice = choiceOf(operator, value);
    expect(choiceText(choice)).toBe(text);
    expect(parseChoice(text)).toEqual(choice);
  });
});

test('a title is in the language of the reader, else in English, else the name', () => {
  expect(titleOf({ en: 'City', zh: '城市' }, 'zh', 'customer.city')).toBe('城市');
  expect(titleOf({ en: 'City', zh: '' }, 'zh', 'customer.city')).toBe('City');
  expect(titleOf({ en: '', zh: '' }, 'en', 'customer.city')).toBe('customer.city');
  expect(titleOf(undefined, 'en', 'customer.city')).toBe('customer.city');
});
