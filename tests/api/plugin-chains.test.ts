// Plugins that cause each other: what one writes tells another, which writes again. A chain ends after eight calls, on whatever node its
// links run, through whatever was written; the plugin's activity says so, and everybody else goes on.
import { expect, vi } from 'vitest';
import { type TestApp, testApp } from '../support/app.ts';
import { eachDatabase } from '../support/databases.ts';
import { installPlugin } from '../support/plugins.ts';

const asks = (scope: string) => ({ scope, reason: 'To test.' });
const hears = (topic: string, ...scopes: string[]) => ({
  provides: { hooks: [topic] },
  scopes: { required: scopes.map(asks) },
});
const answering = (from: string, to: string) => `export default { on: { 'event.recorded': async (notice, ctx) => {
  if (notice.payload.event.type !== '${from}') return;
  await ctx.emit({ type: '${to}', customerId: notice.customerId });
} } };`;
const within = { timeout: 30_000, interval: 50 };
const customer = async (app: TestApp, name: string): Promise<string> =>
  (await app.as('admin').post('/customers', { name })).body.id;
const begin = async (app: TestApp, id: string, url = app.url) => {
  const reply = await fetch(`${url}/api/v1/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(await app.as('admin').credentials()) },
    body: JSON.stringify({ type: 'ping', customer: { id } }),
  });
  expect(reply.status).toBe(201);
};
const countOf = async (app: TestApp, type: string): Promise<number> =>
  (await app.rapport.platform.database.reader('events').where({ type })).length;
const pendingIn = async (app: TestApp): Promise<number> =>
  (await app.rapport.platform.database.reader('jobs').whereNotIn('status', ['done'])).length +
  (await app.rapport.platform.database.reader('outbox')).length;
/** Nothing is on its way any more: what is counted then is the end. */
const quiet = (app: TestApp) => vi.waitFor(async () => expect(await pendingIn(app)).toBe(0), within);

eachDatabase('two plugins that answer each other on two nodes: eight events, then both are quiet', async (on) => {
  await using first = await testApp(on);
  await using second = await testApp(on);
  await installPlugin(
    first.rapport.core.plugins,
    { id: 'acme/ping', ...hears('event.recorded', 'events:write') },
    answering('ping', 'pong'),
  );
  await installPlugin(
    first.rapport.core.plugins,
    { id: 'acme/pong', ...hears('event.recorded', 'events:write') },
    answering('pong', 'ping'),
  );
  const id = await customer(first, 'Ada');
  await begin(first, id, second.url);
  await vi.waitFor(async () => expect((await countOf(first, 'ping')) + (await countOf(first, 'pong'))).toBe(9), within);
  await quiet(first);
  expect([await countOf(first, 'ping'), await countOf(first, 'pong')]).toEqual([5, 4]);
  const admin = first.as('admin');
  await vi.waitFor(async () => {
    const runs = (await admin.get('/plugins/acme~ping/runs')).body.data as { outcome: string; reason: string }[];
    const logs = (await admin.get('/plugins/acme~ping/logs')).body.data as { level: string; message: string }[];
    const reason = 'emit was refused: 8 calls of plugins in a row led here, and the chain ends.';
    expect(runs.filter(({ outcome }) => outcome !== 'ok')).toMatchObject([{ outcome: 'limit', reason, count: 1 }]);
    expect(logs).toMatchObject([{ level: 'warn', message: reason }]);
  }, within);
  expect((await admin.get('/plugins/acme~ping')).body).toMatchObject({ status: 'enabled', circuit: 'closed' });
  expect((await admin.get('/plugins/acme~pong/logs')).body.data).toEqual([]);
});

eachDatabase(
  'a chain over records ends too, whoever makes notices of them; other customers of the plugin are served',
  async (on) => {
    await using app = await testApp(on, {
      // What a module might do that is told of records in the transaction in which they change.
      prepare: ({ platform: { changes, outbox } }) =>
        changes.subscribe(async (trx, all) => {
          for (const { kind, customerId } of all)
            if (kind === 'record')
              await outbox.emit(trx, { topic: 'alert.fired', customerId, payload: { customerId } });
        }),
    });
    await installPlugin(
      app.rapport.core.plugins,
      {
        id: 'acme/notes',
        provides: {
          hooks: ['alert.fired', 'event.recorded'],
          recordTypes: [
            { key: 'note', title: 'Note', schema: { type: 'object', properties: { n: { type: 'integer' } } } },
          ],
        },
        scopes: { required: [asks('records:write'), asks('records:read')] },
      },
      `const write = async (notice, ctx) => {
      const { data } = await ctx.records.list({ type: 'note', customerId: notice.customerId });
      await ctx.records.put({ type: 'note', customerId: notice.customerId, data: { n: data.length + 1 } });
    };
    export default { on: { 'event.recorded': write, 'alert.fired': write } };`,
    );
    const [ada, grace] = [await customer(app, 'Ada'), await customer(app, 'Grace')];
    await begin(app, ada);
    const notesOf = async (id: string) =>
      (await app.rapport.platform.database.reader('records').where({ customer_id: id })).length;
    await vi.waitFor(async () => expect(await notesOf(ada)).toBe(8), within);
    await quiet(app);
    expect(await notesOf(ada)).toBe(8);
    await begin(app, grace);
    await vi.waitFor(async () => expect(await notesOf(grace)).toBe(8), within);
    await quiet(app);
    expect([await notesOf(ada), await notesOf(grace)]).toEqual([8, 8]);
  },
);

eachDatabase('a chain goes on through a job that an alert makes, and ends there too', async (on) => {
  await using app = await testApp(on);
  const admin = app.as('admin');
  await installPlugin(
    app.rapport.core.plugins,
    { id: 'acme/channel', provides: { channels: [{ key: 'sms', title: 'SMS', address: 'phone' }] } },
    `export default { send: () => ({ status: 'sent' }) };`,
  );
  await installPlugin(
    app.rapport.core.plugins,
    { id: 'acme/echo', ...hears('message.sent', 'events:write') },
    `export default { on: { 'message.sent': async (notice, ctx) => {
      await ctx.emit({ type: 'ping', customerId: notice.customerId });
    } } };`,
  );
  const made = await admin.post('/alerts', {
    key: 'answer',
    name: 'Answer',
    trigger: { kind: 'event', types: ['ping'] },
    actions: [{ kind: 'message', channel: 'sms', purpose: 'service', content: { text: 'Hello' } }],
  });
  expect(made.body).toMatchObject({ key: 'answer' });
  await admin.post('/alerts/answer/activate', {});
  const { id } = (await admin.post('/customers', { name: 'Ada', phone: '+491701234567' })).body;
  await begin(app, id);
  await vi.waitFor(async () => expect(await countOf(app, 'ping')).toBe(9), within);
  await quiet(app);
  expect(await countOf(app, 'ping')).toBe(9);
});
