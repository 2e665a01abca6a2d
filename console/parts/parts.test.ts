// The shared parts as markup: what a screen reader is told of them, in both languages, and which field a problem belongs to.
import { MantineProvider } from '@mantine/core';
import { createInstance } from 'i18next';
import { createElement, type ReactElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { I18nextProvider } from 'react-i18next';
import { expect, test } from 'vitest';
import { ApiError } from '../api/client.ts';
import { Mapping } from '../pages/imports/mapping.tsx';
import { emptyReading, ReadingFields, readingQuery } from '../pages/imports/reading.tsx';
import { en } from '../words/en.ts';
import { zh } from '../words/zh.ts';
import { AmountText, NumberText } from './amounts.tsx';
import { CopyField } from './copy-field.tsx';
import { nameOf } from './customer-name.ts';
import { Explanation } from './explanation.tsx';
import { fieldError, unplaced } from './form.tsx';
import { Avatar, Empty, Facts, Panel } from './page.tsx';
import { RuleState } from './rule-state.tsx';
import { Status } from './time.tsx';
import { Trouble } from './trouble.tsx';

const markup = (element: ReactElement, language: 'en' | 'zh' = 'en'): string => {
  const i18n = createInstance();
  const resources = { en: { words: en }, zh: { words: zh } };
  void i18n.init({
    lng: language,
    ns: ['words'],
    defaultNS: 'words',
    resources,
    initAsync: false,
    interpolation: { escapeValue: false },
  });
  return renderToStaticMarkup(createElement(I18nextProvider, { i18n }, createElement(MantineProvider, null, element)));
};
const problem = (status: number, members: Record<string, unknown>, id?: string) => new ApiError(status, members, id);
const nothing = (): void => undefined;

/** The label of the one input, found as a reader finds it: by `for` and `id`. */
const labelled = (html: string): string | undefined => {
  const id = /<input[^>]* id="([^"]+)"/.exec(html)?.[1];
  return html.match(new RegExp(`<label[^>]* for="${id}"[^>]*>([^<]*)`))?.[1];
};

test.each([
  ['amount', createElement(AmountText, { label: 'Price', currency: 'JPY', value: 1200, onChange: nothing }), '1200'],
  ['amount', createElement(AmountText, { label: 'Price', currency: 'KWD', value: 1234, onChange: nothing }), '1.234'],
  ['number', createElement(NumberText, { label: 'Price', value: 0, onChange: nothing }), '0'],
  ['number', createElement(NumberText, { label: 'Price', value: undefined, onChange: nothing }), ''],
  ['copied', createElement(CopyField, { label: 'Price', value: 'https://a.example' }), 'https://a.example'],
] as const)('a field of an %s has its label and shows its value', (_kind, element, value) => {
  const html = markup(element);
  expect(labelled(html)).toBe('Price');
  expect(html).toContain(`value="${value}"`);
});

test('a field in error says so, and its sentence belongs to it', () => {
  const html = markup(
    createElement(AmountText, { label: 'Price', currency: 'EUR', value: 1, onChange: nothing, error: 'Too small.' }),
  );
  expect(html).toContain('aria-invalid="true"');
  const described = /aria-describedby="([^"]+)"/.exec(html)![1]!.split(' ');
  expect(described.some((id) => new RegExp(`id="${id}"[^>]*>Too small\\.`).test(html))).toBe(true);
});

test.each([
  { pointer: '/name', at: '/name', found: true },
  { pointer: '/name/0/text', at: '/name', found: true },
  { pointer: '/names', at: '/name', found: false },
  { pointer: '/body/name', at: '/name', found: false },
  { pointer: undefined, at: '/name', found: false },
])('a problem at $pointer is shown at $at: $found', ({ pointer, at, found }) => {
  const error = problem(422, { detail: 'Wrong.', ...(pointer && { pointer }) });
  expect(fieldError(error, at)).toBe(found ? 'Wrong.' : undefined);
  expect(unplaced(error, ['/other', at])).toBe(found ? undefined : error);
  expect(fieldError(new Error('Wrong.'), at)).toBeUndefined();
});

test('a trouble is an alert; only a failure of the server gives its request id; what failed on the way is "offline"', () => {
  const of = (error: unknown) => markup(createElement(Trouble, { error }));
  expect(of(undefined)).not.toContain('alert');
  expect(of(problem(422, { detail: 'No such city.', pointer: '/city' }, 'r-1'))).toMatch(
    /role="alert"[\s\S]*No such city\.[\s\S]*\/city/,
  );
  expect(of(problem(422, { detail: 'No such city.' }, 'r-1'))).not.toContain('r-1');
  expect(of(problem(500, { detail: 'Broke.' }, 'r-1'))).toContain('r-1');
  expect(of(problem(412, { detail: 'ETag' }))).toContain(en.say.conflict.slice(0, 12));
  expect(of(new TypeError('Failed to fetch'))).not.toContain('Failed to fetch');
});

const inside = { children: 'x' };

test('a panel is a region with its title; without one it is no region', () => {
  expect(markup(createElement(Panel, { title: 'Codes', ...inside }))).toMatch(
    /<section[^>]*aria-label="Codes"><div class="panel-head"><h2>Codes<\/h2>/,
  );
  expect(markup(createElement(Panel, inside))).not.toMatch(/aria-label|<h2/);
});

test('facts are terms with what they are; nothing is a dash, nought is not', () => {
  const html = markup(
    createElement(Facts, {
      rows: [
        ['Points', 0],
        ['City', null],
      ],
    }),
  );
  expect(html).toMatch(/<dt>Points<\/dt><dd>0<\/dd>/);
  expect(html).toMatch(/<dt>City<\/dt><dd>–<\/dd>/);
});

test('what stands for a whole page has the heading of the page', () => {
  expect(markup(createElement(Empty, { title: 'Gone', whole: true }))).toContain('<h1>Gone</h1>');
  expect(markup(createElement(Empty, { title: 'None yet' }))).not.toContain('<h1>');
});

test.each([
  ['Ada Lovelace', 'AL'],
  ['María del Carmen Núñez', 'MN'],
  ['王小明', '明'],
  ['plato', 'P'],
  ['   ', '?'],
])('the initials of "%s" are %s, and no reader reads them', (name, initials) => {
  expect(markup(createElement(Avatar, { name }))).toContain(`aria-hidden="true">${initials}<`);
});

test.each([
  [{ name: 'Ada', company: 'Acme', email: 'a@b.c' }, 'Ada'],
  [{ name: null, company: 'Acme', email: 'a@b.c' }, 'Acme'],
  [{ name: null, company: null, email: 'a@b.c', externalId: 'X' }, 'a@b.c'],
  [{ externalId: 'X-1' }, 'X-1'],
  [{}, '01890000'],
])('%j is called %s', (known, name) => {
  expect(nameOf({ id: '01890000-aaaa', ...known })).toBe(name);
});

test('a state is said in words in both languages, and one that is new as the API has it', () => {
  expect(markup(createElement(RuleState, { rule: { status: 'active', broken: 'no fact' } }))).toContain(en.rule.broken);
  expect(markup(createElement(RuleState, { rule: { status: 'active', broken: null } }))).not.toContain(en.rule.broken);
  expect(markup(createElement(Status, { status: 'odd' }))).toContain('>odd<');
});

test('a result nobody can know is not said to fail', () => {
  const leaf = (result: boolean | null) =>
    markup(createElement(Explanation, { result: { name: 'x', result } as never, vocabulary: undefined }));
  const said = (result: boolean | null) => /role="img" aria-label="([^"]+)"/.exec(leaf(result))?.[1];
  expect([said(true), said(false), said(null)]).toEqual([en.explain.holds, en.explain.fails, en.explain.unknown]);
});

test('each column of an import has a named choice, guessed where a field is known, and what is missing is an alert', () => {
  const inspection = {
    columns: [
      { name: 'E-Mail', field: 'email' },
      { name: 'Shoe', field: null },
    ],
    fields: [
      { name: 'email', title: 'E-mail', titleZh: '邮箱', required: false },
      { name: 'sku', title: 'Product', titleZh: '商品', required: true },
    ],
    missing: ['sku'],
    rows: [{ row: 1, cells: ['<b>@x', '42'], problem: 'No address.' }],
  };
  const of = (language: 'en' | 'zh') =>
    markup(createElement(Mapping, { inspection: inspection as never, onChange: nothing }), language);
  expect(of('en')).toMatch(/role="alert"[\s\S]*Product/);
  expect(of('zh')).toMatch(/role="alert"[\s\S]*商品/);
  expect(of('en')).toContain(`aria-label="${en.imports.field}: E-Mail"`);
  expect(of('en')).toMatch(/<option value="email" selected="">E-mail/);
  expect(of('en')).toMatch(/<option value="sku">Product \*/);
  expect(of('en')).toContain('&lt;b&gt;@x');
  expect(of('en')).toContain('title="No address."');
});

test('how a file is read is sent only where it was said, in capitals; each problem is at its field', () => {
  expect(readingQuery(emptyReading)).toEqual({});
  expect(readingQuery({ ...emptyReading, country: 'de', currency: 'eur', dateOrder: 'dmy' })).toEqual({
    country: 'DE',
    currency: 'EUR',
    dateOrder: 'dmy',
  });
  const of = (what: 'customers' | 'orders', pointer: string) =>
    markup(
      createElement(ReadingFields, {
        what,
        value: emptyReading,
        onChange: nothing,
        error: problem(422, { detail: 'Unknown.', pointer }),
      }),
    );
  expect(of('customers', '/query/country')).toContain('Unknown.');
  expect(of('orders', '/query/currency')).toContain('Unknown.');
  expect(of('customers', '/query/currency')).not.toContain('Unknown.');
  expect(of('orders', '/query/timeZone')).toContain('Unknown.');
});
