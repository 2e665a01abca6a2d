// Rows of jobs. A claim is a lease with a token: whoever finishes must still hold it, so a late worker changes nothing.
import { type Db, dialectOf } from '../data/database.ts';
import { query } from '../data/rows.ts';

export type JobStatus = 'waiting' | 'running' | 'done' | 'dead';

export type JobRow = {
  id: string;
  queue: string;
  key: string | null;
  unique_key: string | null;
  /** Of jobs that are counted, woken and dropped together. */
  group_key: string | null;
  status: JobStatus;
  payload: string;
  progress: string | null;
  result: string | null;
  attempts: number;
  max_attempts: number;
  /** Calls of plugins that led to it, one causing the next. */
  depth: number;
  run_at: number;
  /** Since when it is put off without an attempt of its own. */
  put_off_since: number | null;
  lease_token: string | null;
  lease_until: number | null;
  last_error: string | null;
  created_at: number;
  finished_at: number | null;
};

export type NewJobRow = Pick<
  JobRow,
  'id' | 'queue' | 'key' | 'unique_key' | 'group_key' | 'payload' | 'max_attempts' | 'depth' | 'run_at' | 'created_at'
>;

export type Lease = { id: string; token: string };

const insertAtOnce = 60;

export const createJobStore = (db: Db) => ({
  /** Jobs whose unique key is taken are left out. */
  insert: async (rows: NewJobRow[]): Promise<void> => {
    for (let i = 0; i < rows.length; i += insertAtOnce) {
      const chunk = rows.slice(i, i + insertAtOnce).map((row) => ({ ...row, status: 'waiting', attempts: 0 }));
      await db('jobs').insert(chunk).onConflict(['queue', 'unique_key']).ignore();
    }
  },

  /** Takes up to `limit` due jobs of a queue. Of jobs with one key only the oldest unfinished may run. */
  claim: (queue: string, limit: number, now: number, token: string, until: number): Promise<JobRow[]> => {
    const lock = dialectOf(db) === 'postgres' ? 'for update of j skip locked' : '';
    return query<JobRow>(
      db,
      `update jobs set status = 'running', lease_token = ?, lease_until = ?, attempts = attempts + 1
       where id in (
         select j.id from jobs j
         where j.status = 'waiting' and j.queue = ? and j.run_at <= ?
           and (j.key is null or not exists (
             select 1 from jobs k where k.queue = j.queue and k.key = j.key and k.status in ('waiting', 'running') and k.id < j.id))
         order by j.run_at, j.id limit ? ${lock})
       returning *`,
      [token, until, queue, now, limit],
    ).then((rows) => rows.toSorted((a, b) => (a.id < b.id ? -1 : 1)));
  },

  extend: (id: string, token: string, until: number): Promise<number> =>
    db('jobs').where({ id, lease_token: token, status: 'running' }).update({ lease_until: until }),

  progress: (id: string, token: string, progress: string): Promise<number> =>
    db('jobs').where({ id, lease_token: token }).update({ progress }),

  /** Those that still hold their lease. */
  remove: (leases: readonly Lease[]): Promise<number> =>
    db('jobs')
      .whereIn(
        'id',
        leases.map(({ id }) => id),
      )
      .whereIn(
        'lease_token',
        leases.map(({ token }) => token),
      )
      .delete(),

  finish: (id: string, token: string, change: Partial<JobRow>): Promise<number> =>
    db('jobs')
      .where({ id, lease_token: token })
      .update({ ...change, lease_token: null, lease_until: null }),

  /** Runs again at `run_at`, or at once when its group was hastened while it ran. */
  retry: ({ id, run_at }: JobRow, token: string, change: Partial<JobRow>, now: number): Promise<number> =>
    db('jobs')
      .where({ id, lease_token: token })
      .update({
        ...change,
        status: 'waiting',
        lease_token: null,
        lease_until: null,
        run_at: db.raw('case when run_at = ? then cast(? as bigint) else cast(? as bigint) end', [
          run_at,
          change.run_at!,
          now,
        ]),
      }),

  /** Leases whose holder died: the job waits again, or is dead when it had its tries. */
  reclaim: async (now: number): Promise<number> => {
    const expired = () => db('jobs').where('status', 'running').where('lease_until', '<', now);
    const dead = await expired()
      .whereRaw('attempts >= max_attempts')
      .update({ status: 'dead', lease_token: null, last_error: 'The worker died in every attempt.', finished_at: now });
    return dead + (await expired().update({ status: 'waiting', lease_token: null, run_at: now }));
  },

  listDueQueues: async (now: number): Promise<string[]> => {
    const due = db('jobs').where('status', 'waiting').where('run_at', '<=', now);
    return ((await due.distinct('queue')) as { queue: string }[]).map(({ queue }) => queue);
  },

  find: (id: string): Promise<JobRow | undefined> => db('jobs').where({ id }).first(),
  listByKey: (queue: string, key: string, limit: number): Promise<JobRow[]> =>
    db('jobs').where({ queue, key }).orderBy('id', 'desc').limit(limit),
  /** Jobs in whose texts one of these occurs. A scan: for erasing a person. */
  listNaming: async (texts: readonly string[]): Promise<Pick<JobRow, 'id' | 'queue' | 'payload'>[]> => {
    const patterns = [...new Set(texts.flatMap((text) => [text, JSON.stringify(text).slice(1, -1)]))];
    const columns = ['key', 'payload', 'progress', 'result', 'last_error'];
    const place = dialectOf(db) === 'postgres' ? 'position(? in' : 'instr(';
    const occurs = columns.map((column) =>
      dialectOf(db) === 'postgres'
        ? `${place} coalesce(${column}, '')) > 0`
        : `${place}coalesce(${column}, ''), ?) > 0`,
    );
    const found = new Map<string, Pick<JobRow, 'id' | 'queue' | 'payload'>>();
    for (const text of patterns) {
      const rows = await query<JobRow>(
        db,
        `select id, queue, payload from jobs where ${occurs.join(' or ')}`,
        columns.map(() => text),
      );
      for (const row of rows) found.set(row.id, row);
    }
    return [...found.values()];
  },
  delete: async (ids: readonly string[]): Promise<void> => {
    for (let i = 0; i < ids.length; i += insertAtOnce)
      await db('jobs')
        .whereIn('id', ids.slice(i, i + insertAtOnce))
        .delete();
  },
  /** By group: unfinished jobs, and when the oldest was made (ms). */
  countGroups: async (queue: string): Promise<{ group: string; count: number; oldest: number }[]> => {
    const rows = (await db('jobs')
      .where({ queue })
      .whereNotNull('group_key')
      .whereIn('status', ['waiting', 'running'])
      .groupBy('group_key')
      .select('group_key')
      .count({ count: '*' })
      .min({ oldest: 'created_at' })) as { group_key: string; count: number; oldest: number }[];
    return rows.map(({ group_key: group, count, oldest }) => ({ group, count: Number(count), oldest: Number(oldest) }));
  },
  /** Those of a group that wait are due now; of one that runs the time is moved by a millisecond, which `retry` sees. */
  hasten: async (queue: string, group: string, now: number): Promise<number> => {
    const ofGroup = () => db('jobs').where({ queue, group_key: group });
    await ofGroup().where({ status: 'running' }).increment('run_at', 1);
    return ofGroup().where({ status: 'waiting' }).where('run_at', '>', now).update({ run_at: now });
  },
  drop: (queue: string, group: string): Promise<number> => db('jobs').where({ queue, group_key: group }).delete(),
  countByStatus: (): Promise<{ queue: string; status: JobStatus; count: number }[]> =>
    db('jobs').select('queue', 'status').count({ count: '*' }).groupBy('queue', 'status').orderBy('queue') as never,
  /** Work that was due before this moment and has not begun: nobody works, or it is stuck. */
  countOverdue: async (before: number): Promise<number> => {
    const row = await db('jobs').where('status', 'waiting').where('run_at', '<', before).count({ n: '*' }).first();
    return Number(row?.n ?? 0);
  },
});
