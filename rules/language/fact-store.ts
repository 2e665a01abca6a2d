// Loads facts from the database: one customer, some, or all in a stream; only what the conditions need, one query a table.
import { type Db, dialectOf, fromJson, query } from '../../core/index.ts';
import { readDeclared } from './declared-store.ts';
import {
  type EventFacts,
  type Facts,
  type Needs,
  noFacts,
  type OrderFacts,
  type OrderLine,
  type Span,
} from './vocabulary/facts.ts';

export type FactReader = {
  /** An unknown id gives facts that are `gone`. */
  one: (customerId: string, needs: Needs, now: number) => Promise<Facts>;
  /** By id, 500 customers a query; ids that are unknown give facts that are `gone`. */
  many: (customerIds: readonly string[], needs: Needs, now: number) => Promise<Map<string, Facts>>;
  /** Every living customer, in batches by id, starting after `after`. */
  scan: (needs: Needs, now: number, options?: { batch?: number; after?: string }) => AsyncGenerator<Facts[]>;
};

type Row = Record<string, unknown>;
type ByCustomer<T> = Map<string, T[]>;
type CustomerRow = Row & { id: string; merged_into: string | null; erased_at: number | null };

const noneDeclared: Awaited<ReturnType<typeof readDeclared>> = new Map();

// SQLite takes 32,766 values in a statement; 500 ids a query keep plans and memory small.
const idsAtOnce = 500;

/**
 * Only what `needs` names is loaded, the rest is empty. Not in a transaction of its own: what is read
 * table by table may be of different moments unless the caller's connection is a transaction. `now` (ms)
 * only bounds how far back history is read; it does not take newer rows away.
 */
export const createFactReader = (db: Db): FactReader => {
  const idList = dialectOf(db) === 'postgres' ? '= ANY(?)' : 'IN (SELECT value FROM json_each(?))';
  const bindIds = (ids: readonly string[]): unknown => (dialectOf(db) === 'postgres' ? ids : JSON.stringify(ids));

  const rowsOf = async <T extends Row>(
    sql: string,
    ids: readonly string[],
    more: readonly unknown[] = [],
  ): Promise<ByCustomer<T>> =>
    groupByCustomer(await query<T>(db, sql.replace('$ids', idList), [bindIds(ids), ...more]));

  const load = async (ids: readonly string[], needs: Needs, now: number, known?: CustomerRow[]): Promise<Facts[]> => {
    const customers =
      known ??
      (await query<CustomerRow>(
        db,
        `SELECT ${needs.customer ? '*' : 'id, merged_into, erased_at'} FROM customers WHERE id ${idList}`,
        [bindIds(ids)],
      ));
    const byId = new Map(customers.map((row) => [row.id, row]));
    const none = new Map<string, never[]>();
    const consents = needs.consents
      ? await rowsOf('SELECT customer_id, channel, purpose, status FROM consents WHERE customer_id $ids', ids)
      : none;
    const tags = needs.tags
      ? await rowsOf('SELECT customer_id, tag FROM customer_tags WHERE customer_id $ids ORDER BY tag', ids)
      : none;
    const segments =
      needs.segments.size > 0
        ? await rowsOf(
            `SELECT customer_id, segment FROM segment_members WHERE customer_id $ids AND segment IN (${marks(needs.segments)})`,
            ids,
            [...needs.segments],
          )
        : none;
    const declared = needs.declared.size > 0 ? await readDeclared(db, needs.declared.values(), ids) : noneDeclared;
    const orders = needs.orders ? await loadOrders(ids, needs.orders, needs.lines, now) : none;
    const events = needs.events ? await loadEvents(ids, needs.events, needs.eventTypes, now) : none;
    return ids.map((id) => {
      const customer = byId.get(id);
      return {
        ...noFacts,
        customerId: id,
        gone: !customer || customer.merged_into !== null || customer.erased_at !== null,
        // A copy: V8 keeps the rows of sqlite3 as hash tables, which are slow to read.
        customer: customer ? { ...customer } : null,
        consents: new Map(
          (consents.get(id) ?? []).map((row) => [`${row.channel}:${row.purpose}`, row.status as string]),
        ),
        tags: (tags.get(id) ?? []).map((row) => row.tag as string),
        segments: new Set((segments.get(id) ?? []).map((row) => row.segment as string)),
        declared: declared.get(id) ?? noFacts.declared,
        orders: orders.get(id) ?? [],
        events: events.get(id) ?? [],
      };
    });
  };

  const loadOrders = async (
    ids: readonly string[],
    span: Span,
    withLines: boolean,
    now: number,
  ): Promise<ByCustomer<OrderFacts>> => {
    const from = startOf(span, now);
    const since = from === null ? '' : ' AND ordered_at >= ?';
    const bound = from === null ? [] : [from];
    const lines = new Map<string, OrderLine[]>();
    if (withLines) {
      const sql = `SELECT l.order_id, l.sku, l.category, l.quantity, l.total FROM order_lines l JOIN orders o ON o.id = l.order_id WHERE o.customer_id ${idList}${since.replace('ordered_at', 'o.ordered_at')}`;
      for (const row of await query<Row>(db, sql, [bindIds(ids), ...bound])) {
        const line = {
          sku: row.sku as string,
          category: row.category as string | null,
          quantity: Number(row.quantity),
          total: Number(row.total),
        };
        const list = lines.get(row.order_id as string);
        if (list) list.push(line);
        else lines.set(row.order_id as string, [line]);
      }
    }
    const rows = await rowsOf(
      `SELECT id, customer_id, ordered_at, status, currency, total, refunded, quantity FROM orders WHERE customer_id $ids${since}`,
      ids,
      bound,
    );
    return mapLists(rows, (row) => ({
      id: row.id as string,
      at: Number(row.ordered_at),
      status: row.status as string,
      currency: row.currency as string,
      total: Number(row.total),
      refunded: Number(row.refunded),
      quantity: Number(row.quantity),
      lines: lines.get(row.id as string) ?? [],
    }));
  };

  const loadEvents = async (
    ids: readonly string[],
    span: Span,
    types: ReadonlySet<string>,
    now: number,
  ): Promise<ByCustomer<EventFacts>> => {
    const from = startOf(span, now);
    const since = from === null ? '' : ' AND occurred_at >= ?';
    const sql = `SELECT id, customer_id, type, occurred_at, properties FROM events WHERE customer_id $ids AND type IN (${marks(types)})${since}`;
    const rows = await rowsOf(sql, ids, [...types, ...(from === null ? [] : [from])]);
    return mapLists(rows, (row) => ({
      id: row.id as string,
      type: row.type as string,
      at: Number(row.occurred_at),
      properties: fromJson<Record<string, unknown>>(row.properties),
    }));
  };

  return {
    one: async (customerId, needs, now) => (await load([customerId], needs, now))[0]!,
    many: async (customerIds, needs, now) => {
      const found = new Map<string, Facts>();
      const ids = [...new Set(customerIds)];
      for (let i = 0; i < ids.length; i += idsAtOnce)
        for (const facts of await load(ids.slice(i, i + idsAtOnce), needs, now)) found.set(facts.customerId!, facts);
      return found;
    },
    scan: async function* (needs, now, { batch = idsAtOnce, after = '' } = {}) {
      let last = after;
      for (;;) {
        const rows = await query<CustomerRow>(
          db,
          `SELECT ${needs.customer ? '*' : 'id, merged_into, erased_at'} FROM customers WHERE id > ? AND merged_into IS NULL AND erased_at IS NULL ORDER BY id LIMIT ?`,
          [last, batch],
        );
        if (rows.length === 0) return;
        yield await load(
          rows.map((row) => row.id),
          needs,
          now,
          rows,
        );
        last = rows.at(-1)!.id;
      }
    },
  };
};

const marks = (values: ReadonlySet<string>): string => [...values].map(() => '?').join(', ');

/** The earliest row a span looks at; null = all of them. */
const startOf = (span: Span, now: number): number | null => {
  if (span === 'all') return null;
  const back = span.backMs === null ? Infinity : now - span.backMs;
  return Math.min(back, span.from ?? Infinity);
};

const groupByCustomer = <T extends Row>(rows: readonly T[]): ByCustomer<T> => {
  const groups: ByCustomer<T> = new Map();
  for (const row of rows) {
    const list = groups.get(row.customer_id as string);
    if (list) list.push(row);
    else groups.set(row.customer_id as string, [row]);
  }
  return groups;
};

// By time, then id compared as code units, whatever the database's collation.
const mapLists = <T extends { at: number; id: string }>(
  groups: ByCustomer<Row>,
  read: (row: Row) => T,
): ByCustomer<T> =>
  new Map(
    [...groups].map(([customerId, rows]) => [
      customerId,
      rows.map(read).toSorted((a, b) => a.at - b.at || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)),
    ]),
  );
