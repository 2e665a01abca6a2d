// What customers bought, summed for scorers, recommenders and plugins: cancelled orders left out, refunds taken off.
import type { Db } from '../data/database.ts';
import { query } from '../data/rows.ts';

export type PurchaseRow = {
  customer_id: string;
  orders: number;
  quantity: number;
  total: number;
  currency: string | null;
  first_at: number;
  last_at: number;
};

const idsAtOnce = 500;

/** One row for each of these customers who bought anything before `until`. */
export const listPurchases = async (db: Db, ids: readonly string[], until: number): Promise<PurchaseRow[]> => {
  const rows: PurchaseRow[] = [];
  for (let i = 0; i < ids.length; i += idsAtOnce) {
    const chunk = ids.slice(i, i + idsAtOnce);
    const sums = await query<PurchaseRow>(
      db,
      `select customer_id, count(*) as orders, sum(quantity) as quantity, sum(total - refunded) as total,
         max(currency) as currency, min(ordered_at) as first_at, max(ordered_at) as last_at
       from orders where customer_id in (${chunk.map(() => '?').join(',')}) and status <> 'cancelled' and ordered_at < ?
       group by customer_id`,
      [...chunk, until],
    );
    rows.push(...sums);
  }
  return rows;
};
