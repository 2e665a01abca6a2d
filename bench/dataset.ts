// A shop of any size made by the database itself in bulk, the same on every run: `createDataset(database, { customers, orders })`.
// Search index and foreign-key checks are left out while loading; all other indexes are there at the end, and ANALYZE (on PostgreSQL also VACUUM) has run.
import { type Database, type Db, type Dialect, query } from '../core/index.ts';

/** `lines`: two lines for each order. */
export type DatasetSize = { customers: number; orders: number; events?: number; lines?: boolean };

/** The instant the data set ends at: orders lie in the two years before it. */
export const datasetNow = Date.parse('2025-06-15T00:00:00Z');
const day = 86_400_000;
const chunk = 250_000;

export const createDataset = async ({ writer, dialect }: Database, size: DatasetSize): Promise<void> => {
  const restore = await beQuick(writer, dialect);
  const inChunks = async (total: number, insert: (source: string) => string): Promise<void> => {
    for (let from = 0; from < total; from += chunk)
      await writer.raw(insert(numbers(dialect, from, Math.min(from + chunk, total))));
  };
  await inChunks(size.customers, (source) => customersSql(dialect, source));
  await inChunks(size.orders, (source) => ordersSql(dialect, size.customers, source));
  if (size.lines) await writer.raw(linesSql(dialect));
  await inChunks(size.events ?? 0, (source) => eventsSql(dialect, size.customers, source));
  await restore();
  // Without VACUUM PostgreSQL would look every row of an index up in the table.
  await writer.raw(dialect === 'postgres' ? 'VACUUM (ANALYZE)' : 'ANALYZE');
};

export const customerId = (n: number): string => `c${String(n).padStart(9, '0')}`;

const numbers = (dialect: Dialect, from: number, to: number): string =>
  dialect === 'postgres'
    ? `generate_series(CAST(${from} AS bigint), ${to - 1}) AS numbers(i)`
    : `(WITH RECURSIVE numbers(i) AS (SELECT ${from} UNION ALL SELECT i + 1 FROM numbers WHERE i < ${to - 1}) SELECT i FROM numbers)`;

const prime = 1_000_003;
/** Evenly spread over 0 … 1,000,002, a different order for each `salt`. */
const spread = (salt: number): string =>
  `(((i * ${48_271 + salt * 7_919}) % ${prime} + (i % 1009) * ${31 * salt + 17} + (i / 997) * ${13 * salt + 5}) % ${prime})`;
const oneOf = (salt: number, values: readonly (string | null)[]): string => {
  const cases = values.map((value, n) => `WHEN ${n} THEN ${value === null ? 'NULL' : `'${value}'`}`);
  return `CASE ${spread(salt)} % ${values.length} ${cases.join(' ')} END`;
};
const padded = (dialect: Dialect, prefix: string, number: string, length: number): string =>
  dialect === 'postgres'
    ? `'${prefix}' || lpad(CAST(${number} AS text), ${length}, '0')`
    : `'${prefix}' || printf('%0${length}d', ${number})`;

const customersSql = (dialect: Dialect, source: string): string => {
  const month = `(1 + ${spread(2)} % 12)`;
  const dayOfMonth = `(1 + ${spread(3)} % 28)`;
  const birthday = `${padded(dialect, '', `(1945 + ${spread(1)} % 62)`, 4)} || ${padded(dialect, '-', month, 2)} || ${padded(dialect, '-', dayOfMonth, 2)}`;
  return `INSERT INTO customers (id, external_id, type, name, email, birthday, birthday_month_day, gender, city, country, language, source, stage, version, created_at, updated_at)
    SELECT ${padded(dialect, 'c', 'i', 9)}, ${padded(dialect, 'x', 'i', 9)}, 'person', ${padded(dialect, 'Name ', 'i', 9)}, ${padded(dialect, 'mail', 'i', 9)} || '@example.com',
      ${birthday}, ${month} * 100 + ${dayOfMonth}, ${oneOf(4, ['female', 'male', 'female', 'male', null])},
      ${padded(dialect, 'City ', `(${spread(5)} % 60)`, 2)}, ${oneOf(6, ['GB', 'GB', 'GB', 'DE', 'FR', 'US', 'SE', null])}, ${oneOf(7, ['en', 'en', 'de', 'fr'])},
      ${oneOf(8, ['web', 'store', 'import', 'referral'])}, ${oneOf(9, ['lead', 'new', 'active', 'active', 'lapsing'])}, 1,
      ${datasetNow} - ${spread(10)} * ${Math.floor((900 * day) / prime)}, ${datasetNow}
    FROM ${source}`;
};

// A few customers buy often, most seldom: the square of an even spread.
const customerOf = (dialect: Dialect, customers: number): string =>
  padded(
    dialect,
    'c',
    `((${spread(11)} * ${spread(11)} / ${prime}) * ${customers} / ${prime} + i % 7) % ${customers}`,
    9,
  );

const ordersSql = (dialect: Dialect, customers: number, source: string): string =>
  `INSERT INTO orders (id, customer_id, source, external_id, status, currency, subtotal, discount, shipping, total, refunded, quantity, ordered_at, created_at, updated_at)
    SELECT ${padded(dialect, 'o', 'i', 10)}, ${customerOf(dialect, customers)}, 'bench', ${padded(dialect, '', 'i', 10)}, ${oneOf(12, ['completed', 'completed', 'paid', 'cancelled'])}, 'EUR',
      500 + ${spread(13)} % 20000, 0, 0, 500 + ${spread(13)} % 20000, 0, 1 + ${spread(14)} % 5,
      ${datasetNow} - 1 - ${spread(15)} * ${Math.floor((730 * day) / prime)}, ${datasetNow}, ${datasetNow}
    FROM ${source}`;

// A hundred SKUs in twenty categories, spread by the order's total; both lines of an order differ.
const linesSql = (dialect: Dialect): string => {
  const number = '((o.total * 7 + n.n * 13) % 100)';
  return `INSERT INTO order_lines (order_id, line_no, customer_id, ordered_at, sku, category, quantity, unit_price, total)
    SELECT o.id, n.n, o.customer_id, o.ordered_at, ${padded(dialect, 'SKU', number, 3)}, ${padded(dialect, 'cat', `(${number} % 20)`, 2)},
      1, o.total / 2, o.total / 2 FROM orders o CROSS JOIN (SELECT 1 AS n UNION ALL SELECT 2) n`;
};

const eventsSql = (dialect: Dialect, customers: number, source: string): string =>
  `INSERT INTO events (id, customer_id, type, occurred_at, received_at, source, properties)
    SELECT ${padded(dialect, 'e', 'i', 10)}, ${customerOf(dialect, customers)}, ${oneOf(16, ['viewed', 'viewed', 'viewed', 'clicked', 'complained'])},
      ${datasetNow} - 1 - ${spread(17)} * ${Math.floor((365 * day) / prime)}, ${datasetNow}, 'bench', '{"value": 5}'
    FROM ${source}`;

const tables = `('customers', 'orders', 'events')`;

/** Drops what slows bulk loading; answers how to put the indexes back. */
const beQuick = async (db: Db, dialect: Dialect): Promise<() => Promise<void>> => {
  const indexes = await query<{ name: string; sql: string }>(
    db,
    dialect === 'sqlite'
      ? `SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN ${tables} AND sql NOT LIKE 'CREATE UNIQUE%'`
      : `SELECT indexname AS name, indexdef AS sql FROM pg_indexes WHERE schemaname = 'public' AND tablename IN ${tables} AND indexdef NOT LIKE 'CREATE UNIQUE%'`,
  );
  for (const { name } of indexes) await db.raw(`DROP INDEX ${name}`);
  if (dialect === 'sqlite') {
    for (const statement of ['foreign_keys = OFF', 'synchronous = OFF', 'cache_size = -400000'])
      await db.raw(`PRAGMA ${statement}`);
    for (const name of ['customer_search_insert', 'customer_search_update'])
      await db.raw(`DROP TRIGGER IF EXISTS ${name}`);
  } else {
    const keys = await query<{ name: string; source: string }>(
      db,
      `SELECT conname AS name, CAST(conrelid AS regclass)::text AS source FROM pg_constraint WHERE contype = 'f' AND CAST(conrelid AS regclass)::text IN ${tables}`,
    );
    for (const { name, source } of keys) await db.raw(`ALTER TABLE ${source} DROP CONSTRAINT ${name}`);
  }
  return async () => {
    for (const { sql } of indexes) if (!/ USING gin /i.test(sql)) await db.raw(sql);
    if (dialect === 'sqlite') {
      for (const statement of ['foreign_keys = ON', 'synchronous = FULL', 'cache_size = -32768'])
        await db.raw(`PRAGMA ${statement}`);
      await db.raw('PRAGMA wal_checkpoint(TRUNCATE)');
    }
  };
};
