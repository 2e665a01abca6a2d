// Rows of levels, members, level_changes, the append-only points_ledger, and points_lots: what is left of each earning.
import { type Db, dialectOf, query } from '../../core/index.ts';

export type LevelRow = { key: string; title: string; title_zh: string | null; rank: number };
/** Balances in points, none below zero; `joined_at` in ms. */
export type MemberRow = {
  customer_id: string;
  level: string | null;
  points_available: number;
  points_pending: number;
  /** Asked back after they were spent; paid with the next that become available. */
  points_owed: number;
  joined_at: number;
};
/** One posting, never changed after. Deltas in points, of either sign; times in ms. */
export type LedgerRow = {
  id: string;
  customer_id: string;
  kind: 'earn' | 'release' | 'spend' | 'return' | 'expire' | 'reverse' | 'settle';
  available_delta: number;
  pending_delta: number;
  owed_delta: number;
  available_at: number;
  expires_at: number | null;
  /** The earning that a release, expiry or reversal is about; the spending that a return is. */
  earn_id: string | null;
  /** JSON of a spending: `[earn_id, points]` in the order in which they were taken; null of one before this was kept. */
  taken: string | null;
  promotion: string | null;
  order_id: string | null;
  reason: string | null;
  at: number;
};
/** What is left of one earning. `remaining` counts points that are neither spent nor expired nor taken back. */
export type LotRow = {
  earn_id: string;
  customer_id: string;
  remaining: number;
  /** Of the earning, asked back with its order: taken, or short when they were spent. */
  reversed: number;
  pending: boolean;
  available_at: number;
  expires_at: number | null;
};

export const createMemberStore = (db: Db) => ({
  listLevels: (): Promise<LevelRow[]> => db('levels').orderBy([{ column: 'rank' }, { column: 'key' }]),
  findLevel: (key: string): Promise<LevelRow | undefined> => db('levels').where({ key }).first(),
  putLevel: (row: LevelRow) => db('levels').insert(row).onConflict('key').merge(),

  find: (customerId: string): Promise<MemberRow | undefined> =>
    db('members').where({ customer_id: customerId }).first(),
  /** Makes the member when there is none, and holds the row until the transaction ends. */
  lock: async (customerId: string, now: number): Promise<MemberRow> => {
    await db.raw('insert into members (customer_id, joined_at) values (?, ?) on conflict (customer_id) do nothing', [
      customerId,
      now,
    ]);
    const lock = dialectOf(db) === 'postgres' ? ' for update' : '';
    const [row] = await query<MemberRow>(db, `select * from members where customer_id = ?${lock}`, [customerId]);
    return row!;
  },
  /** False when it would take more than there is: nothing is written then. */
  addPoints: async ({ customer_id, available_delta, pending_delta, owed_delta }: LedgerRow): Promise<boolean> => {
    const rows = await query(
      db,
      `update members set points_available = points_available + ?, points_pending = points_pending + ?,
         points_owed = points_owed + ?
       where customer_id = ? and points_available + ? >= 0 and points_pending + ? >= 0 and points_owed + ? >= 0
       returning customer_id`,
      [available_delta, pending_delta, owed_delta, customer_id, available_delta, pending_delta, owed_delta],
    );
    return rows.length > 0;
  },
  setLevel: (customerId: string, level: string | null) =>
    db('members').where({ customer_id: customerId }).update({ level }),
  put: (row: MemberRow) => db('members').insert(row).onConflict('customer_id').merge(),
  remove: (customerId: string) => db('members').where({ customer_id: customerId }).delete(),
  /** What the ledger comes to: balances are this, always. */
  sumLedger: async (customerId: string): Promise<{ available: number; pending: number; owed: number }> => {
    const row = (await db('points_ledger')
      .where({ customer_id: customerId })
      .sum({ available: 'available_delta', pending: 'pending_delta', owed: 'owed_delta' })
      .first()) as Record<'available' | 'pending' | 'owed', number | null> | undefined;
    return { available: row?.available ?? 0, pending: row?.pending ?? 0, owed: row?.owed ?? 0 };
  },
  insertLevelChange: (row: {
    id: string;
    customer_id: string;
    from_level: string | null;
    to_level: string | null;
    reason: string;
    at: number;
  }) => db('level_changes').insert(row),

  insertLedger: (row: LedgerRow) => db('points_ledger').insert(row),
  ledger: (customerId: string) => db('points_ledger').where({ customer_id: customerId }),
  /** Earnings of an order. */
  listEarned: (customerId: string, orderId: string, promotion?: string): Promise<LedgerRow[]> => {
    const rows = db('points_ledger').where({ customer_id: customerId, order_id: orderId, kind: 'earn' }).orderBy('id');
    return promotion === undefined ? rows : rows.where({ promotion });
  },

  /** Spendings for an order, under any of the ids it goes by. */
  listSpent: (customerId: string, orderIds: readonly string[]): Promise<LedgerRow[]> =>
    db('points_ledger').where({ customer_id: customerId, kind: 'spend' }).whereIn('order_id', orderIds).orderBy('id'),
  sumReturned: async (spendId: string): Promise<number> => {
    const row = (await db('points_ledger')
      .where({ earn_id: spendId, kind: 'return' })
      .sum({ points: 'available_delta' })
      .first()) as { points: number | null } | undefined;
    return row?.points ?? 0;
  },

  sumExpired: async (earnId: string): Promise<number> => {
    const row = (await db('points_ledger')
      .where({ earn_id: earnId, kind: 'expire' })
      .sum({ points: 'available_delta' })
      .first()) as { points: number | null } | undefined;
    return 0 - (row?.points ?? 0);
  },

  insertLot: (row: LotRow) => db('points_lots').insert(row),
  findLot: async (earnId: string): Promise<LotRow | undefined> =>
    plain(await db('points_lots').where({ earn_id: earnId }).first()),
  /** Spendable lots, soonest to expire first. */
  listSpendable: async (customerId: string): Promise<LotRow[]> =>
    (
      await query<LotRow>(
        db,
        'select * from points_lots where customer_id = ? and remaining > 0 and pending = ? order by expires_at is null, expires_at, earn_id',
        [customerId, false],
      )
    ).map((row) => plain(row)!),
  /** Lots that became available or expired by `now` (ms) and have points left. */
  listDueOf: async (customerId: string, now: number): Promise<LotRow[]> =>
    (
      await query<LotRow>(
        db,
        `select * from points_lots where customer_id = ? and remaining > 0
         and ((pending = ? and available_at <= ?) or expires_at <= ?) order by earn_id`,
        [customerId, true, now, now],
      )
    ).map((row) => plain(row)!),
  listDueCustomers: async (now: number, limit: number): Promise<string[]> =>
    (
      await query<{ customer_id: string }>(
        db,
        `select distinct customer_id from points_lots where remaining > 0
         and ((pending = ? and available_at <= ?) or expires_at <= ?) order by customer_id limit ?`,
        [true, now, now, limit],
      )
    ).map((row) => row.customer_id),
  updateLot: (earnId: string, change: Partial<LotRow>) => db('points_lots').where({ earn_id: earnId }).update(change),
});

const plain = (row: LotRow | undefined): LotRow | undefined => row && { ...row, pending: Boolean(row.pending) };
