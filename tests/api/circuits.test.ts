// Circuits of plugins under real concurrency: many parallel calls to a plugin in its sandbox, over the bus, over HTTP, and by the
// queue of messages. The plugins look at their clock to decide whether they work, so that a test can mend them.
import { customersRecommend } from '@rapport/sdk/hooks';
import { expect, test, vi } from 'vitest';
import { system } from '../../core/index.ts';
import { breakerLimits } from '../../core/plugins/calls/breaker.ts';
import { type TestApp, testApp } from '../support/app.ts';
import { createTestDatabase, eachDatabase } from '../support/databases.ts';
import { manifestOf } from '../support/plugins.ts';

const start = '2026-05-04T12:00:00.000Z';
const later = (ms: number): string => new Date(Date.parse(start) + ms).toISOString();

const install = async (app: TestApp, manifest: Record<string, unknown>, code: string) => {
  const whole = manifestOf(manifest);
  const files = new Map([
    ['plugin.json', Buffer.from(JSON.stringify(whole))],
    ['index.ts', Buffer.from(code)],
  ]);
  await app.rapport.core.plugins.installFiles(files, 'folder', system);
  const scopes = (await app.rapport.core.plugins.get(whole.id as string)).scopes.map(({ scope }) => scope);
  return app.rapport.core.plugins.consent(whole.id as string, { scopes, enable: true }, system);
};
const circuitOf = async (app: TestApp, id = 'acme~hello') => (await app.as('admin').get(`/plugins/${id}`)).body.circuit;
const recommender = { provides: { recommenders: [{ key: 'r', title: 'R' }] } };

test('16 calls that time out at once open the circuit once; then exactly one is let through', {
  timeout: 30_000,
}, async () => {
  await using on = await createTestDatabase('sqlite');
  await using app = await testApp(on, { clock: start });
  const clock = app.rapport.platform.clock as unknown as { advance: (ms: number) => void; now: () => number };
  await install(
    app,
    recommender,
    `export default { recommend: async (input, ctx) => {
      if (ctx.now() < ${Date.parse(later(breakerLimits.pauseMs))}) for (;;);
      await ctx.kv.set('asked:' + ctx.random(), 1);
      return [{ customer: null, items: [] }];
    } };`,
  );
  const ask = (timeoutMs = 10_000) =>
    app.rapport.core.plugins.call(
      customersRecommend,
      { shelf: 'home', limit: 1, at: new Date(clock.now()).toISOString(), customers: [] },
      { plugin: 'acme/hello', provider: 'r', timeoutMs },
    );
  const burst = await Promise.all(Array.from({ length: 16 }, () => ask(400)));
  for (const { kind } of burst) expect(['timeout', 'killed']).toContain(kind);
  expect(await circuitOf(app)).toBe('open');
  const meanwhile = await Promise.all(Array.from({ length: 50 }, () => ask()));
  for (const outcome of meanwhile)
    expect(outcome).toMatchObject({ kind: 'unavailable', until: clock.now() + breakerLimits.pauseMs });

  clock.advance(breakerLimits.pauseMs);
  expect(await circuitOf(app)).toBe('half-open');
  const trials = await Promise.all(Array.from({ length: 16 }, () => ask()));
  expect(trials.filter(({ kind }) => kind === 'ok')).toHaveLength(1);
  for (const outcome of trials) if (outcome.kind === 'unavailable') expect(outcome.until).toBeGreaterThan(clock.now());
  expect(await app.rapport.platform.database.reader('plugin_data').where({ plugin: 'acme/hello' })).toHaveLength(1);
  expect(await circuitOf(app)).toBe('closed');
  expect((await Promise.all(Array.from({ length: 16 }, () => ask()))).map(({ kind }) => kind)).toEqual(
    Array(16).fill('ok'),
  );
});

test('a new version, and switching it on again, start with closed circuits', async () => {
  await using on = await createTestDatabase('sqlite');
  await using app = await testApp(on);
  const broken = 'export default { recommend: () => { throw new Error("no"); } };';
  const fail = () =>
    Promise.all(
      Array.from({ length: 12 }, () =>
        app.rapport.core.hooks.collect(customersRecommend, { shelf: 'home', limit: 1, at: start, customers: [] }),
      ),
    );
  await install(app, recommender, broken);
  await fail();
  expect(await circuitOf(app)).toBe('open');
  await app.as('admin').post('/plugins/acme~hello/enable');
  expect(await circuitOf(app)).toBe('closed');
  await fail();
  expect(await circuitOf(app)).toBe('open');
  await install(app, { ...recommender, version: '1.0.1' }, `${broken}//`);
  expect(await circuitOf(app)).toBe('closed');
});

eachDatabase('switching a plugin on, or setting it, on one node closes its circuit on the others', async (on) => {
  await using first = await testApp(on);
  await using second = await testApp(on);
  await install(
    first,
    { ...recommender, settings: { type: 'object', properties: { works: { type: 'boolean' } } } },
    `export default { recommend: (_, ctx) => {
      if (!ctx.settings.works) throw new Error('no');
      return [{ customer: null, items: [] }];
    } };`,
  );
  const input = { shelf: 'home', limit: 1, at: start, customers: [] };
  const ask = async (app: TestApp): Promise<string> =>
    (await app.rapport.core.hooks.collect(customersRecommend, input))[0]!.kind;
  const fail = async (app: TestApp) => {
    await Promise.all(Array.from({ length: 12 }, () => ask(app)));
    expect(await ask(app)).toBe('unavailable');
  };
  // Each node finds out for itself.
  await fail(first);
  expect(await ask(second)).toBe('plugin_error');
  await fail(second);
  await first.as('admin').post('/plugins/acme~hello/disable');
  await first.as('admin').post('/plugins/acme~hello/enable');
  expect([await ask(first), await ask(second)]).toEqual(['plugin_error', 'plugin_error']);
  await fail(second);
  await first.as('admin').put('/plugins/acme~hello/settings', { settings: { works: true } });
  expect([await ask(second), await ask(first)]).toEqual(['ok', 'ok']);
});

eachDatabase('bad requests of strangers to a public endpoint do not stop the channel of its plugin', async (on) => {
  await using app = await testApp(on);
  await install(
    app,
    {
      provides: {
        channels: [{ key: 'sms', title: 'SMS', address: 'phone' }],
        http: [{ method: 'POST', path: '/hook', summary: 'A hook' }],
      },
    },
    `export default {
      http: (request) => ({ body: JSON.parse(request.body) }),
      send: (message) => ({ status: 'sent', id: 'id-' + message.to }),
    };`,
  );
  const post = (body: string) => fetch(`${app.url}/api/v1/plugins/acme~hello/http/hook`, { method: 'POST', body });
  const codes = async (bodies: string[]) => (await Promise.all(bodies.map(post))).map(({ status }) => status);
  expect(await codes(['{}'])).toEqual([200]);
  expect(new Set(await codes(Array.from({ length: 12 }, () => 'not JSON')))).toEqual(new Set([502]));
  const closed = await post('{}');
  expect(closed.status).toBe(503);
  expect(await closed.json()).toMatchObject({ code: 'PLUGIN_UNAVAILABLE' });
  expect(Number(closed.headers.get('retry-after'))).toBeGreaterThan(0);
  const sent = await app.as('admin').post('/messages', {
    to: '+491701234567',
    channel: 'sms',
    purpose: 'staff',
    content: { text: 'Hello' },
  });
  expect(sent.status).toBeLessThan(300);
  await vi.waitFor(
    async () => expect((await app.as('admin').get(`/messages/${sent.body.id}`)).body).toMatchObject({ status: 'sent' }),
    { timeout: 10_000, interval: 50 },
  );
  expect((await app.as('admin').get('/plugins/acme~hello')).body).toMatchObject({ status: 'enabled', circuit: 'open' });
});

eachDatabase(
  'a fail-closed filter that fails for an hour: nothing goes out unfiltered, nothing is lost',
  async (on) => {
    await using app = await testApp(on, { clock: start });
    const clock = app.rapport.platform.clock as unknown as { advance: (ms: number) => void; now: () => number };
    const admin = app.as('admin');
    await install(
      app,
      { id: 'acme/filter', provides: { hooks: ['message.filter'] } },
      `export default { filter: (message, ctx) => {
      if (ctx.now() < ${Date.parse(later(3_600_000))}) throw new Error('not yet');
      return { text: message.text + ' (checked)' };
    } };`,
    );
    await install(
      app,
      { id: 'acme/channel', provides: { channels: [{ key: 'sms', title: 'SMS', address: 'phone' }] } },
      `export default { send: async (message, ctx) => {
      await ctx.kv.set(message.id, message.text);
      return { status: 'sent' };
    } };`,
    );
    await admin.put('/plugins/acme~filter/settings', { settings: {}, failClosed: ['message.filter'] });
    const ids: string[] = [];
    for (let i = 0; i < 5; i++) {
      const made = await admin.post('/messages', {
        to: `+49170123456${i}`,
        channel: 'sms',
        purpose: 'staff',
        content: { text: `Hello ${i}` },
      });
      ids.push(made.body.id);
    }
    const { reader } = app.rapport.platform.database;
    const waiting = () => reader('jobs').where({ queue: 'messages', status: 'waiting' });
    const putOff = async () => {
      const rows = (await waiting()) as { put_off_since: number | null; attempts: number; run_at: number }[];
      expect(rows).toHaveLength(5);
      for (const row of rows) {
        expect(row.put_off_since).not.toBeNull();
        expect(Number(row.run_at)).toBeGreaterThan(clock.now());
        expect(row.attempts).toBe(0);
      }
    };
    // An hour in steps of two minutes; in the end Rapport has switched the filter off, and the messages still wait.
    for (let minutes = 0; minutes < 60; minutes += 2) {
      await vi.waitFor(putOff, { timeout: 10_000, interval: 20 });
      clock.advance(120_000);
      app.rapport.platform.jobs.wake('messages');
    }
    expect(await reader('plugin_data').where({ plugin: 'acme/channel' })).toEqual([]);
    expect((await admin.get('/plugins/acme~filter')).body).toMatchObject({
      status: 'disabled',
      disabledReason: 'It failed again and again in message.filter.',
    });
    await admin.post('/plugins/acme~filter/enable');
    clock.advance(breakerLimits.longestMs);
    await vi.waitFor(
      async () => {
        clock.advance(1000);
        app.rapport.platform.jobs.wake('messages');
        const rows = (await reader('plugin_data').where({ plugin: 'acme/channel' })) as {
          key: string;
          value: string;
        }[];
        expect(rows.map(({ value }) => JSON.parse(value)).toSorted()).toEqual(
          [0, 1, 2, 3, 4].map((i) => `Hello ${i} (checked)`),
        );
      },
      { timeout: 15_000, interval: 100 },
    );
    for (const id of ids)
      await vi.waitFor(async () => expect((await admin.get(`/messages/${id}`)).body.status).toBe('sent'), {
        timeout: 5000,
      });
  },
);
