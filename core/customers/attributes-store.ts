// Rows of attribute_definitions, and the columns `a_<key>` they stand for.
import { toJson } from '../data/column.ts';
import { type Db, dialectOf } from '../data/database.ts';
import type { AttributeRow, AttributeTypeName } from './attribute-values.ts';

const columnTypes: Record<AttributeTypeName, { sqlite: string; postgres: string }> = {
  text: { sqlite: 'text', postgres: 'text' },
  number: { sqlite: 'real', postgres: 'double precision' },
  integer: { sqlite: 'integer', postgres: 'bigint' },
  boolean: { sqlite: 'boolean', postgres: 'boolean' },
  date: { sqlite: 'text', postgres: 'text' },
  datetime: { sqlite: 'integer', postgres: 'bigint' },
  money: { sqlite: 'integer', postgres: 'bigint' },
  list: { sqlite: 'text', postgres: 'jsonb' },
};

export const createAttributeStore = (db: Db) => ({
  list: async (): Promise<AttributeRow[]> => {
    const rows = (await db('attribute_definitions').orderBy('created_at').orderBy('key')) as (Omit<
      AttributeRow,
      'options' | 'personal' | 'unique'
    > & { options: string | null; personal: unknown; unique: unknown })[];
    return rows.map((row) => ({
      ...row,
      options: row.options === null ? null : (JSON.parse(row.options) as string[]),
      personal: Boolean(row.personal),
      unique: Boolean(row.unique),
    }));
  },
  /** Adds the definition and its column; the key has passed its pattern, so the name is safe to write out. */
  insert: async (row: AttributeRow): Promise<void> => {
    await db('attribute_definitions').insert({ ...row, options: row.options && toJson(row.options) });
    const column = `a_${row.key}`;
    const type = columnTypes[row.type][dialectOf(db)];
    await db.raw(`alter table customers add column ${column} ${type}`);
    if (row.type !== 'list')
      await db.raw(`create index customers_${column} on customers (${column}) where ${column} is not null`);
  },
  update: (key: string, change: Partial<AttributeRow>) =>
    db('attribute_definitions')
      .where({ key })
      .update({ ...change, ...(change.options && { options: toJson(change.options) }) }),
  findSetting: async (key: string): Promise<unknown> => {
    const row = (await db('settings').where({ key }).first('value')) as { value: string } | undefined;
    try {
      return row && (JSON.parse(row.value) as unknown);
    } catch {
      return undefined;
    }
  },
});
