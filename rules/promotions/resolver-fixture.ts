// Carts and grants for the resolver's tests: given ones with everything optional left out, and any there can be.
import { type Cart, type CartLine, type PromotionParams, promotionTargets } from '@rapport/sdk/schemas';
import fc from 'fast-check';
import { compileMatch, type Grant } from './grant.ts';

export const line = (unitPrice: number, quantity = 1, rest: Partial<CartLine> = {}): CartLine => ({
  sku: `sku-${unitPrice}`,
  quantity,
  unitPrice,
  ...rest,
});

export const cartOf = (lines: CartLine[], rest: Partial<Cart> = {}): Cart => ({ currency: 'EUR', lines, ...rest });

export const grantOf = (key: string, params: PromotionParams, rest: Partial<Grant> = {}): Grant => ({
  key,
  version: 1,
  name: key,
  priority: 0,
  params,
  matches: compileMatch(params.match),
  ...rest,
});

/** Conditions that need this much goods left, in the words of a reason. */
export const atLeast = (limit: number) => (subtotal: number) =>
  subtotal >= limit ? undefined : `${subtotal} < ${limit}`;

const amount = fc.oneof(fc.integer({ min: 1, max: 2000 }), fc.integer({ min: 1, max: 1_000_000_000_000 }));
/** Small carts with ties, and now and then large amounts. */
export const anyCart = fc
  .record({
    lines: fc.array(
      fc.record({
        sku: fc.constantFrom('a', 'b', 'c', 'd'),
        category: fc.constantFrom(null, 'x', 'y'),
        quantity: fc.integer({ min: 1, max: 7 }),
        unitPrice: fc.oneof(fc.integer({ min: 0, max: 2000 }), fc.integer({ min: 0, max: 20_000_000_000 })),
      }),
      { maxLength: 7 },
    ),
    shipping: fc.integer({ min: 0, max: 2000 }),
  })
  .map(({ lines, shipping }) => cartOf(lines, { shipping }));

const grant = fc
  .record({
    target: fc.constantFrom(...promotionTargets),
    money: fc.oneof(fc.record({ bp: fc.integer({ min: 1, max: 10_000 }) }), fc.record({ amount })),
    maxAmount: fc.option(amount, { nil: undefined }),
    match: fc.option(fc.record({ skus: fc.subarray(['a', 'b', 'c', 'd']), categories: fc.subarray(['x', 'y']) }), {
      nil: undefined,
    }),
    buy: fc.integer({ min: 1, max: 3 }),
    get: fc.integer({ min: 1, max: 3 }),
    maxRounds: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
    stacking: fc.constantFrom('exclusive', 'stackable', 'stackable', 'always', undefined),
    group: fc.constantFrom('g', 'h', undefined, undefined),
    budgetMode: fc.constantFrom('refuse', 'partial', undefined),
    budgetLeft: fc.option(fc.integer({ min: 1, max: 3000 }), { nil: undefined }),
    threshold: fc.option(fc.integer({ min: 0, max: 10_000 }), { nil: undefined }),
    priority: fc.integer({ min: 0, max: 3 }),
  })
  .map(({ target, money, budgetMode, budgetLeft, threshold, priority, ...rest }) => {
    const takesMoney = target === 'line' || target === 'order' || target === 'shipping';
    const percent = target === 'freeItem' && 'bp' in money;
    return {
      params: {
        target,
        ...(takesMoney || percent ? money : {}),
        ...rest,
        limits: { budget: budgetLeft, budgetMode },
        points: { per: 1, unit: 100 },
      },
      rest: { priority, budgetLeft, recheck: threshold === undefined ? undefined : atLeast(threshold) },
    };
  });

export const anyGrants = fc
  .array(grant, { maxLength: 9 })
  .map((list) =>
    list.map(({ params, rest }, n) => grantOf(`p${n}`, params as Grant['params'], rest as Partial<Grant>)),
  );
