// Values of rules are spelled as stored ones: every text fact says how, with the writers' own functions.
import type { FactCondition } from '@rapport/sdk/schemas';
import { expect, test } from 'vitest';
import { scoreFacts } from '../../../modules/insights/facts.ts';
import { memberFacts } from '../../../modules/loyalty/facts.ts';
import { createVocabulary, validateConditions } from '../index.ts';
import * as forms from './forms.ts';
import { nearestOf } from './nearest.ts';
import { typeOf } from './vocabulary.ts';

const attribute = (key: string, type: 'text' | 'list' | 'number', options: string[] | null = null) => ({
  key,
  type,
  title: key,
  titleZh: null,
  options,
});
const vocabulary = createVocabulary({
  defaultCountry: 'DE',
  declared: [...memberFacts(['silver', 'gold']), ...scoreFacts('rfm')],
  eventTypes: ['page.viewed', 'cart.abandoned'],
  segments: [{ key: 'vip', name: 'VIP', conditions: null }],
  attributes: [
    attribute('motto', 'text'),
    attribute('size', 'text', ['small', 'Large']),
    attribute('colours', 'list'),
    attribute('sports', 'list', ['Café-Racing', 'golf']),
  ],
});

/** The facts whose texts are kept as they came, in NFC. Every other text fact has a form of its own. */
const free = [
  'attribute.colours',
  'cart.categories',
  'cart.skus',
  'events',
  'event.properties.plan',
  'score.rfm.label',
];

test('every fact of texts says how they are spelled, or is known as free text', () => {
  const facts = [...vocabulary.list(), vocabulary.find('event.properties.plan')!];
  const types = (fact: (typeof facts)[number]) => [typeOf(fact, {}), ...Object.values(fact.types ?? {})];
  const ofTexts = facts.filter((fact) => types(fact).some((type) => ['text', 'list', 'any'].includes(type)));
  expect(ofTexts.length).toBeGreaterThan(30);
  for (const { id, form } of ofTexts) expect([id, form?.name], id).toEqual([id, expect.any(String)]);
  const kept = ofTexts.filter(({ form }) => form === forms.freeText).map(({ id }) => id);
  expect(kept.toSorted()).toEqual(free.toSorted());
});

const saved = (condition: FactCondition, context?: 'cart' | 'event') => {
  const checked = validateConditions(condition, vocabulary, { context });
  if (!checked.ok) return checked.problems[0];
  const { value, params } = checked.conditions as FactCondition;
  return params?.where ?? params?.channel ?? params?.currency ?? value;
};
const value = (fact: string, given: unknown, operator = 'equal', context?: 'cart' | 'event') =>
  saved({ fact, operator, value: given }, context);

const nfd = 'São Paulo'.normalize('NFD');

test.each([
  ['customer.email', 'Foo.Bar@Example.COM', 'foo.bar@example.com'],
  ['customer.phone', '+49 30 901820', '+4930901820'],
  ['customer.phone', '030 901820', '+4930901820'],
  ['customer.language', 'DE-de', 'de-DE'],
  ['customer.country', 'germany', 'DE'],
  ['customer.country', 'uk', 'GB'],
  ['customer.city', nfd, 'São Paulo'],
  ['customer.city', '  New   York ', 'New York'],
  ['customer.timeZone', 'europe/berlin', 'Europe/Berlin'],
  ['customer.type', 'Person', 'person'],
  ['attribute.motto', nfd, 'São Paulo'],
  ['attribute.size', 'large', 'Large'],
  ['member.level', 'Gold', 'gold'],
  ['score.rfm.label', nfd, 'São Paulo'],
])('%s equal %s is saved as %s', (fact, given, stored) => {
  expect(value(fact, given)).toBe(stored);
  expect(value(fact, given, 'notEqual')).toBe(stored);
  expect(value(fact, [given, null], 'in')).toEqual([stored, null]);
  expect(value(fact, [given], 'notIn')).toEqual([stored]);
});

test('values of lists, of carts, of events and of params are spelled alike', () => {
  expect(value('tags', ` ${nfd} `, 'contains')).toBe('São Paulo');
  expect(value('tags', 'VIP', 'doesNotContain')).toBe('VIP');
  expect(value('attribute.sports', 'CAFÉ-racing'.normalize('NFD'), 'contains')).toBe('Café-Racing');
  expect(value('attribute.colours', [nfd], 'someFact:in')).toEqual(['São Paulo']);
  expect(value('cart.codes', ' spring10 ', 'contains', 'cart')).toBe('SPRING10');
  expect(value('cart.currency', 'eur', 'equal', 'cart')).toBe('EUR');
  expect(value('cart.skus', nfd, 'contains', 'cart')).toBe('São Paulo');
  expect(value('event.type', ' page.viewed ', 'equal', 'event')).toBe('page.viewed');
  expect(value('event.properties.plan', nfd, 'equal', 'event')).toBe('São Paulo');
  const holds = { operator: 'greaterThan', value: 0 };
  expect(saved({ fact: 'orders', params: { currency: ' eur' }, ...holds })).toBe('EUR');
  expect(
    saved({ fact: 'consent', params: { channel: 'Email', purpose: 'marketing' }, operator: 'equal', value: 'granted' }),
  ).toBe('email');
  const where = [
    { property: 'plan', operator: 'in', value: [nfd, 5, null] },
    { property: 'city', operator: 'equal', value: nfd },
  ];
  expect(saved({ fact: 'events', params: { type: 'page.viewed', where }, ...holds })).toEqual([
    { property: 'plan', operator: 'in', value: ['São Paulo', 5, null] },
    { property: 'city', operator: 'equal', value: 'São Paulo' },
  ]);
  expect(saved({ fact: 'events', params: { type: 'page.viewed', where: { city: nfd } }, ...holds })).toEqual([
    { property: 'city', operator: 'equal', value: 'São Paulo' },
  ]);
});

test.each([
  ['customer.country', 'XX', 'VALUE_UNMATCHABLE', 'AX'],
  ['customer.country', 'Germny', 'VALUE_UNMATCHABLE', 'DE'],
  ['customer.language', 'english', 'VALUE_UNMATCHABLE', 'en'],
  ['customer.timeZone', 'Europe/Berln', 'VALUE_UNMATCHABLE', 'Europe/Berlin'],
  ['customer.email', 'foo@bar', 'VALUE_UNMATCHABLE', undefined],
  ['customer.phone', 'call me', 'VALUE_UNMATCHABLE', undefined],
  ['customer.city', '  ', 'VALUE_UNMATCHABLE', undefined],
  ['customer.type', 'persn', 'VALUE_NOT_AN_OPTION', 'person'],
  ['attribute.size', 'smal', 'VALUE_NOT_AN_OPTION', 'small'],
  ['member.level', 'golden', 'VALUE_NOT_AN_OPTION', 'gold'],
])('%s equal %s can match nobody: %s, nearest %s', (fact, given, code, nearest) => {
  const hint = nearest === undefined ? {} : { nearest, detail: expect.stringContaining(`"${nearest}"`) };
  expect(value(fact, given)).toMatchObject({ code, pointer: '/value', ...hint });
  expect(value(fact, [null, given], 'in')).toMatchObject({ code, pointer: '/value/1', ...hint });
});

test('a list has options too, an event type a shape', () => {
  expect(value('attribute.sports', 'gulf', 'contains')).toMatchObject({ code: 'VALUE_NOT_AN_OPTION', nearest: 'golf' });
  expect(value('event.type', 'cart abandoned', 'equal', 'event')).toMatchObject({ nearest: 'cart.abandoned' });
  expect(value('cart.codes', '  ', 'contains', 'cart')).toMatchObject({ code: 'VALUE_UNMATCHABLE' });
  expect(saved({ fact: 'orders', params: { currency: 'EURO' }, operator: 'greaterThan', value: 0 })).toMatchObject({
    code: 'PARAM_INVALID',
    pointer: '/params/currency',
    detail: expect.stringContaining('"EUR"'),
  });
});

test('the nearest value is the one with the fewest letters to change', () => {
  expect(nearestOf('gold', ['silver', 'Golf', 'bold move'])).toBe('Golf');
  expect(nearestOf('anything', [])).toBeUndefined();
});
