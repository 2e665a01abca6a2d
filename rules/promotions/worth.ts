// What one grant is worth on what is left of the cart, before and after its caps. Pure; whole minor units only.
import { allocate, divide, roundHalfUp, sum } from './arithmetic.ts';
import { createUnits, type Units } from './free-items.ts';
import type { Grant, Skip } from './grant.ts';

/** The cart while it is being resolved. */
export type Remaining = {
  nets: number[];
  quantities: readonly number[];
  shipping: number;
  /** Made when the first free item is given, after the line discounts. */
  units?: Units;
};

export type Worth = { lines: number[]; shipping: number; points: number; commit?: () => void };
type Refusal = Omit<Skip, 'key'>;

const wholeBp = 10_000;
/** Points of one grant; far above any sane rule, below the limit of exact numbers. */
const mostPoints = 1_000_000_000_000;

export const isRefusal = (worth: Worth | Refusal): worth is Refusal => 'reason' in worth;

/** The grant's worth with every cap applied, or why it is worth nothing here. */
export const worthOf = (grant: Grant, left: Remaining, matching: readonly boolean[]): Worth | Refusal => {
  if (matching.length > 0 && !matching.includes(true)) return { reason: 'no_match', detail: 'no line matches' };
  const offer = offers[grant.params.target](grant, left, matching);
  if (isRefusal(offer) || grant.params.target === 'tier' || grant.params.target === 'coupon') return offer;
  if (sum(offer.lines) + offer.shipping + offer.points === 0)
    return { reason: 'nothing_left', detail: '0 to take off' };
  return cap(grant, offer);
};

type Offer = (grant: Grant, left: Remaining, matching: readonly boolean[]) => Worth | Refusal;

const onLines = (lines: number[]): Worth => ({ lines, shipping: 0, points: 0 });
const nothing = (left: Remaining): Worth => onLines(left.nets.map(() => 0));
const only = (values: readonly number[], matching: readonly boolean[]): number[] =>
  values.map((value, line) => (matching[line] ? value : 0));

const offers: Record<Grant['params']['target'], Offer> = {
  line: ({ params: { bp, amount = 0 } }, left, matching) =>
    onLines(
      only(left.nets, matching).map((net, line) =>
        bp === undefined ? Math.min(amount * left.quantities[line]!, net) : roundHalfUp(net, bp, wholeBp),
      ),
    ),

  freeItem: ({ params }, left, matching) => {
    left.units ??= createUnits(left.nets, left.quantities);
    const chosen = left.units.choose(params, matching);
    if ('needed' in chosen) return { reason: 'no_match', detail: `${chosen.units} < ${chosen.needed} units` };
    const value = sum(chosen.values);
    const off = params.bp === undefined ? value : roundHalfUp(value, params.bp, wholeBp);
    return { ...onLines(allocate(off, chosen.values)), commit: chosen.use };
  },

  order: ({ params: { bp, amount = 0 } }, left, matching) => {
    const nets = only(left.nets, matching);
    const base = sum(nets);
    return onLines(allocate(bp === undefined ? Math.min(amount, base) : roundHalfUp(base, bp, wholeBp), nets));
  },

  shipping: ({ params: { bp, amount } }, left) => ({
    ...nothing(left),
    shipping:
      bp === undefined ? Math.min(amount ?? left.shipping, left.shipping) : roundHalfUp(left.shipping, bp, wholeBp),
  }),

  points: ({ params: { points } }, left, matching) => {
    const { quotient } = divide(sum(only(left.nets, matching)), points?.per ?? 0, points?.unit ?? 1);
    return { ...nothing(left), points: Math.min(quotient, mostPoints) };
  },

  tier: (_, left) => nothing(left),
  coupon: (_, left) => nothing(left),
};

/** `maxAmount` and the budget hold for the whole grant; what they leave is spread over the uncapped discounts. */
const cap = (grant: Grant, offer: Worth): Worth | Refusal => {
  const { maxAmount, limits } = grant.params;
  const full = sum(offer.lines) + offer.shipping;
  let amount = Math.min(full, maxAmount ?? full);
  if (grant.budgetLeft !== undefined && amount > grant.budgetLeft) {
    if (grant.budgetLeft <= 0 || limits?.budgetMode !== 'partial')
      return { reason: 'budget', detail: `${amount} > ${Math.max(grant.budgetLeft, 0)}` };
    amount = grant.budgetLeft;
  }
  if (amount === full) return offer;
  const parts = allocate(amount, [...offer.lines, offer.shipping]);
  return { ...offer, lines: parts.slice(0, -1), shipping: parts.at(-1)! };
};
