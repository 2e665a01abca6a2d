// Tables for export, a page after a page by key, so that neither memory nor a lock grows with the table.
import { type Db, dialectOf, query } from '../../core/index.ts';

/**
 * `from` (inclusive) and `to` (exclusive) are times in ms of the column the source names; `segment` is a
 * key, and means its members at the time of each page.
 */
export type ExportFilter = { segment?: string; from?: number; to?: number };
export type ExportRow = Record<string, unknown> & { id: string };

const pageSize = 1000;

/** Per table: its rows with what belongs to them, the column that `from` and `to` bound, whose customer it is. */
const sources = {
  customers: { table: 'customers', select: 'c.*', joins: '', time: 'c.created_at', customer: 'c.id' },
  orders: {
    table: 'orders',
    select: 'c.*, k.external_id as customer_external_id',
    joins: 'join customers k on k.id = c.customer_id',
    time: 'c.ordered_at',
    customer: 'c.customer_id',
  },
  events: {
    table: 'events',
    select: 'c.*, k.external_id as customer_external_id',
    joins: 'join customers k on k.id = c.customer_id',
    time: 'c.occurred_at',
    customer: 'c.customer_id',
  },
  products: { table: 'products', select: 'c.*', joins: '', time: 'c.created_at', customer: undefined },
} as const;
export type ExportSource = keyof typeof sources;

const tagList = {
  sqlite: ', (select json_group_array(tag) from customer_tags t where t.customer_id = c.id) as tag_list',
  postgres: ', (select json_agg(tag)::text from customer_tags t where t.customer_id = c.id) as tag_list',
};

/**
 * Customers who were merged away or erased are not among the customers; orders of an erased customer are
 * exported, since they are kept.
 */
export const createExportStore = (db: Db) => ({
  hasSegment: async (key: string): Promise<boolean> =>
    (await db('rules').where({ kind: 'segment', key }).first('key')) !== undefined,

  /** In the order of their ids. Products are of no customer: a segment does not bound them. */
  pages: async function* (source: ExportSource, filter: ExportFilter): AsyncGenerator<ExportRow[]> {
    const { table, select, joins, time, customer } = sources[source];
    const where: string[] = [];
    const bindings: unknown[] = [];
    const add = (sql: string, value: unknown): void => {
      where.push(sql);
      bindings.push(value);
    };
    if (source === 'customers') where.push('c.merged_into is null', 'c.erased_at is null');
    if (filter.from !== undefined) add(`${time} >= ?`, filter.from);
    if (filter.to !== undefined) add(`${time} < ?`, filter.to);
    if (filter.segment !== undefined && customer)
      add(
        `exists (select 1 from segment_members m where m.segment = ? and m.customer_id = ${customer})`,
        filter.segment,
      );
    const tags = source === 'customers' ? tagList[dialectOf(db)] : '';
    for (let last = ''; ; ) {
      const rows: ExportRow[] = await query<ExportRow>(
        db,
        `select ${select}${tags} from ${table} c ${joins}
         where ${['c.id > ?', ...where].join(' and ')} order by c.id limit ${pageSize}`,
        [last, ...bindings],
      );
      if (rows.length > 0) yield rows;
      if (rows.length < pageSize) return;
      last = rows.at(-1)!.id;
    }
  },

  /** For the ids of one page at most: each is a binding of the statement. */
  linesOf: (orderIds: readonly string[]): Promise<Record<string, unknown>[]> =>
    query(
      db,
      `select * from order_lines where order_id in (${orderIds.map(() => '?').join(', ')}) order by order_id, line_no`,
      orderIds,
    ),
});

export type ExportStore = ReturnType<typeof createExportStore>;
