// The brute-force delay: after some failures an account, and an address, must wait, longer each time. Not a rate limit.
import type { Clock } from '../clock.ts';
import type { Db } from '../data/database.ts';
import { transact } from '../data/transact.ts';
import { TooManyRequests } from '../errors.ts';
import { createAttemptStore } from './attempt-store.ts';

type Policy = { free: number; longestMs: number };

/** Failures without delay, then 1 s, 2 s, 4 s … up to the longest. An address may hold many people. */
export const attemptPolicies = {
  account: { free: 5, longestMs: 5 * 60_000 },
  address: { free: 50, longestMs: 15 * 60_000 },
} satisfies Record<string, Policy>;

const quietMs = 3600_000;

export const createAttempts = (deps: { db: Db; clock: Clock }) => ({
  /** Call before looking at the password. Throws TOO_MANY_REQUESTS while the account or address has to wait. */
  begin: async (account: string, address: string): Promise<void> => {
    const wait = await transact(deps.db, async (trx) => {
      const store = createAttemptStore(trx);
      const now = deps.clock.now();
      let until = 0;
      for (const [kind, key] of [
        ['account', `account:${account}`],
        ['address', `address:${address}`],
      ] as const) {
        const { failures, blocked_until } = await store.count(key, now, now - quietMs);
        if (blocked_until > now) until = Math.max(until, blocked_until);
        else if (failures > attemptPolicies[kind].free)
          await store.block(key, now + delay(attemptPolicies[kind], failures));
      }
      return until - now;
    });
    if (wait > 0) {
      const seconds = Math.ceil(wait / 1000);
      throw new TooManyRequests(`Too many failed sign-ins. Wait ${seconds} s.`, {
        headers: { 'Retry-After': String(seconds) },
      });
    }
  },
  /** The account is trusted again. The address is not: one good account must not buy guesses at others. */
  succeed: async (account: string): Promise<void> => {
    await createAttemptStore(deps.db).clear(`account:${account}`);
  },
  sweep: (): Promise<number> => createAttemptStore(deps.db).deleteBefore(deps.clock.now() - 24 * quietMs),
});

export type Attempts = ReturnType<typeof createAttempts>;

const delay = (policy: Policy, failures: number): number =>
  Math.min(policy.longestMs, 1000 * 2 ** Math.min(30, failures - policy.free - 1));
