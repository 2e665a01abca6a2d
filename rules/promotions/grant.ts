// A grant: one promotion that is eligible for this cart, as the resolver sees it. Not the document (see document.ts).
import type { CartLine, PromotionParams, SkipReason } from '@rapport/sdk/schemas';
import type { Remainder } from './partial.ts';

export type Grant = {
  key: string;
  version: number;
  name: string;
  /** Higher goes first; ties by key. */
  priority: number;
  params: PromotionParams;
  matches: (line: CartLine) => boolean;
  /** Minor units left of `limits.budget`; undefined when there is none. */
  budgetLeft?: number;
  /** The promotion's own conditions with this much goods left: undefined when they hold, else what fails. */
  recheck?: (subtotal: number) => string | undefined;
  /** The code of the cart that lets it in, as its pool keeps it. */
  code?: string;
  /** With `onReturn: recalculate`: what a return of some goods is judged by. */
  terms?: Terms;
};

/**
 * What a redemption keeps of its version: the grant, and what of the conditions is about the cart. What they said of the customer and
 * of the time held when it was redeemed and is not asked again.
 */
export type Terms = { params: PromotionParams; priority: number; conditions: Remainder };

/** `by` is the key of the promotion that caused it, where one did. */
export type Skip = { key: string; reason: SkipReason; detail?: string; by?: string };

/** What a grant gives: minor units off each line and off shipping, or points. */
export type Applied = { grant: Grant; amount: number; lines: number[]; shipping: number; points: number };

/** The order in which grants run: what comes later is worked out on what is left. */
export const phases = ['line', 'freeItem', 'order', 'shipping', 'points', 'tier', 'coupon'] as const;

/** Higher priority first, then by key: the order of everything here. */
export const byPriority = (a: Grant, b: Grant): number => b.priority - a.priority || (a.key < b.key ? -1 : 1);

/** `match` is skus or categories; an empty list is as good as none, and none at all is every line. */
export const compileMatch = (match: PromotionParams['match']): Grant['matches'] => {
  const skus = new Set(match?.skus);
  const categories = new Set(match?.categories);
  if (skus.size === 0 && categories.size === 0) return () => true;
  return (line) => skus.has(line.sku) || (typeof line.category === 'string' && categories.has(line.category));
};
