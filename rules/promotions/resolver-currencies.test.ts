// The same arithmetic in currencies without minor units and with three, and at the largest amounts: hand-worked numbers.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { resolve } from './resolver.ts';
import { anyCart, anyGrants, cartOf, grantOf, line } from './resolver-fixture.ts';

const numbers = ({ lines, discount, shipping, total, points }: ReturnType<typeof resolve>) => ({
  nets: lines.map(({ net }) => net),
  discount,
  shipping,
  total,
  points,
});

test('yen are whole: 10 % of ¥1,980 twice is ¥198 each, 15 % of ¥333 is ¥50', () => {
  const cart = cartOf([line(1980), line(333, 1)], { currency: 'JPY', shipping: 550 });
  const tea = grantOf('tea', { target: 'line', bp: 1000, match: { skus: ['sku-1980'] } });
  const rest = grantOf('rest', { target: 'line', bp: 1500, match: { skus: ['sku-333'] } });
  // 333 × 0.15 = 49.95, up to 50.
  expect(numbers(resolve(cart, [tea, rest]))).toMatchObject({ nets: [1782, 283], discount: 248, total: 2615 });
});

test('dinars have three digits: 12.5 % of 1.999 KWD is 0.250, spread over two lines by what they cost', () => {
  const cart = cartOf([line(1333), line(666)], { currency: 'KWD' });
  // 1999 × 0.125 = 249.875, up to 250; 250 × 1333 / 1999 = 166.70…, 250 × 666 / 1999 = 83.29…: the first has the larger rest.
  expect(numbers(resolve(cart, [grantOf('eighth', { target: 'order', bp: 1250 })]))).toMatchObject({
    nets: [1166, 583],
    discount: 250,
    total: 1749,
  });
});

test.each([
  // Exactly a half goes up: 0.5 of 5 is 2.5.
  { price: 5, bp: 5000, off: 3 },
  { price: 1, bp: 5000, off: 1 },
  { price: 1, bp: 4999, off: 0 },
  { price: 10_001, bp: 1, off: 1 },
  { price: 4999, bp: 1, off: 0 },
  { price: 5000, bp: 1, off: 1 },
  { price: 999_999_999_999, bp: 3333, off: 333_300_000_000 },
  { price: 1_000_000_000_000, bp: 10_000, off: 1_000_000_000_000 },
])('$bp basis points of $price are $off', ({ price, bp, off }) => {
  const { applied, skipped } = resolve(cartOf([line(price)]), [grantOf('p', { target: 'order', bp })]);
  expect(applied[0]?.amount ?? 0).toBe(off);
  expect(skipped).toEqual(off === 0 ? [{ key: 'p', reason: 'nothing_left', detail: '0 to take off' }] : []);
});

test.each([
  { bp: undefined, amount: undefined, left: 0 },
  { bp: 5000, amount: undefined, left: 395 },
  { bp: undefined, amount: 200, left: 590 },
  { bp: undefined, amount: 5000, left: 0 },
])('shipping of 790 with $bp basis points or $amount off leaves $left', ({ bp, amount, left }) => {
  const cart = cartOf([line(1000)], { shipping: 790 });
  const result = resolve(cart, [grantOf('s', { target: 'shipping', bp, amount })]);
  expect(numbers(result)).toMatchObject({ nets: [1000], shipping: left, total: 1000 + left });
});

test.each([
  { net: 9999, per: 1, unit: 100, points: 99 },
  { net: 10_000, per: 3, unit: 100, points: 300 },
  { net: 99, per: 1, unit: 100, points: 0 },
  { net: 199, per: 5, unit: 200, points: 4 },
  { net: 1_000_000_000_000, per: 1_000_000, unit: 1, points: 1_000_000_000_000 },
])('$net of goods at $per for each $unit are $points points', ({ net, per, unit, points }) => {
  const result = resolve(cartOf([line(net)]), [grantOf('p', { target: 'points', points: { per, unit } })]);
  expect(result.points).toBe(points);
});

test('the order of the lines changes no total where only the whole order is discounted', () => {
  fc.assert(
    fc.property(anyCart, fc.integer({ min: 1, max: 10_000 }), fc.integer({ min: 1, max: 5000 }), (cart, bp, amount) => {
      const grants = [grantOf('a', { target: 'order', bp }), grantOf('b', { target: 'order', amount })];
      const turned = { ...cart, lines: cart.lines.toReversed() };
      const [one, other] = [resolve(cart, grants), resolve(turned, grants)];
      expect([other.total, other.discount]).toEqual([one.total, one.discount]);
    }),
    { numRuns: 200 },
  );
});

test('shares sum to what is taken off, and no discount exceeds the goods or the shipping', () => {
  fc.assert(
    fc.property(anyCart, anyGrants, (cart, grants) => {
      const result = resolve(cart, grants);
      const off = result.lines.map((_, index) => result.applied.reduce((sum, { lines }) => sum + lines[index]!, 0));
      expect(off).toEqual(result.lines.map(({ discount }) => discount));
      expect(result.applied.reduce((sum, { amount }) => sum + amount, 0)).toBe(
        result.discount + result.shippingDiscount,
      );
      expect(result.discount).toBeLessThanOrEqual(result.subtotal);
      expect(result.shippingDiscount).toBeLessThanOrEqual(cart.shipping ?? 0);
      for (const { net } of result.lines) expect(net).toBeGreaterThanOrEqual(0);
    }),
    { numRuns: 200 },
  );
});
