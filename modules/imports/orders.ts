// Orders as rows: one row a line (rows of one order share its id), or one row an order without lines.
import { hash } from 'node:crypto';
import { NewOrder, type OrderStatus } from '@rapport/sdk/schemas';
import { normaliseText } from '../../core/index.ts';
import type { Cleaner } from './cleaning.ts';
import { times } from './decimals.ts';
import type { Layout } from './layout.ts';
import { createOccurrences } from './occurrences.ts';
import type { OrderLineItem, OrderWriter } from './order-rows.ts';
import { type NewCustomer, readCustomerRef } from './refs.ts';
import type { RowCheck } from './row-check.ts';

/** The `source` of all orders of files: with the order's id it names an order once, whichever file brought it. */
export const orderSource = 'import';

type Line = NonNullable<OrderLineItem['line']>;

/**
 * A row without a status makes a `completed` order. Amounts are checked to the minor unit: a line total
 * that is not quantity times price less discount is refused (TOTAL_DIFFERS), not corrected. For one
 * import, since it counts repeated lines.
 */
export const createOrdersLayout = (deps: {
  writer: OrderWriter;
  check: RowCheck;
  createCustomers: boolean;
}): Layout<OrderLineItem> => {
  const occurrences = createOccurrences();
  const checkOrder = deps.check(NewOrder, { lines: '', orderedAt: 'orderedAt' });

  const readLine = (cleaner: Cleaner, order: string, currency: string): Line | undefined => {
    const sku = cleaner.text('sku');
    if (sku === undefined) return undefined;
    const quantity = cleaner.integer('quantity') ?? 1;
    if (quantity < 1) return cleaner.fail('quantity', 'QUANTITY_NOT_POSITIVE', 'The quantity is not above zero.');
    const price = cleaner.decimal('unitPrice');
    const discount = cleaner.money('lineDiscount', currency) ?? 0;
    const stated = cleaner.money('lineTotal', currency);
    if (price === undefined && stated === undefined)
      return cleaner.fail('unitPrice', 'REQUIRED', 'A line needs its unit price or its total.');
    // The total is exact to the minor unit even where the unit price is not: half a unit is rounded up once, for the line.
    const goods = price && cleaner.minor('unitPrice', times(price, quantity), currency, true);
    const total = stated ?? (goods ?? 0) - discount;
    if (goods !== undefined && stated !== undefined && stated !== goods - discount)
      return cleaner.fail('lineTotal', 'TOTAL_DIFFERS', 'It is not quantity × unit price − discount.');
    if (total < 0) return cleaner.fail('lineDiscount', 'MONEY_OUT_OF_RANGE', 'The discount is more than the line.');
    const unitPrice = price
      ? (cleaner.minor('unitPrice', price, currency, true) ?? 0)
      : Math.round((total + discount) / quantity);
    const name = cleaner.text('name');
    const category = cleaner.text('category');
    const lineId = cleaner.text('lineId');
    const content = hash('sha256', JSON.stringify([sku, name, category, quantity, unitPrice, discount, total]), 'hex');
    const externalId = lineId ?? `${content.slice(0, 24)}.${occurrences.next(order, content)}`;
    return {
      external_id: externalId,
      sku,
      name: name ?? null,
      category: category ?? null,
      quantity,
      unit_price: unitPrice,
      discount,
      total,
    };
  };

  return {
    kind: 'orders',
    facts: () => ['orders', 'customer.lastSeenAt', ...(deps.createCustomers ? ['customer.createdAt'] : [])],
    read: (cleaner) => {
      const externalId = cleaner.required('externalId', cleaner.text('externalId'));
      const customer = readCustomerRef(cleaner);
      const orderedAt = cleaner.required('orderedAt', cleaner.time('orderedAt'));
      const currency = cleaner.currency('currency');
      if (currency === undefined) return cleaner.fail('currency', 'CURRENCY_MISSING', 'An order needs a currency.');
      const line = readLine(cleaner, externalId, currency);
      const total = cleaner.money('total', currency);
      if (!line && total === undefined)
        return cleaner.fail('sku', 'REQUIRED', 'A row needs the sku of a line, or the total of an order.');
      const status = cleaner.text('status')?.toLowerCase() as OrderStatus | undefined;
      const order = {
        source: orderSource,
        externalId,
        currency,
        orderedAt,
        status,
        newStatus: 'completed' as const,
        discount: cleaner.money('discount', currency),
        shipping: cleaner.money('shipping', currency),
        ...(!line && { total }),
      };
      if (cleaner.problem() || !customer) return undefined;
      checkOrder(cleaner, {
        externalId,
        customer: { id: 'checked-apart' },
        currency,
        status,
        lines: [line ? lineToCheck(line) : { sku: '-', quantity: 1 }],
      });
      const newCustomer: NewCustomer | undefined = deps.createCustomers
        ? { source: normaliseText(orderSource) }
        : undefined;
      return { order, customer, newCustomer, line };
    },
    write: (trx, items) => deps.writer.write(trx, items),
  };
};

const lineToCheck = ({ external_id, unit_price, name, category, ...line }: Line) => ({
  ...line,
  externalId: external_id,
  unitPrice: unit_price,
  ...(name !== null && { name }),
  ...(category !== null && { category }),
});
