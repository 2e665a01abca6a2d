// What a backup asks of SQLite itself. PostgreSQL is backed up by its own tools.
import { createCatalogueStore, type Db, query } from '../../../core/index.ts';

export const createBackupStore = (db: Db) => ({
  /** A compact copy of one committed state, while others go on writing. The file must not exist. */
  copyTo: (file: string): Promise<unknown> => db.raw('vacuum into ?', [file]),
  /** Rows of those of the tables that there are. */
  countRows: async (tables: readonly string[]): Promise<Record<string, number>> => {
    const there = new Set((await createCatalogueStore(db).listTables()).map(({ name }) => name));
    const counts: Record<string, number> = {};
    for (const table of tables.filter((name) => there.has(name))) {
      const [row] = await query<{ count: number }>(db, `select count(*) as count from ${table}`);
      counts[table] = Number(row?.count ?? 0);
    }
    return counts;
  },
  /** `ok`, or what is broken. */
  checkIntegrity: async (): Promise<string[]> => {
    const rows = await query<{ integrity_check: string }>(db, 'pragma integrity_check', []);
    return rows.map((row) => row.integrity_check);
  },
});
