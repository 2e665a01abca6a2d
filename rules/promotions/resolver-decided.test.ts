// Every decision about money that the worked examples leave open, one promise each.
import { expect, test } from 'vitest';
import type { Grant } from './grant.ts';
import { resolve } from './resolver.ts';
import { atLeast, cartOf, grantOf, line } from './resolver-fixture.ts';

const amounts = (cart: ReturnType<typeof cartOf>, grants: Grant[]) => {
  const { applied } = resolve(cart, grants);
  return Object.fromEntries(applied.map((entry) => [entry.grant.key, entry.amount]));
};
const skips = (cart: ReturnType<typeof cartOf>, grants: Grant[]) => resolve(cart, grants).skipped;
const eur = { currency: 'EUR' } as const;

test('a skipped exclusive blocks nobody: the next exclusive, or the stackables, run without it', () => {
  const cart = cartOf([line(10_000)]);
  const first = grantOf(
    'first',
    { target: 'order', bp: 5000, stacking: 'exclusive' },
    { priority: 9, recheck: atLeast(20_000) },
  );
  const second = grantOf('second', { target: 'order', bp: 2000, stacking: 'exclusive' });
  const ten = grantOf('ten', { target: 'order', bp: 1000 });
  expect(amounts(cart, [first, second, ten])).toEqual({ second: 2000 });
  expect(amounts(cart, [first, ten])).toEqual({ ten: 1000 });
});

test('an exclusive worth nothing here blocks nobody either', () => {
  const shoes = grantOf('shoes', { target: 'line', bp: 2000, stacking: 'exclusive', match: { categories: ['shoes'] } });
  const ten = grantOf('ten', { target: 'order', bp: 1000 });
  expect(resolve(cartOf([line(1000)]), [shoes, ten])).toMatchObject({
    total: 900,
    skipped: [{ key: 'shoes', reason: 'no_match', detail: 'no line matches' }],
  });
});

test('a group winner that fails its threshold leaves its place to the next of the group', () => {
  const cart = cartOf([line(10_000)]);
  const before = grantOf('before', { target: 'line', bp: 1000 });
  const winner = grantOf('winner', { target: 'order', bp: 3000, group: 'g' }, { priority: 5, recheck: atLeast(9500) });
  const next = grantOf('next', { target: 'order', bp: 500, group: 'g' });
  expect(amounts(cart, [before, winner, next])).toEqual({ before: 1000, next: 450 });
  expect(skips(cart, [before, winner, next])).toEqual([
    { key: 'winner', reason: 'threshold', detail: '9000 < 9500', by: 'before' },
  ]);
});

test('one of a group runs: the highest priority, ties by key', () => {
  const cart = cartOf([line(1000)]);
  const a = grantOf('a', { target: 'order', bp: 1000, group: 'g' });
  const b = grantOf('b', { target: 'order', bp: 2000, group: 'g' });
  expect(amounts(cart, [b, a])).toEqual({ a: 100 });
  expect(skips(cart, [b, a])).toEqual([{ key: 'b', reason: 'group', detail: 'g', by: 'a' }]);
  expect(amounts(cart, [{ ...b, priority: 1 }, a])).toEqual({ b: 200 });
});

test('an exclusive takes a group before one that always runs, whatever their priorities', () => {
  const always = grantOf('always', { target: 'order', bp: 1000, stacking: 'always', group: 'g' }, { priority: 99 });
  const only = grantOf('only', { target: 'order', bp: 2000, stacking: 'exclusive', group: 'g' });
  expect(amounts(cartOf([line(1000)]), [always, only])).toEqual({ only: 200 });
  expect(skips(cartOf([line(1000)]), [always, only])).toEqual([
    { key: 'always', reason: 'group', detail: 'g', by: 'only' },
  ]);
});

test('the threshold is on goods only, for every target', () => {
  const cart = cartOf([line(900)], { shipping: 500 });
  const free = grantOf('free', { target: 'shipping' }, { recheck: atLeast(1000) });
  const points = grantOf('points', { target: 'points', points: { per: 1, unit: 1 } }, { recheck: atLeast(1000) });
  expect(skips(cart, [free, points])).toEqual([
    { key: 'free', reason: 'threshold', detail: '900 < 1000' },
    { key: 'points', reason: 'threshold', detail: '900 < 1000' },
  ]);
});

test('a line amount is for each unit and never more than the line', () => {
  const cart = cartOf([line(500, 3), line(80, 2)]);
  expect(
    resolve(cart, [grantOf('a', { target: 'line', amount: 100, ...eur })]).lines.map((entry) => entry.net),
  ).toEqual([1200, 0]);
});

test('maxAmount caps the whole grant and is spread over what the lines would have got', () => {
  const cart = cartOf([line(1000), line(3000)]);
  const [entry] = resolve(cart, [grantOf('ten', { target: 'line', bp: 1000, maxAmount: 101, ...eur })]).applied;
  expect(entry).toMatchObject({ amount: 101, lines: [25, 76] });
  expect(
    amounts(cartOf([], { shipping: 900 }), [grantOf('s', { target: 'shipping', maxAmount: 400, ...eur })]),
  ).toEqual({ s: 400 });
  const gift = grantOf('gift', { target: 'freeItem', buy: 1, get: 1, maxAmount: 50, ...eur });
  expect(amounts(cartOf([line(100, 2)]), [gift])).toEqual({ gift: 50 });
});

test('a budget caps a grant of any target, together with maxAmount', () => {
  const partial = { limits: { budget: 1000, budgetMode: 'partial' }, ...eur } as const;
  const cart = cartOf([line(1000), line(1000)], { shipping: 500 });
  expect(amounts(cart, [grantOf('s', { target: 'shipping', ...partial }, { budgetLeft: 20 })])).toEqual({ s: 20 });
  expect(
    resolve(cart, [grantOf('l', { target: 'line', bp: 5000, maxAmount: 500, ...partial }, { budgetLeft: 301 })])
      .applied[0],
  ).toMatchObject({ amount: 301, lines: [151, 150] });
  const refuse = grantOf(
    'm',
    { target: 'order', bp: 5000, maxAmount: 300, limits: { budget: 300 }, ...eur },
    { budgetLeft: 300 },
  );
  expect(amounts(cart, [refuse])).toEqual({ m: 300 });
});

test('match is skus or categories, and an empty list is as good as none', () => {
  const cart = cartOf([
    line(1000, 1, { sku: 'a', category: 'x' }),
    line(1000, 1, { sku: 'b', category: 'y' }),
    line(1000, 1, { sku: 'c' }),
  ]);
  const nets = (match: object) =>
    resolve(cart, [grantOf('m', { target: 'line', bp: 1000, match })]).lines.map((entry) => entry.net);
  expect(nets({ skus: ['a'], categories: ['y'] })).toEqual([900, 900, 1000]);
  expect(nets({ skus: [], categories: ['x'] })).toEqual([900, 1000, 1000]);
  expect(nets({ skus: [], categories: [] })).toEqual([900, 900, 900]);
});

test('match on an order grant is the base of the percentage and of the allocation; the threshold stays on the cart', () => {
  const cart = cartOf([line(1000, 1, { category: 'x' }), line(3000)]);
  const grant = grantOf('x', { target: 'order', bp: 5000, match: { categories: ['x'] } }, { recheck: atLeast(4000) });
  expect(resolve(cart, [grant]).applied[0]).toMatchObject({ amount: 500, lines: [500, 0] });
  const amount = grantOf('x', { target: 'order', amount: 5000, match: { categories: ['x'] }, ...eur });
  expect(resolve(cart, [amount]).applied[0]).toMatchObject({ amount: 1000, lines: [1000, 0] });
});

test('free items see the line discounts: the dearer units come first, the last and cheapest are free', () => {
  const cart = cartOf([line(100, 3)]);
  // 300 − 1 = 299: units of 100, 100 and 99.
  const one = grantOf('one', { target: 'line', bp: 10_000, maxAmount: 1, ...eur });
  expect(amounts(cart, [one, grantOf('gift', { target: 'freeItem', buy: 2, get: 1 })])).toEqual({ one: 1, gift: 99 });
});

test("at an equal price the first line's unit is free", () => {
  const cart = cartOf([line(300, 2, { sku: 'a' }), line(300, 2, { sku: 'b' })]);
  const gift = grantOf('gift', { target: 'freeItem', buy: 2, get: 1 });
  expect(resolve(cart, [gift]).lines.map((entry) => entry.net)).toEqual([300, 600]);
});

test('units that were free or bought for one grant are used up for the next', () => {
  const first = grantOf('first', { target: 'freeItem', buy: 2, get: 1, maxRounds: 1 }, { priority: 2 });
  const second = grantOf('second', { target: 'freeItem', buy: 1, get: 1 }, { priority: 1 });
  const cart = (quantity: number) => cartOf([line(100, quantity)]);
  expect(amounts(cart(5), [first, second])).toEqual({ first: 100, second: 100 });
  expect(skips(cart(4), [first, second])).toEqual([{ key: 'second', reason: 'no_match', detail: '1 < 2 units' }]);
});

test('a free item grant that is skipped uses up no units', () => {
  const broke = grantOf(
    'broke',
    { target: 'freeItem', buy: 1, get: 1, limits: { budget: 100 }, ...eur },
    { priority: 2, budgetLeft: 10 },
  );
  const gift = grantOf('gift', { target: 'freeItem', buy: 1, get: 1 });
  expect(amounts(cartOf([line(100, 2)]), [broke, gift])).toEqual({ gift: 100 });
});

test('only whole rounds count, and maxRounds limits them', () => {
  const gift = (maxRounds?: number) => grantOf('gift', { target: 'freeItem', buy: 2, get: 1, maxRounds });
  expect(amounts(cartOf([line(100, 8)]), [gift()])).toEqual({ gift: 200 });
  expect(amounts(cartOf([line(100, 8)]), [gift(1)])).toEqual({ gift: 100 });
  expect(skips(cartOf([line(100, 2)]), [gift()])).toEqual([{ key: 'gift', reason: 'no_match', detail: '2 < 3 units' }]);
});

test('bp on a free item makes the units cheaper, rounded once for the grant', () => {
  const half = grantOf('half', { target: 'freeItem', buy: 1, get: 1, bp: 5000 });
  const cart = cartOf([line(101, 2, { sku: 'a' }), line(103, 2, { sku: 'b' })]);
  // Two units of 101: 202 / 2 = 101, not 51 + 51.
  expect(amounts(cart, [half])).toEqual({ half: 101 });
});

test('a free item of a million units costs no more to work out than one of two', () => {
  const gift = grantOf('gift', { target: 'freeItem', buy: 1, get: 1 });
  expect(amounts(cartOf([line(1000, 1_000_000_000)]), [gift])).toEqual({ gift: 500_000_000_000 });
});

test('points are floor(net × per / unit) of the lines that match', () => {
  const cart = cartOf([line(999, 1, { category: 'x' }), line(5000)]);
  const points = grantOf('p', { target: 'points', points: { per: 3, unit: 100 }, match: { categories: ['x'] } });
  expect(resolve(cart, [points]).points).toBe(29);
});

test('shipping: neither bp nor amount is free, bp and amount reduce it, and two share what is left', () => {
  const cart = cartOf([line(100)], { shipping: 995 });
  expect(amounts(cart, [grantOf('half', { target: 'shipping', bp: 5000 })])).toEqual({ half: 498 });
  expect(amounts(cart, [grantOf('flat', { target: 'shipping', amount: 2000, ...eur })])).toEqual({ flat: 995 });
  const free = grantOf('free', { target: 'shipping' }, { priority: 1 });
  expect(skips(cart, [free, grantOf('half', { target: 'shipping', bp: 5000 })])).toEqual([
    { key: 'half', reason: 'nothing_left', detail: '0 to take off', by: 'free' },
  ]);
});

test('tier and coupon grants come last and change no money', () => {
  const cart = cartOf([line(100)]);
  const { applied, total } = resolve(cart, [
    grantOf('a-coupon', { target: 'coupon', coupon: { promotion: 'next-time' } }),
    grantOf('b-tier', { target: 'tier', tier: { level: 'gold' } }),
    grantOf('c-points', { target: 'points', points: { per: 1, unit: 1 } }),
  ]);
  expect(applied.map((entry) => [entry.grant.key, entry.amount])).toEqual([
    ['c-points', 0],
    ['b-tier', 0],
    ['a-coupon', 0],
  ]);
  expect(total).toBe(100);
});

test('a cart with shipping only is a cart, an empty one too', () => {
  const grants = [grantOf('ten', { target: 'order', bp: 1000 }), grantOf('free', { target: 'shipping' })];
  expect(resolve(cartOf([], { shipping: 500 }), grants)).toMatchObject({ total: 0, shippingDiscount: 500 });
  expect(resolve(cartOf([]), grants).skipped.map((skip) => skip.reason)).toEqual(['nothing_left', 'nothing_left']);
});

test('a grant that rounds to nothing is skipped and says so', () => {
  expect(skips(cartOf([line(4)]), [grantOf('ten', { target: 'order', bp: 1000 })])).toEqual([
    { key: 'ten', reason: 'nothing_left', detail: '0 to take off' },
  ]);
});

test('amounts of 10^12 minor units stay exact', () => {
  const most = 1_000_000_000_000;
  const cart = cartOf([line(most - 1), line(1)]);
  expect(resolve(cart, [grantOf('most', { target: 'order', bp: 9999 })])).toMatchObject({ discount: 999_900_000_000 });
  expect(resolve(cartOf([line(most - 1)]), [grantOf('half', { target: 'line', bp: 5001 })]).discount).toBe(
    500_099_999_999,
  );
});
