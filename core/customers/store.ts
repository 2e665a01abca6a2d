// Rows of customers and their tags. Hot reads have fixed SQL; writes take many rows at once.
import { type Db, dialectOf } from '../data/database.ts';
import { type RowColumn, type RowType, rowSet } from '../data/row-set.ts';
import { query } from '../data/rows.ts';
import type { AttributeTypeName, Definitions } from './attribute-values.ts';
import type { CustomerRecord } from './fields.ts';

export type CustomerWithTags = CustomerRecord & { tag_list: string | null };

const tagList = {
  sqlite: '(select json_group_array(tag) from customer_tags t where t.customer_id = c.id) as tag_list',
  postgres: '(select json_agg(tag)::text from customer_tags t where t.customer_id = c.id) as tag_list',
};
const findOne = {
  sqlite: `select c.*, ${tagList.sqlite} from customers c where c.id = ?`,
  postgres: `select c.*, ${tagList.postgres} from customers c where c.id = ?`,
};

/** For `createPointReader`: the same row as `find`. */
export const findManySql = {
  sqlite: `select c.*, ${tagList.sqlite} from customers c where c.id in (select value from json_each(?))`,
  postgres: `select c.*, ${tagList.postgres} from customers c where c.id = any(?::text[])`,
};

const plainTypes: Record<string, RowType> = {
  birthday_month_day: 'integer',
  version: 'integer',
  created_at: 'integer',
  updated_at: 'integer',
};
const attributeTypes: Record<AttributeTypeName, RowType> = {
  text: 'text',
  number: 'real',
  integer: 'integer',
  boolean: 'boolean',
  date: 'text',
  datetime: 'integer',
  money: 'integer',
  list: 'text',
};

export const createCustomerStore = (db: Db) => {
  const dialect = dialectOf(db);

  const typed = (columns: readonly string[], definitions: Definitions): RowColumn[] =>
    columns.map((column) => {
      const attribute = column.startsWith('a_') ? definitions.get(column.slice(2)) : undefined;
      return [column, attribute ? attributeTypes[attribute.type] : (plainTypes[column] ?? 'text')];
    });
  // A list is JSON: text on SQLite, jsonb on PostgreSQL.
  const reading = (column: string, definitions: Definitions): string => {
    const list = column.startsWith('a_') && definitions.get(column.slice(2))?.type === 'list';
    return list && dialect === 'postgres' ? `given.${column}::jsonb` : `given.${column}`;
  };

  return {
    find: async (id: string): Promise<CustomerWithTags | undefined> =>
      (await query<CustomerWithTags>(db, findOne[dialect], [id]))[0],
    tagColumn: tagList[dialect],
    /** By id; on PostgreSQL locked, in one order, until the transaction ends. */
    lockMany: (ids: readonly string[]): Promise<CustomerRecord[]> =>
      dialect === 'sqlite'
        ? query(db, 'select * from customers where id in (select value from json_each(?))', [JSON.stringify(ids)])
        : query(db, 'select * from customers where id = any(?::text[]) order by id for update', [ids]),
    /** `rows` have the same columns, `columns` names them; `id` among them. */
    insertMany: async (columns: readonly string[], rows: readonly CustomerRecord[], definitions: Definitions) => {
      if (rows.length === 0) return;
      const set = rowSet(dialect, 'given', typed(columns, definitions));
      await db.raw(
        `insert into customers (${columns.join(', ')}) select ${columns.map((c) => reading(c, definitions)).join(', ')} from ${set.sql}`,
        [set.bind(rows.map((row) => columns.map((column) => row[column] ?? null)))],
      );
    },
    updateMany: async (columns: readonly string[], rows: readonly CustomerRecord[], definitions: Definitions) => {
      if (rows.length === 0) return;
      const all = ['id', ...columns];
      const set = rowSet(dialect, 'given', typed(all, definitions));
      await db.raw(
        `update customers set ${columns.map((c) => `${c} = ${reading(c, definitions)}`).join(', ')} from ${set.sql} where customers.id = given.id`,
        [set.bind(rows.map((row) => all.map((column) => row[column] ?? null)))],
      );
    },
    /** Adds the tags that are not there; returns those that were added. */
    addTags: async (tags: readonly (readonly [customerId: string, tag: string])[], now: number) => {
      if (tags.length === 0) return [];
      const set = rowSet(dialect, 'given', [
        ['customer_id', 'text'],
        ['tag', 'text'],
      ]);
      return query<{ customer_id: string; tag: string }>(
        db,
        `insert into customer_tags (customer_id, tag, created_at) select customer_id, tag, ${Number(now)} from ${set.sql} where true on conflict do nothing returning customer_id, tag`,
        [set.bind(tags)],
      );
    },
    removeTags: (customerId: string, tags: readonly string[]): Promise<number> =>
      db('customer_tags').where({ customer_id: customerId }).whereIn('tag', tags).delete(),
    /** Counts last_seen_at again from what each has done, after some of it went to another. */
    recountLastSeen: async (ids: readonly string[], now: number): Promise<void> => {
      for (const id of ids)
        await db.raw(
          `update customers set last_seen_at = (select max(case when at > ? then ? else at end) from (
             select max(occurred_at) as at from events where customer_id = ?
             union all select max(ordered_at) from orders where customer_id = ?) as done) where id = ?`,
          [now, now, id, id, id],
        );
    },
  };
};

/** The level on the customer's own row, where lists and rules read it; membership itself is its module's. */
export const mirrorLevel = async (trx: Db, customerId: string, level: string | null): Promise<void> => {
  await trx('customers').where({ id: customerId }).update({ level });
};

/** When customers did something, in ms: the latest stays. What lies ahead (an order for later) counts as now. */
export const touchLastSeen = async (
  trx: Db,
  seen: readonly (readonly [customerId: string, at: number])[],
  now: number,
): Promise<void> => {
  const latest = new Map<string, number>();
  for (const [id, at] of seen) latest.set(id, Math.max(Math.min(at, now), latest.get(id) ?? 0));
  if (latest.size === 0) return;
  const set = rowSet(dialectOf(trx), 'given', [
    ['id', 'text'],
    ['at', 'integer'],
  ]);
  await trx.raw(
    `update customers set last_seen_at = given.at from ${set.sql} where customers.id = given.id and (customers.last_seen_at is null or customers.last_seen_at < given.at)`,
    [set.bind([...latest])],
  );
};
