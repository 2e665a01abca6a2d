// What holds for any cart and any set of grants.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { allocate, divide, roundHalfUp, sum } from './arithmetic.ts';
import { grossOf, resolve } from './resolver.ts';
import { anyCart, anyGrants } from './resolver-fixture.ts';

const runs = { numRuns: 2000 };

test('lines sum to the goods, every amount is on a line or on shipping, nothing goes below 0', () => {
  fc.assert(
    fc.property(anyCart, anyGrants, (shopping, given) => {
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
    fc.property(anyCart, anyGrants, (shopping, given) => {
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
    fc.property(anyCart, anyGrants, (shopping, given) => {
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
    fc.property(anyCart, anyGrants, (shopping, given) => {
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
    fc.property(anyCart, anyGrants, fc.integer(), (shopping, given, seed) => {
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
