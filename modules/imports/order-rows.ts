// Writes rows that are order lines (or whole orders): finds the customers, makes the orders that are new, adds the lines that
// are new, grows totals by exactly those. The same rows again change nothing.
import type { Clock, Db, Ids } from '../../core/index.ts';
import type { Problem } from './cleaning.ts';
import { type CustomerRef, refKey } from './customer-refs-store.ts';
import type { WriteCustomers } from './customers.ts';
import type { Written } from './layout.ts';
import { createOrderStore, type ExistingOrder } from './order-store.ts';
import { customerNotFound, type NewCustomer, resolveCustomers } from './refs.ts';

export type OrderLineItem = {
  order: {
    source: string;
    externalId: string;
    currency: string;
    orderedAt: number;
    /** Undefined: kept, or `newStatus` when the order is new. */
    status?: string;
    newStatus: string;
    discount?: number;
    shipping?: number;
    /** Of an order without lines. */
    total?: number;
  };
  customer: CustomerRef;
  /** Made with this when unknown; absent: the row is refused then. */
  newCustomer?: NewCustomer;
  /** Added to the products when its sku is new. */
  product?: { name: string };
  line?: {
    externalId: string;
    sku: string;
    name?: string;
    category?: string;
    quantity: number;
    unitPrice: number;
    discount: number;
    total: number;
  };
};

type Touched = ExistingOrder & { fresh: boolean; item: OrderLineItem; amount: number; quantity: number };

export const createOrderWriter = (deps: { clock: Clock; ids: Ids; writeCustomers: WriteCustomers }) => ({
  write: async (trx: Db, items: OrderLineItem[]): Promise<Written> => {
    const now = deps.clock.now();
    const refused = new Map<number, Problem>();
    const customers = await resolveCustomers(trx, items, deps.writeCustomers);
    const orders = await resolveOrders(trx, items, customers.found, deps.ids, refused);
    const lines = await newLines(trx, items, orders, refused);
    await insertAll(trx, orders, lines, now);
    const products = await addProducts(trx, items, refused, deps.ids, now);
    const restated = await restate(trx, items, orders, refused, now);

    const all = [...orders.values()];
    const fresh = all.filter((order) => order.fresh).length;
    const grown = all.filter((order) => !order.fresh && (order.quantity > 0 || restated.has(order.id))).length;
    return {
      refused,
      created: { customers: customers.created, orders: fresh, lines: lines.length, products },
      updated: { orders: grown },
    };
  },
});

export type OrderWriter = ReturnType<typeof createOrderWriter>;

const orderKey = ({ order }: OrderLineItem): string => `${order.source}\n${order.externalId}`;

const resolveOrders = async (
  trx: Db,
  items: OrderLineItem[],
  customers: Map<string, string>,
  ids: Ids,
  refused: Map<number, Problem>,
): Promise<Map<string, Touched>> => {
  const keys = new Map(items.map((item) => [orderKey(item), [item.order.source, item.order.externalId] as const]));
  const existing = await createOrderStore(trx).find([...keys.values()]);
  const known = new Map(existing.map((order) => [`${order.source}\n${order.external_id}`, order]));
  const orders = new Map<string, Touched>();
  items.forEach((item, index) => {
    const customerId = customers.get(refKey(item.customer));
    if (customerId === undefined) {
      refused.set(index, customerNotFound(item.customer));
      return;
    }
    const key = orderKey(item);
    const order = orders.get(key) ?? touched(item, known.get(key), customerId, ids);
    if (order.customer_id !== customerId)
      refused.set(index, {
        field: 'externalId',
        code: 'ORDER_OF_ANOTHER',
        reason: 'The order is of another customer.',
      });
    else if (order.currency !== item.order.currency)
      refused.set(index, { field: 'currency', code: 'CURRENCY_DIFFERS', reason: `The order is in ${order.currency}.` });
    else orders.set(key, order);
  });
  return orders;
};

const touched = (item: OrderLineItem, known: ExistingOrder | undefined, customerId: string, ids: Ids): Touched => ({
  ...(known ?? {
    id: ids.next(),
    source: item.order.source,
    external_id: item.order.externalId,
    customer_id: customerId,
    currency: item.order.currency,
    status: item.order.status ?? item.order.newStatus,
    ordered_at: item.order.orderedAt,
  }),
  fresh: known === undefined,
  item,
  amount: 0,
  quantity: 0,
});

/** The rows of lines that are not there yet, numbered on from the last of their order; their orders grow by them. */
const newLines = async (
  trx: Db,
  items: OrderLineItem[],
  orders: Map<string, Touched>,
  refused: Map<number, Problem>,
): Promise<unknown[][]> => {
  const store = createOrderStore(trx);
  const wanted = items.flatMap((item, index) => {
    const order = refused.has(index) || !item.line ? undefined : orders.get(orderKey(item));
    return order && item.line ? [{ order, line: item.line }] : [];
  });
  const old = wanted.filter(({ order }) => !order.fresh);
  const lineKey = (orderId: string, externalId: string): string => `${orderId}\n${externalId}`;
  const seen = new Set<string>();
  const lastNo = new Map<string, number>();
  if (old.length > 0) {
    const there = await store.findLines(old.map(({ order, line }) => [order.id, line.externalId]));
    for (const row of there) seen.add(lineKey(row.order_id, row.external_id));
    const growing = old.filter(({ order, line }) => !seen.has(lineKey(order.id, line.externalId)));
    if (growing.length > 0) {
      const last = await store.lastLineNos([...new Set(growing.map(({ order }) => order.id))]);
      for (const row of last) lastNo.set(row.order_id, row.last);
    }
  }
  return wanted.flatMap(({ order, line }) => {
    const key = lineKey(order.id, line.externalId);
    if (seen.has(key)) return [];
    seen.add(key);
    const lineNo = (lastNo.get(order.id) ?? 0) + 1;
    lastNo.set(order.id, lineNo);
    order.amount += line.total;
    order.quantity += line.quantity;
    return [
      [
        order.id,
        lineNo,
        order.customer_id,
        order.ordered_at,
        line.sku,
        line.name ?? null,
        line.category ?? null,
        line.quantity,
        line.unitPrice,
        line.discount,
        line.total,
        line.externalId,
      ],
    ];
  });
};

const insertAll = async (trx: Db, orders: Map<string, Touched>, lines: unknown[][], now: number): Promise<void> => {
  const store = createOrderStore(trx);
  const all = [...orders.values()];
  await store.insert(all.filter((order) => order.fresh).map((order) => orderRow(order, now)));
  await store.insertLines(lines);
  const growing = all.filter((order) => !order.fresh && order.quantity > 0);
  if (growing.length > 0)
    await store.grow(
      growing.map((order) => [order.id, order.amount, order.quantity]),
      now,
    );
};

const orderRow = (order: Touched, now: number): unknown[] => {
  const { discount = 0, shipping = 0, total } = order.item.order;
  const subtotal = total === undefined || order.quantity > 0 ? order.amount : total + discount - shipping;
  return [
    order.id,
    order.customer_id,
    order.source,
    order.external_id,
    order.status,
    order.currency,
    subtotal,
    discount,
    shipping,
    subtotal - discount + shipping,
    0,
    order.quantity,
    order.ordered_at,
    now,
    now,
  ];
};

const addProducts = async (
  trx: Db,
  items: OrderLineItem[],
  refused: Map<number, Problem>,
  ids: Ids,
  now: number,
): Promise<number> => {
  const rows = new Map<string, unknown[]>();
  items.forEach(({ product, line, order }, index) => {
    if (!product || !line || refused.has(index) || rows.has(line.sku)) return;
    rows.set(line.sku, [
      ids.next(),
      line.sku,
      product.name,
      line.category ?? null,
      line.unitPrice,
      order.currency,
      now,
      now,
    ]);
  });
  return rows.size === 0 ? 0 : createOrderStore(trx).addProducts([...rows.values()]);
};

/** Orders that exist and are said to have another status now. Gives their ids. */
const restate = async (
  trx: Db,
  items: OrderLineItem[],
  orders: Map<string, Touched>,
  refused: Map<number, Problem>,
  now: number,
): Promise<Set<string>> => {
  const changed = new Map<string, string>();
  items.forEach((item, index) => {
    const order = refused.has(index) ? undefined : orders.get(orderKey(item));
    const { status } = item.order;
    if (order && !order.fresh && status !== undefined && status !== order.status) changed.set(order.id, status);
  });
  if (changed.size > 0) await createOrderStore(trx).setStatus([...changed], now);
  return new Set(changed.keys());
};
