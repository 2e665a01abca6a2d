// Rows of the outbox.
import { type Db, dialectOf } from '../data/database.ts';
import { query } from '../data/rows.ts';

export type OutboxRow = {
  id: string;
  topic: string;
  customer_id: string | null;
  payload: string;
  /** Calls of plugins that led to it, one causing the next. */
  depth: number;
  created_at: number;
};

export const createOutboxStore = (db: Db) => ({
  insert: async (rows: OutboxRow[]): Promise<void> => {
    for (let i = 0; i < rows.length; i += 100) await db('outbox').insert(rows.slice(i, i + 100));
  },
  /**
   * Removes and returns the oldest rows. One dispatcher at a time on PostgreSQL, so that order per customer holds; the next waits
   * rather than goes away, for its row may be too new for the one at work.
   */
  take: async (limit: number): Promise<OutboxRow[]> => {
    if (dialectOf(db) === 'postgres') await query(db, 'select pg_advisory_xact_lock(7421002)');
    const rows = await query<OutboxRow>(
      db,
      'delete from outbox where id in (select id from outbox order by id limit ?) returning *',
      [limit],
    );
    return rows.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  },
});
