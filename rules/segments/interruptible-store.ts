// Runs reads on a connection of their own that an abort signal really stops: `sqlite3_interrupt` on SQLite, a cancel request on
// PostgreSQL. For counts while somebody types; a write is never run this way.
import { type Db, dialectOf } from '../../core/index.ts';

export type Query = <T>(sql: string, bindings?: readonly unknown[]) => Promise<T[]>;

type Connection = { interrupt?: () => void; processID?: number };
type Pool = {
  acquireConnection: () => Promise<Connection>;
  releaseConnection: (connection: Connection) => Promise<void>;
};

/** Rejects with the signal's reason once the running statement has stopped and the connection is clean again. */
export const interruptible = async <T>(db: Db, signal: AbortSignal, work: (query: Query) => Promise<T>): Promise<T> => {
  signal.throwIfAborted();
  const pool = db.client as unknown as Pool;
  const connection = await pool.acquireConnection();
  let cancelling: Promise<unknown> | undefined;
  let again: NodeJS.Timeout | undefined;
  const stop = (): void => {
    if (connection.interrupt) {
      connection.interrupt();
      // One that a thread has not begun yet is not interrupted: asked until it has ended.
      again = setInterval(() => connection.interrupt?.(), 20);
    } else
      cancelling = Promise.resolve(db.raw('select pg_cancel_backend(?)', [connection.processID ?? 0])).catch(() => {});
  };
  const run = async <R>(sql: string, bindings: readonly unknown[] = []): Promise<R[]> => {
    signal.throwIfAborted();
    const result = (await db.raw(sql, bindings as never).connection(connection)) as R[] | { rows: R[] };
    return Array.isArray(result) ? result : result.rows;
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await work(run);
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener('abort', stop);
    clearInterval(again);
    if (cancelling) {
      await cancelling;
      // A cancel that came a moment late would hit the connection's next user: let it hit this instead.
      if (dialectOf(db) === 'postgres')
        await db
          .raw('select pg_sleep(0.005)')
          .connection(connection)
          .then(undefined, () => {});
    }
    await pool.releaseConnection(connection);
  }
};
