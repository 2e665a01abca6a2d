// What discounts come to for the goods that were kept: hand-worked numbers, and what holds for every order.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Terms } from './grant.ts';
import { type Ask, type Given, recalculate } from './recalculation.ts';
import { type Resolution, resolve } from './resolver.ts';

type Params = Omit<Terms['params'], 'target'> & { target: Terms['params']['target'] };
const cartOf = (lines: [unitPrice: number, quantity: number, category?: string][], shipping = 0) => ({
  currency: 'EUR',
  shipping,
  lines: lines.map(([unitPrice, quantity, category], index) => ({ sku: `s${index}`, unitPrice, quantity, category })),
});
/** A threshold on the goods, as the language would ask it. */
const from = (least: number) => ({ fact: 'cart.subtotal', operator: 'greaterThanInclusive', value: least });
const ask: Ask = (conditions, facts) =>
  typeof conditions === 'boolean'
    ? conditions
    : Number(facts['cart.subtotal']) >= Number((conditions as { value: number }).value);
const always = (params: Params, conditions: Terms['conditions'] = true): Terms => ({ params, priority: 0, conditions });

/** Redeems the cart with the grants in their order, and says what each gave. */
const redeemed = (cart: ReturnType<typeof cartOf>, all: readonly (Terms & { keeps?: boolean })[]) => {
  const resolution: Resolution = resolve(
    cart,
    all.map(({ params, conditions }, index) => ({
      key: `p${index}`,
      version: 1,
      name: `p${index}`,
      priority: all.length - index,
      params,
      matches: ({ sku, category }) =>
        (params.match?.skus?.includes(sku) ?? false) ||
        (params.match?.categories?.includes(category ?? '') ?? false) ||
        params.match === undefined,
      recheck: (subtotal) => (ask(conditions, { 'cart.subtotal': subtotal }) ? undefined : 'too little'),
    })),
  );
  const given = resolution.applied.map(({ grant, amount, lines, shipping, points }): Given => {
    const terms = all[Number(grant.key.slice(1))]!;
    return { key: grant.key, amount, lines, shipping, points, ...(!terms.keeps && { terms }) };
  });
  return { nets: resolution.lines.map(({ net }) => net), given, total: resolution.total };
};
const after = (cart: ReturnType<typeof cartOf>, all: readonly (Terms & { keeps?: boolean })[], returned: number[]) => {
  const { nets, given } = redeemed(cart, all);
  return recalculate({ cart, nets, returned }, given, ask).map(({ amount, points, withheld }) => [
    amount,
    points,
    withheld,
  ]);
};

const order = (bp: number, more: object = {}): Params => ({ target: 'order', bp, ...more });

test.each([
  // 12000 less 10 %: 1200 off. The 4000 go back with their 400; 8000 are below 10000, so the other 800 are withheld.
  {
    name: 'below the threshold',
    cart: cartOf([
      [8000, 1],
      [4000, 1],
    ]),
    grants: [always(order(1000), from(10_000))],
    returned: [0, 1],
    kept: [[0, 0, 800]],
  },
  // The 2000 go back with their 200; 10000 still earn 10 %.
  {
    name: 'just at the threshold',
    cart: cartOf([
      [10_000, 1],
      [2000, 1],
    ]),
    grants: [always(order(1000), from(10_000))],
    returned: [0, 1],
    kept: [[1000, 0, 0]],
  },
  {
    name: 'kept as it was',
    cart: cartOf([
      [8000, 1],
      [4000, 1],
    ]),
    grants: [{ ...always(order(1000), from(10_000)), keeps: true }],
    returned: [0, 1],
    kept: [[800, 0, 0]],
  },
  // 500 off 8000 and 2000 are 400 and 100. Of the 8000 alone the whole 500 are still due: 100 more than their share.
  {
    name: 'a fixed amount goes on',
    cart: cartOf([
      [8000, 1],
      [2000, 1],
    ]),
    grants: [always({ target: 'order', amount: 500 })],
    returned: [0, 1],
    kept: [[500, 0, -100]],
  },
  // 500 off 300 left is 300.
  {
    name: 'an amount never exceeds what is left',
    cart: cartOf([
      [300, 1],
      [2000, 1],
    ]),
    grants: [always({ target: 'order', amount: 500 })],
    returned: [0, 1],
    kept: [[300, 0, -235]],
  },
  // Two bought for one free: with one back there is no round. 2 × 500 kept had 333 of the 500.
  {
    name: 'buy two get one, one back',
    cart: cartOf([[500, 3]]),
    grants: [always({ target: 'freeItem', buy: 2, get: 1 })],
    returned: [1],
    kept: [[0, 0, 333]],
  },
  // Six make two rounds, 1000 off; five make one, 500; their share was 833.
  {
    name: 'buy two get one, one of six back',
    cart: cartOf([[500, 6]]),
    grants: [always({ target: 'freeItem', buy: 2, get: 1 })],
    returned: [1],
    kept: [[500, 0, 333]],
  },
  // Free shipping from 5000: 490 are to be paid after all.
  {
    name: 'free shipping lost',
    cart: cartOf(
      [
        [4000, 1],
        [1500, 1],
      ],
      490,
    ),
    grants: [always({ target: 'shipping' }, from(5000))],
    returned: [0, 1],
    kept: [[0, 0, 490]],
  },
  {
    name: 'free shipping stays',
    cart: cartOf(
      [
        [6000, 1],
        [1500, 1],
      ],
      490,
    ),
    grants: [always({ target: 'shipping' }, from(5000))],
    returned: [0, 1],
    kept: [[490, 0, 0]],
  },
  // Line 10 % of 1999 × 3 = 5997: 600 (599.7 up). Two kept, 3998: 400 (399.8 up); their share was 400.
  {
    name: 'a percentage of a line',
    cart: cartOf([[1999, 3]]),
    grants: [always({ target: 'line', bp: 1000 })],
    returned: [1],
    kept: [[400, 0, 0]],
  },
  {
    name: 'an amount for each unit',
    cart: cartOf([[1999, 3]]),
    grants: [always({ target: 'line', amount: 150 })],
    returned: [2],
    kept: [[150, 0, 0]],
  },
  // Only tea counts: 1000 of it went back, the cups had nothing.
  {
    name: 'the matching line went back',
    cart: cartOf([
      [1000, 1, 'tea'],
      [3000, 1, 'cups'],
    ]),
    grants: [always(order(2000, { match: { categories: ['tea'] } }))],
    returned: [1, 0],
    kept: [[0, 0, 0]],
  },
  // 1 point for 100: 120 of 12000, 80 of 8000; points are asked back, no money is.
  {
    name: 'points of what was kept',
    cart: cartOf([
      [8000, 1],
      [4000, 1],
    ]),
    grants: [always({ target: 'points', points: { per: 1, unit: 100 } })],
    returned: [0, 1],
    kept: [[0, 80, 0]],
  },
  {
    name: 'points lost with their threshold',
    cart: cartOf([
      [8000, 1],
      [4000, 1],
    ]),
    grants: [always({ target: 'points', points: { per: 1, unit: 100 } }, from(9000))],
    returned: [0, 1],
    kept: [[0, 0, 0]],
  },
  // Kept points go by the share of the money of the goods, rounded down: 120 − ⌊120 × 4000 / 12000⌋.
  {
    name: 'points kept as they were',
    cart: cartOf([
      [8000, 1],
      [4000, 1],
    ]),
    grants: [{ ...always({ target: 'points', points: { per: 1, unit: 100 } }), keeps: true }],
    returned: [0, 1],
    kept: [[0, 80, 0]],
  },
  // 10 % of 12000 capped at 500: 333 on the 8000. 10 % of 8000 is 800, capped at 500 again.
  {
    name: 'a cap holds again',
    cart: cartOf([
      [8000, 1],
      [4000, 1],
    ]),
    grants: [always(order(1000, { maxAmount: 500 }))],
    returned: [0, 1],
    kept: [[500, 0, -167]],
  },
  // 20 % first, then 500 off; the first falls, and the second is worked out on more.
  {
    name: 'two, of which one falls',
    cart: cartOf([
      [5000, 1],
      [5000, 1],
    ]),
    grants: [always(order(2000), from(10_000)), always({ target: 'order', amount: 500 })],
    returned: [0, 1],
    kept: [
      [0, 0, 1000],
      [500, 0, -250],
    ],
  },
  {
    name: 'everything back',
    cart: cartOf([[5000, 2]]),
    grants: [always(order(1000))],
    returned: [2],
    kept: [[0, 0, 0]],
  },
])('$name: amount, points and what is withheld', ({ cart, grants, returned, kept }) => {
  expect(after(cart, grants, returned)).toEqual(kept);
});

const anyCase = fc.record({
  lines: fc.array(fc.tuple(fc.integer({ min: 1, max: 50_000 }), fc.integer({ min: 1, max: 5 })), {
    minLength: 1,
    maxLength: 5,
  }),
  bp: fc.integer({ min: 1, max: 10_000 }),
  amount: fc.integer({ min: 1, max: 20_000 }),
  least: fc.nat(60_000),
  back: fc.array(fc.nat(5), { minLength: 5, maxLength: 5 }),
});

test('what is kept and what is withheld is what the kept goods had; kept goods never cost less than nothing', () => {
  fc.assert(
    fc.property(anyCase, ({ lines, bp, amount, least, back }) => {
      const cart = cartOf(lines);
      const all = [always(order(bp), from(least)), always({ target: 'order', amount })];
      const { nets, given } = redeemed(cart, all);
      const returned = cart.lines.map(({ quantity }, index) => Math.min(quantity, back[index]!));
      const kept = recalculate({ cart, nets, returned }, given, ask);
      const goods = cart.lines.reduce(
        (sum, { unitPrice, quantity }, n) => sum + unitPrice * (quantity - returned[n]!),
        0,
      );
      expect(kept.reduce((sum, each) => sum + each.amount, 0)).toBeLessThanOrEqual(goods);
      for (const [index, each] of kept.entries()) {
        const had = given[index]!.lines.reduce((sum, off, n) => {
          const { quantity } = cart.lines[n]!;
          return sum + Math.floor((off * (quantity - returned[n]!)) / quantity);
        }, 0);
        expect(each.amount + each.withheld).toBe(had);
        expect(each.amount).toBeLessThanOrEqual(given[index]!.amount);
      }
    }),
    { numRuns: 200 },
  );
});

test('with nothing back everything is as it was redeemed', () => {
  fc.assert(
    fc.property(anyCase, ({ lines, bp, amount, least }) => {
      const cart = cartOf(lines);
      const { nets, given } = redeemed(cart, [always(order(bp), from(least)), always({ target: 'order', amount })]);
      const kept = recalculate({ cart, nets, returned: cart.lines.map(() => 0) }, given, ask);
      expect(kept.map(({ amount: off, withheld }) => [off, withheld])).toEqual(given.map((each) => [each.amount, 0]));
    }),
    { numRuns: 100 },
  );
});
