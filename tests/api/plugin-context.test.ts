// What plugins can do through `ctx` and hear through hooks, in the real sandbox, against the real server.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { customersRecommend, customersScore, messageFilter, modelTrain, scheduleRun } from '@rapport/sdk/hooks';
import { expect, test } from 'vitest';
import { system } from '../../core/index.ts';
import { type TestApp, testApp } from '../support/app.ts';
import { createTestDatabase, eachDatabase } from '../support/databases.ts';
import { openMailServer } from '../support/mail-server.ts';
import { manifestOf } from '../support/plugins.ts';

const install = async (app: TestApp, manifest: Record<string, unknown>, code: string, scopes?: string[]) => {
  const { plugins } = app.rapport.core;
  const whole = manifestOf(manifest);
  const files = new Map([
    ['plugin.json', Buffer.from(JSON.stringify(whole))],
    ['index.ts', Buffer.from(code)],
  ]);
  await plugins.installFiles(files, 'folder', system);
  await plugins.consent(whole.id as string, { scopes, enable: true }, system);
};
const until = async <T>(look: () => Promise<T> | T, ms = 8000): Promise<NonNullable<T>> => {
  const end = Date.now() + ms;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > end) throw new Error('it did not happen in time');
    await wait(25);
  }
};
const asks = (scope: string) => ({ scope, reason: 'For this test.' });
const scorer = { provides: { scorers: [{ key: 'it', title: 'It' }] } };
const at = '2026-05-04T12:00:00.000Z';
const score = (app: TestApp, customers: { id: string }[] = []) =>
  app.rapport.core.plugins.call(
    customersScore,
    { at, customers: customers as never },
    { plugin: 'acme/hello', provider: 'it' },
  );

eachDatabase('a plugin reads customers with what they bought, personal members masked unless granted', async (on) => {
  await using app = await testApp(on);
  const admin = app.as('admin');
  const made = await admin.post('/customers', {
    name: 'Ada Lovelace',
    email: 'ada@example.com',
    phone: '+491701234567',
    city: 'Bonn',
  });
  expect(made.status).toBe(201);
  const order = await admin.post('/orders', {
    customer: { id: made.body.id },
    currency: 'EUR',
    orderedAt: '2026-05-01T10:00:00.000Z',
    lines: [{ sku: 'A', name: 'Apple', quantity: 2, unitPrice: 150 }],
  });
  expect(order.status).toBe(201);
  const code = `export default { score: async (customers, ctx) => {
    const { data } = await ctx.customers.list({ purchases: true, at: '${at}' });
    const orders = await ctx.orders.list();
    const before = await ctx.customers.get(data[0].id, { purchases: true, at: '2026-01-01T00:00:00.000Z' });
    return [{ customer: customers[0].id, value: 1, reasons: [JSON.stringify(data.map(({ id, email, phone, name, city, purchases }) => ({ id, email, phone, name, city, purchases }))), JSON.stringify(orders.data[0].lines), JSON.stringify(before.purchases), JSON.stringify(customers[0])] }];
  } };`;
  const scopes = { required: [asks('customers:read[email]'), asks('orders:read')] };
  await install(app, { ...scorer, scopes }, code);
  const outcome = await score(app, [{ id: made.body.id, phone: '+491701234567' } as never]);
  if (outcome.kind !== 'ok') throw new Error(JSON.stringify(outcome));
  const [list, lines, before, given] = outcome.value[0]!.reasons!.map((text) => JSON.parse(text));
  expect(list).toMatchObject([
    {
      id: made.body.id,
      email: 'ada@example.com',
      phone: '***67',
      name: 'A***',
      city: 'Bonn',
      purchases: { orders: 1, quantity: 2, total: 300, currency: 'EUR', lastAt: '2026-05-01T10:00:00.000Z' },
    },
  ]);
  expect(lines).toMatchObject([{ sku: 'A', name: 'Apple', quantity: 2, unitPrice: 150, total: 300 }]);
  expect(before).toMatchObject({ orders: 0, total: 0 });
  expect(given.phone).toBe('***67');
});

eachDatabase('what a plugin keeps is its own, in order, and goes when the person is erased', async (on) => {
  await using app = await testApp(on);
  const { id } = (await app.as('admin').post('/customers', { name: 'Ada' })).body;
  const code = `export default { score: async (customers, ctx) => {
    await ctx.kv.setMany([1, 2, 3].map((n) => ({ key: 'n:' + n, value: { n } })));
    await ctx.kv.set('about', { secret: true }, { customerId: '${id}' });
    await ctx.kv.delete('n:3');
    const first = await ctx.kv.list({ prefix: 'n:', limit: 1, values: true });
    const second = await ctx.kv.list({ prefix: 'n:', limit: 5, cursor: first.next });
    const all = [first.data, second.data, await ctx.kv.getMany(['n:2', 'none']), await ctx.kv.get('about')];
    return [{ customer: '${id}', value: 1, reasons: [JSON.stringify(all)] }];
  } };`;
  await install(app, scorer, code);
  const outcome = await score(app, [{ id }]);
  if (outcome.kind !== 'ok') throw new Error(JSON.stringify(outcome));
  expect(JSON.parse(outcome.value[0]!.reasons![0]!)).toEqual([
    [{ key: 'n:1', customerId: null, value: { n: 1 } }],
    [{ key: 'n:2', customerId: null, value: null }],
    [{ n: 2 }, null],
    { secret: true },
  ]);
  const kept = async () => (await app.as('owner').get(`/customers/${id}/export`)).body.tables?.plugin_data;
  expect(await kept()).toMatchObject([{ plugin: 'acme/hello', key: 'about', value: { secret: true } }]);
  expect((await app.as('owner').post(`/customers/${id}/erase`, {})).status).toBeLessThan(300);
  const { writer } = app.rapport.platform.database;
  expect(await writer('plugin_data').where({ customer_id: id })).toEqual([]);
});

test('a plugin calls the hosts of its manifest, and the answer reaches it', async () => {
  await using on = await createTestDatabase('sqlite');
  const server = createServer((req, res) => {
    req.on('data', () => {});
    req.on('end', () => res.end(JSON.stringify({ method: req.method, token: req.headers['x-token'] })));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    await using app = await testApp(on);
    const code = `export default { score: async (customers, ctx) => {
      const reply = await ctx.fetch('${origin}/x', { method: 'POST', headers: { 'x-token': 't', host: 'evil.example' }, body: 'hi' });
      return [{ customer: 'c', value: reply.status, reasons: [JSON.stringify(reply.json())] }];
    } };`;
    await install(app, { ...scorer, hosts: [{ origin, methods: ['POST'], reason: 'x' }] }, code);
    expect(await score(app, [{ id: 'c' }])).toMatchObject({
      kind: 'ok',
      value: [{ value: 200, reasons: [JSON.stringify({ method: 'POST', token: 't' })] }],
    });
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

test('a mail leaves through the admin server, with one Message-ID for one key', async () => {
  await using on = await createTestDatabase('sqlite');
  await using smtp = await openMailServer();
  await using app = await testApp(on, { environment: { SMTP_URL: smtp.url } });
  const code = `export default { score: async (customers, ctx) => {
    const mail = { to: 'ada@example.com', subject: 'Hello', text: 'Hi Ada', idempotencyKey: 'k1' };
    const [a, b] = [await ctx.smtp.send(mail), await ctx.smtp.send(mail)];
    return [{ customer: 'c', value: a.id === b.id ? 1 : 0 }];
  } };`;
  await install(app, { ...scorer, scopes: { required: [asks('messages:write')] } }, code);
  expect(await score(app, [{ id: 'c' }])).toMatchObject({ kind: 'ok', value: [{ value: 1 }] });
  expect(smtp.mails).toHaveLength(2);
  expect(smtp.mails[0]).toMatch(/^Subject: Hello\r?$/m);
});

eachDatabase('a plugin hears what happened, after commit, and may record an event', async (on) => {
  await using app = await testApp(on);
  const code = `export default { on: { 'customer.created': async (notice, ctx) => {
    await ctx.emit({ type: 'greeted', customerId: notice.customerId, id: notice.id });
    ctx.log.info('heard', { notice });
  } } };`;
  await install(app, { provides: { hooks: ['customer.created'] }, scopes: { required: [asks('events:write')] } }, code);
  const { id } = (await app.as('admin').post('/customers', { name: 'Ada', email: 'ada@example.com' })).body;
  const events = await until(async () => {
    const { body } = await app.as('admin').get(`/events?customerId=${id}`);
    return body.data?.length ? body.data : undefined;
  });
  expect(events).toMatchObject([{ type: 'greeted', source: 'plugin:acme.hello' }]);
  // The handler writes its line after the event.
  const [line] = await until(async () => {
    const { body } = await app.as('admin').get('/plugins/acme~hello/logs');
    return body.data?.length ? body.data : undefined;
  });
  expect(JSON.stringify(line)).toContain('a***@***');
  expect(JSON.stringify(line)).not.toContain('ada@example.com');
});

eachDatabase(
  'a plugin that emits what it is told of is stopped after eight events, and others hear them all',
  async (on) => {
    await using app = await testApp(on);
    const loop = `export default { on: { 'event.recorded': async (notice, ctx) => {
    try { await ctx.emit({ type: 'echo', customerId: notice.customerId }); }
    catch ({ code }) { ctx.log.warn('stopped ' + code); }
  } } };`;
    const count = `export default { on: { 'event.recorded': async (notice, ctx) => {
    await ctx.kv.set('heard:' + notice.payload.event.id, 1);
  } } };`;
    const provides = { hooks: ['event.recorded'] };
    await install(app, { provides, scopes: { required: [asks('events:write')] } }, loop);
    await install(app, { id: 'acme/counter', provides }, count);
    const { id } = (await app.as('admin').post('/customers', { name: 'Ada' })).body;
    await app.as('admin').post('/events', { type: 'start', customer: { id } });
    const [line] = await until(async () => {
      const { body } = await app.as('admin').get('/plugins/acme~hello/logs');
      return body.data?.length ? body.data : undefined;
    }, 30_000);
    expect(line).toMatchObject({ message: 'stopped LIMIT' });
    const { reader } = app.rapport.platform.database;
    expect(await reader('events').where({ type: 'echo' })).toHaveLength(8);
    await until(async () => (await reader('plugin_data').where({ plugin: 'acme/counter' })).length === 9, 30_000);
    // Another beginning is another chain.
    await app.as('admin').post('/events', { type: 'start', customer: { id } });
    await until(async () => (await reader('events').where({ type: 'echo' })).length === 16, 30_000);
  },
);

test('a filter changes or refuses; when it fails the admin decides whether that refuses', async () => {
  await using on = await createTestDatabase('sqlite');
  await using app = await testApp(on);
  const { hooks } = app.rapport.core;
  const code = `export default { filter: (message) => {
    if (message.text === 'bad') return { refuse: 'no' };
    if (message.text === 'broken') throw new Error('oops');
    return { text: message.text + '!' };
  } };`;
  await install(app, { provides: { hooks: ['message.filter'] } }, code);
  const filter = (text: string) =>
    hooks.filter(messageFilter, { id: 'm', channel: 'email', to: 'a@b', idempotencyKey: 'm', customerId: null, text });
  expect(await filter('hi')).toMatchObject({ value: { text: 'hi!', to: 'a@b' }, refused: undefined });
  expect(await filter('bad')).toMatchObject({ refused: { plugin: 'acme/hello', reason: 'no' } });
  expect(await filter('broken')).toMatchObject({ value: { text: 'broken' }, refused: undefined });
  await app.as('admin').put('/plugins/acme~hello/settings', { settings: {}, failClosed: ['message.filter'] });
  expect(await filter('broken')).toMatchObject({ refused: undefined, held: { plugin: 'acme/hello', reason: 'oops' } });
  expect(
    await app.as('admin').put('/plugins/acme~hello/settings', { settings: {}, failClosed: ['order.placed'] }),
  ).toMatchObject({ status: 422, body: { code: 'PLUGIN_SETTINGS_INVALID', pointer: '/failClosed/0' } });
});

test('a plugin that keeps failing is left alone for a while, and the others answer', async () => {
  await using on = await createTestDatabase('sqlite');
  await using app = await testApp(on);
  const recommend = (id: string, code: string) =>
    install(app, { id, provides: { recommenders: [{ key: 'r', title: 'R' }] } }, code);
  await recommend('acme/broken', 'export default { recommend: () => { throw new Error("no"); } };');
  await recommend('acme/fine', 'export default { recommend: () => [{ customer: null, items: [] }] };');
  const ask = () => app.rapport.core.hooks.collect(customersRecommend, { shelf: 'home', limit: 1, at, customers: [] });
  for (let i = 0; i < 10; i++) expect((await ask()).map(({ kind }) => kind)).toEqual(['plugin_error', 'ok']);
  const [broken, fine] = await ask();
  expect(broken).toMatchObject({ kind: 'unavailable', until: expect.any(Number) });
  expect(broken?.kind === 'unavailable' && broken.until).toBeGreaterThan(Date.now());
  expect(fine).toMatchObject({ kind: 'ok' });
  expect((await app.as('admin').get('/plugins/acme~broken')).body.circuit).toBe('open');
});

test('a schedule runs its handler, and the RFM scorer trains and scores in the sandbox', async () => {
  await using on = await createTestDatabase('sqlite');
  await using app = await testApp(on);
  const code = `export default { schedule: { nightly: async (run, ctx) => { ctx.log.info('ran ' + run.at); } } };`;
  const schedules = [{ key: 'nightly', title: 'Nightly', cron: '0 3 * * *' }];
  await install(app, { provides: { schedules } }, code);
  const { plugins } = app.rapport.core;
  expect(await plugins.call(scheduleRun, { at }, { plugin: 'acme/hello', provider: 'nightly' })).toMatchObject({
    kind: 'ok',
  });

  await plugins.installBundled();
  const admin = app.as('admin');
  const ids: string[] = [];
  for (let i = 0; i < 10; i++) {
    const { id } = (await admin.post('/customers', { name: `C${i}` })).body;
    ids.push(id);
    await admin.post('/orders', {
      customer: { id },
      currency: 'EUR',
      orderedAt: `2026-04-${10 + i}T10:00:00.000Z`,
      lines: [{ sku: 'A', quantity: 1, unitPrice: 100 * (i + 1) }],
    });
  }
  const target = { plugin: 'rapport/scorer-rfm', provider: 'rfm' };
  expect(await plugins.call(modelTrain, { at }, target)).toMatchObject({
    kind: 'ok',
    value: { facts: { buyers: 10 } },
  });
  const { data } = await readCustomers(app, ids);
  const outcome = await plugins.call(customersScore, { at, customers: data as never }, target);
  expect(outcome).toMatchObject({ kind: 'ok' });
  if (outcome.kind === 'ok') expect(outcome.value).toHaveLength(10);
});

const readCustomers = async (app: TestApp, ids: string[]) => {
  const { createCustomerReads } = await import('../../core/customers/capabilities-store.ts');
  const { presentCustomers } = await import('../../core/customers/plugin-customers.ts');
  const { reader } = app.rapport.platform.database;
  return { data: await presentCustomers(reader, await createCustomerReads(reader).of(ids), Date.parse(at)) };
};
