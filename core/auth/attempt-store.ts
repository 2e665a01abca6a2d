// Rows of login_attempts: failures counted before a password is looked at, so that a hundred guesses at once count too.
import type { Db } from '../data/database.ts';
import { query } from '../data/rows.ts';

export type Attempts = { failures: number; blocked_until: number };

const count = `insert into login_attempts (key, failures, blocked_until, updated_at) values (?, 1, 0, ?)
  on conflict (key) do update set
    failures = case
      when login_attempts.blocked_until > excluded.updated_at then login_attempts.failures
      when login_attempts.updated_at < ? then 1
      else login_attempts.failures + 1 end,
    updated_at = excluded.updated_at
  returning failures, blocked_until`;

const uncount = `update login_attempts set failures = failures - 1,
    blocked_until = case when blocked_until = ? then 0 else blocked_until end
  where key = ? and failures > 0`;

export const createAttemptStore = (db: Db) => ({
  /** Counts one more unless the key is blocked; counts from one again after a quiet time. Locks the row until commit. */
  count: async (key: string, now: number, quietBefore: number): Promise<Attempts> =>
    (await query<Attempts>(db, count, [key, now, quietBefore]))[0]!,
  block: (key: string, until: number) => db('login_attempts').where({ key }).update({ blocked_until: until }),
  /** Takes one count back, with the block it set. */
  uncount: (key: string, block: number) => query(db, uncount, [block, key]),
  clear: (key: string) => db('login_attempts').where({ key }).delete(),
});
