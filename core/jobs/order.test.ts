// Which job is next, how long one waits after a failure, how many run at once, and what becomes of those whose worker is gone.
import { expect, vi } from 'vitest';
import { eachDatabase, type TestDatabase } from '../../tests/support/databases.ts';
import { testClock, testPlatform } from '../../tests/support/platform.ts';
import { createJobs, type JobContext } from './jobs.ts';
import { createJobStore, type JobRow } from './store.ts';

const start = '2026-05-04T12:00:00Z';
const soon = { timeout: 8000, interval: 2 };

/** Jobs of our own beside the platform's, with a chance that is always a half. */
const setUp = async (on: TestDatabase) => {
  const clock = testClock(start);
  const platform = await testPlatform(on, clock);
  const { database, ids, log, metrics } = platform;
  const jobs = createJobs({ database, clock, ids, log, metrics, random: () => 0.5 });
  const db = database.writer;
  const row = async (id: string): Promise<JobRow | undefined> => {
    const found = await jobs.find(id);
    return found && { ...found, run_at: Number(found.run_at), attempts: Number(found.attempts) };
  };
  const dispose = async (): Promise<void> => {
    await jobs.stop();
    await platform[Symbol.asyncDispose]();
  };
  return { clock, jobs, db, store: createJobStore(db), row, [Symbol.asyncDispose]: dispose };
};

eachDatabase(
  'the job that is due longest is next, of those due at once the one made first; none before its time',
  async (on) => {
    await using w = await setUp(on);
    w.jobs.work({ queue: 'post', handle: async () => {} });
    w.jobs.work({ queue: 'other', handle: async () => {} });
    const now = w.clock.now();
    const at = { later: 60_000, now: 0, old: -60_000, 'now too': 0, oldest: -3_600_000, next: 1 };
    for (const [payload, wait] of Object.entries(at))
      await w.jobs.enqueue(w.db, { queue: 'post', payload, runAt: now + wait });
    await w.jobs.enqueue(w.db, { queue: 'other', payload: 'other', runAt: now - 7_200_000 });
    const claim = async (limit: number, when = now) =>
      (await w.store.claim('post', limit, when, 'token', when + 1000)).map(
        ({ payload }) => JSON.parse(payload) as string,
      );
    expect(await claim(1)).toEqual(['oldest']);
    expect((await claim(2)).toSorted()).toEqual(['now', 'old']);
    expect(await claim(9)).toEqual(['now too']);
    expect(await claim(9)).toEqual([]);
    expect(await w.store.listDueQueues(now)).toEqual(['other']);
    expect(await claim(9, now + 1)).toEqual(['next']);
    expect(await claim(9, now + 60_000)).toEqual(['later']);
  },
);

eachDatabase(
  'a job that fails waits twice as long each time, and is dead with its last reason after as many tries as it has',
  async (on) => {
    await using w = await setUp(on);
    let runs = 0;
    const last: boolean[] = [];
    w.jobs.work({
      queue: 'flaky',
      handle: async (_, { job }) => {
        last.push(job.lastAttempt);
        throw new Error(`no ${++runs}`);
      },
    });
    const [id] = await w.jobs.enqueue(w.db, { queue: 'flaky', payload: {}, maxAttempts: 5 });
    await w.jobs.start();
    // 1, 2, 4 and 8 s, and an eighth of each: half of the most jitter there is.
    for (const [n, waitMs] of [1125, 2250, 4500, 9000].entries()) {
      await vi.waitFor(
        async () => expect(await w.row(id!)).toMatchObject({ status: 'waiting', attempts: n + 1 }),
        soon,
      );
      expect(await w.row(id!)).toMatchObject({
        run_at: w.clock.now() + waitMs,
        last_error: `no ${n + 1}`,
        finished_at: null,
      });
      w.clock.advance(waitMs - 1);
      expect(await w.store.listDueQueues(w.clock.now())).toEqual([]);
      w.clock.advance(1);
      w.jobs.wake('flaky');
    }
    await vi.waitFor(async () => expect((await w.row(id!))?.status).toBe('dead'), soon);
    expect(await w.row(id!)).toMatchObject({ attempts: 5, last_error: 'no 5', lease_token: null });
    expect(Number((await w.row(id!))?.finished_at)).toBe(w.clock.now());
    expect(last).toEqual([false, false, false, false, true]);
    expect(await w.jobs.counts()).toMatchObject([{ queue: 'flaky', status: 'dead' }]);
  },
);

eachDatabase(
  'a queue runs as many at once as it says, one by default, and takes the next when one ends',
  async (on) => {
    await using w = await setUp(on);
    const running = new Map<string, () => void>();
    const most = { wide: 0, narrow: 0 };
    const handle =
      (queue: 'wide' | 'narrow') =>
      async (n: number, { signal }: JobContext) => {
        const { promise, resolve } = Promise.withResolvers<void>();
        running.set(`${queue} ${n}`, resolve);
        signal.addEventListener('abort', () => resolve());
        most[queue] = Math.max(most[queue], [...running.keys()].filter((key) => key.startsWith(queue)).length);
        await promise;
        running.delete(`${queue} ${n}`);
      };
    w.jobs.work({ queue: 'wide', concurrency: 3, handle: handle('wide') });
    w.jobs.work({ queue: 'narrow', handle: handle('narrow') });
    for (const queue of ['wide', 'narrow'])
      await w.jobs.enqueue(w.db, ...[1, 2, 3, 4, 5].map((payload) => ({ queue, payload })));
    await w.jobs.start();
    const isRunning = (...keys: string[]) =>
      vi.waitFor(() => expect([...running.keys()].toSorted()).toEqual(keys.toSorted()), soon);
    await isRunning('wide 1', 'wide 2', 'wide 3', 'narrow 1');
    running.get('wide 2')!();
    await isRunning('wide 1', 'wide 3', 'wide 4', 'narrow 1');
    running.get('narrow 1')!();
    await isRunning('wide 1', 'wide 3', 'wide 4', 'narrow 2');
    await vi.waitFor(async () => {
      for (const end of running.values()) end();
      expect(await w.jobs.counts()).toEqual([]);
    }, soon);
    expect(most).toEqual({ wide: 3, narrow: 1 });
  },
);

eachDatabase(
  'a job whose worker is gone waits again when its lease is over, and is dead when it had its tries',
  async (on) => {
    await using w = await setUp(on);
    const seen: number[] = [];
    w.jobs.work<string>({ queue: 'held', handle: async (_, { job }) => void seen.push(job.attempts) });
    const now = w.clock.now();
    const [often, once] = await w.jobs.enqueue(
      w.db,
      { queue: 'held', payload: 'often', maxAttempts: 3 },
      { queue: 'held', payload: 'once', maxAttempts: 1 },
    );
    expect(await w.store.claim('held', 9, now, 'gone', now + 500)).toHaveLength(2);
    w.clock.advance(500);
    expect(await w.store.reclaim(w.clock.now())).toBe(0);
    // A worker that lives says so, and keeps what it has.
    expect(await w.store.extend(often!, 'gone', now + 2000)).toBe(1);
    expect(await w.store.extend(often!, 'another', now + 9000)).toBe(0);
    w.clock.advance(1);
    expect(await w.store.reclaim(w.clock.now())).toBe(1);
    expect(await w.row(once!)).toMatchObject({ status: 'dead', last_error: 'The worker died in every attempt.' });
    expect(await w.row(often!)).toMatchObject({ status: 'running', attempts: 1 });
    w.clock.advance(2000);
    await w.jobs.start();
    await vi.waitFor(async () => expect(await w.row(often!)).toBeUndefined(), soon);
    expect(seen).toEqual([2]);
    expect(await w.store.finish(often!, 'gone', { status: 'done' })).toBe(0);
    expect((await w.row(once!))?.status).toBe('dead');
  },
);

eachDatabase('a shutdown tells the running job, and gives it its attempt back', async (on) => {
  await using w = await setUp(on);
  const began = Promise.withResolvers<void>();
  w.jobs.work({
    queue: 'long',
    handle: async (_, { signal, progress }) => {
      await progress({ rows: 7 });
      began.resolve();
      await new Promise((_done, fail) => signal.addEventListener('abort', () => fail(signal.reason as Error)));
    },
  });
  const [id] = await w.jobs.enqueue(w.db, { queue: 'long', payload: {}, maxAttempts: 1 });
  await w.jobs.start();
  await began.promise;
  await w.jobs.stop();
  expect(await w.row(id!)).toMatchObject({ status: 'waiting', attempts: 0, lease_token: null, last_error: null });
  expect(JSON.parse((await w.row(id!))!.progress!)).toEqual({ rows: 7 });
});

eachDatabase('a queue that keeps what is done keeps the result, newest first; others leave nothing', async (on) => {
  await using w = await setUp(on);
  const double = async ({ n }: { n: number }) => ({ twice: n * 2 });
  w.jobs.work({ queue: 'kept', keep: true, handle: double });
  w.jobs.work({ queue: 'gone', handle: double });
  w.jobs.work({ queue: 'silent', keep: 3_600_000, handle: async () => {} });
  const ids = await w.jobs.enqueue(w.db, ...[1, 2, 3].map((n) => ({ queue: 'kept', key: 'k', payload: { n } })));
  await w.jobs.enqueue(w.db, { queue: 'gone', payload: { n: 9 } }, { queue: 'silent', payload: {} });
  await w.jobs.start();
  await vi.waitFor(async () => {
    const counts = (await w.jobs.counts()).map(({ queue, status, count }) => [queue, status, Number(count)]);
    expect(counts).toEqual([
      ['kept', 'done', 3],
      ['silent', 'done', 1],
    ]);
  }, soon);
  const listed = await w.jobs.listKept('kept', 'k', 2);
  expect(listed.map(({ id, result }) => [id, JSON.parse(result!)])).toEqual([
    [ids[2], { twice: 6 }],
    [ids[1], { twice: 4 }],
  ]);
  expect((await w.jobs.find(ids[0]!))?.finished_at).not.toBeNull();
  expect(await w.db('jobs').where({ queue: 'silent' }).first()).toMatchObject({ result: 'null' });
  expect(w.jobs.ages()).toEqual([{ queue: 'silent', ms: 3_600_000 }]);
  await expect(w.jobs.enqueue(w.db, { queue: 'nobody', payload: {} })).rejects.toThrow('declares the queue nobody');
});
