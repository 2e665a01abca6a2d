// Custom attributes between the API and their columns: what each type takes, what it is kept as, and how it is read back.
import { describe, expect, test } from 'vitest';
import { Failure } from '../errors.ts';
import {
  type AttributeRow,
  type AttributeTypeName,
  canonical,
  decodeAttribute,
  encodeAttribute,
  normaliseAttribute,
  readAttributeText,
} from './attribute-values.ts';

const definitionsOf = (type: AttributeTypeName, options: string[] | null = null) =>
  new Map<string, AttributeRow>([
    [
      'it',
      {
        key: 'it',
        title: 'It',
        title_zh: null,
        description: null,
        type,
        options,
        personal: false,
        unique: false,
        created_at: 0,
        archived_at: null,
      },
    ],
  ]);

/** The column's value, or the code of the failure. */
const column = (type: AttributeTypeName, value: unknown, options?: string[]): unknown => {
  const definitions = definitionsOf(type, options);
  const normal = normaliseAttribute(definitions, 'it', value);
  if (normal instanceof Failure) return normal.code;
  const encoded = encodeAttribute(definitions, 'it', normal);
  return 'failure' in encoded ? encoded.failure.code : encoded.value;
};
const refused = 'INVALID_VALUE';

describe('what each type takes and keeps', () => {
  test.each<[AttributeTypeName, unknown, unknown]>([
    ['text', 'gold', 'gold'],
    ['text', 'cafe\u0301', 'café'],
    ['text', '  kept  as it is ', '  kept  as it is '],
    ['text', '', refused],
    ['text', 'x'.repeat(4000), 'x'.repeat(4000)],
    ['text', 'x'.repeat(4001), refused],
    ['text', 5, refused],
    ['number', -0.5, -0.5],
    ['number', Number.POSITIVE_INFINITY, refused],
    ['number', Number.NaN, refused],
    ['number', '1', refused],
    ['integer', 9_007_199_254_740_991, 9_007_199_254_740_991],
    ['integer', 9_007_199_254_740_992, refused],
    ['integer', 1.5, refused],
    ['money', 1_000_000_000_000, 1_000_000_000_000],
    ['money', -1_000_000_000_001, refused],
    ['money', 12.34, refused],
    ['boolean', false, false],
    ['boolean', 'false', refused],
    ['boolean', 0, refused],
    ['date', '2024-02-29', '2024-02-29'],
    ['date', '2023-02-29', refused],
    ['date', 20_240_229, refused],
    ['datetime', '2026-01-02T03:04:05.678+08:00', Date.parse('2026-01-01T19:04:05.678Z')],
    ['datetime', '2026-01-02T03:04:05', refused],
    ['datetime', 1_767_322_800_000, refused],
    ['list', ['tea', 'chess', 'tea'], '["tea","chess"]'],
    ['list', ['e\u0301', 'é'], '["é"]'],
    ['list', [], '[]'],
    ['list', ['x'.repeat(201)], refused],
    ['list', Array.from({ length: 101 }, (_, i) => `${i}`), refused],
    ['list', ['a', 1], refused],
    ['list', 'tea', refused],
  ])('%s %j', (type, value, kept) => expect(column(type, value)).toEqual(kept));

  test('options hold for texts and for each item of a list, whatever their composition', () => {
    expect(column('text', 'cafe\u0301', ['café', 'thé'])).toBe('café');
    expect(column('text', 'Café', ['café'])).toBe(refused);
    expect(column('list', ['thé', 'cafe\u0301'], ['café', 'thé'])).toBe('["thé","café"]');
    expect(column('list', ['thé', 'Tee'], ['café', 'thé'])).toBe(refused);
  });

  test('null clears an attribute of any type; an unknown one is refused even then', () => {
    for (const type of ['text', 'money', 'list'] as const) expect(column(type, null)).toBeNull();
    expect(normaliseAttribute(new Map(), 'it', null)).toMatchObject({ code: 'ATTRIBUTE_UNKNOWN' });
    expect(encodeAttribute(new Map(), 'it', null)).toMatchObject({ failure: { code: 'ATTRIBUTE_UNKNOWN' } });
  });

  test('a value of one type never goes into the column of another', () => {
    const encoded = encodeAttribute(definitionsOf('date'), 'it', { type: 'integer', value: 5 });
    expect(encoded).toMatchObject({ failure: { code: refused, message: '"it" must be a day as YYYY-MM-DD.' } });
  });

  test('the failure says what is wanted, and at most twenty of the options', () => {
    const options = Array.from({ length: 30 }, (_, i) => `o${i}`);
    const failure = encodeAttribute(
      definitionsOf('text', options),
      'it',
      { type: 'text', value: 'x' as never },
      '/here',
    );
    expect(failure).toMatchObject({ failure: { pointer: '/here' } });
    const { message } = (failure as { failure: Failure }).failure;
    expect(message).toContain('out of o0, o1,');
    expect(message).toContain('o19');
    expect(message).not.toContain('o20');
  });
});

describe('text as a value', () => {
  test.each<[AttributeTypeName, string, unknown]>([
    ['number', ' 4.5 ', 4.5],
    ['money', '1234', 1234],
    ['integer', '', ''],
    ['integer', 'ten', Number.NaN],
    ['boolean', ' YES ', true],
    ['boolean', 'n', false],
    ['boolean', 'maybe', 'maybe'],
    ['list', 'tea; chess |tea;', ['tea', 'chess', 'tea']],
    ['text', ' as it is ', ' as it is '],
    ['date', '2026-01-01', '2026-01-01'],
  ])('%s %j', (type, text, value) => expect(readAttributeText(type, text)).toEqual(value));
});

describe('what the two databases hand back is one value', () => {
  test.each<[AttributeTypeName, unknown, unknown, unknown]>([
    ['boolean', 1, true, true],
    ['boolean', 0, false, false],
    ['list', '["a"]', ['a'], ['a']],
    ['datetime', 1_767_322_800_000, 1_767_322_800_000, '2026-01-02T03:00:00.000Z'],
    ['text', 'x', 'x', 'x'],
    ['number', null, undefined, null],
  ])('%s %j and %j', (type, sqlite, postgres, shown) => {
    expect(decodeAttribute(type, sqlite)).toEqual(shown);
    expect(decodeAttribute(type, postgres)).toEqual(shown);
    expect(canonical(type, sqlite)).toEqual(canonical(type, postgres));
  });
});
