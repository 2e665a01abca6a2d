// Rows of merges, and of the consents that are merged in a way of their own.
import type { Db } from '../data/database.ts';
import type { ConsentRow } from './consents-store.ts';

export type MergeRow = {
  id: string;
  from_id: string;
  into_id: string;
  before: string;
  actor: string;
  at: number;
  undone_at: number | null;
};

export const createMergeStore = (db: Db) => ({
  insert: (row: MergeRow) => db('merges').insert(row),
  find: (id: string): Promise<MergeRow | undefined> => db('merges').where({ id }).first(),
  listOf: (customerId: string): Promise<MergeRow[]> =>
    db('merges')
      .where((either) => either.where({ from_id: customerId }).orWhere({ into_id: customerId }))
      .orderBy([
        { column: 'at', order: 'desc' },
        { column: 'id', order: 'desc' },
      ]),
  markUndone: (id: string, at: number) => db('merges').where({ id }).update({ undone_at: at }),

  consentsOf: (customerId: string): Promise<ConsentRow[]> => db('consents').where({ customer_id: customerId }),
  replaceConsents: async (customerId: string, rows: readonly ConsentRow[]): Promise<void> => {
    await db('consents').where({ customer_id: customerId }).delete();
    if (rows.length > 0) await db('consents').insert(rows.map((row) => ({ ...row, customer_id: customerId })));
  },
});
