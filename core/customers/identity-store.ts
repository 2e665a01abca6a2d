// Rows of identities: which customer an e-mail, phone, external id or anonymous id belongs to.
import { type Db, dialectOf } from '../data/database.ts';
import { rowSet } from '../data/row-set.ts';
import { query } from '../data/rows.ts';

export type IdentityKey = { kind: string; value: string };
export type IdentityRow = IdentityKey & { customer_id: string; created_at: number };

export const identityKey = ({ kind, value }: IdentityKey): string => `${kind}\n${value}`;

export const createIdentityStore = (db: Db) => {
  const dialect = dialectOf(db);
  const pairs = rowSet(dialect, 'given', [
    ['kind', 'text'],
    ['value', 'text'],
  ]);
  return {
    /** Owners by `identityKey`; those nobody has are absent. */
    findOwners: async (keys: readonly IdentityKey[]): Promise<Map<string, string>> => {
      if (keys.length === 0) return new Map();
      const rows = await query<IdentityRow>(
        db,
        `select i.kind, i.value, i.customer_id from ${pairs.sql} join identities i on i.kind = given.kind and i.value = given.value`,
        [pairs.bind(keys.map(({ kind, value }) => [kind, value]))],
      );
      return new Map(rows.map((row) => [identityKey(row), row.customer_id]));
    },
    insert: async (rows: readonly IdentityRow[]): Promise<void> => {
      if (rows.length === 0) return;
      const set = rowSet(dialect, 'given', [
        ['kind', 'text'],
        ['value', 'text'],
        ['customer_id', 'text'],
        ['created_at', 'integer'],
      ]);
      await db.raw(
        `insert into identities (kind, value, customer_id, created_at) select kind, value, customer_id, created_at from ${set.sql}`,
        [set.bind(rows.map((row) => [row.kind, row.value, row.customer_id, row.created_at]))],
      );
    },
    remove: async (keys: readonly IdentityKey[]): Promise<void> => {
      if (keys.length === 0) return;
      await db.raw(`delete from identities where (kind, value) in (select kind, value from ${pairs.sql})`, [
        pairs.bind(keys.map(({ kind, value }) => [kind, value])),
      ]);
    },
    listOf: (customerId: string): Promise<IdentityRow[]> => db('identities').where({ customer_id: customerId }),
  };
};
