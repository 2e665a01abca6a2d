// The rows behind the capabilities: pages in a fixed order, columns by name, never a query of a plugin's.
import type { PluginOrder, PluginProduct } from '@rapport/sdk';
import { type Db, type Page, page, type Span, toIso } from '../../core/index.ts';

type OrderRow = { id: string; ordered_at: number } & Omit<PluginOrder, 'orderedAt' | 'lines'>;
type LineRow = PluginOrder['lines'][number] & { order_id: string };

const idsAtOnce = 500;

/** Cancelled orders are not shown to plugins. `since` is inclusive and `until` exclusive, in ms. */
export const createReadsStore = (db: Db) => {
  const ordersIn = ({ customerId, since, until }: Span) => {
    const rows = db('orders').where('status', '<>', 'cancelled');
    if (customerId !== undefined) rows.where('customer_id', customerId);
    if (since !== undefined) rows.where('ordered_at', '>=', since);
    if (until !== undefined) rows.where('ordered_at', '<', until);
    return rows;
  };
  const inChunks = async <T>(ids: readonly string[], read: (chunk: string[]) => Promise<T[]>): Promise<T[]> => {
    const out: T[] = [];
    for (let i = 0; i < ids.length; i += idsAtOnce) out.push(...(await read(ids.slice(i, i + idsAtOnce))));
    return out;
  };

  return {
    /** Oldest first, each with its lines in their order; amounts in minor units. */
    orders: async (span: Span, limit: number, cursor?: string): Promise<Page<PluginOrder>> => {
      const columns = ['id', 'customer_id as customerId', 'status', 'currency', 'total', 'refunded', 'ordered_at'];
      const sort = { column: 'ordered_at', direction: 'asc' as const };
      const found = await page<OrderRow>(ordersIn(span).select(columns) as never, { sort, limit, cursor });
      const ids = found.data.map(({ id }) => id);
      const of = ['order_id', 'sku', 'name', 'category', 'quantity', 'unit_price as unitPrice', 'total'];
      const lines = await inChunks<LineRow>(ids, (chunk) =>
        db('order_lines').select(of).whereIn('order_id', chunk).orderBy(['order_id', 'line_no']),
      );
      const byOrder = Map.groupBy(lines, (line) => line.order_id);
      const data = found.data.map(({ ordered_at: at, ...order }) => ({
        ...order,
        orderedAt: toIso(at),
        lines: (byOrder.get(order.id) ?? []).map(({ order_id: _order, ...line }) => line),
      }));
      return { ...found, data };
    },

    products: (limit: number, cursor?: string): Promise<Page<PluginProduct>> =>
      page<PluginProduct>(
        db('products').select('sku', 'name', 'category', 'price', 'currency', 'stock', 'status') as never,
        { sort: { column: 'sku', direction: 'asc' }, id: 'sku', limit, cursor },
      ),
  };
};
