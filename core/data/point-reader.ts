// Reads single rows by key, fast: what is asked while a read is running goes into the next one, and on SQLite the statement stays
// prepared. It sees the last committed state, or that of the call's own transaction (`unite`), not of a `transact` of one's own.
import type { Database, Db } from './database.ts';
import { query } from './rows.ts';
import { apart } from './transact.ts';

export type PointReader<T> = { find: (key: string) => Promise<T | undefined> };

type Statement = {
  all: (bindings: unknown[], done: (error: Error | null, rows: unknown[]) => void) => void;
  finalize: () => void;
};
type Connection = { prepare: (sql: string, done: (error: Error | null) => void) => Statement };
type Client = {
  acquireConnection: () => Promise<Connection>;
  releaseConnection: (connection: Connection) => Promise<void>;
};
type Waiting<T> = { key: string; resolve: (row: T | undefined) => void; reject: (error: unknown) => void };

const mostAtOnce = 200;

/** `sql` selects by keys, given as one JSON array (`json_each(?)`) on SQLite and as `any(?::text[])` on PostgreSQL. */
export const createPointReader = <T>(
  database: Database,
  options: { sql: { sqlite: string; postgres: string }; keyOf: (row: T) => string },
): PointReader<T> => {
  const sql = options.sql[database.dialect];
  const prepared = database.dialect === 'sqlite' ? keepPrepared(database.reader, sql) : undefined;
  if (prepared) database.beforeClose(prepared.close);
  let waiting: Waiting<T>[] = [];
  let reading = false;

  const bind = (keys: string[]) => (database.dialect === 'sqlite' ? JSON.stringify(keys) : keys);
  const read = (keys: string[]): Promise<T[]> =>
    prepared ? (prepared.all(JSON.stringify(keys)) as Promise<T[]>) : query<T>(database.reader, sql, [bind(keys)]);

  const run = async (): Promise<void> => {
    while (waiting.length > 0) {
      const group = waiting.slice(0, mostAtOnce);
      waiting = waiting.slice(mostAtOnce);
      try {
        const rows = await read([...new Set(group.map(({ key }) => key))]);
        const found = new Map(rows.map((row) => [options.keyOf(row), row]));
        for (const { key, resolve } of group) resolve(found.get(key));
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    reading = false;
  };

  return {
    find: async (key) => {
      if (database.reader.isTransaction) return (await query<T>(database.reader, sql, [bind([key])]))[0];
      return new Promise((resolve, reject) => {
        waiting.push({ key, resolve, reject });
        if (reading) return;
        reading = true;
        // Requests that were read from their sockets in one turn are answered by one read.
        apart(() => setImmediate(() => void run()));
      });
    },
  };
};

const keepPrepared = (reader: Db, sql: string) => {
  const client = reader.client as Client;
  let opened: Promise<{ connection: Connection; statement: Statement }> | undefined;
  const open = async () => {
    const connection = await client.acquireConnection();
    const statement = await new Promise<Statement>((resolve, reject) => {
      const refuse = (error: Error) => void client.releaseConnection(connection).then(() => reject(error), reject);
      const made: Statement = connection.prepare(sql, (error) => (error ? refuse(error) : resolve(made)));
    });
    return { connection, statement };
  };
  return {
    all: async (binding: string): Promise<unknown[]> => {
      opened ??= open();
      const { statement } = await opened.catch((error: unknown) => {
        opened = undefined;
        throw error;
      });
      return new Promise((resolve, reject) => {
        statement.all([binding], (error, rows) => (error ? reject(error) : resolve(rows)));
      });
    },
    close: async (): Promise<void> => {
      if (!opened) return;
      const { connection, statement } = await opened;
      opened = undefined;
      statement.finalize();
      await client.releaseConnection(connection);
    },
  };
};
