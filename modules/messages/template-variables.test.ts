import { expect, test } from 'vitest';
import { findUnknownVariable } from './template-variables.ts';

test.each([
  ['Hello {{customer.firstName}}', undefined],
  ['Hello {{default customer.firstName "there"}}, {{date at}}', undefined],
  ['{{#if customer.city}}{{customer.city}}{{else}}{{alert}}{{/if}}', undefined],
  ['{{#each cause.lines}}{{sku}} {{this}} {{@index}}{{/each}}', undefined],
  ['{{cause.event.properties.plan}}', undefined],
  ['Hello {{customer.nick}}', 'customer.nick'],
  ['{{upper frist}}', 'frist'],
  ['{{default order.total (upper nothing)}}', 'order.total'],
  ['{{#if vip}}x{{/if}}', 'vip'],
  ['{{#if alert}}{{custommer.name}}{{/if}}', 'custommer.name'],
])('%s: %s', (source, unknown) => {
  expect(findUnknownVariable(source, ['alert', 'at', 'cause'], true)).toBe(unknown);
});

test('a message to no customer has no customer', () => {
  expect(findUnknownVariable('{{customer.name}}', ['alert'], false)).toBe('customer.name');
});
