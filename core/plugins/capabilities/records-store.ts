// Rows of records as their plugin sees them: its own types only. The API over all types is in core/records.
import type { PluginRecord } from '@rapport/sdk';
import { fromJson, toIso } from '../../data/column.ts';
import type { Db } from '../../data/database.ts';
import { type Page, page } from '../../data/page.ts';
import { query } from '../../data/rows.ts';
import type { RecordRow } from '../../records/store.ts';

export const createPluginRecordStore = (db: Db) => ({
  /** Adds; a row of the same type and key gets the new data. */
  put: async (row: RecordRow): Promise<RecordRow> => {
    const [written] = await query<RecordRow>(
      db,
      `insert into records (id, type, plugin, key, customer_id, data, version, created_at, updated_at)
       values (?, ?, ?, ?, ?, ?, 1, ?, ?)
       on conflict (type, key) do update set data = excluded.data, customer_id = excluded.customer_id,
         version = records.version + 1, updated_at = excluded.updated_at
       returning *`,
      [row.id, row.type, row.plugin, row.key, row.customer_id, row.data, row.created_at, row.updated_at],
    );
    return written!;
  },
  find: (plugin: string, type: string, idOrKey: string): Promise<RecordRow | undefined> =>
    db('records')
      .where({ plugin, type })
      .where((either) => either.where('id', idOrKey).orWhere('key', idOrKey))
      .first(),
  list: (
    plugin: string,
    type: string,
    customerId: string | undefined,
    limit: number,
    cursor?: string,
  ): Promise<Page<RecordRow>> => {
    const rows = db('records').where({ plugin, type });
    if (customerId !== undefined) rows.where('customer_id', customerId);
    return page<RecordRow>(rows as never, { sort: { column: 'id', direction: 'desc' }, limit, cursor });
  },
});

export const toPluginRecord = (row: RecordRow): PluginRecord => ({
  id: row.id,
  type: row.type,
  key: row.key,
  customerId: row.customer_id,
  data: fromJson(row.data),
  createdAt: toIso(Number(row.created_at)),
  updatedAt: toIso(Number(row.updated_at)),
});
