// The rows of a raw query: an array from SQLite, `{ rows }` from PostgreSQL.
import type { Db } from './database.ts';

export const query = async <T>(db: Db, sql: string, bindings: readonly unknown[] = []): Promise<T[]> => {
  const result = (await db.raw(sql, bindings as never)) as T[] | { rows: T[] };
  return Array.isArray(result) ? result : result.rows;
};
