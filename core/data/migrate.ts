// Brings the schema up to date at start. Migrations are `.ts` files run by Node itself; never rename one, knex stores the name.
import { fileURLToPath } from 'node:url';
import type { Database } from './database.ts';

const directory = fileURLToPath(new URL('../../migrations', import.meta.url));

export const migrate = async (database: Database): Promise<string[]> => {
  const [, applied] = await database.writer.migrate.latest({ directory, extension: 'ts', loadExtensions: ['.ts'] });
  return applied as string[];
};
