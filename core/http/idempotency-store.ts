// Rows of idempotency_keys.
import type { Db } from '../data/database.ts';
import { query } from '../data/rows.ts';

type Row = { request_hash: string; status: number | null; reply: string | null };

export const createIdempotencyStore = (db: Db) => ({
  /** True when this call now owns the key. */
  claim: async (
    actor: string,
    key: string,
    requestHash: string,
    now: number,
    abandonedBefore: number,
  ): Promise<boolean> => {
    const inserted = await query(
      db,
      'insert into idempotency_keys (actor, key, request_hash, created_at) values (?, ?, ?, ?) on conflict (actor, key) do nothing returning key',
      [actor, key, requestHash, now],
    );
    if (inserted.length > 0) return true;
    const taken = await db('idempotency_keys')
      .where({ actor, key, request_hash: requestHash })
      .whereNull('reply')
      .where('created_at', '<', abandonedBefore)
      .update({ created_at: now });
    return taken > 0;
  },
  find: (actor: string, key: string): Promise<Row | undefined> => db('idempotency_keys').where({ actor, key }).first(),
  keep: (actor: string, key: string, status: number | null, reply: string) =>
    db('idempotency_keys').where({ actor, key }).update({ status, reply }),
  release: (actor: string, key: string) => db('idempotency_keys').where({ actor, key }).whereNull('reply').delete(),
  deleteBefore: (at: number): Promise<number> => db('idempotency_keys').where('created_at', '<', at).delete(),
});
