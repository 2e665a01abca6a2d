// One transaction, what belongs at its end, and work to do after its commit. A transaction is just another connection for the stores.
import type { Db } from './database.ts';

type Ends = { before: (() => Promise<void>)[]; after: (() => void)[] };
const ends = new WeakMap<object, Ends>();

/** Runs `work` in a transaction; its writes are all there or none are. Nested calls join the outer transaction. */
export const transact = async <T>(db: Db, work: (trx: Db) => Promise<T>): Promise<T> => {
  if (db.isTransaction) return work(db);
  const mine: Ends = { before: [], after: [] };
  const result = await db.transaction(async (trx) => {
    ends.set(trx, mine);
    const done = await work(trx);
    for (const run of mine.before) await run();
    return done;
  });
  for (const run of mine.after) run();
  return result;
};

/**
 * The last thing in the transaction, after all of `work`: for what takes a lock that everybody wants, so that it is held only
 * until the commit. At once where there is no transaction of ours.
 */
export const beforeCommit = async (db: Db, run: () => Promise<void>): Promise<void> => {
  const mine = db.isTransaction ? ends.get(db) : undefined;
  if (mine) mine.before.push(run);
  else await run();
};

/** Runs once the transaction is committed (wake-ups, caches). Never for work that must not be lost: that is an outbox row. */
export const afterCommit = (db: Db, run: () => void): void => {
  const mine = db.isTransaction ? ends.get(db) : undefined;
  if (mine) mine.after.push(run);
  else run();
};
