// Rows of record_types and records.
import type { Db } from '../data/database.ts';
import { query } from '../data/rows.ts';

export type RecordTypeRow = { type: string; plugin: string; definition: string; created_at: number };
export type RecordRow = {
  id: string;
  type: string;
  plugin: string;
  key: string | null;
  customer_id: string | null;
  data: unknown;
  version: number;
  created_at: number;
  updated_at: number;
};

export const createRecordStore = (db: Db) => ({
  listTypes: (): Promise<RecordTypeRow[]> => db('record_types').orderBy('type'),
  findType: (type: string): Promise<RecordTypeRow | undefined> => db('record_types').where({ type }).first(),
  putType: (row: RecordTypeRow) => db('record_types').insert(row).onConflict('type').merge(['definition']),

  /** Undefined when the key is taken. */
  insert: async (row: RecordRow): Promise<RecordRow | undefined> =>
    (
      await query<RecordRow>(
        db,
        `insert into records (id, type, plugin, key, customer_id, data, version, created_at, updated_at)
         values (?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (type, key) do nothing returning *`,
        [row.id, row.type, row.plugin, row.key, row.customer_id, row.data, row.version, row.created_at, row.updated_at],
      )
    )[0],
  find: (type: string, id: string): Promise<RecordRow | undefined> => db('records').where({ type, id }).first(),
  findByKey: (type: string, key: string): Promise<RecordRow | undefined> => db('records').where({ type, key }).first(),
  /** Undefined when somebody else changed it meanwhile. */
  update: async (row: RecordRow, change: { customerId: string | null; data: string; at: number }) =>
    (
      await query<RecordRow>(
        db,
        `update records set customer_id = ?, data = ?, version = version + 1, updated_at = ?
         where id = ? and version = ? returning *`,
        [change.customerId, change.data, change.at, row.id, row.version],
      )
    )[0],
  remove: (type: string, id: string): Promise<number> => db('records').where({ type, id }).delete(),
  rows: () => db('records'),
});
