// Rows of score_requests: who is to be scored again, by whom.
import { type Db, dialectOf, query, rowSet } from '../../core/index.ts';

/** One customer may have several for one scorer: they are worked together. `created_at` in ms. */
export type RequestRow = { id: string; scorer: string; customer_id: string; created_at: number };

const atOnce = 200;
const columns = [
  ['id', 'text'],
  ['scorer', 'text'],
  ['customer_id', 'text'],
  ['created_at', 'integer'],
] as const;
const names = columns.map(([name]) => name).join(', ');

export const createRequestStore = (db: Db) => ({
  /** However many, in one statement whose text is the same for any number: every order and event pays for it. */
  insert: async (rows: readonly RequestRow[]): Promise<void> => {
    const given = rowSet(dialectOf(db), 'given', columns);
    await db.raw(`insert into score_requests (${names}) select ${names} from ${given.sql}`, [
      given.bind(rows.map(({ id, scorer, customer_id, created_at }) => [id, scorer, customer_id, created_at])),
    ]);
  },
  /** Those with at least one request. */
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
