// Time moves memberships too: sleeps until the earliest instant at which one may change, then evaluates what is due in chunks.
// Nothing due means no timer and no query. This is not the scheduler: nothing here runs by the clock on the wall.
import { afterCommit, type Db, type Platform, transactRetrying } from '../../core/index.ts';
import { asOf } from '../language/as-of.ts';
import type { RuleIndexes } from './indexes.ts';
import { createMembersStore } from './members-store.ts';
import type { Work } from './membership.ts';

export type Evaluate = (trx: Db, work: Work, now: number) => Promise<unknown>;

const dueAtOnce = 500;
// Timers are 31 bits wide. On PostgreSQL another node may have written an earlier instant and died: look again now and then.
const longestSleepMs = { sqlite: 24 * 3_600_000, postgres: 60_000 };
const retryMs = 1000;

export const createTicker = (platform: Platform, deps: { indexes: RuleIndexes; evaluate: Evaluate }) => {
  const { database, clock, log } = platform;
  let timer: NodeJS.Timeout | undefined;
  let plannedFor = Number.POSITIVE_INFINITY;
  let running: Promise<number> | undefined;
  let started = false;

  const plan = (at: number | null): void => {
    if (!started || at === null || at >= plannedFor) return;
    plannedFor = at;
    clearTimeout(timer);
    const delay = Math.min(Math.max(0, at - clock.now()), longestSleepMs[database.dialect]);
    timer = setTimeout(wake, delay);
    timer.unref();
  };

  const wake = (): void => {
    plannedFor = Number.POSITIVE_INFINITY;
    run()
      .then(planNext)
      .catch((error: unknown) => {
        log.error({ err: error }, 'what is due could not be evaluated');
        plan(clock.now() + retryMs);
      });
  };

  const planNext = async (): Promise<void> => {
    const next = await createMembersStore(database.reader).findNextDue();
    // Due already: another node is at it, or it was written meanwhile.
    plan(next === null ? null : Math.max(next, clock.now() + (next <= clock.now() ? retryMs : 0)));
  };

  const runChunk = (): Promise<number> =>
    transactRetrying(database.writer, async (trx) => {
      const store = createMembersStore(trx);
      if (!(await store.tryLockDue())) return 0;
      const now = clock.now();
      const due = await store.listDue(now, dueAtOnce);
      if (due.length === 0) return 0;
      const index = await deps.indexes.at(trx);
      const work: Work = new Map();
      const orphans: typeof due = [];
      for (const row of due) {
        const rule = index.populations.get(row.rule);
        if (!rule) {
          orphans.push(row);
          continue;
        }
        const task = work.get(row.customer_id) ?? { rules: new Set(), reason: 'time' };
        task.rules.add(rule);
        work.set(row.customer_id, task);
      }
      await store.clearNext(orphans);
      if (work.size > 0) await deps.evaluate(trx, work, asOf(clock));
      return due.length;
    });

  /** Evaluates everything due by now; answers how many were due. */
  const run = (): Promise<number> => {
    running ??= (async () => {
      let total = 0;
      for (;;) {
        const done = await runChunk();
        total += done;
        if (done < dueAtOnce) return total;
      }
    })().finally(() => {
      running = undefined;
    });
    return running;
  };

  return {
    start: async (): Promise<void> => {
      started = true;
      await planNext();
    },
    stop: async (): Promise<void> => {
      started = false;
      clearTimeout(timer);
      await running?.catch(() => {});
    },
    run,
    /** Something that was just written falls due at `at`: wake earlier if need be, once it is committed. */
    notice: (trx: Db, at: number | null): void => {
      if (at !== null && at < plannedFor) afterCommit(trx, () => plan(at));
    },
  };
};

export type Ticker = ReturnType<typeof createTicker>;
