// Rows of score_requests: who is to be scored again, by whom.
import { type Db, query } from '../../core/index.ts';

export type RequestRow = { id: string; scorer: string; customer_id: string; created_at: number };

const atOnce = 200;

export const createRequestStore = (db: Db) => ({
  insert: async (rows: readonly RequestRow[]): Promise<void> => {
    for (let i = 0; i < rows.length; i += atOnce) await db('score_requests').insert(rows.slice(i, i + atOnce));
  },
  listScorers: async (): Promise<string[]> =>
    ((await db('score_requests').distinct('scorer')) as { scorer: string }[]).map(({ scorer }) => scorer),
  /** The oldest first. */
  list: (scorer: string, limit: number): Promise<RequestRow[]> =>
    query(db, 'select * from score_requests where scorer = ? order by id limit ?', [scorer, limit]),
  /** By id, not by range: one that was made earlier may be committed later. */
  remove: async (ids: readonly string[]): Promise<void> => {
    for (let i = 0; i < ids.length; i += atOnce)
      await db('score_requests')
        .whereIn('id', ids.slice(i, i + atOnce))
        .delete();
  },
});
