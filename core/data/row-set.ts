// Many rows in one statement, as one bound JSON text: `json_each` on SQLite, `json_to_recordset` on PostgreSQL.
// Names and types come from code, never from a request; values are always bound.
import type { Dialect } from './database.ts';

export type RowType = 'text' | 'integer' | 'real' | 'boolean';
export type RowColumn = readonly [name: string, type: RowType];

const postgresTypes = { text: 'text', integer: 'bigint', real: 'double precision', boolean: 'boolean' } as const;

/**
 * A table expression to use after `from`, with one `?` for `bind(rows)`. JSON values travel as text: cast them where
 * they are used (`::jsonb` on PostgreSQL).
 */
export const rowSet = (dialect: Dialect, alias: string, columns: readonly RowColumn[]) => {
  const sql =
    dialect === 'sqlite'
      ? `(select ${columns.map(([name], i) => `value ->> ${i} as ${name}`).join(', ')} from json_each(?)) as ${alias}`
      : `json_to_recordset(?::json) as ${alias}(${columns.map(([name, type]) => `${name} ${postgresTypes[type]}`).join(', ')})`;
  const bind = (rows: readonly (readonly unknown[])[]): string =>
    dialect === 'sqlite'
      ? JSON.stringify(rows)
      : JSON.stringify(rows.map((row) => Object.fromEntries(columns.map(([name], i) => [name, row[i]]))));
  return { sql, bind };
};
