// When scorers run: by the manifest or by an administrator, once for each due moment, made up for once after a stop.
import { expect, test, vi } from 'vitest';
import { testApp } from '../../tests/support/app.ts';
import { createTestDatabase, eachDatabase } from '../../tests/support/databases.ts';
import { testClock } from '../../tests/support/platform.ts';
import {
  addCustomer,
  addOrder,
  installScorer,
  reportOf,
  runIn,
  runScorer,
  scoreOf,
} from '../../tests/support/scorers.ts';

const start = '2026-05-04T12:00:00.000Z';

eachDatabase('a schedule trains and scores; what was missed is made up for once', async (on) => {
  const clock = testClock(start);
  await using app = await testApp(on, { clock });
  const { timetable } = app.rapport.insights;
  await installScorer(app, 'spend', { declared: { train: '0 3 * * 0', score: '0 4 * * *' } });
  const ada = await addCustomer(app, 'Ada');
  await addOrder(app, ada, 30);
  await timetable.look();
  expect(await reportOf(app, 'spend')).toMatchObject({
    state: 'idle',
    nextRunAt: '2026-05-05T04:00:00.000Z',
    schedule: { train: '0 3 * * 0', score: '0 4 * * *', tell: true, plugin: null },
  });

  clock.set('2026-05-05T04:00:01.000Z');
  await timetable.look();
  expect(await runIn(app, 'spend', 'done')).toMatchObject({ kind: 'score', scored: 1 });
  expect(await scoreOf(app, ada, 'spend')).toBe(30);
  expect(await reportOf(app, 'spend')).toMatchObject({
    lastRunAt: '2026-05-05T04:00:01.000Z',
    nextRunAt: '2026-05-06T04:00:00.000Z',
  });

  // Off for three weeks, past a Sunday: one run, and it trains.
  clock.set('2026-05-26T10:00:00.000Z');
  await timetable.look();
  await vi.waitFor(async () => expect((await reportOf(app, 'spend')).runs).toHaveLength(2), 20_000);
  expect(await runIn(app, 'spend', 'done')).toMatchObject({ kind: 'train', scored: 1 });
  await timetable.look();
  expect((await reportOf(app, 'spend')).runs).toHaveLength(2);
  expect(await reportOf(app, 'spend')).toMatchObject({ nextRunAt: '2026-05-27T04:00:00.000Z' });
});

eachDatabase('two nodes queue one run for one due moment', async (on) => {
  const clock = testClock(start);
  await using one = await testApp(on, { clock });
  await installScorer(one, 'spend', { declared: { score: '0 4 * * *' } });
  await using two = await testApp(on, { clock });
  const look = () => Promise.all([one, two].map(({ rapport }) => rapport.insights.timetable.look()));
  await look();
  for (const day of [5, 6, 7]) {
    clock.set(`2026-05-0${day}T04:00:30.000Z`);
    await look();
  }
  await runIn(one, 'spend', 'done');
  expect((await reportOf(one, 'spend')).runs).toHaveLength(3);
});

eachDatabase('an administrator sets another time, or none; what cannot be kept is refused', async (on) => {
  const clock = testClock(start);
  await using app = await testApp(on, { clock });
  const admin = app.as('admin');
  await installScorer(app, 'spend', { declared: { train: '0 3 * * *' } });
  await installScorer(app, 'plain', { declared: { score: '0 3 * * *' } });
  const path = '/scorers/spend/schedule';
  expect((await admin.put(path, { train: '30 5 * * *', tell: false })).body).toEqual({
    train: '30 5 * * *',
    score: null,
    tell: false,
    plugin: null,
  });
  expect((await reportOf(app, 'spend')).nextRunAt).toBe('2026-05-05T05:30:00.000Z');
  clock.set('2026-05-05T05:30:00.000Z');
  await app.rapport.insights.timetable.look();
  expect(await runIn(app, 'spend', 'done')).toMatchObject({ kind: 'train', told: false });

  expect((await admin.put(path, { train: null })).body).toMatchObject({ train: null, tell: true });
  expect((await reportOf(app, 'spend')).nextRunAt).toBeNull();
  expect((await admin.put(path, {})).body).toMatchObject({ train: '0 3 * * *' });
  expect((await reportOf(app, 'spend')).nextRunAt).toBe('2026-05-06T03:00:00.000Z');

  const refused = { status: 422, code: 'SCORER_SCHEDULE_INVALID' };
  expect((await admin.put(path, { score: '61 3 * * *' })).body).toMatchObject({ ...refused, pointer: '/score' });
  expect((await admin.put('/scorers/plain/schedule', { train: '0 3 * * *' })).body).toMatchObject({
    ...refused,
    pointer: '/train',
  });
  expect((await admin.put(path, { plugin: 'acme/plain' })).body).toMatchObject({ ...refused, pointer: '/plugin' });
  expect((await admin.put('/scorers/none/schedule', {})).body).toMatchObject({ code: 'SCORER_NOT_FOUND' });
  expect((await app.as('viewer').put(path, {})).status).toBe(403);
});

eachDatabase('of two plugins for one scorer the one installed first is asked, unless another is chosen', async (on) => {
  await using app = await testApp(on);
  const admin = app.as('admin');
  const says = (value: number) =>
    `export default { score: async (customers) => customers.map(({ id }) => ({ customer: id, value: ${value} })) };`;
  await installScorer(app, 'same', { id: 'zeta/first', code: says(1) });
  app.clock.advance(1000);
  await installScorer(app, 'same', { id: 'acme/second', code: says(2), declared: { minimum: 0, maximum: 5 } });
  const ada = await addCustomer(app, 'Ada');
  expect((await admin.get('/scorers')).body.data).toMatchObject([
    { scorer: 'same', plugin: 'zeta/first', plugins: ['zeta/first', 'acme/second'], maximum: null },
  ]);
  await runScorer(app, 'same');
  expect(await scoreOf(app, ada, 'same')).toBe(1);

  expect((await admin.put('/scorers/same/schedule', { plugin: 'acme/second' })).status).toBe(200);
  expect((await admin.get('/scorers')).body.data).toMatchObject([{ plugin: 'acme/second', trains: false, maximum: 5 }]);
  expect(await runScorer(app, 'same')).toMatchObject({ plugin: 'acme/second', changed: 1 });
  expect(await scoreOf(app, ada, 'same')).toBe(2);

  expect((await admin.post('/plugins/acme~second/disable')).status).toBeLessThan(300);
  expect(await runScorer(app, 'same')).toMatchObject({ plugin: 'zeta/first' });
  expect(await scoreOf(app, ada, 'same')).toBe(1);
});

test('a manifest with a cron that is none, or bounds the wrong way round, is refused where the fault is', async () => {
  await using on = await createTestDatabase('sqlite');
  await using app = await testApp(on);
  const faulty = (declared: Record<string, unknown>) => installScorer(app, 'bad', { declared });
  await expect(faulty({ score: 'every night' })).rejects.toMatchObject({ pointer: '/provides/scorers/0/score' });
  await expect(faulty({ minimum: 2, maximum: 1 })).rejects.toMatchObject({ pointer: '/provides/scorers/0/minimum' });
  await expect(faulty({ incremental: ['visits'] })).rejects.toMatchObject({
    pointer: expect.stringContaining('/provides/scorers/0/incremental'),
  });
});
