// What `rapport doctor` reads of the database. Nothing is written.
import { type Db, dialectOf, query } from '../../../core/index.ts';

export const createDoctorStore = (db: Db) => ({
  /** `ok`, or the first things that are broken. PostgreSQL guards its own pages. */
  checkIntegrity: async (): Promise<string> => {
    if (dialectOf(db) === 'postgres') return 'ok';
    const rows = await query<{ integrity_check: string }>(db, 'pragma integrity_check(3)');
    const strays = await query<{ table: string }>(db, 'pragma foreign_key_check');
    const broken = rows.map((row) => row.integrity_check).join('; ');
    if (broken !== 'ok') return broken;
    return strays.length === 0 ? 'ok' : `${strays.length} rows refer to rows that are gone (${strays[0]!.table})`;
  },
  countDeadJobs: async (): Promise<{ queue: string; count: number }[]> => {
    const rows = (await db('jobs').where({ status: 'dead' }).groupBy('queue').select('queue').count({ n: '*' })) as {
      queue: string;
      n: number;
    }[];
    return rows.map(({ queue, n }) => ({ queue, count: Number(n) }));
  },
  /** Work that should have been done long ago: nobody works, or it is stuck. */
  countOverdueJobs: async (before: number): Promise<number> => {
    const row = await db('jobs').where('status', 'waiting').where('run_at', '<', before).count({ n: '*' }).first();
    return Number(row?.n ?? 0);
  },
  listSwitchedOffPlugins: (): Promise<{ id: string; disabled_reason: string }[]> =>
    db('plugins').whereNotNull('disabled_reason').select('id', 'disabled_reason').orderBy('id'),
  /** Calls of plugins since then, and how many of them failed. */
  countPluginCalls: async (since: number): Promise<{ plugin: string; calls: number; failed: number }[]> => {
    const rows = await query<{ plugin: string; calls: number; failed: number }>(
      db,
      `select plugin, sum(count) as calls, sum(case when outcome = 'ok' then 0 else count end) as failed
       from plugin_runs where at >= ? group by plugin order by plugin`,
      [since],
    );
    return rows.map((row) => ({ plugin: row.plugin, calls: Number(row.calls), failed: Number(row.failed) }));
  },
});
