// The resolver against a slow second reading of the same rules: every unit one by one, fractions in BigInt, and a fresh start
// after every grant that gives nothing. The two share no arithmetic.
import type { Cart } from '@rapport/sdk/schemas';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Grant } from './grant.ts';
import { resolve } from './resolver.ts';
import { anyCart, anyGrants } from './resolver-fixture.ts';

type Unit = { line: number; price: bigint; used: boolean };
type State = { nets: bigint[]; shipping: bigint; units?: Unit[]; points: bigint; given: Record<string, string> };

const total = (values: readonly bigint[]): bigint => values.reduce((a, b) => a + b, 0n);
const half = (value: bigint, bp: number): bigint => (value * BigInt(bp) * 2n + 10_000n) / 20_000n;
const least = (...values: bigint[]): bigint => values.toSorted((a, b) => (a < b ? -1 : 1))[0]!;

/** Hands out one minor unit at a time to whoever is furthest below their exact share; the first of equals. */
const share = (whole: bigint, weights: readonly bigint[]): bigint[] => {
  const all = total(weights);
  if (all === 0n) return weights.map(() => 0n);
  const parts = weights.map((weight) => (whole * weight) / all);
  const owed = weights.map((weight, i) => whole * weight - parts[i]! * all);
  for (let left = whole - total(parts); left > 0n; left--) {
    const next = owed.reduce((best, value, i) => (value > owed[best]! ? i : best), 0);
    parts[next]! += 1n;
    owed[next] = -1n;
  }
  return parts;
};

const ranked = (grants: readonly Grant[]): Grant[] =>
  grants.toSorted((a, b) => b.priority - a.priority || a.key.localeCompare(b.key, 'en'));

const together = (candidates: readonly Grant[]): Grant[] => {
  const exclusive = ranked(candidates).find(({ params }) => params.stacking === 'exclusive');
  const running = exclusive
    ? [exclusive, ...ranked(candidates).filter(({ params }) => params.stacking === 'always')]
    : ranked(candidates);
  return running.filter(
    ({ params: { group } }, i) =>
      group === undefined || running.findIndex((other) => other.params.group === group) === i,
  );
};

const phase = ['line', 'freeItem', 'order', 'shipping', 'points', 'tier', 'coupon'];

const refuses = (cart: Cart, grant: Grant, state: State): boolean => {
  const { params } = grant;
  if (grant.recheck?.(Number(total(state.nets))) !== undefined) return true;
  const counts = cart.lines.map(grant.matches);
  if (cart.lines.length > 0 && !counts.includes(true)) return true;
  if (params.target === 'tier' || params.target === 'coupon') {
    state.given[grant.key] = '';
    return false;
  }
  const base = state.nets.map((net, i) => (counts[i] ? net : 0n));
  const off = state.nets.map(() => 0n);
  let shipping = 0n;
  let points = 0n;
  let use: Unit[] = [];
  if (params.target === 'line') {
    for (const [i, net] of base.entries())
      off[i] = params.bp ? half(net, params.bp) : least(BigInt(params.amount!) * BigInt(cart.lines[i]!.quantity), net);
  } else if (params.target === 'order') {
    const whole = params.bp ? half(total(base), params.bp) : least(BigInt(params.amount!), total(base));
    off.splice(0, off.length, ...share(whole, base));
  } else if (params.target === 'shipping') {
    const all = state.shipping;
    shipping = params.bp ? half(all, params.bp) : params.amount ? least(BigInt(params.amount), all) : all;
  } else if (params.target === 'points') {
    points = (total(base) * BigInt(params.points!.per)) / BigInt(params.points!.unit);
  } else {
    state.units ??= state.nets.flatMap((net, line) =>
      share(net, Array(cart.lines[line]!.quantity).fill(1n)).map((price) => ({ line, price, used: false })),
    );
    const open = state.units.filter(({ line, used }) => counts[line] && !used);
    const { buy = 1, get = 1 } = params;
    const rounds = Math.min(Math.floor(open.length / (buy + get)), params.maxRounds ?? 1e9);
    if (rounds === 0) return true;
    const dear = open.map((unit, at) => ({ unit, at }));
    // Cheapest first; of equals the first line, and within a line its last units.
    const cheap = dear.toSorted(
      (a, b) => Number(a.unit.price - b.unit.price) || a.unit.line - b.unit.line || b.at - a.at,
    );
    const free = cheap.slice(0, rounds * get).map(({ unit }) => unit);
    const rest = dear.filter(({ unit }) => !free.includes(unit));
    const bought = rest.toSorted((a, b) => Number(b.unit.price - a.unit.price) || a.unit.line - b.unit.line);
    const values = state.nets.map((_, line) => total(free.filter((unit) => unit.line === line).map((u) => u.price)));
    const whole = params.bp ? half(total(values), params.bp) : total(values);
    off.splice(0, off.length, ...share(whole, values));
    use = [...free, ...bought.slice(0, rounds * buy).map(({ unit }) => unit)];
  }
  const full = total(off) + shipping;
  if (full + points === 0n) return true;
  let amount = least(full, BigInt(params.maxAmount ?? full));
  if (grant.budgetLeft !== undefined && amount > BigInt(grant.budgetLeft)) {
    if (params.limits?.budgetMode !== 'partial') return true;
    amount = BigInt(grant.budgetLeft);
  }
  const capped = amount === full ? [...off, shipping] : share(amount, [...off, shipping]);
  state.nets = state.nets.map((net, i) => net - capped[i]!);
  state.shipping -= capped.at(-1)!;
  state.points += points;
  for (const unit of use) unit.used = true;
  state.given[grant.key] = capped.join(',');
  return false;
};

const reference = (cart: Cart, grants: readonly Grant[]): State => {
  const state: State = {
    nets: cart.lines.map(({ quantity, unitPrice }) => BigInt(quantity) * BigInt(unitPrice)),
    shipping: BigInt(cart.shipping ?? 0),
    points: 0n,
    given: {},
  };
  const running = ranked(together(grants));
  for (const target of phase)
    for (const grant of running.filter(({ params }) => params.target === target))
      if (refuses(cart, grant, state))
        return reference(
          cart,
          grants.filter((other) => other !== grant),
        );
  return state;
};

test('the resolver and a slow reading of the same rules agree on every cart', () => {
  fc.assert(
    fc.property(anyCart, anyGrants, (cart, grants) => {
      const ours = resolve(cart, grants);
      const theirs = reference(cart, grants);
      expect(ours.lines.map(({ net }) => net)).toEqual(theirs.nets.map(Number));
      expect(ours.shipping).toBe(Number(theirs.shipping));
      expect(ours.points).toBe(Number(theirs.points));
      const given = ours.applied.map(({ grant, lines, shipping }) => [
        grant.key,
        grant.params.target === 'tier' || grant.params.target === 'coupon' ? '' : [...lines, shipping].join(','),
      ]);
      expect(Object.fromEntries(given)).toEqual(theirs.given);
    }),
    { numRuns: 5000 },
  );
});
