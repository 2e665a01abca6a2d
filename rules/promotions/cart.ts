// A cart as it may be reckoned with, and as facts for conditions.
import type { Cart } from '@rapport/sdk/schemas';
import { CartInvalid } from '../errors.ts';
import { sum } from './arithmetic.ts';
import { normaliseCodes } from './codes.ts';
import { grossOf } from './resolver.ts';

/** Of a line, and of everything together: above it whole numbers would stop being exact in products. */
const mostMinorUnits = 1_000_000_000_000;

/**
 * Throws CartInvalid with a pointer when a line or the whole is worth more than 10^12 minor units. Shapes
 * and counts are the contract's.
 */
export const checkCart = (cart: Cart): void => {
  for (const [index, line] of cart.lines.entries())
    if (grossOf(line) > mostMinorUnits)
      throw new CartInvalid(`A line is worth at most ${mostMinorUnits} minor units.`, {
        pointer: `/cart/lines/${index}/quantity`,
      });
  if (sum(cart.lines.map(grossOf)) + (cart.shipping ?? 0) > mostMinorUnits)
    throw new CartInvalid(`A cart is worth at most ${mostMinorUnits} minor units.`, { pointer: '/cart/lines' });
};

const distinct = (values: readonly (string | null | undefined)[]): string[] => [
  ...new Set(values.filter((value) => typeof value === 'string').map((value) => value.normalize('NFC'))),
];

/** Context facts by id. `cart.subtotal` is goods only; while promotions are resolved it is what is left of them. */
export const cartFacts = (cart: Cart): Record<string, unknown> => {
  const subtotal = sum(cart.lines.map(grossOf));
  return {
    'cart.subtotal': subtotal,
    'cart.shipping': cart.shipping ?? 0,
    'cart.total': subtotal + (cart.shipping ?? 0),
    'cart.currency': cart.currency,
    'cart.quantity': sum(cart.lines.map((line) => line.quantity)),
    'cart.lines': cart.lines.length,
    'cart.skus': distinct(cart.lines.map((line) => line.sku)),
    'cart.categories': distinct(cart.lines.map((line) => line.category)),
    'cart.codes': normaliseCodes(cart.codes),
  };
};
