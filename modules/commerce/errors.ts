// The catalogue's errors of products and orders; the rules for codes are in core/errors.ts.
import { nextOrderStatuses, type OrderStatus } from '@rapport/sdk/schemas';
import { defineError } from '../../core/index.ts';

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
/** Only where an order must be new; writing lines to an order that exists is not an error of imports. */
export const OrderExists = defineError(
  'ORDER_EXISTS',
  409,
  'An order with this external id exists.',
  (id: string) => `The order ${id} exists.`,
);
export const OrderStatusInvalid = defineError(
  'ORDER_STATUS_INVALID',
  409,
  'The order cannot go from its status to this one.',
  (from: OrderStatus, to: OrderStatus) =>
    `An order that is ${from} cannot become ${to}; ${nextOrderStatuses[from].join(', ') || 'nothing'} is allowed.`,
);
/** For lines that name an order of somebody else: an order never changes its customer by being written to. */
export const OrderOfAnother = defineError(
  'ORDER_OF_ANOTHER',
  409,
  'The order is of another customer.',
  (id: string) => `The order ${id} is of another customer.`,
);
export const CurrencyDiffers = defineError(
  'CURRENCY_DIFFERS',
  409,
  'The order is in another currency.',
  (currency: string) => `The order is in ${currency}.`,
);
/** Only products whose stock is counted can run out. */
export const OutOfStock = defineError(
  'OUT_OF_STOCK',
  409,
  'There is not enough in stock.',
  (sku: string) => `Not enough ${sku} in stock.`,
);
/** `left` is in minor units of the order's currency. */
export const RefundTooHigh = defineError(
  'REFUND_TOO_HIGH',
  409,
  'More than what is left of the order cannot be refunded.',
  (left: number) => `At most ${left} can still be refunded.`,
);
/** `left` counts units of that line. */
export const ReturnTooMany = defineError(
  'RETURN_TOO_MANY',
  409,
  'More units of a line cannot come back than were sold and are not back yet.',
  (sku: string, left: number) => `Of ${sku} at most ${left} can still be returned.`,
);
