// Rows of plugin_runs and plugin_logs, capped for each plugin, so that none can fill the disk.
import type { Db } from '../../data/database.ts';
import { type Page, page } from '../../data/page.ts';
import { query } from '../../data/rows.ts';
import { deleteInSteps } from '../../data/sweep-store.ts';

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
  /** Calls of each plugin since then (ms), and how many of them failed. */
  countCalls: async (since: number): Promise<{ plugin: string; calls: number; failed: number }[]> => {
    const rows = await query<{ plugin: string; calls: number; failed: number }>(
      db,
      `select plugin, sum(count) as calls, sum(case when outcome = 'ok' then 0 else count end) as failed
       from plugin_runs where at >= ? group by plugin order by plugin`,
      [since],
    );
    return rows.map((row) => ({ plugin: row.plugin, calls: Number(row.calls), failed: Number(row.failed) }));
  },
  listLogs: (plugin: string, limit: number, cursor?: string): Promise<Page<LogRow>> =>
    page<LogRow>(db('plugin_logs').where({ plugin }) as never, { sort: newestFirst, limit, cursor }),
  /** Deletes of each plugin all but the newest `keep` rows. */
  cap: async (keep: number, signal: AbortSignal): Promise<void> => {
    for (const table of ['plugin_runs', 'plugin_logs']) {
      const full = (await db(table).select('plugin').groupBy('plugin').havingRaw('count(*) > ?', [keep])) as {
        plugin: string;
      }[];
      for (const { plugin } of full) {
        const edge = (await db(table).where({ plugin }).orderBy('id', 'desc').offset(keep).limit(1).first('id')) as
          | { id: string }
          | undefined;
        if (edge) await deleteInSteps(db, table, (rows) => rows.where({ plugin }).where('id', '<=', edge.id), signal);
      }
    }
  },
});
