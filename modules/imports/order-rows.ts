// Rows that are order lines, or whole orders: finds or makes their customers and gives them to the one way orders are written
// (modules/commerce), set by set. The same rows again change nothing.
import type { NewProduct, OrderStatus } from '@rapport/sdk/schemas';
import { type Actor, type Db, type Failure, system } from '../../core/index.ts';
import type { Problem } from './cleaning.ts';
import { type CustomerRef, refKey } from './customer-refs-store.ts';
import type { WriteCustomers } from './customers.ts';
import type { Written } from './layout.ts';
import { customerNotFound, type NewCustomer, resolveCustomers } from './refs.ts';

/** An order or some of its lines, as commerce takes them. Amounts in minor units, times in ms. */
export type OrderItem = {
  customerId: string;
  source: string;
  externalId: string;
  currency: string;
  orderedAt: number;
  /** Absent: as it was, or `newStatus` when the order is new. */
  status?: OrderStatus;
  newStatus: OrderStatus;
  discount?: number;
  shipping?: number;
  /** Of an order without lines. */
  total?: number;
  lines: readonly {
    sku: string;
    name: string | null;
    category: string | null;
    quantity: number;
    unit_price: number;
    discount: number;
    total: number;
    external_id: string;
  }[];
};
/** What of commerce imports use; every `…Many` runs in the caller's transaction. */
export type Commerce = {
  orders: {
    writeMany: (
      trx: Db,
      items: readonly OrderItem[],
      options: { actor: Actor; quiet: true },
    ) => Promise<{ written: readonly { isNew: boolean; lines: readonly unknown[] }[]; failures: Map<number, Failure> }>;
    sumOfSource: (source: string) => Promise<{ lines: number; customers: number; orders: number; total: number }>;
  };
  products: {
    upsertMany: (
      trx: Db,
      products: readonly NewProduct[],
      options?: { keep?: boolean },
    ) => Promise<{ created: number; updated: number }>;
  };
};

/** One row of the file: a line of an order, or an order without lines. Rows of one order need not stand together. */
export type OrderLineItem = {
  order: Omit<OrderItem, 'customerId' | 'lines'>;
  customer: CustomerRef;
  /** Made with this when unknown; absent: the row is refused then. */
  newCustomer?: NewCustomer;
  /** Added to the products when its sku is new. */
  product?: { name: string };
  line?: OrderItem['lines'][number];
};

/**
 * Customers, orders and products of a set of rows, in the caller's transaction. A refused row takes none
 * of the others with it; products that exist stay as they are.
 */
export const createOrderWriter = (deps: { commerce: Commerce; writeCustomers: WriteCustomers }) => ({
  write: async (trx: Db, rows: OrderLineItem[]): Promise<Written> => {
    const { orders, products } = deps.commerce;
    const refused = new Map<number, Problem>();
    const customers = await resolveCustomers(trx, rows, deps.writeCustomers);
    const places: number[] = [];
    const items: OrderItem[] = [];
    for (const [index, { order, customer, line }] of rows.entries()) {
      const customerId = customers.found.get(refKey(customer));
      if (customerId === undefined) {
        refused.set(index, customerNotFound(customer));
        continue;
      }
      places.push(index);
      items.push({ ...order, customerId, lines: line ? [line] : [] });
    }
    const { written, failures } = await orders.writeMany(trx, items, { actor: system, quiet: true });
    for (const [place, failure] of failures) refused.set(places[place]!, refusal(failure));
    const named = rows.flatMap(({ product, line, order: { currency } }, index) =>
      product && line && !refused.has(index)
        ? [{ sku: line.sku, name: product.name, price: line.unit_price, currency }]
        : [],
    );
    const { created } = await products.upsertMany(trx, named, { keep: true });
    return {
      refused,
      created: {
        customers: customers.created,
        orders: written.filter(({ isNew }) => isNew).length,
        lines: written.reduce((sum, { lines }) => sum + lines.length, 0),
        products: created,
      },
      updated: { orders: written.filter(({ isNew }) => !isNew).length },
    };
  },
});

export type OrderWriter = ReturnType<typeof createOrderWriter>;

const refusal = ({ code, message, pointer }: Failure): Problem => ({
  field: pointer?.slice(1) ?? null,
  code,
  reason: message,
});
