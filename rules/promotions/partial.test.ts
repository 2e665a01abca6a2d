// What of conditions stays open: of the cart, for a return, and of the customer, for a cart of nobody.
import type { Condition } from '@rapport/sdk/schemas';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compilePredicate, createVocabulary, type Facts, noFacts } from '../language/index.ts';
import { createPartial } from './partial.ts';

const vocabulary = createVocabulary();
const now = Date.parse('2026-03-01T00:00:00Z');
const goods = (operator: string, value: unknown): Condition =>
  ({ fact: 'cart.subtotal', operator, value }) as Condition;
const city = (value: string): Condition => ({ fact: 'customer.city', operator: 'equal', value });
const german: Condition = { fact: 'customer.language', operator: 'equal', value: 'de' };

const facts = (subtotal: number, place: string | null = 'Berlin', isGerman = true): Facts => ({
  ...noFacts,
  customerId: 'ada',
  customer: { city: place, language: isGerman ? 'de' : null },
  context: { 'cart.subtotal': subtotal, 'cart.quantity': 2, 'cart.skus': ['tea'] },
});
const anonymous = (subtotal: number): Facts => ({ ...facts(subtotal), customerId: null, customer: null });

const large = goods('greaterThanInclusive', 1000);

test.each<{ name: string; conditions: Condition; given: Facts; open: unknown }>([
  { name: 'the cart alone', conditions: large, given: facts(1), open: large },
  { name: 'a customer who fits', conditions: { all: [city('Berlin'), large] }, given: facts(1), open: large },
  { name: 'a customer who does not', conditions: { all: [city('Paris'), large] }, given: facts(5000), open: false },
  { name: 'the customer alone', conditions: { all: [city('Berlin'), german] }, given: facts(1), open: true },
  { name: 'one way that holds', conditions: { any: [german, large] }, given: facts(1), open: true },
  { name: 'the other way', conditions: { any: [city('Paris'), large] }, given: facts(1), open: large },
  { name: 'not the customer', conditions: { not: city('Paris') }, given: facts(1), open: true },
  { name: 'not the cart', conditions: { not: large }, given: facts(1), open: { not: large } },
  { name: 'not twice', conditions: { not: { not: large } }, given: facts(1), open: large },
  { name: 'nothing asked', conditions: { all: [] }, given: facts(1), open: true },
  {
    name: 'two of the cart',
    conditions: { all: [large, german, goods('lessThan', 9000)] },
    given: facts(1),
    open: { all: [large, goods('lessThan', 9000)] },
  },
])('of the cart stays open: $name', ({ conditions, given, open }) => {
  expect(createPartial(conditions, vocabulary).ofCart(given, now)).toEqual(open);
});

test.each<{ name: string; conditions: Condition; subtotal: number; open: unknown }>([
  { name: 'the cart holds', conditions: large, subtotal: 1000, open: true },
  { name: 'the cart fails', conditions: { all: [large, german] }, subtotal: 999, open: false },
  { name: 'it depends on who it is', conditions: { all: [large, german] }, subtotal: 1000, open: german },
  { name: 'one way holds whoever it is', conditions: { any: [large, german] }, subtotal: 1000, open: true },
  { name: 'only who it is can help', conditions: { any: [large, german] }, subtotal: 1, open: german },
  {
    name: 'not a city is not known either',
    conditions: { not: city('Paris') },
    subtotal: 1,
    open: { not: city('Paris') },
  },
])('of an unknown customer: $name', ({ conditions, subtotal, open }) => {
  expect(createPartial(conditions, vocabulary).ofCustomer(anonymous(subtotal), now)).toEqual(open);
});

const leaf = fc.oneof(
  fc.constantFrom<Condition>(city('Berlin'), city('Paris'), german),
  fc
    .tuple(fc.constantFrom('lessThan', 'greaterThanInclusive', 'equal'), fc.nat(3))
    .map(([operator, value]) => goods(operator, value)),
);
const { tree } = fc.letrec<{ tree: Condition }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    leaf,
    fc.array(tie('tree'), { minLength: 1, maxLength: 3 }).map((all): Condition => ({ all })),
    fc.array(tie('tree'), { minLength: 1, maxLength: 3 }).map((any): Condition => ({ any })),
    tie('tree').map((not): Condition => ({ not })),
  ),
}));

test('what stays open means for every cart what all the conditions meant, with the customer as at first', () => {
  fc.assert(
    fc.property(
      tree,
      fc.nat(3),
      fc.nat(3),
      fc.constantFrom('Berlin', 'Paris', null),
      fc.boolean(),
      (conditions, was, is, place, gold) => {
        const open = createPartial(conditions, vocabulary).ofCart(facts(was, place, gold), now);
        const whole = compilePredicate(conditions, vocabulary)(facts(is, place, gold), now);
        const rest =
          typeof open === 'boolean'
            ? open
            : compilePredicate(open, vocabulary)({ ...noFacts, context: { 'cart.subtotal': is } }, now);
        expect(rest).toBe(whole);
      },
    ),
    { numRuns: 300 },
  );
});

test('what is decided for an unknown customer is decided so for every customer', () => {
  fc.assert(
    fc.property(
      tree,
      fc.nat(3),
      fc.constantFrom('Berlin', 'Paris', null),
      fc.boolean(),
      (conditions, subtotal, place, gold) => {
        const open = createPartial(conditions, vocabulary).ofCustomer(anonymous(subtotal), now);
        if (typeof open === 'boolean')
          expect(compilePredicate(conditions, vocabulary)(facts(subtotal, place, gold), now)).toBe(open);
      },
    ),
    { numRuns: 300 },
  );
});
