import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { eachDatabase } from '../../tests/support/databases.ts';
import { testClock, testPlatform } from '../../tests/support/platform.ts';
import { transact } from '../data/transact.ts';
import { backoffMs, GiveUp, NotNow, putOffMs, TryLater } from './jobs.ts';
import { createJobStore } from './store.ts';

const until = async (met: () => boolean | Promise<boolean>, ms = 8000): Promise<void> => {
  const end = Date.now() + ms;
  while (!(await met())) {
    if (Date.now() > end) throw new Error('it did not happen in time');
    await wait(10);
  }
};

eachDatabase('a job enqueued in a transaction that fails never runs', async (on) => {
  await using platform = await testPlatform(on);
  const seen: unknown[] = [];
  platform.jobs.work({ queue: 'greet', handle: async (payload) => void seen.push(payload) });
  await platform.jobs.start();
  await expect(
    transact(platform.database.writer, async (trx) => {
      await platform.jobs.enqueue(trx, { queue: 'greet', payload: 'lost' });
      throw new Error('no');
    }),
  ).rejects.toThrow('no');
  await platform.jobs.enqueue(platform.database.writer, { queue: 'greet', payload: 'kept' });
  await until(() => seen.length > 0);
  expect(seen).toEqual(['kept']);
});

eachDatabase('jobs of one key run in order, one at a time, while other keys go on', async (on) => {
  await using platform = await testPlatform(on);
  const log: string[] = [];
  let inside = 0;
  platform.jobs.work<{ key: string; n: number }>({
    queue: 'ordered',
    concurrency: 4,
    handle: async ({ key, n }) => {
      if (key === 'a') expect(++inside).toBe(1);
      await wait(key === 'a' ? 15 : 1);
      if (key === 'a') inside--;
      log.push(`${key}${n}`);
    },
  });
  const jobs = [1, 2, 3, 4].flatMap((n) => [
    { key: 'a', n },
    { key: 'b', n },
  ]);
  await platform.jobs.enqueue(
    platform.database.writer,
    ...jobs.map((payload) => ({ queue: 'ordered', key: payload.key, payload })),
  );
  await platform.jobs.start();
  await until(() => log.length === 8);
  expect(log.filter((entry) => entry.startsWith('a'))).toEqual(['a1', 'a2', 'a3', 'a4']);
  expect(log.filter((entry) => entry.startsWith('b'))).toEqual(['b1', 'b2', 'b3', 'b4']);
});

eachDatabase('a job that gives up is a dead letter with its reason, and is not tried again', async (on) => {
  await using platform = await testPlatform(on);
  let tried = 0;
  platform.jobs.work({
    queue: 'fragile',
    handle: async () => {
      tried++;
      throw new GiveUp('poison');
    },
  });
  await platform.jobs.start();
  const [id] = await platform.jobs.enqueue(platform.database.writer, { queue: 'fragile', payload: 1 });
  await until(async () => (await platform.jobs.find(id!))?.status === 'dead');
  expect((await platform.jobs.find(id!))?.last_error).toBe('poison');
  expect(tried).toBe(1);
});

eachDatabase('a worker whose lease was taken over cannot finish the job', async (on) => {
  await using platform = await testPlatform(on);
  const store = createJobStore(platform.database.writer);
  platform.jobs.work({ queue: 'fenced', handle: async () => {} });
  const [id] = await platform.jobs.enqueue(platform.database.writer, { queue: 'fenced', payload: 1 });
  const now = Date.now();
  const [first] = await store.claim('fenced', 1, now, 'first', now - 1);
  expect(first?.id).toBe(id);
  expect(await store.reclaim(now)).toBe(1);
  const [second] = await store.claim('fenced', 1, now + 1, 'second', now + 1000);
  expect(second?.attempts).toBe(2);
  expect(await store.remove([{ id: id!, token: 'first' }])).toBe(0);
  expect(await store.remove([{ id: id!, token: 'second' }])).toBe(1);
});

eachDatabase('a unique key keeps a second job out while the first is there', async (on) => {
  await using platform = await testPlatform(on);
  const db = platform.database.writer;
  platform.jobs.work({ queue: 'once', handle: async () => {} });
  await platform.jobs.enqueue(
    db,
    { queue: 'once', uniqueKey: 'k', payload: 1 },
    { queue: 'once', uniqueKey: 'k', payload: 2 },
  );
  await platform.jobs.enqueue(db, { queue: 'once', uniqueKey: 'k', payload: 3 });
  expect(await db('jobs').where({ queue: 'once' })).toHaveLength(1);
});

eachDatabase('an outbox notice reaches every consumer that is subscribed, in order per customer', async (on) => {
  await using platform = await testPlatform(on);
  const heard: string[] = [];
  for (const name of ['mail', 'log']) {
    platform.outbox.consume({
      name,
      topics: ['order.placed'],
      handle: async (notice) => void heard.push(`${name}:${String(notice.payload)}`),
    });
  }
  await platform.jobs.start();
  platform.outbox.start();
  await transact(platform.database.writer, async (trx) => {
    for (const n of [1, 2, 3])
      await platform.outbox.emit(trx, { topic: 'order.placed', customerId: 'ada', payload: n });
    await platform.outbox.emit(trx, { topic: 'unheard', payload: 0 });
  });
  await until(() => heard.length === 6);
  expect(heard.filter((h) => h.startsWith('mail'))).toEqual(['mail:1', 'mail:2', 'mail:3']);
  expect(await platform.database.writer('outbox')).toEqual([]);
});

test('back-off doubles, carries jitter and stops at an hour', () => {
  expect(backoffMs(1, 0)).toBe(1000);
  expect(backoffMs(4, 0)).toBe(8000);
  expect(backoffMs(4, 1)).toBe(10_000);
  expect(backoffMs(30, 0)).toBe(3_600_000);
});

eachDatabase(
  'hundreds of small jobs are each done once, few commits for many, and leave nothing behind',
  async (on) => {
    await using platform = await testPlatform(on);
    const { jobs, database } = platform;
    const done: number[] = [];
    jobs.work<{ n: number }>({ queue: 'small', concurrency: 8, handle: async ({ n }) => void done.push(n) });
    await jobs.enqueue(
      database.writer,
      ...Array.from({ length: 400 }, (_, n) => ({ queue: 'small', key: `k${n % 50}`, payload: { n } })),
    );
    let claims = 0;
    database.writer.on('query', ({ sql }: { sql: string }) => {
      if (sql.startsWith('update jobs')) claims++;
    });
    await jobs.start();
    await expect.poll(() => done.length, { timeout: 15_000 }).toBe(400);
    expect(new Set(done).size).toBe(400);
    for (let k = 0; k < 50; k++) {
      const ofKey = done.filter((n) => n % 50 === k);
      expect(ofKey).toEqual(ofKey.toSorted((a, b) => a - b));
    }
    expect(claims).toBeLessThan(200);
    await jobs.stop();
    expect(await jobs.counts()).toEqual([]);
  },
);

eachDatabase('a handler that names a moment in the past is not run in a circle', async (on) => {
  await using platform = await testPlatform(on);
  let runs = 0;
  platform.jobs.work({
    queue: 'eager',
    handle: async () => {
      runs += 1;
      throw new TryLater('now, please', platform.clock.now() - 60_000);
    },
  });
  const [id] = await platform.jobs.enqueue(platform.database.writer, { queue: 'eager', payload: 1, maxAttempts: 3 });
  await platform.jobs.start();
  await until(async () => (await platform.jobs.find(id!))?.status === 'dead');
  expect(runs).toBe(3);
});

eachDatabase('putting off uses up no attempt, and ends after three days', async (on) => {
  await using platform = await testPlatform(on, testClock('2026-05-04T12:00:00Z'));
  const { clock, jobs } = platform;
  const last: boolean[] = [];
  let ready = false;
  jobs.work<string>({
    queue: 'patient',
    handle: async (payload, { job }) => {
      if (payload === 'soon' && ready) return;
      if (payload === 'never') last.push(job.lastAttempt);
      throw new NotNow('nobody is there', clock.now() + 3_600_000);
    },
  });
  const [soon, never] = await jobs.enqueue(
    platform.database.writer,
    { queue: 'patient', payload: 'soon', maxAttempts: 2 },
    { queue: 'patient', payload: 'never', maxAttempts: 2 },
  );
  await jobs.start();
  const hour = async () => {
    clock.advance(3_600_000);
    jobs.wake('patient');
    const at = clock.now();
    await until(async () => {
      const rows = await Promise.all([jobs.find(soon!), jobs.find(never!)]);
      return rows.every((row) => row === undefined || row.status === 'dead' || Number(row.run_at) > at);
    });
  };
  for (let i = 0; i < 20; i++) await hour();
  expect(await jobs.find(soon!)).toMatchObject({ status: 'waiting', attempts: 0 });
  ready = true;
  const began = Date.parse('2026-05-04T12:00:00Z');
  while ((await jobs.find(never!))?.status !== 'dead') await hour();
  expect(await jobs.find(soon!)).toBeUndefined();
  expect(clock.now() - began).toBeGreaterThan(putOffMs);
  expect(clock.now() - began).toBeLessThan(putOffMs + 3 * 3_600_000);
  expect(last.indexOf(true)).toBe(last.length - 1);
});

eachDatabase('what a group waited for comes while a job of it is being put off: it runs again at once', async (on) => {
  const clock = testClock('2026-05-04T12:00:00Z');
  await using platform = await testPlatform(on, clock);
  const { jobs } = platform;
  const { writer } = platform.database;
  let runs = 0;
  jobs.work({
    queue: 'parked',
    handle: async () => {
      runs += 1;
      if (runs > 1) return;
      await transact(writer, (trx) => jobs.hasten(trx, 'parked', 'one'));
      throw new NotNow('it was switched off', clock.now() + 3_600_000);
    },
  });
  const [id] = await jobs.enqueue(writer, { queue: 'parked', group: 'one', payload: {} });
  await jobs.start();
  await until(async () => (await jobs.find(id!)) === undefined);
  expect(runs).toBe(2);
});
