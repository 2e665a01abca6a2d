// The one way imports look many rows up: a statement, whatever their number.
import { type Db, dialectOf, query, type RowColumn, rowSet } from '../../core/index.ts';

type Row = readonly unknown[];

/** Runs `sql` with `{rows}` replaced by the rows as a table `r`. */
export const withRows = <T>(db: Db, columns: readonly RowColumn[], rows: readonly Row[], sql: string): Promise<T[]> => {
  const set = rowSet(dialectOf(db), 'r', columns);
  return query<T>(db, sql.replace('{rows}', set.sql), [set.bind(rows)]);
};
