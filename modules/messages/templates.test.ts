// Templates as text: which language a customer gets, what helpers print, what is escaped where. Hand-written expectations.
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { createRenderer } from './renderer.ts';
import { findTemplateFault, templateHelpers } from './template-rules.ts';
import { checkContent, contentFor } from './templates.ts';

const renderer = createRenderer();
afterAll(() => renderer.stop());
const print = async (text: string, data: Record<string, unknown> = {}, language = 'en', timeZone?: string) =>
  (await renderer.render({ content: { text }, data, language, timeZone })).text;

const template = (languages: readonly string[], defaultLanguage: string) => ({
  key: 'k',
  channel: 'email',
  title: 'K',
  version: 1,
  createdAt: '2026-01-01T00:00:00Z',
  updatedAt: '2026-01-01T00:00:00Z',
  defaultLanguage,
  contents: Object.fromEntries(languages.map((language) => [language, { text: language }])),
});

test.each([
  ['de-AT', ['en', 'de', 'de-AT'], 'de-AT'],
  ['de-AT', ['en', 'de'], 'de'],
  ['de-AT', ['en', 'fr'], 'en'],
  ['zh-Hant-TW', ['en', 'zh'], 'zh'],
  ['zh', ['en', 'zh-TW'], 'en'],
  ['pt-BR', ['pt', 'pt-PT', 'en'], 'pt'],
  ['fil', ['en'], 'en'],
  [null, ['fr', 'en'], 'en'],
])('a customer who reads %s gets, of %j, the text in %s', (language, languages, expected) => {
  expect(contentFor(template(languages, 'en'), language)).toEqual({ content: { text: expected }, language: expected });
});

test('a language is a name, not a member of every object', () => {
  expect(contentFor(template(['en'], 'en'), 'constructor').language).toBe('en');
  expect(contentFor(template(['en'], 'en'), '__proto__').language).toBe('en');
});

describe('a helper prints', () => {
  test.each([
    ["{{money amount 'EUR'}}", { amount: 0 }, 'en', '€0.00'],
    ["{{money amount 'EUR'}}", { amount: -1999 }, 'en', '-€19.99'],
    ["{{money amount 'KWD'}}", { amount: 12_345 }, 'en', 'KWD\u00a012.345'],
    ["{{money amount 'CNY'}}", { amount: 888_800 }, 'zh', '¥8,888.00'],
    ["{{money amount 'INR'}}", { amount: 12_345_678 }, 'en-IN', '₹1,23,456.78'],
    ['{{money amount currency}}', { amount: 500 }, 'en', ''],
    ["{{money amount 'EUR'}}", { amount: 'much' }, 'en', ''],
    ['{{default customer.firstName "there"}}', { customer: { firstName: null } }, 'en', 'there'],
    ['{{default customer.firstName "there"}}', { customer: { firstName: '' } }, 'en', 'there'],
    ['{{default n "none"}}', { n: 0 }, 'en', '0'],
    ['{{upper name}} {{lower name}}', { name: 'Straße ÉTÉ' }, 'en', 'STRASSE ÉTÉ straße été'],
    ['[{{upper list}}{{lower nobody}}]', { list: [1, 2] }, 'en', '[]'],
    ['{{date at}}', { at: 'yesterday' }, 'en', ''],
    ['{{#unless vip}}no{{else}}yes{{/unless}}', { vip: true }, 'en', 'yes'],
    ['{{#with order}}{{number}}{{/with}}', { order: { number: 7 } }, 'en', '7'],
    [
      '{{#each lines}}{{@index}}{{sku}}{{#unless @last}},{{/unless}}{{/each}}',
      { lines: [{ sku: 'A' }, { sku: 'B' }] },
      'en',
      '0A,1B',
    ],
  ])('%s of %j in %s: %s', async (source, data, language, expected) => {
    expect(await print(source, data, language)).toBe(expected);
  });

  test('a day in the zone of who reads it, and in UTC when his zone is not one', async () => {
    const at = '2026-03-28T23:30:00Z';
    expect(await print('{{date at}}', { at }, 'en', 'Europe/Berlin')).toBe('Mar 29, 2026');
    expect(await print('{{date at}}', { at }, 'en', 'America/Los_Angeles')).toBe('Mar 28, 2026');
    expect(await print('{{date at}}', { at }, 'zh', 'Asia/Shanghai')).toBe('2026年3月29日');
    expect(await print('{{date at}}', { at }, 'en', 'Mars/Olympus')).toBe('Mar 28, 2026');
  });

  test.each([
    ['https://shop.example/ä?x=1&y=2', 'https://shop.example/ä?x=1&y=2'],
    ['mailto:desk@example.com', 'mailto:desk@example.com'],
    ['JAVASCRIPT:alert(1)', '#'],
    [' https://shop.example', '#'],
    ['https://shop.example/" onclick="x', '#'],
    ['data:text/html,x', '#'],
    ['//evil.example', '#'],
    ['', '#'],
  ])('of the address %s: %s', async (given, expected) => {
    expect(await print('{{url given}}', { given })).toBe(expected);
  });
});

test('whatever a customer is called, html shows it as text: no tag and no quote gets through', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'grapheme', maxLength: 40 }), async (name) => {
      const { html, text } = await renderer.render({
        content: { html: '<p title="{{name}}">{{name}}</p>', text: '{{name}}' },
        data: { name },
        language: 'en',
      });
      expect(text).toBe(name);
      const inner = html!.slice('<p title="'.length, -'</p>'.length);
      expect(inner.split('">')).toHaveLength(2);
      expect(inner.replace('">', '')).not.toMatch(/[<>"']/);
    }),
    { numRuns: 60, examples: [['<script>'], ['"><img src=x onerror=alert(1)>'], ['&lt;'], ["O'Brien & Söhne"]] },
  );
});

test('renders asked for at once come back each to its own, in the order asked', async () => {
  const numbers = Array.from({ length: 30 }, (_, n) => n);
  expect(await Promise.all(numbers.map((n) => print('{{n}}', { n })))).toEqual(numbers.map(String));
});

test.each([
  ['a subject alone', { subject: 'Hi' }, { code: 'INVALID_REQUEST', pointer: '/contents/en' }],
  ['raw output', { text: 'ok', html: '{{{x}}}' }, { code: 'TEMPLATE_INVALID', pointer: '/contents/en/html' }],
  [
    'a broken subject',
    { subject: '{{#if}', text: 'ok' },
    { code: 'TEMPLATE_INVALID', pointer: '/contents/en/subject' },
  ],
])('%s is refused where it stands', (_what, content, problem) => {
  expect(() => checkContent(content, '/contents/en')).toThrow(expect.objectContaining(problem));
});

test('every helper that rules allow can be called with one value, and no other helper of the library can', () => {
  for (const helper of templateHelpers) expect(findTemplateFault(`{{${helper} x "EUR"}}`)).toBeUndefined();
  for (const helper of ['log', 'lookup', 'helperMissing', 'blockHelperMissing', '__proto__', 'constructor'])
    expect(findTemplateFault(`{{${helper} x}}`)).toBe(`there is no helper "${helper}"`);
});
