// Rows of merges, and of what is merged in a way of its own: consents, membership.
import type { Db } from '../data/database.ts';
import type { ConsentRow } from './consents-store.ts';
import type { MemberRow } from './members-store.ts';

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

  memberOf: (customerId: string): Promise<MemberRow | undefined> =>
    db('members').where({ customer_id: customerId }).first(),
  putMember: (row: MemberRow) => db('members').insert(row).onConflict('customer_id').merge(),
  removeMember: (customerId: string) => db('members').where({ customer_id: customerId }).delete(),
  setCustomerLevel: (customerId: string, level: string | null) =>
    db('customers').where({ id: customerId }).update({ level }),
  sumLedger: async (customerId: string): Promise<{ available: number; pending: number }> => {
    const row = (await db('points_ledger')
      .where({ customer_id: customerId })
      .sum({ available: 'available_delta', pending: 'pending_delta' })
      .first()) as { available: number | null; pending: number | null } | undefined;
    return { available: row?.available ?? 0, pending: row?.pending ?? 0 };
  },
  rankOf: async (level: string | null | undefined): Promise<number> => {
    if (level == null) return -1;
    const row = (await db('levels').where({ key: level }).first('rank')) as { rank: number } | undefined;
    return row?.rank ?? -1;
  },
});
