// What plugins keep: their key-value rows, each about a person or nobody.
import type { Db } from '../../data/database.ts';
import { type Page, page } from '../../data/page.ts';

export type DataRow = {
  plugin: string;
  key: string;
  customer_id: string | null;
  value: string;
  size: number;
  updated_at: number;
};

export const createPluginDataStore = (db: Db) => ({
  find: async (plugin: string, keys: string[]): Promise<DataRow[]> =>
    db('plugin_data').where({ plugin }).whereIn('key', keys),
  put: async (rows: DataRow[]): Promise<void> => {
    for (let i = 0; i < rows.length; i += 100)
      await db('plugin_data')
        .insert(rows.slice(i, i + 100))
        .onConflict(['plugin', 'key'])
        .merge();
  },
  delete: (plugin: string, key: string): Promise<number> => db('plugin_data').where({ plugin, key }).delete(),
  list: async (plugin: string, prefix: string, limit: number, cursor?: string): Promise<Page<DataRow>> => {
    const query = db('plugin_data').where({ plugin });
    if (prefix) query.whereRaw('substr(key, 1, ?) = ?', [[...prefix].length, prefix]);
    return page<DataRow>(query as never, { sort: { column: 'key', direction: 'asc' }, id: 'key', limit, cursor });
  },
  /** Bytes kept. */
  sizeOf: async (plugin: string): Promise<number> => {
    const row = (await db('plugin_data').where({ plugin }).sum({ size: 'size' }).first()) as { size: number | null };
    return Number(row.size ?? 0);
  },
});
