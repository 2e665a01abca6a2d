// Rows of redemptions: one an order with the reply it got, one a promotion within it.
import { type Db, dialectOf, type Page, page, query, rowSet } from '../../core/index.ts';

/**
 * `order_id` is the shop's. `request_hash` is of the cart, `reply` the JSON that was answered and is
 * answered again. Times in ms.
 */
export type OrderRow = {
  order_id: string;
  customer_id: string | null;
  status: 'redeemed' | 'cancelled';
  request_hash: string;
  reply: string;
  redeemed_at: number;
  cancelled_at: number | null;
  /** JSON of the cart; only where something of it may be worked out again. */
  cart: string | null;
};

/** One promotion of one order. Amounts in minor units of `currency`; times in ms. */
export type RedemptionRow = {
  id: string;
  promotion: string;
  version: number;
  order_id: string;
  customer_id: string | null;
  status: 'redeemed' | 'cancelled';
  amount: number;
  currency: string;
  points: number;
  pool: string | null;
  code: string | null;
  issued_pool: string | null;
  issued_code: string | null;
  redeemed_at: number;
  cancelled_at: number | null;
  /** Of `amount` and `points`, what went back with refunds in parts; all of it once it is cancelled. */
  amount_returned: number;
  points_returned: number;
  /** JSON of `Terms`; null: what was given is kept. */
  terms: string | null;
  /** For the goods that were kept, once some went back by line. */
  amount_kept: number | null;
  points_kept: number | null;
  amount_withheld: number;
};

export const createRedemptionStore = (db: Db) => ({
  findOrder: async (orderId: string): Promise<OrderRow | undefined> => {
    const [row] = await query<OrderRow>(db, 'select * from promotion_orders where order_id = ?', [orderId]);
    return row;
  },
  /** False when the order is there already; waits for a transaction that is about to write it. */
  insertOrder: async (row: OrderRow): Promise<boolean> => {
    const made = await query(
      db,
      `insert into promotion_orders (order_id, customer_id, status, request_hash, reply, redeemed_at, cart)
       values (?, ?, ?, ?, ?, ?, ?) on conflict (order_id) do nothing returning order_id`,
      [row.order_id, row.customer_id, row.status, row.request_hash, row.reply, row.redeemed_at, row.cart],
    );
    return made.length === 1;
  },
  setReply: async (orderId: string, reply: string): Promise<void> => {
    await db('promotion_orders').where({ order_id: orderId }).update({ reply });
  },
  /** True for the one call that cancels. */
  cancelOrder: async (orderId: string, now: number): Promise<boolean> =>
    (await db('promotion_orders')
      .where({ order_id: orderId, status: 'redeemed' })
      .update({ status: 'cancelled', cancelled_at: now })) === 1,
  insert: async (rows: readonly RedemptionRow[]): Promise<void> => {
    for (let i = 0; i < rows.length; i += 50) await db('redemptions').insert(rows.slice(i, i + 50));
  },
  cancel: async (orderId: string, now: number): Promise<void> => {
    await db('redemptions')
      .where({ order_id: orderId })
      .update({
        status: 'cancelled',
        cancelled_at: now,
        amount_returned: db.ref('amount'),
        points_returned: db.ref('points'),
      });
  },
  setReturned: async (id: string, amount: number, points: number): Promise<void> => {
    await db('redemptions').where({ id }).update({ amount_returned: amount, points_returned: points });
  },
  setKept: async (id: string, kept: { amount: number; points: number; withheld: number }): Promise<void> => {
    await db('redemptions')
      .where({ id })
      .update({ amount_kept: kept.amount, points_kept: kept.points, amount_withheld: kept.withheld });
  },
  /** Orders that are redeemed and not cancelled, held until the transaction ends; taken in one order by everybody. */
  lockRedeemed: async (ids: readonly string[]): Promise<OrderRow[]> => {
    const dialect = dialectOf(db);
    const set = rowSet(dialect, 'given', [['id', 'text']]);
    return query(
      db,
      `select p.* from ${set.sql} join promotion_orders p on p.order_id = given.id where p.status = 'redeemed'
       order by p.order_id${dialect === 'postgres' ? ' for update of p' : ''}`,
      [set.bind(ids.map((id) => [id]))],
    );
  },
  /** By promotion. */
  listOfOrder: async (orderId: string): Promise<RedemptionRow[]> => {
    const rows = (await db('redemptions').where({ order_id: orderId })) as RedemptionRow[];
    return rows.map(toNumbers).sort((a, b) => (a.promotion < b.promotion ? -1 : 1));
  },
  listOfPromotion: async (promotion: string, limit: number, cursor?: string): Promise<Page<RedemptionRow>> => {
    const sort = { column: 'id', direction: 'desc' } as const;
    const found = await page<RedemptionRow>(db('redemptions').where({ promotion }), { sort, limit, cursor });
    return { data: found.data.map(toNumbers), next: found.next };
  },
});

const toNumbers = (row: RedemptionRow): RedemptionRow => ({
  ...row,
  amount: Number(row.amount),
  points: Number(row.points),
  amount_returned: Number(row.amount_returned),
  points_returned: Number(row.points_returned),
  redeemed_at: Number(row.redeemed_at),
  cancelled_at: row.cancelled_at === null ? null : Number(row.cancelled_at),
  amount_kept: row.amount_kept === null ? null : Number(row.amount_kept),
  points_kept: row.points_kept === null ? null : Number(row.points_kept),
  amount_withheld: Number(row.amount_withheld),
});

/** Each code of an order once, however many promotions it opens, in one order for everybody. */
export const codesOf = (
  uses: readonly { pool: string | null; code?: string | null }[],
): { pool: string; code: string }[] => {
  const found = new Map<string, { pool: string; code: string }>();
  for (const { pool, code } of uses) if (pool && code) found.set(JSON.stringify([pool, code]), { pool, code });
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, use]) => use);
};
