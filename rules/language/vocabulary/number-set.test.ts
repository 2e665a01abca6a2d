// What a comparison accepts of whole numbers, against the operator itself as the oracle; and its complement.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareFractions, decimal, toScaled } from './fraction.ts';
import { nearestOf } from './nearest.ts';
import { acceptedBy, complement, holdsNumber } from './number-set.ts';
import { testAgainst } from './operators.ts';

const scalars = ['equal', 'notEqual', 'lessThan', 'lessThanInclusive', 'greaterThan', 'greaterThanInclusive'];
const odd = fc.oneof(
  fc.integer({ min: -6, max: 6 }),
  fc.constantFrom(-0, 0.5, -0.5, 2.000001, -3.999, 1e15, -1e15, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER),
);
const whole = fc.oneof(
  fc.integer({ min: -8, max: 8 }),
  fc.constantFrom(Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 1e15, -1e15),
);

test('a set holds what its operator accepts, null too, and the complement the rest', () => {
  const compared = fc.oneof(odd, fc.constant(null));
  const one = fc.tuple(fc.constantFrom(...scalars), compared);
  const many = fc.tuple(fc.constantFrom('in', 'notIn'), fc.array(compared, { maxLength: 4 }));
  fc.assert(
    fc.property(fc.oneof(one, many), whole, ([operator, value], number) => {
      const set = acceptedBy(operator, value);
      const accepts = testAgainst(operator, value);
      expect(holdsNumber(set, number)).toBe(accepts(number));
      expect(set.withNull).toBe(accepts(null));
      const rest = complement(set);
      expect(rest.withNull).toBe(!set.withNull);
      // A bound of a range that has no whole number beyond it is left to SQL's open ends.
      if (Math.abs(number) < Number.MAX_SAFE_INTEGER) expect(holdsNumber(rest, number)).toBe(!accepts(number));
    }),
    { numRuns: 400 },
  );
});

test.each([
  ['lessThan', 33.5, [33], [34]],
  ['lessThan', 34, [33], [34]],
  ['lessThanInclusive', 33.5, [33], [34]],
  ['greaterThan', 33.5, [34], [33]],
  ['greaterThanInclusive', -0.5, [0, 1], [-1]],
  ['equal', 0.5, [], [0, 1]],
  ['notEqual', 0.5, [0, 1], []],
])('%s %d', (operator, value, inside, outside) => {
  const set = acceptedBy(operator, value);
  for (const number of inside) expect(holdsNumber(set, number)).toBe(true);
  for (const number of outside) expect(holdsNumber(set, number)).toBe(false);
});

test.each([
  [0.1, 1n, 10n],
  [33.5, 335n, 10n],
  [-1.25, -125n, 100n],
  [1e21, 10n ** 21n, 1n],
  [1e-7, 1n, 10n ** 7n],
  [2.5e-8, 25n, 10n ** 9n],
  [0, 0n, 1n],
])('%d is the fraction %d / %d', (value, sum, count) => {
  expect(compareFractions(decimal(value), { sum, count })).toBe(0);
});

test('a third is between 0.333 and 0.334, and neither', () => {
  const third = { sum: 1n, count: 3n };
  expect(compareFractions(third, decimal(0.333))).toBeGreaterThan(0);
  expect(compareFractions(third, decimal(0.334))).toBeLessThan(0);
  expect(testAgainst('equal', 0.333_333_333_333_333_3)(third)).toBe(false);
});

test.each([
  [19.99, 199_900],
  [0.000_05, 1],
  [-0.000_05, -1],
  [0.000_049, 0],
  [1e12, 1e16],
  [1.1e12, undefined],
  ['5', undefined],
  [true, undefined],
  [null, undefined],
])('%j counts as %j ten-thousandths', (value, scaled) => expect(toScaled(value)).toBe(scaled));

test.each([
  ['golden', ['silver', 'gold'], 'gold'],
  ['CART.ABANDONNED', ['page.viewed', 'cart.abandoned'], 'cart.abandoned'],
  ['café', ['cafe', 'café'.normalize('NFD')], 'café'.normalize('NFD')],
  ['x', [], undefined],
  ['', ['ab', 'a'], 'a'],
  // Of two as near the first.
  ['ab', ['ac', 'ad'], 'ac'],
])('the nearest of %j among %j is %j', (text, known, nearest) => expect(nearestOf(text, known)).toBe(nearest));
