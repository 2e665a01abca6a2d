import type { SettingsSchema } from '@rapport/sdk/schemas';
import { expect, test } from 'vitest';
import { systemRandom } from '../../clock.ts';
import { faultsOf } from '../../records/given-schema.ts';
import { createSecretBox } from '../../secret-box.ts';
import { createVault, plainSettings, shownSettings } from './settings.ts';

const schema: SettingsSchema = {
  type: 'object',
  properties: {
    url: { type: 'string', format: 'uri' },
    size: { type: 'integer', minimum: 1, maximum: 10, default: 3 },
    mode: { type: 'string', enum: ['a', 'b'] },
    code: { type: 'string', pattern: '^[A-Z]{3}$' },
    on: { type: 'boolean' },
    list: { type: 'array', maxItems: 2 },
    key: { type: 'string', secret: true },
  },
  required: ['url'],
};

test.each<[Record<string, unknown>, string[]]>([
  [{ url: 'https://a.example' }, []],
  [{}, ['/url']],
  [{ url: 'ftp://a' }, ['/url']],
  [{ url: 'https://a.example', size: 11 }, ['/size']],
  [{ url: 'https://a.example', size: 1.5 }, ['/size']],
  [{ url: 'https://a.example', mode: 'c', code: 'abc' }, ['/mode', '/code']],
  [{ url: 'https://a.example', on: 'yes', list: [1, 2, 3] }, ['/on', '/list']],
  [{ url: 'https://a.example', other: 1 }, ['/other']],
  [{ url: 'https://a.example', size: null }, []],
])('faults of %j are at %j', (value, pointers) => {
  expect(faultsOf(schema, value).map(({ pointer }) => pointer)).toEqual(pointers);
});

test.each<[string, SettingsSchema['properties'][string], unknown, string]>([
  ['a type', { type: 'integer' }, '1', 'It must be a whole number.'],
  ['a number that JSON does not carry exactly', { type: 'integer' }, 2 ** 53, 'It must be 9007199254740991 or less.'],
  ['infinity', { type: 'number' }, Number.POSITIVE_INFINITY, `It must be ${Number.MAX_VALUE} or less.`],
  ['a list for an object', { type: 'object' }, [], 'It must be an object.'],
  ['one of several', { type: 'string', enum: ['a', 'b'] }, 'c', 'It must be one of a, b.'],
  ['a number too small', { type: 'number', minimum: 2 }, 1, 'It must be 2 or more.'],
  ['a short text', { type: 'string', minLength: 3 }, 'ab', 'It has at least 3 characters.'],
  ['a text as long as nobody said', { type: 'string' }, 'x'.repeat(10_001), 'It has at most 10000 characters.'],
  [
    'a long text of two units a character',
    { type: 'string', maxLength: 5 },
    '😀'.repeat(6),
    'It has at most 5 characters.',
  ],
  [
    'a long address',
    { type: 'string', format: 'uri' },
    `https://a/${'x'.repeat(2000)}`,
    'It has at most 2000 characters.',
  ],
  ['a list as long as nobody said', { type: 'array' }, Array(1001).fill(0), 'It has at most 1000 items.'],
  ['a date there is not', { type: 'string', format: 'date' }, '2026-02-30', 'It must be a date, as 2026-05-04.'],
  [
    'a time without a zone',
    { type: 'string', format: 'date-time' },
    '2026-02-03T10:00:00',
    'It must be a time, as 2026-05-04T12:00:00Z.',
  ],
  ['an e-mail address', { type: 'string', format: 'email' }, 'ada', 'It must be an e-mail address.'],
  ['another scheme', { type: 'string', format: 'uri' }, 'javascript:alert(1)', 'It must be an http(s) address.'],
  ['a pattern', { type: 'string', pattern: '^(?i)[a-z]{3}$' }, 'ab1', 'It must match ^(?i)[a-z]{3}$.'],
])('%s is refused with a sentence', (_what, property, value, detail) => {
  expect(faultsOf({ type: 'object', properties: { member: property } }, { member: value })).toEqual([
    { pointer: '/member', detail },
  ]);
});

test('names that every object has, or that no address can hold, are members like others', () => {
  const strange = { type: 'object' as const, properties: { constructor: { type: 'string' as const } } };
  expect(faultsOf({ ...strange, required: ['constructor'] }, {})).toEqual([
    { pointer: '/constructor', detail: '"constructor" is required.' },
  ]);
  expect(faultsOf(strange, { constructor: 'x' })).toEqual([]);
  for (const name of ['toString', '__proto__', '\ud800', 'a/b', ''])
    expect(faultsOf(strange, JSON.parse(`{${JSON.stringify(name)}: 1}`))).toEqual([
      { pointer: `/${name}`, detail: `There is no member "${name}".` },
    ]);
});

test('a text of 64 KB against a format takes no long time', () => {
  const start = performance.now();
  for (const format of ['uri', 'email', 'date', 'date-time'] as const)
    for (const text of [`http://${'a'.repeat(65_536)}\n`, 'a@'.repeat(32_768), `http://${'1.'.repeat(32_768)} `])
      expect(faultsOf({ type: 'object', properties: { a: { type: 'string', format } } }, { a: text })).toHaveLength(1);
  expect(performance.now() - start).toBeLessThan(500);
});

test('a pattern that backtracks elsewhere does not here', () => {
  const slow: SettingsSchema = { type: 'object', properties: { a: { type: 'string', pattern: '^(a+)+$' } } };
  const start = performance.now();
  expect(faultsOf(slow, { a: `${'a'.repeat(5000)}!` })).toHaveLength(1);
  expect(performance.now() - start).toBeLessThan(500);
});

test('secrets are sealed where they are kept, shown as set, and not among the settings of a call', () => {
  const vault = createVault(createSecretBox({ key: systemRandom.bytes(32), random: systemRandom }));
  const kept = vault.seal('a/b', schema, { url: 'https://a.example', key: 'secret' });
  expect(JSON.stringify(kept)).not.toContain('secret');
  expect(vault.open('a/b', 'key', kept.key as string)).toBe('secret');
  expect(() => vault.open('c/d', 'key', kept.key as string)).toThrow();
  expect(shownSettings(schema, kept).key).toBe(true);
  expect(plainSettings(schema, kept)).toMatchObject({ url: 'https://a.example', size: 3 });
  expect(plainSettings(schema, kept)).not.toHaveProperty('key');
});
