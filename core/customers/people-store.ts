// Every table that speaks of a person, found by asking the database: a table with a `customer_id` cannot be forgotten by
// merge, export or erase.
import { type Db, dialectOf } from '../data/database.ts';
import { type RowColumn, rowSet } from '../data/row-set.ts';
import { query } from '../data/rows.ts';

export type PersonTable = { name: string; columns: string[]; primaryKey: string[] };
export type KeyRow = Record<string, string | number>;

const catalogue = {
  sqlite: `select m.name as table_name, p.name as column_name, p.pk > 0 as in_key
           from sqlite_master m join pragma_table_info(m.name) p
           where m.type = 'table' order by m.name, p.cid`,
  postgres: `select c.relname as table_name, a.attname as column_name, coalesce(a.attnum = any(i.indkey::int2[]), false) as in_key
             from pg_class c
             join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
             left join pg_index i on i.indrelid = c.oid and i.indisprimary
             where c.relkind in ('r', 'p') and not c.relispartition and c.relnamespace = current_schema()::regnamespace
             order by c.relname, a.attnum`,
};

export const createPeopleStore = (db: Db) => {
  const dialect = dialectOf(db);
  return {
    /** Tables with a `customer_id`, by name. */
    listTables: async (): Promise<PersonTable[]> => {
      const rows = await query<{ table_name: string; column_name: string; in_key: unknown }>(db, catalogue[dialect]);
      return [...Map.groupBy(rows, (row) => row.table_name)]
        .map(([name, columns]) => ({
          name,
          columns: columns.map((row) => row.column_name),
          primaryKey: columns.filter((row) => Boolean(row.in_key)).map((row) => row.column_name),
        }))
        .filter(({ columns }) => columns.includes('customer_id'));
    },
    rowsOf: (table: string, customerIds: readonly string[]): Promise<Record<string, unknown>[]> =>
      db(table).whereIn('customer_id', customerIds),
    /** Gives the rows to another customer; returns their keys. */
    move: ({ name, primaryKey }: PersonTable, from: string, into: string): Promise<KeyRow[]> =>
      query<KeyRow>(db, `update ${name} set customer_id = ? where customer_id = ? returning ${primaryKey.join(', ')}`, [
        into,
        from,
      ]),
    /** Gives the rows with these keys back, as far as they are still with `from`. */
    moveBack: async (table: string, keys: readonly KeyRow[], from: string, into: string): Promise<void> => {
      const first = keys[0];
      if (!first) return;
      const columns = Object.entries(first).map(
        ([name, value]): RowColumn => [name, typeof value === 'number' ? 'integer' : 'text'],
      );
      const set = rowSet(dialect, 'given', columns);
      const same = columns.map(([name]) => `${table}.${name} = given.${name}`).join(' and ');
      await db.raw(`update ${table} set customer_id = ? from ${set.sql} where ${same} and ${table}.customer_id = ?`, [
        into,
        set.bind(keys.map((row) => columns.map(([name]) => row[name]))),
        from,
      ]);
    },
    remove: (table: string, customerIds: readonly string[]): Promise<number> =>
      db(table).whereIn('customer_id', customerIds).delete(),
    /** What is underway about a person: jobs of the outbox, and replies kept for Idempotency-Key. */
    removeTraces: async (customerIds: readonly string[]): Promise<void> => {
      await db('jobs')
        .whereIn('key', customerIds)
        .whereLike('queue', 'outbox:%')
        .whereNot('status', 'running')
        .delete();
      for (const id of customerIds) await db('idempotency_keys').whereLike('reply', `%${id}%`).delete();
      await db('merges')
        .where((either) => either.whereIn('from_id', customerIds).orWhereIn('into_id', customerIds))
        .update({ before: '{}' });
    },
    listMergedInto: async (customerId: string): Promise<string[]> =>
      ((await db('customers').where({ merged_into: customerId }).select('id')) as { id: string }[]).map(({ id }) => id),
    updateCustomer: (id: string, columns: Record<string, unknown>) => db('customers').where({ id }).update(columns),
    repoint: (ids: readonly string[], into: string) => db('customers').whereIn('id', ids).update({ merged_into: into }),
  };
};
