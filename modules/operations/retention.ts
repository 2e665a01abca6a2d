// Nothing grows for ever: every table says how long its rows are kept (`keepFor`), and the sweep deletes what is older.
import { type Age, agesOf, deleteOlder, type Platform } from '../../core/index.ts';

type Deps = Pick<Platform, 'database' | 'declared' | 'jobs' | 'clock' | 'log'>;

/** `keepFor` is a least time, not an exact one: rows go at the sweep after it, once an hour. */
export const createRetention = ({ database, declared, jobs, clock, log }: Deps) => {
  const listAges = (): { table: string; age: Age }[] => [
    ...declared.tables().flatMap((policy) => agesOf(policy).map((age) => ({ table: policy.table, age }))),
    ...jobs.ages().map(({ queue, ms }) => ({
      table: 'jobs',
      age: { column: 'finished_at', ms, where: { queue, status: 'done' } },
    })),
  ];
  return {
    /**
     * Deletes what is older than its table or its queue declares, in small steps. Answers how many rows went, by table. A table
     * that fails does not keep the others from being swept; its error is thrown at the end.
     */
    sweep: async (signal: AbortSignal): Promise<Record<string, number>> => {
      const now = clock.now();
      const gone: Record<string, number> = {};
      const errors: unknown[] = [];
      for (const { table, age } of listAges()) {
        try {
          const before = age.as === 'day' ? new Date(now - age.ms).toISOString().slice(0, 10) : now - age.ms;
          const count = await deleteOlder(database, table, { ...age, before }, signal);
          if (count > 0) gone[table] = (gone[table] ?? 0) + count;
        } catch (error) {
          signal.throwIfAborted();
          errors.push(error);
          log.error({ err: error, table }, 'a table could not be swept');
        }
      }
      if (errors.length > 0) throw errors[0];
      return gone;
    },
  };
};

export type Retention = ReturnType<typeof createRetention>;
