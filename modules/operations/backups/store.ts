// What a backup asks of SQLite itself. PostgreSQL is backed up by its own tools.
import { type Db, query } from '../../../core/index.ts';

export const createBackupStore = (db: Db) => ({
  /** A compact copy of one committed state, while others go on writing. The file must not exist. */
  copyTo: (file: string): Promise<unknown> => db.raw('vacuum into ?', [file]),
  /** `ok`, or what is broken. */
  checkIntegrity: async (): Promise<string[]> => {
    const rows = await query<{ integrity_check: string }>(db, 'pragma integrity_check', []);
    return rows.map((row) => row.integrity_check);
  },
});
