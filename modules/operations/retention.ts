// Nothing grows for ever: every table says how long its rows are kept (`keepFor`), and the sweep deletes what is older.
import { agesOf, deleteOlder, type Platform } from '../../core/index.ts';

export const createRetention = ({
  database,
  declared,
  clock,
  log,
}: Pick<Platform, 'database' | 'declared' | 'clock' | 'log'>) => ({
  /**
   * Deletes what is older than its table declares, in small steps. Answers how many rows went, by table. A table that fails does
   * not keep the others from being swept; its error is thrown at the end.
   */
  sweep: async (signal: AbortSignal): Promise<Record<string, number>> => {
    const now = clock.now();
    const gone: Record<string, number> = {};
    const errors: unknown[] = [];
    for (const policy of declared.tables())
      for (const age of agesOf(policy)) {
        try {
          const before = age.as === 'day' ? new Date(now - age.ms).toISOString().slice(0, 10) : now - age.ms;
          const count = await deleteOlder(database, policy.table, { ...age, before }, signal);
          if (count > 0) gone[policy.table] = (gone[policy.table] ?? 0) + count;
        } catch (error) {
          signal.throwIfAborted();
          errors.push(error);
          log.error({ err: error, table: policy.table }, 'a table could not be swept');
        }
      }
    if (errors.length > 0) throw errors[0];
    return gone;
  },
});

export type Retention = ReturnType<typeof createRetention>;
