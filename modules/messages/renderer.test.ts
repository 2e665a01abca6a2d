import { afterAll, describe, expect, test } from 'vitest';
import { createRenderer } from './renderer.ts';
import { findTemplateFault } from './template-rules.ts';

const renderer = createRenderer();
afterAll(() => renderer.stop());

const render = (text: string, data: Record<string, unknown> = {}, language = 'en') =>
  renderer.render({ content: { text }, data, language });

describe('a template', () => {
  test('prints what it is given, and nothing for what is missing', async () => {
    expect(await render('Hi {{customer.firstName}}{{customer.nobody}}!', { customer: { firstName: 'Ada' } })).toEqual({
      text: 'Hi Ada!',
    });
  });

  test('escapes in html and not in plain text', async () => {
    const content = { text: '{{name}}', html: '<b>{{name}}</b>', subject: '{{name}}' };
    expect(await renderer.render({ content, data: { name: '<Ada & Co>' }, language: 'en' })).toEqual({
      text: '<Ada & Co>',
      html: '<b>&lt;Ada &amp; Co&gt;</b>',
      subject: '<Ada & Co>',
    });
  });

  test('formats money and dates in the language', async () => {
    const data = { amount: 123450, at: '2026-05-04T12:00:00Z' };
    expect((await render("{{money amount 'EUR'}} {{date at}}", data, 'de')).text).toBe('1.234,50\u00a0€ 04.05.2026');
    expect((await render("{{money amount 'JPY'}}", data)).text).toBe('¥123,450');
  });

  test('links only to the web and mail', async () => {
    expect(
      (await render('{{url a}} {{url b}}', { a: 'https://example.com/x?y=1', b: 'javascript:alert(1)' })).text,
    ).toBe('https://example.com/x?y=1 #');
  });

  test('cannot reach a prototype', async () => {
    expect((await render('[{{customer.constructor.name}}{{customer.__proto__.x}}]', { customer: {} })).text).toBe('[]');
  });

  test('that runs away is stopped, and the next one renders', async () => {
    const rows = Array.from({ length: 400 }, (_, i) => i);
    const runaway = '{{#each rows}}{{#each ../rows}}{{#each ../../rows}}x{{/each}}{{/each}}{{/each}}';
    await expect(render(runaway, { rows })).rejects.toMatchObject({ code: 'TEMPLATE_INVALID' });
    expect(await render('still here')).toEqual({ text: 'still here' });
  });
});

describe('is refused when saved:', () => {
  test.each([
    ['{{{name}}}', /unescaped/],
    ['{{&name}}', /unescaped/],
    ['{{> partial}}', /partials/],
    ['{{lookup this "x"}}', /no helper "lookup"/],
    ['{{#frame}}{{/frame}}', /no block "frame"/],
    ['{{#if a}}', /Parse error/],
    ['{{money (exec 1) "EUR"}}', /no helper "exec"/],
  ])('%s', (source, reason) => {
    expect(findTemplateFault(source)).toMatch(reason);
  });

  test('nothing that is fine', () => {
    expect(
      findTemplateFault(
        '{{#if customer.level}}{{upper customer.level}}{{else}}-{{/if}}{{#each lines}}{{this.sku}}{{/each}}',
      ),
    ).toBeUndefined();
  });
});
