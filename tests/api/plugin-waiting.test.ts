// Notices for a plugin that cannot take them now: they wait, are shown, arrive in order and once, and end after thirty days or when
// too many wait. Schedules that several nodes keep run once.
import { Cron } from 'croner';
import { expect, test, vi } from 'vitest';
import { system } from '../../core/index.ts';
import { type TestApp, testApp } from '../support/app.ts';
import { createTestDatabase, eachDatabase } from '../support/databases.ts';
import { filesOf, installPlugin, manifestOf } from '../support/plugins.ts';

const start = '2026-05-04T12:00:00.000Z';
const day = 86_400_000;
const within = { timeout: 20_000, interval: 50 };
type Moved = { advance: (ms: number) => void; now: () => number };
const clockOf = (app: TestApp): Moved => app.rapport.platform.clock as unknown as Moved;
const asks = (scope: string) => ({ scope, reason: 'To test.' });

/** Writes down what it is told, in the order in which it was told. */
const diary = `export default { on: { 'event.recorded': async (notice, ctx) => {
  const { n } = notice.payload.event.properties;
  const told = (await ctx.kv.get('told')) ?? [];
  await ctx.kv.set('told', [...told, n]);
} } };`;
const told = async (app: TestApp): Promise<unknown> => {
  const row = (await app.rapport.platform.database.reader('plugin_data').where({ key: 'told' }).first('value')) as
    | { value: string }
    | undefined;
  return row && JSON.parse(row.value);
};
const hears = { provides: { hooks: ['event.recorded'] } };
const record = async (app: TestApp, id: string, ...numbers: number[]) => {
  const events = numbers.map((n) => ({ type: 'step', customer: { id }, properties: { n } }));
  expect((await app.as('admin').post('/events', events)).status).toBe(201);
};
const pluginOf = async (app: TestApp) => (await app.as('admin').get('/plugins/acme~hello')).body;

eachDatabase('events sent while an upgrade waits for consent all arrive, in order, once', async (on) => {
  await using app = await testApp(on, { clock: start });
  const admin = app.as('admin');
  const { plugins } = app.rapport.core;
  await installPlugin(plugins, hears, diary);
  const { id } = (await admin.post('/customers', { name: 'Ada' })).body;
  await record(app, id, 1, 2);
  await vi.waitFor(async () => expect(await told(app)).toEqual([1, 2]), within);
  const wider = { ...hears, version: '1.1.0', scopes: { required: [asks('orders:read')] } };
  await plugins.installFiles(filesOf(wider, diary), 'folder', system);
  expect(await pluginOf(app)).toMatchObject({ status: 'waiting-for-consent', waitingNotices: 0, oldestNoticeAt: null });

  await record(app, id, 3, 4);
  await vi.waitFor(async () => expect((await pluginOf(app)).waitingNotices).toBe(2), within);
  clockOf(app).advance(5 * day);
  await record(app, id, 5);
  await vi.waitFor(async () => expect((await pluginOf(app)).waitingNotices).toBe(3), within);
  expect((await pluginOf(app)).oldestNoticeAt).toBe(start);
  // Consent alone does not switch it on, and what happens in between waits as well.
  await admin.post('/plugins/acme~hello/consent', {});
  expect((await pluginOf(app)).status).toBe('disabled');
  await record(app, id, 6);
  await vi.waitFor(async () => expect((await pluginOf(app)).waitingNotices).toBe(4), within);
  expect(await told(app)).toEqual([1, 2]);
  await admin.post('/plugins/acme~hello/enable');
  await vi.waitFor(async () => expect(await told(app)).toEqual([1, 2, 3, 4, 5, 6]), within);
  await vi.waitFor(async () => expect(await pluginOf(app)).toMatchObject({ waitingNotices: 0 }), within);
  expect(await told(app)).toEqual([1, 2, 3, 4, 5, 6]);
});

eachDatabase(
  'a notice waits thirty days, then is dropped and counted; a plugin that is removed loses what waits',
  async (on) => {
    await using app = await testApp(on, { clock: start });
    const admin = app.as('admin');
    await installPlugin(app.rapport.core.plugins, hears, diary);
    const { id } = (await admin.post('/customers', { name: 'Ada' })).body;
    await admin.post('/plugins/acme~hello/disable');
    await record(app, id, 1);
    const { reader } = app.rapport.platform.database;
    const waits = () => reader('jobs').where({ queue: 'plugin-notices' });
    // Put off once: from then on it is counted for how long.
    await vi.waitFor(async () => expect((await waits())[0]).toMatchObject({ status: 'waiting', attempts: 0 }), within);
    await vi.waitFor(async () => expect((await waits())[0]!.put_off_since).not.toBeNull(), within);
    clockOf(app).advance(30 * day);
    app.rapport.platform.jobs.wake('plugin-notices');
    await vi.waitFor(
      async () => expect(Number((await waits())[0]!.run_at)).toBeGreaterThan(clockOf(app).now()),
      within,
    );
    expect((await pluginOf(app)).waitingNotices).toBe(1);
    clockOf(app).advance(day);
    app.rapport.platform.jobs.wake('plugin-notices');
    await vi.waitFor(async () => expect(await waits()).toEqual([]), within);
    expect((await admin.get('/plugins/acme~hello/runs')).body.data).toMatchObject([
      { hook: 'event.recorded', outcome: 'limit', reason: 'A notice was dropped: it waited for 30 days.', count: 1 },
    ]);
    await record(app, id, 2);
    await vi.waitFor(async () => expect(await waits()).toHaveLength(1), within);
    await admin.delete('/plugins/acme~hello');
    expect(await waits()).toEqual([]);
    await installPlugin(app.rapport.core.plugins, hears, diary);
    await record(app, id, 3);
    await vi.waitFor(async () => expect(await told(app)).toEqual([3]), within);
  },
);

eachDatabase('two nodes on one database: a schedule that is due on both runs once', async (on) => {
  await using first = await testApp(on);
  await using second = await testApp(on);
  const { writer, reader } = first.rapport.platform.database;
  const code = `export default { schedule: { pull: async (_, ctx) => {
    await ctx.kv.set('ran', ((await ctx.kv.get('ran')) ?? 0) + 1);
  } } };`;
  const manifest = (cron: string) => ({ provides: { schedules: [{ key: 'pull', title: 'Pull', cron }] } });
  await installPlugin(first.rapport.core.plugins, manifest('* * * * *'), code);
  // Due every second, which no manifest may say: so the clocks of both nodes strike at once, many times in the minute of one run.
  await writer('plugin_versions').update({ manifest: JSON.stringify(manifestOf(manifest('* * * * * *'))) });
  await first.as('admin').post('/plugins/acme~hello/disable');
  await first.as('admin').post('/plugins/acme~hello/enable');
  await second.rapport.core.plugins.runner.current();
  const strikes = Promise.withResolvers<void>();
  const clock = new Cron('* * * * * *', { timezone: 'UTC', maxRuns: 3 }, (self) => {
    if (self.runsLeft() === 0) strikes.resolve();
  });
  await strikes.promise;
  clock.stop();
  const jobs = () => reader('jobs').where({ queue: 'plugin-schedules' });
  await vi.waitFor(async () => {
    const rows = (await jobs()) as { status: string }[];
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.every(({ status }) => status === 'done')).toBe(true);
  }, within);
  const { value } = (await reader('plugin_data').where({ key: 'ran' }).first('value')) as { value: string };
  const minutes = ((await jobs()) as { payload: string }[]).map(({ payload }) => JSON.parse(payload).at.slice(0, 16));
  expect(Number(value)).toBe(new Set(minutes).size);
  expect(minutes).toHaveLength(new Set(minutes).size);
  expect(minutes.length).toBeLessThanOrEqual(2);
});

test('what comes beyond the limit of one plugin is not kept, and counted; other plugins get theirs', async () => {
  await using on = await createTestDatabase('sqlite');
  await using app = await testApp(on);
  const admin = app.as('admin');
  await installPlugin(app.rapport.core.plugins, hears, diary);
  await installPlugin(app.rapport.core.plugins, { id: 'acme/other', ...hears }, diary);
  const { id } = (await admin.post('/customers', { name: 'Ada' })).body;
  await admin.post('/plugins/acme~hello/disable');
  const { writer } = app.rapport.platform.database;
  await writer.raw(
    `insert into jobs (id, queue, key, group_key, status, payload, attempts, max_attempts, run_at, created_at)
     with recursive n(i) as (select 1 union all select i + 1 from n where i < 49999)
     select 'filler-' || i, 'plugin-notices', 'acme/hello ' || i, 'acme/hello', 'waiting', '{}', 0, 8, ?, ? from n`,
    [Date.now() + day, Date.now()],
  );
  await record(app, id, 1, 2, 3);
  await vi.waitFor(async () => expect(await told(app)).toEqual([1, 2, 3]), within);
  expect((await pluginOf(app)).waitingNotices).toBe(50_000);
  await vi.waitFor(async () => {
    const reason = 'A notice was dropped: 50000 wait for it already.';
    expect((await admin.get('/plugins/acme~hello/runs')).body.data).toMatchObject([
      { outcome: 'limit', reason, count: 2 },
    ]);
  }, within);
});
