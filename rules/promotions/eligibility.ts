// Who may be applied at all: schedule, currency, code, limits, budget and conditions, settled before anything is selected.
import type { Cart } from '@rapport/sdk/schemas';
import type { Facts } from '../language/index.ts';
import { isWithin } from './calendar.ts';
import type { CodeRow } from './codes-store.ts';
import { isBoundToCurrency } from './document.ts';
import type { Grant, Skip, Terms } from './grant.ts';
import type { LivePromotion } from './live.ts';
import { isAny } from './partial.ts';
import type { Use } from './usage-store.ts';

/** All that is known at the moment of asking. */
export type Situation = {
  now: number;
  cart: Cart;
  customerId: string | null;
  facts: Facts;
  /** The cart's codes as pools spell them, and the rows any pool has of them. */
  codes: readonly string[];
  codeRows: readonly CodeRow[];
  use: ReadonlyMap<string, Use>;
  useOfCustomer: ReadonlyMap<string, number>;
  /** At a redemption what is for a person needs one; a quote shows an unknown visitor what would be earned. */
  isRedemption: boolean;
};

type Refusal = Omit<Skip, 'key'>;
type Check = (promotion: LivePromotion, situation: Situation) => Refusal | undefined;

export const isSkip = (settled: Grant | Skip): settled is Skip => 'reason' in settled;

/**
 * A grant, or the first reason against it in the order of `checks`. Pure: two promotions of one cart do
 * not see each other here.
 */
export const settle = (promotion: LivePromotion, situation: Situation): Grant | Skip => {
  const { key, version, name, priority, params, matches } = promotion;
  for (const check of checks) {
    const refusal = check(promotion, situation);
    if (refusal) return { key, ...refusal };
  }
  return {
    key,
    version,
    name,
    priority,
    params,
    matches,
    recheck: recheckOf(promotion, situation),
    ...(params.onReturn === 'recalculate' && { terms: termsOf(promotion, situation) }),
    ...(params.limits?.budget !== undefined && { budgetLeft: params.limits.budget - spentOf(promotion, situation) }),
    ...(params.code?.required && { code: usableCode(promotion, situation)?.code }),
  };
};

const spentOf = ({ key }: LivePromotion, { use }: Situation): number => use.get(key)?.spent ?? 0;

const schedule: Check = ({ period }, { now }) => {
  if (isWithin(period, now)) return undefined;
  const early = period.from !== null && now < period.from;
  const edge = new Date((early ? period.from : period.to) ?? 0).toISOString();
  return { reason: 'schedule', detail: early ? `starts ${edge}` : `ended ${edge}` };
};

const currency: Check = ({ params }, { cart }) =>
  isBoundToCurrency(params) && params.currency !== cart.currency
    ? { reason: 'currency', detail: `${cart.currency} ≠ ${params.currency}` }
    : undefined;

const code: Check = (promotion, situation) => {
  if (!promotion.params.code?.required || usableCode(promotion, situation)) return undefined;
  const found = ofPool(promotion, situation)[0];
  return { reason: 'code', detail: found ? `${found.code} ${whyNot(found, situation)}` : noCode(situation) };
};

const ofPool = ({ pool }: LivePromotion, { codes, codeRows }: Situation): CodeRow[] =>
  codes.flatMap((given) => codeRows.find((row) => row.pool === pool && row.code === given) ?? []);
const usableCode = (promotion: LivePromotion, situation: Situation): CodeRow | undefined =>
  ofPool(promotion, situation).find((row) => whyNot(row, situation) === undefined);

const whyNot = (row: CodeRow, { now, customerId }: Situation): string | undefined => {
  if (row.expires_at !== null && row.expires_at <= now) return 'has expired';
  if (row.uses !== null && row.used >= row.uses) return 'is used up';
  if (row.customer_id !== null && row.customer_id !== customerId) return "is another customer's";
  return undefined;
};
const noCode = ({ codes }: Situation): string =>
  codes.length === 0 ? 'no code given' : `${codes.join(', ')}: not known`;

const limit: Check = (promotion, { use }) => {
  const { total } = promotion.params.limits ?? {};
  const used = use.get(promotion.key)?.used ?? 0;
  return total !== undefined && used >= total ? { reason: 'limit', detail: `${used} of ${total} used` } : undefined;
};

const customerLimit: Check = ({ key, params }, { customerId, useOfCustomer, isRedemption }) => {
  const { perCustomer } = params.limits ?? {};
  const personal = params.target === 'points' || params.target === 'tier' || params.target === 'coupon';
  if (customerId === null && (perCustomer !== undefined || (personal && isRedemption)))
    return { reason: 'customer_limit', detail: 'the customer is not known' };
  const used = useOfCustomer.get(key) ?? 0;
  return perCustomer !== undefined && used >= perCustomer
    ? { reason: 'customer_limit', detail: `${used} of ${perCustomer} used` }
    : undefined;
};

const budget: Check = (promotion, situation) => {
  const whole = promotion.params.limits?.budget;
  return whole !== undefined && spentOf(promotion, situation) >= whole
    ? { reason: 'budget', detail: `0 of ${whole} left` }
    : undefined;
};

const condition: Check = ({ rule }, { facts, now, customerId }) => {
  if (!rule) return { reason: 'condition', detail: 'its conditions cannot be read any more' };
  // Nobody has no orders and no city: what a condition says of a customer can neither hold nor fail for an unknown one.
  if (customerId === null && isAny(rule.compiled.needs)) {
    const open = rule.partial.ofCustomer(facts, now);
    if (typeof open !== 'boolean')
      return { reason: 'unknown_customer', detail: 'its conditions ask who the customer is' };
    if (open) return undefined;
  }
  return rule.compiled.test(facts, now) ? undefined : { reason: 'condition', detail: rule.reason(facts, now) };
};

/** In this order: the first refusal is the reason that is given. */
const checks: readonly Check[] = [schedule, currency, code, limit, customerLimit, budget, condition];

/** The same conditions with another amount of goods: only those that look at it are asked again. */
const recheckOf = ({ rule }: LivePromotion, { facts, now, customerId }: Situation): Grant['recheck'] => {
  if (!rule?.watchesGoods) return undefined;
  const isUnknown = customerId === null && isAny(rule.compiled.needs);
  return (subtotal) => {
    if (subtotal === facts.context['cart.subtotal']) return undefined;
    const left = { ...facts, context: { ...facts.context, 'cart.subtotal': subtotal } };
    const holds = isUnknown ? rule.partial.ofCustomer(left, now) === true : rule.compiled.test(left, now);
    return holds ? undefined : rule.reason(left, now);
  };
};

const termsOf = ({ params, priority, rule }: LivePromotion, { facts, now }: Situation): Terms => ({
  params,
  priority,
  conditions: rule?.partial.ofCart(facts, now) ?? true,
});
