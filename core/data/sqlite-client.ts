// Knex's SQLite dialect with one change: transactions take the write lock at once (BEGIN IMMEDIATE), so that a second
// process on the same file waits for its turn instead of failing half-way with SQLITE_BUSY.
import { createRequire } from 'node:module';
import type { Knex } from 'knex';

const require = createRequire(import.meta.url);
const KnexSqlite = require('knex/lib/dialects/sqlite3/index.js') as typeof Knex.Client;

type Begin = { begin: (connection: unknown) => unknown; query: (connection: unknown, sql: string) => unknown };

export class SqliteClient extends KnexSqlite {
  override transaction(...args: Parameters<Knex.Client['transaction']>): Knex.Transaction {
    const trx = super.transaction(...args);
    const inside = trx as unknown as Begin;
    inside.begin = (connection) => inside.query(connection, 'BEGIN IMMEDIATE;');
    return trx;
  }
}
