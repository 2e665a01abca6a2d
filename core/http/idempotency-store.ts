// Rows of idempotency_keys: replies that were given, written in the transaction of the work they tell of.
import { type Db, dialectOf } from '../data/database.ts';
import { query } from '../data/rows.ts';

export type KeptReply = {
  request_hash: string;
  /** Null: the status that the route's contract gives. */
  status: number | null;
  /** JSON; null for a reply without a body. */
  reply: string | null;
  /** JSON of the headers that the handler set, like Location and ETag. */
  headers: string | null;
};
type Row = KeptReply & { actor: string; key: string; created_at: number };

export const createIdempotencyStore = (db: Db) => ({
  /**
   * The key, until the transaction ends; false when another transaction holds it. On SQLite the transaction itself is that
   * lock: there is one writer.
   */
  lock: async (actor: string, key: string): Promise<boolean> => {
    if (dialectOf(db) === 'sqlite') return true;
    const [row] = await query<{ held: boolean }>(
      db,
      'select pg_try_advisory_xact_lock(hashtextextended(?, 0)) as held',
      [`idempotency ${actor} ${key}`],
    );
    return row!.held;
  },
  find: (actor: string, key: string): Promise<KeptReply | undefined> =>
    db('idempotency_keys').where({ actor, key }).first(),
  insert: (row: Row) => db('idempotency_keys').insert(row),
});
