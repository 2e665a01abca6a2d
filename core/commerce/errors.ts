// The catalogue's errors of products and orders; the rules for codes are in core/errors.ts.
import { defineError } from '../errors.ts';

const text = (detail: string): string => detail;

export const ProductNotFound = defineError(
  'PRODUCT_NOT_FOUND',
  404,
  'No such product.',
  (id: string) => `No product ${id}.`,
);
export const SkuTaken = defineError(
  'SKU_TAKEN',
  409,
  'Another product has this sku.',
  (sku: string) => `The sku ${sku} is taken.`,
);
export const OrderNotFound = defineError('ORDER_NOT_FOUND', 404, 'No such order.', (id: string) => `No order ${id}.`);
export const OrderExists = defineError(
  'ORDER_EXISTS',
  409,
  'An order with this external id exists.',
  (id: string) => `The order ${id} exists.`,
);
export const OrderRefused = defineError('ORDER_REFUSED', 409, 'The order does not allow this now.', text);
export const OutOfStock = defineError(
  'OUT_OF_STOCK',
  409,
  'There is not enough in stock.',
  (sku: string) => `Not enough ${sku} in stock.`,
);
export const RefundTooHigh = defineError(
  'REFUND_TOO_HIGH',
  409,
  'More than what is left of the order cannot be refunded.',
  (left: number) => `At most ${left} can still be refunded.`,
);
