// Opens the one database. SQLite: one writer connection, several readers (WAL). PostgreSQL: one pool for both.
// Knex is opened here and nowhere else. This is not a repository: SQL lives in the stores.
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import knex, { type Knex } from 'knex';
import pg from 'pg';
import { SqliteClient } from './sqlite-client.ts';
import { handleOf } from './transact.ts';

/** A connection or a transaction: a store is a closure over either. */
export type Db = Knex;
export type Dialect = 'sqlite' | 'postgres';

export type Database = {
  dialect: Dialect;
  /** For writes, and for reads that must see the writes before them. */
  writer: Db;
  /** For reads beside the writer; on SQLite it sees the last committed state. */
  reader: Db;
  /** Runs before the connections close: for those who hold one. */
  beforeClose: (run: () => Promise<void>) => void;
  close: () => Promise<void>;
};

// bigint and numeric arrive as text from PostgreSQL; ours are counts, money in minor units and milliseconds, all below 2^53.
pg.types.setTypeParser(20, Number);
pg.types.setTypeParser(1700, Number);

/** It is not there, is not a database, or does not let us in. The message has no password in it. */
export class DatabaseNotOpened extends Error {
  readonly code = 'DATABASE_NOT_OPENED';
}

export const openDatabase = async (
  url: string,
  options: { readers?: number; poolSize?: number } = {},
): Promise<Database> => {
  const file = url.startsWith('sqlite:') ? url.slice('sqlite:'.length) : undefined;
  try {
    if (file !== undefined) return await openSqlite(file, options.readers ?? 4);
    return await openPostgres(url, options.poolSize ?? 10);
  } catch (error) {
    const { message, errors } = error as AggregateError;
    // Several addresses were tried (localhost has two): each has its own reason.
    const why = message || (errors ?? []).map((each: Error) => each.message).join('; ');
    throw new DatabaseNotOpened(`The database cannot be opened: ${why}${file ? ` (${file})` : ''}`, { cause: error });
  }
};

const openSqlite = async (file: string, readers: number): Promise<Database> => {
  mkdirSync(dirname(file), { recursive: true });
  const open = (mode: 'writer' | 'reader', size: number): Knex =>
    knex({
      client: SqliteClient,
      connection: { filename: file },
      useNullAsDefault: true,
      pool: {
        min: mode === 'writer' ? 1 : 0,
        max: size,
        afterCreate: (connection: SqliteConnection, done: (error: Error | null) => void) =>
          connection.exec(pragmas(mode), done),
      },
    });
  const writer = open('writer', 1);
  // The writer connects first: it turns the file to WAL before a reader looks at it.
  await writer.raw('select 1');
  const reader = open('reader', readers);
  const closing: (() => Promise<void>)[] = [];
  return {
    dialect: 'sqlite',
    writer: handleOf(writer),
    reader: handleOf(reader, writer),
    beforeClose: (run) => void closing.push(run),
    close: async () => {
      for (const run of closing) await run();
      await reader.destroy();
      await writer.destroy();
    },
  };
};

type SqliteConnection = { exec: (sql: string, done: (error: Error | null) => void) => void };

const pragmas = (mode: 'writer' | 'reader'): string => `
  PRAGMA busy_timeout = 15000;
  ${mode === 'writer' ? 'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;' : 'PRAGMA query_only = ON;'}
  PRAGMA foreign_keys = ON;
  PRAGMA secure_delete = ON;
  PRAGMA cache_size = ${mode === 'writer' ? -32768 : -16384};
  PRAGMA wal_autocheckpoint = 4000;
  PRAGMA temp_store = MEMORY;
  PRAGMA mmap_size = ${mode === 'writer' ? 0 : 268435456};
`;

const openPostgres = async (url: string, poolSize: number): Promise<Database> => {
  const pool = knex({
    client: 'pg',
    connection: url,
    pool: {
      min: 0,
      max: poolSize,
      // Compiling a count over everybody takes longer than running it.
      afterCreate: (connection: PgConnection, done: (error: Error | null) => void) =>
        connection.query('SET jit = off', done),
    },
  });
  await pool.raw('select 1');
  const handle = handleOf(pool);
  const closing: (() => Promise<void>)[] = [];
  return {
    dialect: 'postgres',
    writer: handle,
    reader: handle,
    beforeClose: (run) => void closing.push(run),
    close: async () => {
      for (const run of closing) await run();
      await pool.destroy();
    },
  };
};

type PgConnection = { query: (sql: string, done: (error: Error | null) => void) => void };

/** Which database a store's connection speaks to. */
export const dialectOf = (db: Db): Dialect => (db.client.config.client === 'pg' ? 'postgres' : 'sqlite');
