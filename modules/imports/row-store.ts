// The one way imports put many rows into a table: a statement each, whatever their number.
import { type Db, dialectOf, query, type RowColumn, rowSet } from '../../core/index.ts';

type Row = readonly unknown[];

/** Table and columns come from code. `jsonb` columns are cast on PostgreSQL; `tail` is an `on conflict` clause. */
export const insertRows = async (
  db: Db,
  table: string,
  columns: readonly RowColumn[],
  rows: readonly Row[],
  options: { jsonb?: readonly string[]; tail?: string } = {},
): Promise<Record<string, unknown>[]> => {
  if (rows.length === 0) return [];
  const dialect = dialectOf(db);
  const set = rowSet(dialect, 'r', columns);
  const cast = new Set(dialect === 'postgres' ? options.jsonb : []);
  const names = columns.map(([name]) => name);
  const values = names.map((name) => (cast.has(name) ? `r.${name}::jsonb` : `r.${name}`));
  return query(
    db,
    `insert into ${table} (${names.join(', ')}) select ${values.join(', ')} from ${set.sql} where true ${options.tail ?? ''}`,
    [set.bind(rows)],
  );
};

/** Runs `sql` with `{rows}` replaced by the rows as a table `r`. */
export const withRows = <T>(db: Db, columns: readonly RowColumn[], rows: readonly Row[], sql: string): Promise<T[]> => {
  const set = rowSet(dialectOf(db), 'r', columns);
  return query<T>(db, sql.replace('{rows}', set.sql), [set.bind(rows)]);
};
