// Runs over everybody: what they score, whom they tell, and what a plugin that fails costs the others.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { customersScore } from '@rapport/sdk/hooks';
import { expect, vi } from 'vitest';
import { testApp } from '../../tests/support/app.ts';
import { eachDatabase } from '../../tests/support/databases.ts';
import {
  addCustomer,
  addOrder,
  addScoreSegment,
  asks,
  installListener,
  installScorer,
  membersOf,
  reportOf,
  runIn,
  runScorer,
  scoreOf,
  spendCode,
} from '../../tests/support/scorers.ts';

const topics = ['score.changed', 'scorer.finished', 'segment.entered', 'segment.left'];
const trained = { declared: { train: '0 3 * * *' } };

eachDatabase('a run trains and scores, and moves segments, alerts and notices as single writes do', async (on) => {
  await using app = await testApp(on);
  const admin = app.as('admin');
  await installScorer(app, 'spend', trained);
  const told = await installListener(app, topics);
  const [ada, bob] = [await addCustomer(app, 'Ada'), await addCustomer(app, 'Bob')];
  await addCustomer(app, 'Cleo');
  await addOrder(app, ada, 150);
  await addOrder(app, bob, 20);
  await addScoreSegment(app, 'big', 'spend', 100);
  const alert = {
    key: 'spends',
    name: 'Spends',
    trigger: { kind: 'change' },
    conditions: { all: [{ fact: 'score.spend', operator: 'greaterThanInclusive', value: 100 }] },
    actions: [{ kind: 'tag', tag: 'spender' }],
  };
  expect((await admin.post('/alerts', alert)).status).toBe(201);
  expect((await admin.post('/alerts/spends/activate', {})).status).toBe(200);
  await vi.waitFor(async () => expect((await admin.get('/alerts/spends')).body.buildJob).toBeNull(), 20_000);

  const run = await runScorer(app, 'spend');
  expect(run).toMatchObject({
    kind: 'train',
    told: true,
    plugin: 'acme/spend',
    total: 3,
    asked: 3,
    scored: 2,
    changed: 2,
  });
  expect(run.durationMs).toBe(Date.parse(run.finishedAt) - Date.parse(run.startedAt));
  expect((await admin.get(`/customers/${ada}/scores`)).body.data).toMatchObject([
    { scorer: 'spend', value: 150, reasons: ['1 orders'], version: expect.stringContaining('acme/spend model of ') },
  ]);
  // Committed with the batch: there is nothing to wait for.
  expect(await membersOf(app, 'big')).toEqual([ada]);
  expect((await admin.get(`/customers/${ada}`)).body.tags).toEqual(['spender']);
  const expected = [
    { topic: 'score.changed', payload: { customerId: ada, scorer: 'spend', value: 150, before: { value: null } } },
    { topic: 'score.changed', payload: { customerId: bob, value: 20 } },
    { topic: 'segment.entered', payload: { customerId: ada, segment: 'big', reason: 'score' } },
    { topic: 'scorer.finished', payload: { scorer: 'spend', changed: 2, facts: ['score.spend'] } },
  ];
  await vi.waitFor(async () => {
    const heard = await told();
    expect(heard).toHaveLength(4);
    for (const one of expected)
      expect(heard).toContainEqual(
        expect.objectContaining({
          topic: one.topic,
          payload: expect.objectContaining(
            one.payload.before ? { ...one.payload, before: expect.objectContaining(one.payload.before) } : one.payload,
          ),
        }),
      );
  }, 20_000);

  expect(await runScorer(app, 'spend')).toMatchObject({ scored: 2, changed: 0, removed: 0 });
  await addOrder(app, bob, 100);
  expect(await runScorer(app, 'spend', { train: false })).toMatchObject({ kind: 'score', changed: 1 });
  expect(await membersOf(app, 'big')).toEqual([ada, bob].sort());
  await vi.waitFor(async () => expect(await told()).toHaveLength(4 + 1 + 3), 20_000);
});

eachDatabase('whoever has no answer any more loses the score, and what it moved', async (on) => {
  await using app = await testApp(on);
  const admin = app.as('admin');
  await installScorer(app, 'spend');
  const ada = await addCustomer(app, 'Ada');
  await addOrder(app, ada, 150);
  await addScoreSegment(app, 'big', 'spend', 100);
  expect(await runScorer(app, 'spend')).toMatchObject({ kind: 'score', scored: 1 });
  expect(await membersOf(app, 'big')).toEqual([ada]);
  const [order] = (await admin.get(`/orders?customerId=${ada}`)).body.data;
  expect((await admin.post(`/orders/${order.id}/status`, { status: 'cancelled' })).status).toBe(200);
  expect(await runScorer(app, 'spend')).toMatchObject({ scored: 0, changed: 0, removed: 1 });
  expect(await scoreOf(app, ada, 'spend')).toBeUndefined();
  expect(await membersOf(app, 'big')).toEqual([]);
});

eachDatabase('a quiet run tells nobody, and segments are right afterwards', async (on) => {
  await using app = await testApp(on);
  await installScorer(app, 'spend');
  const told = await installListener(app, topics);
  const ada = await addCustomer(app, 'Ada');
  await addOrder(app, ada, 150);
  await addScoreSegment(app, 'big', 'spend', 100);
  expect(await runScorer(app, 'spend', { tell: false })).toMatchObject({ told: false, changed: 1 });
  await vi.waitFor(async () => expect(await membersOf(app, 'big')).toEqual([ada]), 20_000);
  await vi.waitFor(async () => expect((await told()).map(({ topic }) => topic)).toEqual(['scorer.finished']), 20_000);
});

eachDatabase('a value outside the bounds of the manifest refuses the answer; scores stay as they were', async (on) => {
  await using app = await testApp(on);
  await installScorer(app, 'spend', { declared: { minimum: 0, maximum: 100 } });
  const ada = await addCustomer(app, 'Ada');
  await addOrder(app, ada, 60);
  await runScorer(app, 'spend');
  await addOrder(app, ada, 60);
  expect((await app.as('admin').post('/scorers/spend/run', {})).status).toBe(202);
  const failed = await runIn(app, 'spend', 'failed');
  expect(failed.reason).toBe('invalid_result: /0/value: 120 is outside the bounds of the manifest, 0 to 100.');
  expect(await reportOf(app, 'spend')).toMatchObject({ state: 'failed', maximum: 60 });
  expect(await scoreOf(app, ada, 'spend')).toBe(60);
});

/** A scorer that asks a server of the test before it answers: the test says when, and whether it fails. */
const openGate = async () => {
  let answer = 'fine';
  let waiting: (() => void)[] = [];
  let held = false;
  const server = createServer((_request, response) => {
    const go = () => response.end(answer);
    if (held) waiting.push(go);
    else go();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    made: {
      manifest: {
        hosts: [{ origin, methods: ['GET'], reason: 'For this test.' }],
        scopes: asks('customers:read', 'hook:customers.score'),
      },
      code: `export default { score: async (customers, ctx) => {
        const { body } = await ctx.fetch('${origin}/');
        if (body === 'broken') throw new Error('broken');
        return customers.map(({ id }) => ({ customer: id, value: 7 }));
      } };`,
    },
    say: (text: string) => {
      answer = text;
    },
    hold: () => {
      held = true;
    },
    waiting: () => waiting.length,
    release: () => {
      held = false;
      for (const go of waiting) go();
      waiting = [];
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

eachDatabase('a run gives no score to whoever was erased or merged away while the scorer thought', async (on) => {
  await using gate = await openGate();
  await using app = await testApp(on);
  const admin = app.as('owner');
  await installScorer(app, 'slow', gate.made);
  const [ada, bob, cleo] = [
    await addCustomer(app, 'Ada'),
    await addCustomer(app, 'Bob'),
    await addCustomer(app, 'Cleo'),
  ];
  gate.hold();
  await admin.post('/scorers/slow/run', {});
  await vi.waitFor(() => expect(gate.waiting()).toBe(1), 20_000);
  expect((await admin.post(`/customers/${ada}/erase`, {})).status).toBeLessThan(300);
  expect((await admin.post(`/customers/${bob}/merge`, { into: cleo })).status).toBeLessThan(300);
  gate.release();
  expect(await runIn(app, 'slow', 'done')).toMatchObject({ asked: 3, scored: 1 });
  expect(await reportOf(app, 'slow')).toMatchObject({ customers: 1 });
  expect(await scoreOf(app, cleo, 'slow')).toBe(7);
});

eachDatabase(
  'a plugin that is not available is asked again later, and its run is not counted as failed',
  async (on) => {
    await using gate = await openGate();
    await using app = await testApp(on);
    await installScorer(app, 'shy', gate.made);
    const ada = await addCustomer(app, 'Ada');
    gate.say('broken');
    const input = { at: '2026-05-04T12:00:00.000Z', customers: [] };
    for (let i = 0; i < 10; i++) await app.rapport.core.hooks.collect(customersScore, input, { provider: 'shy' });
    gate.say('fine');
    await app.as('admin').post('/scorers/shy/run', {});
    await vi.waitFor(async () => expect((await reportOf(app, 'shy')).runs[0].reason).not.toBeNull(), 20_000);
    expect((await reportOf(app, 'shy')).runs[0]).toMatchObject({ status: 'waiting', asked: 0 });
    app.clock.advance(10 * 60_000);
    await runIn(app, 'shy', 'done');
    expect(await scoreOf(app, ada, 'shy')).toBe(7);
  },
);

eachDatabase('one that asks for too much of the address gets a problem with code and pointer', async (on) => {
  await using app = await testApp(on);
  await installScorer(app, 'spend', { code: spendCode });
  const admin = app.as('admin');
  expect((await admin.post('/scorers/nobody/run', {})).body).toMatchObject({ status: 404, code: 'SCORER_NOT_FOUND' });
  expect((await admin.get('/scorers/nobody/report')).body).toMatchObject({ status: 404, code: 'SCORER_NOT_FOUND' });
  expect((await admin.post('/scorers/spend/run', { at: 'yesterday' })).body).toMatchObject({
    status: 400,
    pointer: '/at',
  });
  expect((await admin.post('/scorers/spend/run', { tell: 'all' })).body).toMatchObject({
    status: 400,
    pointer: '/tell',
  });
  expect(await reportOf(app, 'spend')).toMatchObject({ state: 'idle', lastRunAt: null, nextRunAt: null, runs: [] });
});
