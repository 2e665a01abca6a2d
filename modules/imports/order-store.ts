// Orders and their lines, many at once.
import { type Db, query, type RowColumn } from '../../core/index.ts';
import { insertRows, withRows } from './row-store.ts';

export type ExistingOrder = {
  id: string;
  source: string;
  external_id: string;
  customer_id: string;
  currency: string;
  status: string;
  ordered_at: number;
};

const text = (name: string): RowColumn => [name, 'text'];
const integer = (name: string): RowColumn => [name, 'integer'];

export const createOrderStore = (db: Db) => ({
  find: (keys: readonly (readonly [source: string, externalId: string])[]): Promise<ExistingOrder[]> =>
    withRows(
      db,
      [text('source'), text('external_id')],
      keys,
      `select o.id, o.source, o.external_id, o.customer_id, o.currency, o.status, o.ordered_at
       from {rows} join orders o on o.source = r.source and o.external_id = r.external_id`,
    ),

  insert: (rows: readonly (readonly unknown[])[]) =>
    insertRows(
      db,
      'orders',
      [
        ...['id', 'customer_id', 'source', 'external_id', 'status', 'currency'].map(text),
        ...[
          'subtotal',
          'discount',
          'shipping',
          'total',
          'refunded',
          'quantity',
          'ordered_at',
          'created_at',
          'updated_at',
        ].map(integer),
      ],
      rows,
    ),

  findLines: (
    lines: readonly (readonly [orderId: string, externalId: string])[],
  ): Promise<{ order_id: string; external_id: string }[]> =>
    withRows(
      db,
      [text('order_id'), text('external_id')],
      lines,
      `select l.order_id, l.external_id
       from {rows} join order_lines l on l.order_id = r.order_id and l.external_id = r.external_id`,
    ),

  lastLineNos: (orderIds: readonly string[]): Promise<{ order_id: string; last: number }[]> =>
    withRows(
      db,
      [text('order_id')],
      orderIds.map((id) => [id]),
      `select l.order_id, max(l.line_no) as last
       from {rows} join order_lines l on l.order_id = r.order_id group by l.order_id`,
    ),

  insertLines: (rows: readonly (readonly unknown[])[]) =>
    insertRows(
      db,
      'order_lines',
      [
        text('order_id'),
        integer('line_no'),
        text('customer_id'),
        integer('ordered_at'),
        ...['sku', 'name', 'category'].map(text),
        ...['quantity', 'unit_price', 'discount', 'total'].map(integer),
        text('external_id'),
      ],
      rows,
    ),

  /** Grows orders by the lines that came to them: `[id, amount, quantity]`. */
  grow: (rows: readonly (readonly [id: string, amount: number, quantity: number])[], now: number) =>
    withRows(
      db,
      [text('id'), integer('amount'), integer('quantity'), integer('now')],
      rows.map((row) => [...row, now]),
      `update orders set subtotal = orders.subtotal + r.amount, total = orders.total + r.amount,
         quantity = orders.quantity + r.quantity, updated_at = r.now
       from {rows} where orders.id = r.id`,
    ),

  setStatus: (rows: readonly (readonly [id: string, status: string])[], now: number) =>
    withRows(
      db,
      [text('id'), text('status'), integer('now')],
      rows.map((row) => [...row, now]),
      'update orders set status = r.status, updated_at = r.now from {rows} where orders.id = r.id',
    ),

  totals: async (source: string): Promise<{ lines: number; customers: number; orders: number; total: number }> => {
    const [orders] = await query<{ customers: number; orders: number; total: number | null }>(
      db,
      'select count(distinct customer_id) as customers, count(*) as orders, sum(total) as total from orders where source = ?',
      [source],
    );
    const [lines] = await query<{ lines: number }>(
      db,
      'select count(*) as lines from order_lines l join orders o on o.id = l.order_id where o.source = ?',
      [source],
    );
    return { lines: lines!.lines, customers: orders!.customers, orders: orders!.orders, total: orders!.total ?? 0 };
  },

  /** Products nobody knows yet; those that exist stay as they are. Gives how many were made. */
  addProducts: async (rows: readonly (readonly unknown[])[]): Promise<number> => {
    const made = await insertRows(
      db,
      'products',
      [
        ...['id', 'sku', 'name', 'category'].map(text),
        integer('price'),
        text('currency'),
        integer('created_at'),
        integer('updated_at'),
      ],
      rows,
      { tail: 'on conflict (sku) do nothing returning id' },
    );
    return made.length;
  },
});
