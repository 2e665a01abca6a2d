// What is refused at save, each with its code and a pointer to the smallest offending member.
import type { Condition } from '@rapport/sdk/schemas';
import { describe, expect, test } from 'vitest';
import { worldVocabulary } from '../../tests/support/rule-pools.ts';
import { acceptConditions, type CheckOptions, createVocabulary, validateConditions } from './index.ts';

const vocabulary = worldVocabulary('Europe/Berlin');
const leaf = { fact: 'customer.city', operator: 'equal', value: 'Rome' };
const orders = (params: object, operator = 'greaterThan', value: unknown = 1) => ({
  fact: 'orders',
  params,
  operator,
  value,
});
const nested = (levels: number): Condition =>
  Array.from({ length: levels }).reduce<Condition>((inner) => ({ all: [inner] }), leaf);

const refused: [sentence: string, conditions: unknown, code: string, pointer: string, options?: CheckOptions][] = [
  ['conditions that are no object', 'all', 'CONDITIONS_INVALID', ''],
  ['a list', [], 'CONDITIONS_INVALID', ''],
  ['an object without a condition', { all: [{}] }, 'CONDITIONS_INVALID', '/all/0'],
  ['a group that is no list', { any: leaf }, 'CONDITIONS_INVALID', '/any'],
  ['an empty any', { all: [leaf, { any: [] }] }, 'ANY_EMPTY', '/all/1/any'],
  ['both any and all', { all: [leaf], any: [leaf] }, 'CONDITIONS_AMBIGUOUS', ''],
  ['a fact beside a group', { all: [{ ...leaf, not: leaf }] }, 'CONDITIONS_AMBIGUOUS', '/all/0'],
  ['an empty all that nobody confirmed', { all: [] }, 'EVERYONE_UNCONFIRMED', '/all'],
  ['an unknown named condition', { not: { condition: 'greeks' } }, 'CONDITION_UNKNOWN', '/not/condition'],
  ['an unknown segment', { fact: 'segment.gone', operator: 'equal', value: true }, 'SEGMENT_UNKNOWN', '/fact'],
  ['an unknown fact', { all: [{ ...leaf, fact: 'customer.shoeSize' }] }, 'FACT_UNKNOWN', '/all/0/fact'],
  ['a prototype as a fact', { ...leaf, fact: '__proto__' }, 'FACT_UNKNOWN', '/fact'],
  ['a cart fact in a segment', { fact: 'cart.subtotal', operator: 'greaterThan', value: 1 }, 'FACT_NOT_HERE', '/fact'],
  ['an unknown operator', { ...leaf, operator: 'like' }, 'OPERATOR_UNKNOWN', '/operator'],
  ['less than on text', { ...leaf, operator: 'lessThan' }, 'OPERATOR_NOT_FOR_TYPE', '/operator'],
  ['equal on a list', { fact: 'tags', operator: 'equal', value: 'vip' }, 'OPERATOR_NOT_FOR_TYPE', '/operator'],
  ['in with a text', { ...leaf, operator: 'in' }, 'VALUE_NOT_A_LIST', '/value'],
  ['equal with a list', { ...leaf, value: ['Rome'] }, 'VALUE_NOT_A_SCALAR', '/value'],
  ['equal with an object', { ...leaf, value: { city: 'Rome' } }, 'VALUE_NOT_A_SCALAR', '/value'],
  ['a number for a text', { ...leaf, value: 5 }, 'VALUE_TYPE', '/value'],
  ['one wrong element of a list', { ...leaf, operator: 'in', value: ['Rome', 5] }, 'VALUE_TYPE', '/value/1'],
  ['a text for a number', { fact: 'customer.age', operator: 'greaterThan', value: '18' }, 'VALUE_TYPE', '/value'],
  ['more than null', { fact: 'customer.age', operator: 'greaterThan', value: null }, 'VALUE_TYPE', '/value'],
  ['a text with a NUL', { ...leaf, value: 'a\u0000b' }, 'VALUE_TYPE', '/value'],
  ['no country', { fact: 'customer.country', operator: 'equal', value: 'Atlantis' }, 'VALUE_UNMATCHABLE', '/value'],
  [
    'an unknown consent status',
    { fact: 'consent', params: { channel: 'email', purpose: 'marketing' }, operator: 'equal', value: 'yes' },
    'VALUE_NOT_AN_OPTION',
    '/value',
  ],
  [
    'a day that is none',
    { fact: 'customer.birthday', operator: 'equal', value: '2025-02-30' },
    'DATE_INVALID',
    '/value',
  ],
  [
    'a time that is none',
    { fact: 'customer.createdAt', operator: 'lessThan', value: 'yesterday' },
    'DATE_INVALID',
    '/value',
  ],
  ['a wildcard path', { ...leaf, fact: 'customer', path: '$.*' }, 'PATH_REFUSED', '/path'],
  ['a recursive path', { ...leaf, fact: 'customer', path: '$..city' }, 'PATH_REFUSED', '/path'],
  ['a script path', { ...leaf, fact: 'customer', path: '$[?(@.a)]' }, 'PATH_REFUSED', '/path'],
  ['an unknown member', { ...leaf, values: 1 }, 'MEMBER_UNKNOWN', '/values'],
  ['a comparison without a value', { fact: 'customer.city', operator: 'equal' }, 'MEMBER_MISSING', ''],
  ['an unknown param', orders({ since: 'P1D' }), 'PARAM_UNKNOWN', '/params/since'],
  ['params of a fact without', { ...leaf, params: { a: 1 } }, 'PARAM_UNKNOWN', '/params/a'],
  [
    'a missing param',
    { fact: 'consent', params: { channel: 'email' }, operator: 'equal', value: 'granted' },
    'PARAM_MISSING',
    '/params',
  ],
  ['an unknown measure', orders({ measure: 'median' }), 'PARAM_INVALID', '/params/measure'],
  ['a status that no order has', orders({ status: ['paid', 'lost'] }), 'PARAM_INVALID', '/params/status/1'],
  ['a sum of times', orders({ measure: 'sum', of: 'at' }), 'PARAM_INVALID', '/params/of'],
  ['net of single lines', orders({ measure: 'sum', of: 'net', sku: 'A' }), 'PARAM_INVALID', '/params/of'],
  ['months as a window', orders({ within: 'P3M' }), 'WINDOW_INVALID', '/params/within'],
  ['an empty window', orders({ within: 'P0D' }), 'WINDOW_INVALID', '/params/within'],
  [
    'a window that ends before it starts',
    orders({ within: { from: '2025-02-01', to: '2025-01-01' } }),
    'WINDOW_INVALID',
    '/params/within/to',
  ],
  ['a window from no date', orders({ within: { from: 'May' } }), 'DATE_INVALID', '/params/within/from'],
  [
    'a wildcard property',
    {
      fact: 'events',
      params: { type: 'x', where: [{ property: '*', operator: 'equal', value: 1 }] },
      operator: 'equal',
      value: 1,
    },
    'PARAM_INVALID',
    '/params/where/0/property',
  ],
  [
    'a prototype property',
    { fact: 'events', params: { type: 'x', measure: 'sum', of: '__proto__' }, operator: 'equal', value: 1 },
    'PARAM_INVALID',
    '/params/of',
  ],
  [
    'facts of unequal types',
    { fact: 'customer.city', operator: 'equal', value: { fact: 'customer.createdAt' } },
    'VALUE_FACT_REFUSED',
    '/value',
  ],
  [
    'in between facts',
    { fact: 'customer.city', operator: 'in', value: { fact: 'customer.region' } },
    'VALUE_FACT_REFUSED',
    '/value',
  ],
  ['a comparison with an unknown fact', { ...leaf, value: { fact: 'nope' } }, 'FACT_UNKNOWN', '/value/fact'],
  ['21 levels', nested(21), 'RULE_TOO_DEEP', `${'/all/0'.repeat(20)}`],
  ['501 conditions', { any: Array(501).fill(leaf) }, 'RULE_TOO_LONG', ''],
  [
    'more than 100 kB',
    { any: Array.from({ length: 200 }, (_, i) => ({ ...leaf, value: `${i}${'x'.repeat(600)}` })) },
    'RULE_TOO_LARGE',
    '',
  ],
];

describe('refused at save', () => {
  test.each(refused)('%s', (_sentence, conditions, code, pointer, options) => {
    const checked = validateConditions(conditions, vocabulary, options);
    expect(checked).toMatchObject({ ok: false });
    if (checked.ok) return;
    expect(checked.problems[0]).toMatchObject({ code, pointer });
    expect(checked.problems[0]!.detail.length).toBeGreaterThan(10);
  });
});

test('20 levels and 500 conditions are accepted', () => {
  expect(validateConditions(nested(20), vocabulary).ok).toBe(true);
  expect(validateConditions({ any: Array(500).fill(leaf) }, vocabulary).ok).toBe(true);
});

test('an empty all is accepted when it is confirmed, and says so', () => {
  expect(validateConditions({ all: [] }, vocabulary, { confirmEveryone: true })).toMatchObject({
    ok: true,
    conditions: { all: [], confirmEveryone: true },
  });
});

test('defaults are filled in, a dotted path becomes part of the fact', () => {
  const read = (conditions: unknown) => {
    const checked = validateConditions(conditions, vocabulary);
    return checked.ok ? checked.conditions : checked.problems;
  };
  expect(read(orders({}))).toEqual(orders({ measure: 'count' }));
  expect(read(orders({ measure: 'last', sku: 'A1' }, 'lessThan', '2025-01-01'))).toMatchObject({
    params: { measure: 'last', of: 'at', sku: ['A1'] },
  });
  expect(read({ ...leaf, fact: 'customer', path: '$.city' })).toEqual(leaf);
});

test('everything that is wrong is said at once', () => {
  const checked = validateConditions({ all: [{ ...leaf, value: 1 }, { any: [] }, { ...leaf, fact: 'x' }] }, vocabulary);
  expect(checked.ok ? [] : checked.problems.map(({ code }) => code)).toEqual([
    'VALUE_TYPE',
    'ANY_EMPTY',
    'FACT_UNKNOWN',
  ]);
});

test('references that lead back are refused, through segments and named conditions alike', () => {
  const inSegment = (key: string): Condition => ({ fact: `segment.${key}`, operator: 'equal', value: true });
  const looped = createVocabulary({
    segments: [
      { key: 'a', name: 'A', conditions: { condition: 'c' } },
      { key: 'b', name: 'B', conditions: null },
    ],
    named: new Map<string, Condition>([
      ['c', { any: [inSegment('b')] }],
      ['d', { condition: 'e' }],
      ['e', { condition: 'd' }],
    ]),
  });
  const code = (conditions: Condition, options?: CheckOptions) => {
    const checked = validateConditions(conditions, looped, options);
    return checked.ok ? 'accepted' : checked.problems[0]!.code;
  };
  expect(code(inSegment('a'), { self: { kind: 'segment', key: 'b' } })).toBe('SEGMENT_CYCLE');
  expect(code(inSegment('a'), { self: { kind: 'segment', key: 'new' } })).toBe('accepted');
  expect(code({ condition: 'c' }, { self: { kind: 'condition', key: 'c' } })).toBe('CONDITION_CYCLE');
  expect(code({ condition: 'd' })).toBe('CONDITION_CYCLE');
});

test('named conditions count with what they hold', () => {
  const many: Condition = { any: Array(300).fill(leaf) };
  const doubled = createVocabulary({
    named: new Map<string, Condition>([
      ['many', many],
      ['twice', { all: [{ condition: 'many' }, { condition: 'many' }] }],
    ]),
  });
  expect(validateConditions({ condition: 'many' }, doubled).ok).toBe(true);
  expect(validateConditions({ condition: 'twice' }, doubled)).toMatchObject({
    ok: false,
    problems: [{ code: 'RULE_TOO_LONG' }],
  });
});

test('custom operators are valid and run as a scan', () => {
  const rule = { fact: 'tags', operator: 'everyFact:in', value: ['vip', 'late'] };
  expect(validateConditions(rule, vocabulary)).toMatchObject({ ok: true, runs: 'scan' });
  expect(validateConditions(leaf, vocabulary)).toMatchObject({
    ok: true,
    runs: 'sql',
    dependencies: ['customer.city'],
  });
});

test('a refusal is thrown as an error of the API with a pointer into the request', () => {
  expect(() => acceptConditions({ any: [] }, vocabulary)).toThrow(
    expect.objectContaining({ code: 'ANY_EMPTY', status: 422, pointer: '/conditions/any' }),
  );
});
