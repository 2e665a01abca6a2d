// What a database says of its own schema, in words that are the same on both engines, and a row for any table: for tests of migrations.
import { type Database, query } from '../../core/index.ts';

export type Column = { table: string; name: string; kind: string; nullable: boolean; hasDefault: boolean };
export type Index = { table: string; columns: string; unique: boolean };

const kinds: readonly [RegExp, string][] = [
  [/^(text|varchar|character varying|uuid|json)/i, 'text'],
  [/^bool/i, 'yes or no'],
  [/^(bigint|integer|int|smallint)/i, 'whole number'],
  [/^(real|float|double|numeric)/i, 'number'],
  [/^(blob|bytea)/i, 'bytes'],
];
const kindOf = (type: string): string => kinds.find(([pattern]) => pattern.test(type))?.[1] ?? type;

// Of one engine alone: its own bookkeeping, and the full-text index.
const own = /^(sqlite_|knex_|customer_search|.*_fts)/;

export const listColumns = async ({ dialect, writer }: Database): Promise<Column[]> => {
  type Row = { table_name: string; name: string; type: string; nullable: number; fallback: string | null };
  const rows = await query<Row>(
    writer,
    dialect === 'sqlite'
      ? `select m.name as table_name, p.name, p.type, p."notnull" = 0 and p.pk = 0 as nullable, p.dflt_value as fallback
         from sqlite_master m join pragma_table_info(m.name) p where m.type = 'table' order by m.name, p.cid`
      : `select c.table_name, c.column_name as name, c.data_type as type, (c.is_nullable = 'YES')::int as nullable, c.column_default as fallback
         from information_schema.columns c join information_schema.tables t on t.table_name = c.table_name and t.table_schema = c.table_schema
         where c.table_schema = current_schema() and t.table_type = 'BASE TABLE' order by c.table_name, c.ordinal_position`,
  );
  return rows
    .filter(({ table_name }) => !own.test(table_name))
    .map((row) => ({
      table: row.table_name,
      name: row.name,
      kind: kindOf(row.type),
      nullable: Boolean(row.nullable),
      hasDefault: row.fallback !== null,
    }));
};

/** Indexes over plain columns, primary keys among them; those over expressions are of one engine and left out. */
export const listIndexes = async ({ dialect, writer }: Database): Promise<Index[]> => {
  type Row = { table_name: string; columns: string | null; uniq: number };
  const rows = await query<Row>(
    writer,
    dialect === 'sqlite'
      ? `select m.name as table_name, i."unique" as uniq,
           (select group_concat(name) from (select name from pragma_index_info(i.name) order by seqno)) as columns
         from sqlite_master m join pragma_index_list(m.name) i where m.type = 'table'`
      : `select t.relname as table_name, i.indisunique::int as uniq,
           (select string_agg(a.attname, ',' order by k.place) from unnest(i.indkey::int2[]) with ordinality k(number, place)
              join pg_attribute a on a.attrelid = t.oid and a.attnum = k.number) as columns
         from pg_index i join pg_class t on t.oid = i.indrelid
         where t.relnamespace = current_schema()::regnamespace and i.indexprs is null`,
  );
  return rows
    .filter(({ table_name, columns }) => !own.test(table_name) && columns !== null)
    .map((row) => ({ table: row.table_name, columns: row.columns!, unique: Boolean(row.uniq) }));
};

const values: Record<string, (n: number) => unknown> = {
  // Text of its own for each row, and JSON where JSON is read.
  text: (n) => `{"n":${n}}`,
  'yes or no': () => true,
  'whole number': (n) => n,
  number: (n) => n / 2,
  bytes: (n) => Buffer.from([n]),
};

/** Writes one row into every table, with a value for each column that must have one; answers how many rows each table then has. */
export const fillTables = async (database: Database, n: number): Promise<Map<string, number>> => {
  const { writer, dialect } = database;
  const tables = Map.groupBy(await listColumns(database), ({ table }) => table);
  // The rows refer to nothing: what is tested is that they stay, not that they belong together.
  await writer.raw(dialect === 'sqlite' ? 'pragma foreign_keys = off' : 'set session_replication_role = replica');
  const counts = new Map<string, number>();
  for (const [table, columns] of tables) {
    const needed = columns.filter(({ nullable, hasDefault }) => !nullable && !hasDefault);
    const row = Object.fromEntries(needed.map(({ name, kind }) => [name, values[kind]!(n)]));
    await writer(table).insert(row);
    counts.set(table, await countRows(database, table));
  }
  await writer.raw(dialect === 'sqlite' ? 'pragma foreign_keys = on' : 'set session_replication_role = origin');
  return counts;
};

export const countRows = async ({ writer }: Database, table: string): Promise<number> => {
  const [row] = await query<{ count: number }>(writer, `select count(*) as count from "${table}"`);
  return Number(row!.count);
};

/** Writes one row with these values, and one of its own kind in every other column that must have one. */
export const insertRow = async (
  { writer }: Database,
  columns: readonly Column[],
  table: string,
  n: number,
  given: object,
): Promise<void> => {
  const needed = columns.filter((column) => column.table === table && !column.nullable && !column.hasDefault);
  const rest = Object.fromEntries(needed.map(({ name, kind }) => [name, values[kind]!(n)]));
  await writer(table).insert({ ...rest, ...given });
};
