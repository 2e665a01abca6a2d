// Rows of orders, order_lines and refunds; one statement of fixed text for any number of rows.
import type { OrderStatus } from '@rapport/sdk/schemas';
import { type Db, dialectOf, query, type RowColumn, rowSet } from '../../core/index.ts';
import type { PricedLine } from './amounts.ts';

/**
 * Amounts are minor units of `currency`, times ms. `refunded` is the sum of the money that went back,
 * never more than `total`; `source` and `external_id` together name an order once.
 */
export type OrderRow = {
  id: string;
  customer_id: string;
  source: string;
  external_id: string | null;
  status: OrderStatus;
  currency: string;
  subtotal: number;
  discount: number;
  shipping: number;
  total: number;
  refunded: number;
  quantity: number;
  /** 1 while the goods were taken from stock for it and have not left: cancelling gives them back. */
  holds_stock: number;
  ordered_at: number;
  created_at: number;
  updated_at: number;
};
/** `line_no` counts from 1 within the order; customer and time are those of the order, so that rules need no join. */
export type LineRow = PricedLine & { order_id: string; line_no: number; customer_id: string; ordered_at: number };
export type RefundRow = {
  id: string;
  order_id: string;
  customer_id: string;
  amount: number;
  reason: string | null;
  at: number;
  /** Minor units of discounts that the kept goods no longer earn; not in `amount`. */
  withheld: number;
};
/** Units of a line that a refund took back, and their share of its net in minor units. */
export type RefundLineRow = {
  refund_id: string;
  order_id: string;
  customer_id: string;
  line_no: number;
  quantity: number;
  amount: number;
  /** 1 when they went back into stock. */
  restocked: number;
};

const texts = (...names: string[]): RowColumn[] => names.map((name) => [name, 'text']);
const integers = (...names: string[]): RowColumn[] => names.map((name) => [name, 'integer']);

const orderColumns = [
  ...texts('id', 'customer_id', 'source', 'external_id', 'status', 'currency'),
  ...integers('subtotal', 'discount', 'shipping', 'total', 'refunded', 'quantity', 'holds_stock'),
  ...integers('ordered_at', 'created_at', 'updated_at'),
];
/** What changes of an order after it was placed. */
const movingColumns = [
  ...texts('id', 'status'),
  ...integers('subtotal', 'total', 'refunded', 'quantity', 'holds_stock', 'updated_at'),
];
const lineColumns = [
  ...texts('order_id'),
  ...integers('line_no'),
  ...texts('customer_id'),
  ...integers('ordered_at'),
  ...texts('sku', 'name', 'category'),
  ...integers('quantity', 'unit_price', 'discount', 'total'),
  ...texts('external_id'),
];
const namesOf = (columns: readonly RowColumn[]): string[] => columns.map(([name]) => name);

export const createOrderStore = (db: Db) => {
  const dialect = dialectOf(db);
  // Held until the transaction ends, so that two writers do not both see what is left. In one order, so that they do not deadlock.
  const locked = dialect === 'postgres' ? ' order by o.id for update of o' : '';
  const withRows = <T>(columns: readonly RowColumn[], rows: readonly (readonly unknown[])[], sql: string) => {
    const set = rowSet(dialect, 'given', columns);
    return query<T>(db, sql.replace('{given}', set.sql), [set.bind(rows)]);
  };
  const insertAll = async <R extends object>(
    table: string,
    columns: readonly RowColumn[],
    rows: readonly R[],
  ): Promise<void> => {
    if (rows.length === 0) return;
    const names = namesOf(columns);
    const values = rows.map((row) => names.map((name) => row[name as keyof R]));
    await withRows(columns, values, `insert into ${table} (${names}) select ${names} from {given}`);
  };

  return {
    find: async (id: string): Promise<OrderRow | undefined> =>
      (await query<OrderRow>(db, 'select * from orders where id = ?', [id]))[0],
    /** Held until the caller's transaction ends (PostgreSQL); on SQLite the transaction itself is the only writer. */
    lock: async (id: string): Promise<OrderRow | undefined> =>
      (await query<OrderRow>(db, `select o.* from orders o where o.id = ?${locked}`, [id]))[0],
    /** Locked as well. */
    findByKeys: (keys: readonly (readonly [source: string, externalId: string])[]): Promise<OrderRow[]> =>
      withRows(
        texts('source', 'external_id'),
        keys,
        `select o.* from {given} join orders o on o.source = given.source and o.external_id = given.external_id${locked}`,
      ),
    /** Of all these orders, by order and line number. */
    listLines: (orderIds: readonly string[]): Promise<LineRow[]> =>
      db('order_lines').whereIn('order_id', orderIds).orderBy(['order_id', 'line_no']),
    /** Which of these lines, named by the sender's own id, are written already. */
    findLineKeys: (
      lines: readonly (readonly [orderId: string, externalId: string | null])[],
    ): Promise<{ order_id: string; external_id: string }[]> =>
      withRows(
        texts('order_id', 'external_id'),
        lines,
        `select l.order_id, l.external_id from {given}
         join order_lines l on l.order_id = given.order_id and l.external_id = given.external_id`,
      ),
    /** The highest line number of each order; an order without lines is not in the answer. */
    findLastLines: (orderIds: readonly string[]): Promise<{ order_id: string; last: number }[]> =>
      withRows(
        texts('order_id'),
        orderIds.map((id) => [id]),
        `select l.order_id, max(l.line_no) as last from {given} join order_lines l on l.order_id = given.order_id
         group by l.order_id`,
      ),
    /** Oldest first. */
    listRefunds: (orderId: string): Promise<RefundRow[]> =>
      db('refunds').where({ order_id: orderId }).orderBy(['at', 'id']),
    insert: (rows: readonly OrderRow[]) => insertAll('orders', orderColumns, rows),
    insertLines: (rows: readonly LineRow[]) => insertAll('order_lines', lineColumns, rows),
    /** Writes what moved of rows that are locked. */
    update: async (rows: readonly OrderRow[]): Promise<void> => {
      if (rows.length === 0) return;
      const names = namesOf(movingColumns);
      await withRows(
        movingColumns,
        rows.map((row) => names.map((name) => row[name as keyof OrderRow])),
        `update orders set ${names.slice(1).map((name) => `${name} = given.${name}`)} from {given} where orders.id = given.id`,
      );
    },
    insertRefund: (row: RefundRow) => db('refunds').insert(row),
    /** In sets of 50, below the number of bindings that SQLite allows. */
    insertRefundLines: async (rows: readonly RefundLineRow[]): Promise<void> => {
      for (let i = 0; i < rows.length; i += 50) await db('refund_lines').insert(rows.slice(i, i + 50));
    },
    listRefundLines: (orderIds: readonly string[]): Promise<RefundLineRow[]> =>
      db('refund_lines').whereIn('order_id', orderIds).orderBy(['order_id', 'refund_id', 'line_no']),
    sumOfSource: async (
      source: string,
    ): Promise<{ lines: number; customers: number; orders: number; total: number }> => {
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
    rows: () => db('orders'),
  };
};
