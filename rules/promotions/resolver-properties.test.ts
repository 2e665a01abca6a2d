// What holds for any cart and any set of grants.
import { promotionTargets } from '@rapport/sdk/schemas';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { allocate, divide, roundHalfUp, sum } from './arithmetic.ts';
import type { Grant } from './grant.ts';
import { grossOf, resolve } from './resolver.ts';
import { atLeast, cartOf, grantOf } from './resolver-fixture.ts';

const amount = fc.oneof(fc.integer({ min: 1, max: 2000 }), fc.integer({ min: 1, max: 1_000_000_000_000 }));
const cart = fc
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

const grants = fc
  .array(grant, { maxLength: 9 })
  .map((list) =>
    list.map(({ params, rest }, n) => grantOf(`p${n}`, params as Grant['params'], rest as Partial<Grant>)),
  );

const runs = { numRuns: 2000 };

test('lines sum to the goods, every amount is on a line or on shipping, nothing goes below 0', () => {
  fc.assert(
    fc.property(cart, grants, (shopping, given) => {
      const resolved = resolve(shopping, given);
      const off = shopping.lines.map(() => 0);
      for (const entry of resolved.applied) {
        expect(sum(entry.lines) + entry.shipping).toBe(entry.amount);
        for (const [index, part] of entry.lines.entries()) {
          expect(part).toBeGreaterThanOrEqual(0);
          off[index]! += part;
        }
      }
      expect(resolved.lines.map((entry) => entry.discount)).toEqual(off);
      for (const [index, entry] of resolved.lines.entries()) {
        expect(entry.net).toBeGreaterThanOrEqual(0);
        expect(entry.net + entry.discount).toBe(grossOf(shopping.lines[index]!));
      }
      expect(resolved.shipping).toBeGreaterThanOrEqual(0);
      expect(resolved.total).toBe(sum(resolved.lines.map((entry) => entry.net)) + resolved.shipping);
      expect(resolved.subtotal - resolved.discount + resolved.shipping).toBe(resolved.total);
    }),
    runs,
  );
});

test('every grant is applied or skipped, once, and gives something or is an effect', () => {
  fc.assert(
    fc.property(cart, grants, (shopping, given) => {
      const { applied, skipped } = resolve(shopping, given);
      const keys = [...applied.map((entry) => entry.grant.key), ...skipped.map((skip) => skip.key)];
      expect(keys.toSorted()).toEqual(given.map((entry) => entry.key).toSorted());
      for (const {
        grant: { params },
        amount: off,
        points,
      } of applied)
        expect(off + points > 0 || params.target === 'tier' || params.target === 'coupon').toBe(true);
    }),
    runs,
  );
});

test('no grant exceeds its cap or its budget, and a refused budget is never touched', () => {
  fc.assert(
    fc.property(cart, grants, (shopping, given) => {
      for (const {
        grant: { params, budgetLeft },
        amount: off,
      } of resolve(shopping, given).applied) {
        if (params.target === 'points') continue;
        expect(off).toBeLessThanOrEqual(Math.min(params.maxAmount ?? off, budgetLeft ?? off));
      }
    }),
    runs,
  );
});

test('at most one exclusive runs, never beside a stackable, and one of each group', () => {
  fc.assert(
    fc.property(cart, grants, (shopping, given) => {
      const running = resolve(shopping, given).applied.map((entry) => entry.grant.params);
      const exclusive = running.filter((params) => params.stacking === 'exclusive').length;
      expect(exclusive).toBeLessThanOrEqual(1);
      if (exclusive === 1)
        expect(running.every(({ stacking }) => stacking === 'exclusive' || stacking === 'always')).toBe(true);
      const groups = running.flatMap((params) => params.group ?? []);
      expect(new Set(groups).size).toBe(groups.length);
    }),
    runs,
  );
});

test('the order in which promotions come does not matter, and the same cart resolves the same twice', () => {
  fc.assert(
    fc.property(cart, grants, fc.integer(), (shopping, given, seed) => {
      const shuffled = given
        .map((entry, index) => ({ entry, at: Math.imul(index + 1, seed | 1) % 97 }))
        .sort((a, b) => a.at - b.at)
        .map(({ entry }) => entry);
      const first = JSON.stringify(resolve(shopping, given));
      expect(JSON.stringify(resolve(shopping, shuffled))).toBe(first);
      expect(JSON.stringify(resolve(shopping, given))).toBe(first);
    }),
    runs,
  );
});

test('an allocation sums to the whole, is within one unit of its share and never above its weight', () => {
  const weights = fc.array(fc.integer({ min: 0, max: 1_000_000_000_000 }), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(weights, fc.double({ min: 0, max: 1, noNaN: true }), (parts, share) => {
      const total = sum(parts);
      const whole = Math.floor(total * share);
      const given = allocate(whole, parts);
      expect(sum(given)).toBe(total === 0 ? 0 : whole);
      for (const [index, part] of given.entries()) {
        expect(part).toBeLessThanOrEqual(parts[index]!);
        if (total > 0)
          expect(Math.abs(part - Number((BigInt(whole) * BigInt(parts[index]!)) / BigInt(total)))).toBeLessThanOrEqual(
            1,
          );
      }
    }),
    runs,
  );
});

test('division and rounding agree with BigInt everywhere', () => {
  const big = fc.oneof(fc.integer({ min: 0, max: 100_000 }), fc.integer({ min: 0, max: 1_000_000_000_000 }));
  fc.assert(
    fc.property(big, big, fc.integer({ min: 1, max: 1_000_000 }), (a, b, c) => {
      const product = BigInt(a) * BigInt(b);
      fc.pre(product / BigInt(c) < 2n ** 53n);
      expect(divide(a, b, c)).toEqual({
        quotient: Number(product / BigInt(c)),
        remainder: Number(product % BigInt(c)),
      });
      expect(roundHalfUp(a, b, c)).toBe(Number((product * 2n + BigInt(c)) / (BigInt(c) * 2n)));
    }),
    runs,
  );
});
