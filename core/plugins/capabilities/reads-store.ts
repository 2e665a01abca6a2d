// What plugins may read of customers, orders, events and products: pages in a fixed order, columns by name, never a query of theirs.
import type { CustomerRead } from '../../customers/plugin-customers.ts';
import { fromJson } from '../../data/column.ts';
import type { Db } from '../../data/database.ts';
import { type Page, page } from '../../data/page.ts';

export type OrderRead = {
  id: string;
  customer_id: string;
  status: string;
  currency: string;
  total: number;
  refunded: number;
  ordered_at: number;
  lines: LineRead[];
};
export type LineRead = {
  order_id: string;
  sku: string;
  name: string | null;
  category: string | null;
  quantity: number;
  unit_price: number;
  total: number;
};
export type EventRead = {
  id: string;
  customer_id: string;
  type: string;
  occurred_at: number;
  properties: Record<string, unknown>;
};
export type ProductRead = Record<'sku' | 'name' | 'status', string> &
  Record<'category' | 'currency', string | null> &
  Record<'price' | 'stock', number | null>;

const customerColumns = [
  'id',
  'external_id',
  'type',
  'name',
  'first_name',
  'last_name',
  'company',
  'email',
  'phone',
  'birthday',
  'gender',
  'address',
  'postal_code',
  'city',
  'region',
  'country',
  'language',
  'time_zone',
  'source',
  'stage',
  'level',
  'created_at',
  'last_seen_at',
];

type Span = { customerId?: string; since?: number; until?: number };
const idsAtOnce = 500;

export const createReadsStore = (db: Db) => {
  const living = () => db('customers').select(customerColumns).whereNull('merged_into').whereNull('erased_at');
  const within = (table: string, time: string, { customerId, since, until }: Span) => {
    const rows = db(table);
    if (customerId !== undefined) rows.where('customer_id', customerId);
    if (since !== undefined) rows.where(time, '>=', since);
    if (until !== undefined) rows.where(time, '<', until);
    return rows;
  };
  const inChunks = async <T>(ids: readonly string[], read: (chunk: string[]) => Promise<T[]>): Promise<T[]> => {
    const out: T[] = [];
    for (let i = 0; i < ids.length; i += idsAtOnce) out.push(...(await read(ids.slice(i, i + idsAtOnce))));
    return out;
  };

  return {
    customers: (limit: number, cursor?: string): Promise<Page<CustomerRead>> =>
      page<CustomerRead>(living() as never, { sort: { column: 'id', direction: 'asc' }, limit, cursor }),

    customersOf: (ids: readonly string[]): Promise<CustomerRead[]> =>
      inChunks(ids, (chunk) => living().whereIn('id', chunk)),

    orders: async (span: Span, limit: number, cursor?: string): Promise<Page<OrderRead>> => {
      const orders = within('orders', 'ordered_at', span)
        .select('id', 'customer_id', 'status', 'currency', 'total', 'refunded', 'ordered_at')
        .where('status', '<>', 'cancelled');
      const found = await page<OrderRead>(orders as never, {
        sort: { column: 'ordered_at', direction: 'asc' },
        limit,
        cursor,
      });
      const lines = await inChunks<LineRead>(
        found.data.map(({ id }) => id),
        (chunk) =>
          db('order_lines')
            .select('order_id', 'sku', 'name', 'category', 'quantity', 'unit_price', 'total')
            .whereIn('order_id', chunk)
            .orderBy(['order_id', 'line_no']),
      );
      const byOrder = Map.groupBy(lines, (line) => line.order_id);
      return { ...found, data: found.data.map((order) => ({ ...order, lines: byOrder.get(order.id) ?? [] })) };
    },

    events: async (span: Span & { type?: string }, limit: number, cursor?: string): Promise<Page<EventRead>> => {
      const events = within('events', 'occurred_at', span).select(
        'id',
        'customer_id',
        'type',
        'occurred_at',
        'properties',
      );
      if (span.type !== undefined) events.where('type', span.type);
      const found = await page<EventRead>(events as never, {
        sort: { column: 'occurred_at', direction: 'asc' },
        limit,
        cursor,
      });
      return { ...found, data: found.data.map((row) => ({ ...row, properties: fromJson(row.properties) })) };
    },

    products: (limit: number, cursor?: string): Promise<Page<ProductRead>> =>
      page<ProductRead>(
        db('products').select('sku', 'name', 'category', 'price', 'currency', 'stock', 'status') as never,
        { sort: { column: 'sku', direction: 'asc' }, id: 'sku', limit, cursor },
      ),
  };
};
