// The durable queue: enqueue in the transaction of the change, work at least once, back off, give up into dead letters.
// Handlers must be idempotent. This is not a scheduler (see scheduler.ts) and not the outbox (see outbox.ts).

import { atDepth, causedDepth } from '../causes.ts';
import type { Clock, Ids } from '../clock.ts';
import type { Database, Db } from '../data/database.ts';
import { afterCommit, transact } from '../data/transact.ts';
import type { Log } from '../log.ts';
import { defineCounter, type Metrics } from '../metrics.ts';
import { createJobStore, type JobRow, type Lease } from './store.ts';

export type NewJob = {
  queue: string;
  payload: unknown;
  /** Jobs of a queue with the same key run in order, one at a time. */
  key?: string;
  /** While a job with this key is kept, another is not made. */
  uniqueKey?: string;
  runAt?: number;
  maxAttempts?: number;
  /** Jobs of a queue with the same group are counted, hastened and dropped together. */
  group?: string;
  /** Calls of plugins that led to it (causes.ts); absent: those that led to the caller. */
  depth?: number;
};

export type JobContext = {
  /** `lastAttempt`: it is dead if this fails. `overdue`: it was put off for as long as its queue allows. */
  job: { id: string; attempts: number; lastAttempt: boolean; overdue: boolean };
  /** Aborted when the lease is lost or Rapport shuts down: stop soon, another worker goes on. */
  signal: AbortSignal;
  progress: (progress: unknown) => Promise<void>;
};

export type Worker<P> = {
  queue: string;
  handle: (payload: P, context: JobContext) => Promise<unknown>;
  concurrency?: number;
  leaseMs?: number;
  /**
   * Customers a payload speaks of: their jobs go when they are erased, unless others are in them. Absent: a payload names nobody,
   * and a job in which an erased person is found all the same goes too.
   */
  subject?: (payload: P) => readonly string[];
  /** How long a job may be put off in a row (`NotNow`) before it is dead. Ms; three days. */
  putOffMs?: number;
  /** Keep finished jobs with their result: a week, or so many ms when that is less. Others are deleted when done. */
  keep?: true | number;
};

/** Thrown by a handler: no further attempt, straight to the dead letters. */
export class GiveUp extends Error {}

/** Thrown by a handler: try again at a given time (ms), e.g. what a provider's Retry-After says. */
export class TryLater extends Error {
  readonly at: number;
  constructor(reason: string, at: number) {
    super(reason);
    this.at = at;
  }
}

/** As TryLater, where nothing was tried: it uses up no attempt. A job that is put off longer than its queue allows is dead. */
export class NotNow extends TryLater {}
export const putOffMs = 3 * 86_400_000;
/** The least time before a job is tried again: a handler that names a moment in the past must not spin. */
const soonestMs = 250;

/** `outcome`: done, retried, dead. */
export const jobsTotal = defineCounter({
  name: 'rapport_jobs_total',
  help: 'Jobs by queue and outcome.',
  labels: ['queue', 'outcome'],
});

const defaults = { attempts: 8, leaseMs: 10_000, pollMs: 1000 };

/** 1 s, 2 s, 4 s … one hour at most, with up to a quarter of jitter so that failures do not come back in step. */
export const backoffMs = (attempts: number, chance: number): number =>
  Math.min(3_600_000, 1000 * 2 ** (attempts - 1)) * (1 + chance / 4);

export const createJobs = (deps: {
  database: Database;
  clock: Clock;
  ids: Ids;
  log: Log;
  metrics: Metrics;
  random?: () => number;
}) => {
  const { database, clock, ids, log, metrics } = deps;
  const random = deps.random ?? Math.random;
  const store = createJobStore(database.writer);
  const workers = new Map<string, Worker<never>>();
  const wakers = new Map<string, () => void>();
  const stopping = new AbortController();
  const loops: Promise<void>[] = [];
  let started = false;

  const wake = (queue: string): void => wakers.get(queue)?.();

  /** True when the job's row may go. */
  const runOne = async (worker: Worker<never>, row: JobRow, token: string): Promise<boolean> => {
    const lost = new AbortController();
    const leaseMs = worker.leaseMs ?? defaults.leaseMs;
    const extending = setInterval(() => {
      store.extend(row.id, token, clock.now() + leaseMs).then(
        (held) => held || lost.abort(new Error('lease lost')),
        () => {},
      );
    }, leaseMs / 3);
    const overdue = isOverdue(row, worker, clock.now());
    const context: JobContext = {
      job: {
        id: row.id,
        attempts: row.attempts,
        lastAttempt: row.attempts >= row.max_attempts || overdue,
        overdue,
      },
      signal: AbortSignal.any([lost.signal, stopping.signal]),
      progress: async (progress) => void (await store.progress(row.id, token, JSON.stringify(progress))),
    };
    try {
      const result = await atDepth(row.depth, () => worker.handle(JSON.parse(row.payload) as never, context));
      if (worker.keep)
        await store.finish(row.id, token, {
          status: 'done',
          result: JSON.stringify(result ?? null),
          finished_at: clock.now(),
        });
      metrics.count(jobsTotal, { queue: row.queue, outcome: 'done' });
      return !worker.keep;
    } catch (error) {
      await failed(worker, row, token, error as Error).catch((cause: unknown) =>
        log.error({ err: cause, job: row.id }, 'job could not be put back'),
      );
      return false;
    } finally {
      clearInterval(extending);
    }
  };

  const failed = async (worker: Worker<never>, row: JobRow, token: string, error: Error): Promise<void> => {
    const now = clock.now();
    const last_error = (error.message || String(error)).slice(0, 2000);
    if (stopping.signal.aborted)
      return void (await store.finish(row.id, token, { status: 'waiting', run_at: now, attempts: row.attempts - 1 }));
    const putOff = error instanceof NotNow;
    const dead = error instanceof GiveUp || (putOff ? isOverdue(row, worker, now) : row.attempts >= row.max_attempts);
    metrics.count(jobsTotal, { queue: row.queue, outcome: dead ? 'dead' : 'retried' });
    if (dead) {
      log.error({ queue: row.queue, job: row.id, err: error }, 'job is dead');
      await store.finish(row.id, token, { status: 'dead', last_error, finished_at: now });
    } else {
      const run_at =
        error instanceof TryLater
          ? Math.max(error.at, now + soonestMs)
          : Math.round(now + backoffMs(row.attempts, random()));
      const attempts = putOff ? row.attempts - 1 : row.attempts;
      const put_off_since = putOff ? (row.put_off_since ?? now) : null;
      log.warn({ queue: row.queue, job: row.id, attempts, error: last_error }, 'job will be tried again');
      await store.retry(row, token, { last_error, run_at, attempts, put_off_since }, now);
    }
  };

  // What is done goes away in the transaction that takes what is next: many small jobs cost few commits.
  const turn = (worker: Worker<never>, done: readonly Lease[], free: number, token: string): Promise<JobRow[]> => {
    const now = clock.now();
    const claim = (from: typeof store): Promise<JobRow[]> =>
      from.claim(worker.queue, free, now, token, now + (worker.leaseMs ?? defaults.leaseMs));
    if (done.length === 0) return claim(store);
    return transact(database.writer, async (trx) => {
      const inside = createJobStore(trx);
      await inside.remove(done);
      return free > 0 && !stopping.signal.aborted ? claim(inside) : [];
    });
  };

  const loop = async (worker: Worker<never>): Promise<void> => {
    const slots = worker.concurrency ?? 1;
    const mine = new Set<Promise<void>>();
    let finished: Lease[] = [];
    const run = (row: JobRow, token: string): void => {
      const one = runOne(worker, row, token).then((done) => {
        if (done) finished.push({ id: row.id, token });
        mine.delete(one);
        wake(worker.queue);
      });
      mine.add(one);
    };
    const step = async (): Promise<void> => {
      const { promise: woken, resolve } = Promise.withResolvers<void>();
      wakers.set(worker.queue, resolve);
      const free = slots - mine.size;
      const done = finished;
      finished = [];
      let claimed: JobRow[] = [];
      if (free > 0 || done.length > 0) {
        const token = ids.next();
        try {
          claimed = await turn(worker, done, free, token);
        } catch (error) {
          log.warn({ err: error, queue: worker.queue }, 'jobs could not be claimed');
          finished.push(...done);
          setTimeout(resolve, defaults.pollMs).unref();
        }
        for (const row of claimed) run(row, token);
      }
      if (claimed.length < free || free === 0) await woken;
    };
    while (!stopping.signal.aborted) await step();
    await Promise.all(mine);
    if (finished.length > 0) await store.remove(finished);
  };

  // Jobs of other nodes, and those whose time has come: one look for all queues.
  const poll = (): void =>
    void createJobStore(database.reader)
      .listDueQueues(clock.now())
      .then((queues) => queues.forEach(wake))
      .catch((error: unknown) => stopping.signal.aborted || log.warn({ err: error }, 'due jobs could not be seen'));

  return {
    enqueue: async (db: Db, ...jobs: NewJob[]): Promise<string[]> => {
      const now = clock.now();
      const unknown = jobs.find(({ queue }) => !workers.has(queue));
      if (unknown) throw new Error(`No module declares the queue ${unknown.queue}: nobody would ever work it.`);
      const rows = jobs.map((job) => ({
        id: ids.next(),
        queue: job.queue,
        key: job.key ?? null,
        unique_key: job.uniqueKey ?? null,
        group_key: job.group ?? null,
        payload: JSON.stringify(job.payload ?? null),
        max_attempts: job.maxAttempts ?? defaults.attempts,
        depth: job.depth ?? causedDepth(),
        run_at: job.runAt ?? now,
        created_at: now,
      }));
      await createJobStore(db).insert(rows);
      for (const queue of new Set(jobs.map((job) => job.queue))) afterCommit(db, () => wake(queue));
      return rows.map((row) => row.id);
    },
    /** Registers who works a queue. Works from `start` on, or at once when started. */
    work: <P>(worker: Worker<P>): void => {
      workers.set(worker.queue, worker as Worker<never>);
      if (started) loops.push(loop(worker as Worker<never>));
    },
    start: async (): Promise<void> => {
      started = true;
      await store.reclaim(clock.now());
      for (const worker of workers.values()) loops.push(loop(worker));
      const sweeping = setInterval(() => void store.reclaim(clock.now()).catch(() => {}), 5000).unref();
      const polling = setInterval(poll, defaults.pollMs).unref();
      stopping.signal.addEventListener('abort', () => {
        clearInterval(sweeping);
        clearInterval(polling);
      });
    },
    /** Takes no new job, tells the running ones to stop, waits for them. */
    stop: async (): Promise<void> => {
      stopping.abort(new Error('shutting down'));
      for (const done of wakers.values()) done();
      await Promise.all(loops);
    },
    wake,
    find: (id: string) => store.find(id),
    /** Jobs of a queue that keeps them, newest first. */
    listKept: (queue: string, key: string, limit: number) => store.listByKey(queue, key, limit),
    /** Jobs of these people go, waiting, running or dead; one that is running cannot finish as done any more. */
    forget: async (trx: Db, person: { ids: readonly string[]; values: readonly string[] }): Promise<void> => {
      const inside = createJobStore(trx);
      const gone = (await inside.listNaming([...person.ids, ...person.values])).filter(({ queue, payload }) => {
        const others = workers.get(queue)?.subject?.(JSON.parse(payload) as never) ?? [];
        return others.every((id) => person.ids.includes(id));
      });
      await inside.delete(gone.map(({ id }) => id));
    },
    /** By group: its unfinished jobs, and when the oldest was made (ms). Groups without any are left out. */
    countGroups: (db: Db, queue: string) => createJobStore(db).countGroups(queue),
    /** In the caller's transaction: a group is due at once, as when what it waited for is there; what runs is not put off any more. */
    hasten: async (trx: Db, queue: string, group: string): Promise<void> => {
      if ((await createJobStore(trx).hasten(queue, group, clock.now())) > 0) afterCommit(trx, () => wake(queue));
    },
    /** In the caller's transaction: the jobs of a group go; one that is running cannot finish as done any more. */
    drop: async (trx: Db, queue: string, group: string): Promise<void> =>
      void (await createJobStore(trx).drop(queue, group)),
    counts: () => store.countByStatus(),
    /** Queues whose finished jobs are kept for less than what the table says. */
    ages: () =>
      [...workers.values()].flatMap(({ queue, keep }) => (typeof keep === 'number' ? [{ queue, ms: keep }] : [])),
  };
};

export type Jobs = ReturnType<typeof createJobs>;

const isOverdue = ({ put_off_since: since }: JobRow, worker: Pick<Worker<never>, 'putOffMs'>, now: number): boolean =>
  since !== null && now - Number(since) > (worker.putOffMs ?? putOffMs);
