// Rows of orders, order_lines and refunds. The lines of an order go in with one statement of fixed text.
import { type Db, dialectOf } from '../data/database.ts';
import { rowSet } from '../data/row-set.ts';
import { query } from '../data/rows.ts';
import type { PricedLine } from './amounts.ts';

export type OrderRow = {
  id: string;
  customer_id: string;
  source: string;
  external_id: string | null;
  status: string;
  currency: string;
  subtotal: number;
  discount: number;
  shipping: number;
  total: number;
  refunded: number;
  quantity: number;
  ordered_at: number;
  created_at: number;
  updated_at: number;
};
export type LineRow = PricedLine & { order_id: string; line_no: number; customer_id: string; ordered_at: number };
export type RefundRow = {
  id: string;
  order_id: string;
  customer_id: string;
  amount: number;
  reason: string | null;
  at: number;
};

const lineColumns = [
  ['order_id', 'text'],
  ['line_no', 'integer'],
  ['customer_id', 'text'],
  ['ordered_at', 'integer'],
  ['sku', 'text'],
  ['name', 'text'],
  ['category', 'text'],
  ['quantity', 'integer'],
  ['unit_price', 'integer'],
  ['discount', 'integer'],
  ['total', 'integer'],
  ['external_id', 'text'],
] as const;

export const createOrderStore = (db: Db) => {
  const dialect = dialectOf(db);
  const lock = dialect === 'postgres' ? ' for update of o' : '';

  return {
    find: async (id: string): Promise<OrderRow | undefined> =>
      (await query<OrderRow>(db, 'select * from orders where id = ?', [id]))[0],
    /** Held until the transaction ends, so that two refunds do not both see what is left. */
    lock: async (id: string): Promise<OrderRow | undefined> =>
      (await query<OrderRow>(db, `select o.* from orders o where o.id = ?${lock}`, [id]))[0],
    hasKey: async (source: string, externalId: string): Promise<boolean> =>
      (await query(db, 'select 1 from orders where source = ? and external_id = ?', [source, externalId])).length > 0,
    listLines: (orderIds: readonly string[]): Promise<LineRow[]> =>
      db('order_lines').whereIn('order_id', orderIds).orderBy(['order_id', 'line_no']),
    listRefunds: (orderId: string): Promise<RefundRow[]> =>
      db('refunds').where({ order_id: orderId }).orderBy(['at', 'id']),
    insert: (row: OrderRow) => db('orders').insert(row),
    insertLines: async (rows: readonly LineRow[]): Promise<void> => {
      if (rows.length === 0) return;
      const set = rowSet(dialect, 'given', lineColumns);
      const names = lineColumns.map(([name]) => name).join(', ');
      await db.raw(`insert into order_lines (${names}) select ${names} from ${set.sql}`, [
        set.bind(rows.map((row) => lineColumns.map(([name]) => row[name]))),
      ]);
    },
    update: (id: string, columns: Partial<OrderRow>) => db('orders').where({ id }).update(columns),
    insertRefund: (row: RefundRow) => db('refunds').insert(row),
    rows: () => db('orders'),
  };
};
