// What an order comes to, in integer minor units: lines priced from their products where they name no price, totals checked
// against what the sender computed. Pure.
import type { NewOrder, NewOrderLine } from '@rapport/sdk/schemas';
import { InvalidValue } from '../../core/index.ts';
import type { ProductRow } from './products-store.ts';

/** Amounts are integer minor units of the order's currency; `total` is quantity times unit price less `discount`. */
export type PricedLine = {
  sku: string;
  name: string | null;
  category: string | null;
  quantity: number;
  unit_price: number;
  discount: number;
  total: number;
  external_id: string | null;
};
/**
 * `subtotal` is the sum of the lines after their own discounts; `discount` is the order's own, on top.
 * `quantity` counts units.
 */
export type Amounts = {
  lines: PricedLine[];
  subtotal: number;
  discount: number;
  shipping: number;
  total: number;
  quantity: number;
};

/**
 * The largest sum of a line or an order, in minor units: far below the integers that JSON and both
 * databases keep exactly.
 */
const most = 1_000_000_000_000;

/** Throws with a pointer to the member that does not add up. */
export const amountsOf = (order: NewOrder, products: ReadonlyMap<string, ProductRow>): Amounts => {
  const lines = order.lines.map((line, i) => priced(line, i, order.currency, products.get(line.sku)));
  const subtotal = lines.reduce((sum, line) => sum + line.total, 0);
  const discount = order.discount ?? 0;
  const shipping = order.shipping ?? 0;
  if (discount > subtotal) throw new InvalidValue(`It is more than the goods: ${subtotal}.`, { pointer: '/discount' });
  const total = subtotal - discount + shipping;
  if (subtotal > most || total > most)
    throw new InvalidValue(`An order comes to at most ${most}.`, { pointer: '/lines' });
  if (order.total !== undefined && order.total !== total)
    throw new InvalidValue(
      `It must be ${total}: the lines are ${subtotal}, less ${discount}, plus shipping ${shipping}.`,
      {
        pointer: '/total',
      },
    );
  return { lines, subtotal, discount, shipping, total, quantity: lines.reduce((sum, line) => sum + line.quantity, 0) };
};

/** The line's own price, else that of the product when it is in the order's currency: prices are never converted. */
const priced = (line: NewOrderLine, i: number, currency: string, product: ProductRow | undefined): PricedLine => {
  const at = `/lines/${i}`;
  const price = product?.currency === currency ? product.price : null;
  const unitPrice = line.unitPrice ?? price;
  if (unitPrice === null)
    throw new InvalidValue(`The product ${line.sku} has no price in ${currency}; give one.`, {
      pointer: `${at}/unitPrice`,
    });
  const discount = line.discount ?? 0;
  const goods = line.quantity * unitPrice;
  if (goods > most) throw new InvalidValue(`A line comes to at most ${most}.`, { pointer: `${at}/quantity` });
  if (discount > goods) throw new InvalidValue(`It is more than the line: ${goods}.`, { pointer: `${at}/discount` });
  const total = goods - discount;
  if (line.total !== undefined && line.total !== total)
    throw new InvalidValue(`It must be ${total}: ${line.quantity} × ${unitPrice} less ${discount}.`, {
      pointer: `${at}/total`,
    });
  return {
    sku: line.sku,
    name: line.name ?? product?.name ?? null,
    category: line.category ?? product?.category ?? null,
    quantity: line.quantity,
    unit_price: unitPrice,
    discount,
    total,
    external_id: line.externalId ?? null,
  };
};
