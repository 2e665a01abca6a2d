// A transaction that is run again when it lost a race it could not foresee: a deadlock, or a unique key taken meanwhile.
// Only for work that reads what it decides on inside the transaction.
import type { Db } from './database.ts';
import { isJoining, transact } from './transact.ts';

const attempts = 5;
// Serialization failure, deadlock, unique key.
const lostRace = new Set(['40001', '40P01', '23505']);

export const transactRetrying = async <T>(db: Db, work: (trx: Db) => Promise<T>): Promise<T> => {
  if (isJoining(db)) return work(db);
  for (let attempt = 1; ; attempt++) {
    try {
      return await transact(db, work);
    } catch (error) {
      if (attempt >= attempts || !lostRace.has((error as { code?: string }).code ?? '')) throw error;
    }
  }
};
