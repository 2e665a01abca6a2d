// Rows of plugin_runs and plugin_logs. Kept for a week and capped, so that no plugin can fill the disk.
import type { Db } from '../../data/database.ts';
import { type Page, page } from '../../data/page.ts';
import { query } from '../../data/rows.ts';

export type RunRow = {
  id: string;
  plugin: string;
  version: string;
  hook: string;
  provider: string;
  outcome: string;
  reason: string | null;
  count: number;
  wall_ms: number;
  slowest_ms: number;
  cpu_ms: number;
  at: number;
};
export type LogRow = {
  id: string;
  plugin: string;
  level: string;
  message: string;
  fields: string | null;
  at: number;
};

const newestFirst = { column: 'id', direction: 'desc' as const };

export const createRunsStore = (db: Db) => ({
  insertRuns: (rows: RunRow[]) => db.batchInsert('plugin_runs', rows, 60),
  insertLogs: (rows: LogRow[]) => db.batchInsert('plugin_logs', rows, 100),
  listRuns: (plugin: string, limit: number, cursor?: string): Promise<Page<RunRow>> =>
    page<RunRow>(db('plugin_runs').where({ plugin }) as never, { sort: newestFirst, limit, cursor }),
  listLogs: (plugin: string, limit: number, cursor?: string): Promise<Page<LogRow>> =>
    page<LogRow>(db('plugin_logs').where({ plugin }) as never, { sort: newestFirst, limit, cursor }),
  /** Deletes what is older than `before`, and of each plugin all but the newest `keep` rows. */
  sweep: async (before: number, keep: number): Promise<void> => {
    for (const table of ['plugin_runs', 'plugin_logs']) {
      await db(table).where('at', '<', before).delete();
      const full = (await db(table).select('plugin').groupBy('plugin').havingRaw('count(*) > ?', [keep])) as {
        plugin: string;
      }[];
      for (const { plugin } of full) {
        const edge = (await db(table).where({ plugin }).orderBy('id', 'desc').offset(keep).limit(1).first('id')) as
          | { id: string }
          | undefined;
        if (edge) await db(table).where({ plugin }).where('id', '<=', edge.id).delete();
      }
    }
  },
});
