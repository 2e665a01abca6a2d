// Brings the schema up to date at start. Migrations are `.ts` files run by Node itself; never rename one, knex stores the name.
import { fileURLToPath } from 'node:url';
import type { Database } from './database.ts';

const directory = fileURLToPath(new URL('../../migrations', import.meta.url));

const settings = { directory, extension: 'ts', loadExtensions: ['.ts'] };

export const migrate = async (database: Database): Promise<string[]> => {
  const [, applied] = await database.writer.migrate.latest(settings);
  return applied as string[];
};

/** Names of migrations that this version has and the database has not seen. Throws where the database is of a newer version. */
export const listPendingMigrations = async (database: Database): Promise<string[]> => {
  const [, pending] = (await database.writer.migrate.list(settings)) as [unknown, { file: string }[]];
  return pending.map(({ file }) => file);
};
