// Every row of the table of worked examples, as it stands in docs/promotions.md.
import type { Cart, PromotionParams } from '@rapport/sdk/schemas';
import { expect, test } from 'vitest';
import type { Grant } from './grant.ts';
import { resolve } from './resolver.ts';
import { atLeast, cartOf, grantOf, line } from './resolver-fixture.ts';

type Row = {
  name: string;
  cart: Cart;
  grants: Grant[];
  total: number;
  nets?: number[];
  amounts?: Record<string, number>;
  skipped?: object[];
  shipping?: number;
  points?: number;
};

const order = (key: string, params: Partial<PromotionParams>, rest: Partial<Grant> = {}): Grant =>
  grantOf(key, { target: 'order', ...params }, rest);

const rows: Row[] = [
  {
    name: 'three lines of 333, 10 % off the order: 100 off, the first line carries the odd unit',
    cart: cartOf([line(333), line(333), line(333)]),
    grants: [order('ten', { bp: 1000 })],
    nets: [299, 300, 300],
    total: 899,
  },
  {
    name: '100 off three lines of 1000 is 34, 33 and 33',
    cart: cartOf([line(1000), line(1000), line(1000)]),
    grants: [order('hundred', { amount: 100, currency: 'EUR' })],
    nets: [966, 967, 967],
    total: 2900,
  },
  {
    name: 'an order discount takes no more than the goods and leaves shipping alone',
    cart: cartOf([line(700)], { shipping: 500 }),
    grants: [order('thousand', { amount: 1000, currency: 'EUR' })],
    amounts: { thousand: 700 },
    total: 500,
  },
  {
    name: 'line discounts come before order discounts',
    cart: cartOf([line(10_000)]),
    grants: [
      order('order', { amount: 500, currency: 'EUR' }, { priority: 9 }),
      grantOf('line', { target: 'line', bp: 1000 }),
    ],
    amounts: { line: 1000, order: 500 },
    total: 8500,
  },
  {
    name: 'within a phase the higher priority goes first and the next works on what is left',
    cart: cartOf([line(10_000)]),
    grants: [
      order('percent', { bp: 1000 }, { priority: 1 }),
      order('fixed', { amount: 500, currency: 'EUR' }, { priority: 10 }),
    ],
    amounts: { fixed: 500, percent: 950 },
    total: 8550,
  },
  {
    name: 'a threshold is checked again on the remaining amount',
    cart: cartOf([line(10_500)]),
    grants: [
      order('ten', { bp: 1000 }, { priority: 10 }),
      order('twenty', { bp: 2000 }, { priority: 1, recheck: atLeast(10_000) }),
    ],
    amounts: { ten: 1050 },
    skipped: [{ key: 'twenty', reason: 'threshold', detail: '9450 < 10000', by: 'ten' }],
    total: 9450,
  },
  {
    name: 'an exclusive goes before a stackable of higher priority',
    cart: cartOf([line(10_000)]),
    grants: [
      order('only', { bp: 2000, stacking: 'exclusive' }, { priority: 1 }),
      order('ten', { bp: 1000 }, { priority: 5 }),
    ],
    amounts: { only: 2000 },
    skipped: [{ key: 'ten', reason: 'excluded', by: 'only' }],
    total: 8000,
  },
  {
    name: 'what is always granted runs beside an exclusive',
    cart: cartOf([line(10_000)], { shipping: 790 }),
    grants: [
      order('only', { bp: 2000, stacking: 'exclusive' }),
      grantOf('free-shipping', { target: 'shipping', stacking: 'always' }),
    ],
    amounts: { only: 2000, 'free-shipping': 790 },
    shipping: 0,
    total: 8000,
  },
  {
    name: 'buy 2 get 1 over seven units gives the two cheapest',
    cart: cartOf([line(500, 4), line(300, 3)]),
    grants: [grantOf('b2g1', { target: 'freeItem', buy: 2, get: 1 })],
    nets: [2000, 300],
    amounts: { b2g1: 600 },
    total: 2300,
  },
  {
    name: 'a partial budget gives what is left of it',
    cart: cartOf([line(10_000)]),
    grants: [order('ten', { bp: 1000, limits: { budget: 5000, budgetMode: 'partial' } }, { budgetLeft: 300 })],
    amounts: { ten: 300 },
    total: 9700,
  },
  {
    name: 'a refusing budget gives nothing when it is short',
    cart: cartOf([line(10_000)]),
    grants: [order('ten', { bp: 1000, limits: { budget: 5000, budgetMode: 'refuse' } }, { budgetLeft: 300 })],
    skipped: [{ key: 'ten', reason: 'budget', detail: '1000 > 300' }],
    total: 10_000,
  },
  {
    name: 'a line percentage rounds half up on each line',
    cart: cartOf([line(5), line(15)]),
    grants: [grantOf('ten', { target: 'line', bp: 1000 })],
    nets: [4, 13],
    total: 17,
  },
  {
    name: 'points count whole units of the goods after discounts, not of shipping',
    cart: cartOf([line(10_050)], { shipping: 500 }),
    grants: [order('ten', { bp: 1000 }), grantOf('points', { target: 'points', points: { per: 1, unit: 100 } })],
    amounts: { ten: 1005, points: 0 },
    points: 90,
    total: 9545,
  },
];

test.each(rows)('$name', ({ cart, grants, total, nets, amounts, skipped, shipping, points }) => {
  const resolved = resolve(cart, grants);
  expect(resolved.total).toBe(total);
  if (nets) expect(resolved.lines.map((entry) => entry.net)).toEqual(nets);
  if (amounts) expect(Object.fromEntries(resolved.applied.map((a) => [a.grant.key, a.amount]))).toEqual(amounts);
  if (shipping !== undefined) expect(resolved.shipping).toBe(shipping);
  if (points !== undefined) expect(resolved.points).toBe(points);
  expect(resolved.skipped).toEqual(skipped ?? []);
});
