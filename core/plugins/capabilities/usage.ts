// What a plugin used of its call and of its day, against the quotas. Counted in memory, written every few seconds: a crash forgets
// seconds, not days. Not billing.

import { type Meter, Refusal } from '../../capability.ts';
import type { Clock } from '../../clock.ts';
import type { Database } from '../../data/database.ts';
import type { Log } from '../../log.ts';
import { createUsageStore } from './usage-store.ts';

/** Written down in docs/plugins.md. */
export const quotas: Record<Meter, { call: number; day: number }> = {
  rows: { call: 5_000_000, day: 200_000_000 },
  fetches: { call: 100, day: 100_000 },
  mails: { call: 10, day: 100_000 },
  bytesOut: { call: 10 * 1024 ** 2, day: 1024 ** 3 },
  writes: { call: 200_000, day: 10_000_000 },
  events: { call: 1000, day: 1_000_000 },
};

const flushMs = 3000;

export const createUsage = (deps: { database: Database; clock: Clock; log: Log }) => {
  const counts = new Map<string, { total: number; unwritten: number }>();
  const store = createUsageStore(deps.database.writer);
  const today = (): string => new Date(deps.clock.now()).toISOString().slice(0, 10);

  const countOf = async (plugin: string, day: string, meter: Meter) => {
    const key = `${plugin} ${day} ${meter}`;
    const known = counts.get(key);
    if (known) return known;
    const fresh = { total: await store.addUsage(plugin, day, meter, 0), unwritten: 0 };
    const raced = counts.get(key);
    if (raced) return raced;
    counts.set(key, fresh);
    return fresh;
  };

  const flush = async (): Promise<void> => {
    const day = today();
    for (const [key, count] of counts) {
      const [plugin, of, meter] = key.split(' ') as [string, string, Meter];
      const amount = count.unwritten;
      count.unwritten = 0;
      if (amount > 0) count.total = Math.max(count.total, await store.addUsage(plugin, of, meter, amount));
      else if (of !== day) counts.delete(key);
    }
  };
  const timer = setInterval(() => {
    flush().catch((error: unknown) => deps.log.warn({ err: error }, 'usage of plugins could not be written'));
  }, flushMs);
  timer.unref();

  return {
    /** A spender for one call. */
    forCall: (plugin: string) => {
      const spent: Partial<Record<Meter, number>> = {};
      return async (meter: Meter, amount: number): Promise<void> => {
        const { call, day } = quotas[meter];
        spent[meter] = (spent[meter] ?? 0) + amount;
        if (spent[meter] > call) throw new Refusal('LIMIT', `More than ${call} ${meter} in one call.`);
        const count = await countOf(plugin, today(), meter);
        if (count.total + amount > day) throw new Refusal('LIMIT', `More than ${day} ${meter} in one day.`);
        count.total += amount;
        count.unwritten += amount;
      };
    },
    stop: async (): Promise<void> => {
      clearInterval(timer);
      await flush().catch(() => {});
    },
  };
};

export type Usage = ReturnType<typeof createUsage>;
