// What a batch of scores writes and tells, on both databases: new, changed, same, withdrawn; who is gone; who was read later.
import { expect, test, vi } from 'vitest';
import { createCore, NotNow, system, transact } from '../../core/index.ts';
import { eachDatabase, type TestDatabase } from '../../tests/support/databases.ts';
import { testClock, testPlatform } from '../../tests/support/platform.ts';
import { insightsModule } from './index.ts';
import { createRequestStore } from './requests-store.ts';
import { createScoring, failureOf } from './scoring.ts';
import { createInsightStore } from './store.ts';

const t0 = Date.parse('2026-03-01T00:00:00Z');

const world = async (on: TestDatabase) => {
  const platform = await testPlatform(on, testClock(t0));
  const { customers, hooks } = createCore(platform);
  platform.declared.declareTables('insights', insightsModule.tables);
  for (const name of insightsModule.generations ?? []) platform.generations.declare('insights', name);
  const scoring = createScoring(platform, hooks);
  const changes: { customerId: string; facts: readonly string[] }[] = [];
  platform.changes.subscribe(async (_trx, heard) => void changes.push(...heard.filter(({ kind }) => kind === 'score')));
  const told: { value: number | null; before: { value: number | null } }[] = [];
  platform.outbox.consume({
    name: 'test',
    topics: ['score.changed'],
    concurrency: 1,
    handle: async ({ payload }) => void told.push(payload as (typeof told)[number]),
  });
  await platform.jobs.start();
  platform.outbox.start();
  const { writer } = platform.database;
  const store = createInsightStore(writer);
  return {
    platform,
    customers,
    store,
    changes,
    told,
    add: async (name: string) => (await customers.create({ name }, system)).id,
    write: async (
      given: Record<string, number | [number, string]>,
      more: { asked?: string[]; readAt?: number; tell?: boolean } = {},
    ) =>
      transact(writer, async (trx) =>
        scoring.write(trx, {
          scorer: 'rfm',
          version: 'acme/rfm 1',
          asked: await createInsightStore(trx).listCustomersOf(more.asked ?? Object.keys(given)),
          scores: Object.entries(given).map(([customer, of]) => ({
            customer,
            value: Array.isArray(of) ? of[0] : of,
            ...(Array.isArray(of) && { label: of[1] }),
            reasons: ['because'],
          })),
          readAt: more.readAt ?? t0,
          tell: more.tell ?? true,
        }),
      ),
    valueOf: async (id: string) => (await store.listScores(id))[0]?.value,
    [Symbol.asyncDispose]: () => platform[Symbol.asyncDispose](),
  };
};

eachDatabase('of a batch, only what is new or different is told; who has no score any more loses it', async (on) => {
  await using w = await world(on);
  const [ada, bob, cleo] = [await w.add('Ada'), await w.add('Bob'), await w.add('Cleo')];
  const asked = [ada, bob, cleo];
  expect(await w.write({ [ada]: [5, '555'], [bob]: 2 }, { asked })).toEqual({ scored: 2, changed: 2, removed: 0 });
  expect(await w.write({ [ada]: [5, '554'], [bob]: 2, [cleo]: 0 }, { asked })).toEqual({
    scored: 3,
    changed: 2,
    removed: 0,
  });
  expect(await w.write({ [cleo]: 0 }, { asked })).toEqual({ scored: 1, changed: 0, removed: 2 });
  await vi.waitFor(() => expect(w.told).toHaveLength(6), { timeout: 15_000, interval: 25 });
  expect(w.changes.map(({ customerId }) => customerId)).toEqual([ada, bob, ada, cleo, ada, bob]);
  expect(new Set(w.changes.flatMap(({ facts }) => facts))).toEqual(new Set(['score.rfm']));
  const steps = w.told.map(({ before, value }) => [before.value, value]);
  expect(steps).toEqual(
    expect.arrayContaining([
      [null, 5],
      [null, 2],
      [5, 5],
      [null, 0],
      [5, null],
      [2, null],
    ]),
  );
  expect(await w.valueOf(ada)).toBeUndefined();
  expect(await w.valueOf(cleo)).toBe(0);
});

eachDatabase('a quiet run writes the same and tells nobody', async (on) => {
  await using w = await world(on);
  const ada = await w.add('Ada');
  expect(await w.write({ [ada]: 1 }, { tell: false })).toEqual({ scored: 1, changed: 1, removed: 0 });
  expect(await w.valueOf(ada)).toBe(1);
  expect(w.changes).toEqual([]);
  expect(await w.platform.database.writer('outbox').where({ topic: 'score.changed' })).toEqual([]);
});

eachDatabase('a score of later reading stays; who was merged away or erased meanwhile gets none', async (on) => {
  await using w = await world(on);
  const [ada, bob, cleo] = [await w.add('Ada'), await w.add('Bob'), await w.add('Cleo')];
  const asked = [ada, bob, cleo];
  await w.write({ [ada]: 9 }, { readAt: t0 + 1000 });
  expect(await w.write({ [ada]: 1, [bob]: 1 }, { asked, readAt: t0 })).toEqual({ scored: 1, changed: 1, removed: 0 });
  expect(await w.valueOf(ada)).toBe(9);
  // Neither does an older reading take it away.
  expect(await w.write({}, { asked: [ada], readAt: t0 })).toEqual({ scored: 0, changed: 0, removed: 0 });
  const store = createInsightStore(w.platform.database.writer);
  const read = await store.listCustomersOf(asked);
  await w.customers.merge(bob, ada, system);
  await w.customers.erase(cleo, system);
  expect(read).toHaveLength(3);
  expect(await store.lockLiving(asked)).toEqual(new Set([ada]));
  expect(await w.write({ [ada]: 3, [bob]: 3, [cleo]: 3 }, { asked, readAt: t0 + 5000 })).toMatchObject({ scored: 1 });
  expect(await w.valueOf(bob)).toBeUndefined();
});

eachDatabase(
  'a report counts: range, average, the most frequent labels first, those that are alike by name',
  async (on) => {
    await using w = await world(on);
    const given: Record<string, [number, string]> = {};
    for (const [n, label] of ['555', '111', '555', '321', '111', '999'].entries())
      given[await w.add(`C${n}`)] = [n * 1.5, label];
    await w.write(given);
    const { customers, minimum, average, maximum } = await w.store.describe('rfm');
    expect([customers, minimum, average, maximum].map(Number)).toEqual([6, 0, 3.75, 7.5]);
    expect((await w.store.countLabels('rfm')).map(({ label, customers: count }) => [label, Number(count)])).toEqual([
      ['111', 2],
      ['555', 2],
      ['321', 1],
      ['999', 1],
    ]);
    expect(Number((await w.store.describe('nobodys')).customers)).toBe(0);
  },
);

eachDatabase('requests are kept as many as they come, in one statement, and worked oldest first', async (on) => {
  await using w = await world(on);
  const { ids, database } = w.platform;
  const store = createRequestStore(database.writer);
  await store.insert([]);
  const rows = Array.from({ length: 1203 }, (_, n) => ({
    id: ids.next(),
    scorer: n % 3 === 0 ? 'rfm' : `o'dd "scorer" ?`,
    customer_id: `客-${n % 7}`,
    created_at: t0 + n,
  }));
  await store.insert(rows);
  expect((await store.listScorers()).sort()).toEqual([`o'dd "scorer" ?`, 'rfm']);
  const rfm = rows.filter(({ scorer }) => scorer === 'rfm');
  const first = await store.list('rfm', 300);
  expect(first.map((row) => ({ ...row, created_at: Number(row.created_at) }))).toEqual(rfm.slice(0, 300));
  await store.remove(first.map(({ id }) => id));
  expect((await store.list('rfm', 1000)).map(({ id }) => id)).toEqual(rfm.slice(300).map(({ id }) => id));
});

test.each([
  [undefined, true],
  [{ kind: 'unavailable', reason: 'circuit open', until: t0 }, true],
  [{ kind: 'timeout', reason: 'after 5 s' }, false],
  [{ kind: 'invalid', reason: 'no number' }, false],
])('after %j asking again costs no attempt: %s', (outcome, free) => {
  expect(failureOf(outcome as Parameters<typeof failureOf>[0]) instanceof NotNow).toBe(free);
});
