// One transaction, and work to do after its commit. A transaction is just another connection for the stores.
import type { Db } from './database.ts';

type AfterCommit = () => void;
const waiting = new WeakMap<object, AfterCommit[]>();

/** Runs `work` in a transaction; its writes are all there or none are. Nested calls join the outer transaction. */
export const transact = async <T>(db: Db, work: (trx: Db) => Promise<T>): Promise<T> => {
  if (db.isTransaction) return work(db);
  const after: AfterCommit[] = [];
  const result = await db.transaction(async (trx) => {
    waiting.set(trx, after);
    return work(trx);
  });
  for (const run of after) run();
  return result;
};

/** Runs once the transaction is committed (wake-ups, caches). Never for work that must not be lost: that is an outbox row. */
export const afterCommit = (db: Db, run: AfterCommit): void => {
  const list = db.isTransaction ? waiting.get(db) : undefined;
  if (list) list.push(run);
  else run();
};
