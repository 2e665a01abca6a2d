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

/** What an attempt counted, to be taken back when it succeeds. */
export type Attempt = { account: string | undefined; address: string; addressBlock: number };

export const createAttempts = (deps: { db: Db; clock: Clock }) => {
  /** Counts, and blocks the next one where it is due; answers how long the key is blocked already, and what it blocked now. */
  const count = async (trx: Db, kind: keyof typeof attemptPolicies, key: string) => {
    const now = deps.clock.now();
    const store = createAttemptStore(trx);
    const { failures, blocked_until } = await store.count(key, now, now - quietMs);
    if (blocked_until > now) return { wait: blocked_until - now, block: 0 };
    if (failures <= attemptPolicies[kind].free) return { wait: 0, block: 0 };
    const block = now + delay(attemptPolicies[kind], failures);
    await store.block(key, block);
    return { wait: 0, block };
  };
  return {
    /**
     * Call before the credentials are checked. Without an e-mail only the address counts.
     * Throws TOO_MANY_REQUESTS while the account or address has to wait.
     */
    begin: async (email: string | undefined, ip: string): Promise<Attempt> => {
      const account = email === undefined ? undefined : `account:${email}`;
      const address = `address:${ip}`;
      const { wait, addressBlock } = await transact(deps.db, async (trx) => {
        const first = account === undefined ? { wait: 0 } : await count(trx, 'account', account);
        const second = await count(trx, 'address', address);
        return { wait: Math.max(first.wait, second.wait), addressBlock: second.block };
      });
      if (wait > 0) {
        const seconds = Math.ceil(wait / 1000);
        throw new TooManyRequests(`Too many failed sign-ins. Wait ${seconds} s.`, {
          headers: { 'Retry-After': String(seconds) },
        });
      }
      return { account, address, addressBlock };
    },
    /** The account is trusted again. The address only gets this attempt back: one good account must not buy guesses at others. */
    succeed: ({ account, address, addressBlock }: Attempt): Promise<void> =>
      transact(deps.db, async (trx) => {
        if (account !== undefined) await createAttemptStore(trx).clear(account);
        await createAttemptStore(trx).uncount(address, addressBlock);
      }),
  };
};

export type Attempts = ReturnType<typeof createAttempts>;

const delay = (policy: Policy, failures: number): number =>
  Math.min(policy.longestMs, 1000 * 2 ** Math.min(30, failures - policy.free - 1));
