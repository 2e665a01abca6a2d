// Carts and grants for the resolver's tests, with everything optional left out.
import type { Cart, CartLine, PromotionParams } from '@rapport/sdk/schemas';
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
