// Everything a plugin can ask of Rapport, called from the real sandbox: for each capability of every module one call that is
// answered and those that are refused. A capability that is not in the table below is red.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createTestContext } from '@rapport/sdk/testing';
import { expect, test } from 'vitest';
import { system } from '../../core/index.ts';
import { kvLimits } from '../../core/plugins/capabilities/kv.ts';
import { type TestApp, testApp } from '../support/app.ts';
import { createTestDatabase, eachDatabase } from '../support/databases.ts';
import { openMailServer } from '../support/mail-server.ts';
import { manifestOf } from '../support/plugins.ts';

const install = async (app: TestApp, manifest: Record<string, unknown>, code: string) => {
  const whole = manifestOf(manifest);
  const files = new Map([
    ['plugin.json', Buffer.from(JSON.stringify(whole))],
    ['index.ts', Buffer.from(code)],
  ]);
  const { plugins } = app.rapport.core;
  const installed = await plugins.installFiles(files, 'folder', system);
  const scopes = installed.scopes.map(({ scope }) => scope);
  await plugins.consent(installed.id, { scopes, enable: true }, system);
};

/** A plugin that calls whatever it is told to, and says what came of it. */
const anything = `export default { http: async (request, ctx) => {
  const { name, args } = JSON.parse(request.body);
  const found = name.split('.').reduce((object, member) => object[member], ctx);
  try { return { body: { value: await found(...args) ?? null } }; }
  catch ({ code, message }) { return { body: { code, message } }; }
} };`;
const provides = { http: [{ method: 'POST', path: '/call', summary: 'Calls.' }] };
const caller =
  (app: TestApp, id: string) =>
  async (name: string, args: unknown[]): Promise<{ value?: unknown; code?: string; message?: string }> => {
    const reply = await fetch(`${app.url}/api/v1/plugins/${id}/http/call`, {
      method: 'POST',
      body: JSON.stringify({ name, args }),
    });
    return (await reply.json()) as { value?: unknown };
  };

type World = { customer: string; origin: string };
type Row = {
  args: (world: World) => unknown[];
  answers: (world: World) => unknown;
  denied?: (world: World) => unknown[];
};
const id = expect.any(String);

const table: Record<string, Row> = {
  'customers.get': {
    args: ({ customer }) => [customer],
    answers: ({ customer }) => ({ id: customer, email: 'ada@example.com', name: 'A***' }),
  },
  'customers.list': {
    args: () => [{ limit: 1 }],
    answers: ({ customer }) => ({ data: [{ id: customer, phone: '***67' }], next: null }),
  },
  'orders.list': {
    args: ({ customer }) => [{ customerId: customer }],
    answers: () => ({ data: [{ total: 300, lines: [{ sku: 'A', quantity: 2 }] }] }),
  },
  'products.list': { args: () => [], answers: () => ({ data: [{ sku: 'A', name: 'Apple' }] }) },
  'events.list': {
    args: () => [{ type: 'visited' }],
    answers: ({ customer }) => ({ data: [{ customerId: customer, properties: { page: '/a', phone: '***67' } }] }),
  },
  emit: { args: ({ customer }) => [{ type: 'greeted', customerId: customer }], answers: () => ({ id }) },
  'records.put': {
    args: ({ customer }) => [{ type: 'ticket', key: 't1', customerId: customer, data: { title: 'Broken' } }],
    answers: ({ customer }) => ({ id, type: 'ticket', key: 't1', customerId: customer, data: { title: 'Broken' } }),
    denied: () => [{ type: 'deal', data: {} }],
  },
  'records.get': {
    args: () => ['ticket', 't1'],
    answers: () => ({ key: 't1', data: { title: 'Broken' } }),
    denied: () => ['deal', 'x'],
  },
  'records.list': {
    args: () => [{ type: 'ticket' }],
    answers: () => ({ data: [{ key: 't1' }], next: null }),
    denied: () => [{ type: 'deal' }],
  },
  'kv.set': { args: () => ['a', { n: 1 }], answers: () => null },
  'kv.get': { args: () => ['a'], answers: () => ({ n: 1 }) },
  'kv.setMany': {
    args: () => [
      [
        { key: 'b', value: 2 },
        { key: 'c', value: 3 },
      ],
    ],
    answers: () => null,
  },
  'kv.getMany': { args: () => [['a', 'b', 'none']], answers: () => [{ n: 1 }, 2, null] },
  'kv.list': { args: () => [{ prefix: 'b', values: true }], answers: () => ({ data: [{ key: 'b', value: 2 }] }) },
  'kv.delete': { args: () => ['a'], answers: () => null },
  'secrets.get': { args: () => ['token'], answers: () => 's3cret', denied: () => ['plain'] },
  fetch: {
    args: ({ origin }) => [`${origin}/x`],
    answers: () => ({ status: 200, ok: true, body: 'hello' }),
    denied: () => ['https://elsewhere.example'],
  },
  'smtp.send': { args: () => [{ to: 'ada@example.com', subject: 'Hello', text: 'Hi' }], answers: () => ({ id }) },
};

eachDatabase(
  'every capability answers when it is granted, and is refused when it is not, or not asked rightly',
  async (on) => {
    const server = createServer((_request, response) => response.end('hello'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await using smtp = await openMailServer();
    await using app = await testApp(on, { environment: { SMTP_URL: smtp.url } });
    const { capabilities } = app.rapport.core.modules;
    expect(Object.keys(table).toSorted()).toEqual(capabilities.map(({ name }) => name).toSorted());

    const admin = app.as('admin');
    const customer = (await admin.post('/customers', { name: 'Ada', email: 'ada@example.com', phone: '+491701234567' }))
      .body.id;
    await admin.post('/products', { sku: 'A', name: 'Apple', price: 150, currency: 'EUR' });
    const lines = [{ sku: 'A', quantity: 2, unitPrice: 150 }];
    await admin.post('/orders', { customer: { id: customer }, currency: 'EUR', lines });
    await admin.post('/events', {
      type: 'visited',
      customer: { id: customer },
      properties: { page: '/a', phone: '+491701234567' },
    });
    const required = [...new Set(capabilities.flatMap(({ scope }) => scope ?? []))]
      .map((scope) => (scope === 'customers:read' ? 'customers:read[email]' : scope))
      .map((scope) => ({ scope, reason: 'For this test.' }));
    const schema = { type: 'object', properties: { title: { type: 'string' } }, required: ['title'] };
    await install(app, { id: 'acme/bare', provides }, anything);
    await install(
      app,
      {
        id: 'acme/granted',
        provides: { ...provides, recordTypes: [{ key: 'ticket', title: 'Ticket', schema }] },
        scopes: { required },
        hosts: [{ origin, methods: ['GET'], reason: 'x' }],
        settings: {
          type: 'object',
          properties: { token: { type: 'string', secret: true }, plain: { type: 'string' } },
        },
      },
      anything,
    );
    await admin.put('/plugins/acme~granted/settings', { settings: { token: 's3cret' } });
    const world = { customer, origin };
    const granted = caller(app, 'acme~granted');
    const bare = caller(app, 'acme~bare');
    try {
      for (const [name, { args, answers, denied }] of Object.entries(table)) {
        const { value, ...failure } = await granted(name, args(world));
        expect({ name, failure }).toEqual({ name, failure: {} });
        const expected = answers(world);
        if (expected === null || typeof expected === 'string') expect(value).toBe(expected);
        else expect(value).toMatchObject(expected as object);

        const scope = capabilities.find((one) => one.name === name)?.scope;
        if (scope)
          expect(await bare(name, args(world))).toEqual({
            code: 'DENIED',
            message: `${name} needs the scope ${scope}.`,
          });
        if (denied) expect(await granted(name, denied(world))).toMatchObject({ code: 'DENIED' });
        expect({ name, ...(await granted(name, [{ nonsense: true }])) }).toMatchObject({ name, code: 'INVALID' });
      }
    } finally {
      server.closeAllConnections();
      server.close();
    }
  },
);

test('the context of the test harness has the same functions as the real one', async () => {
  await using on = await createTestDatabase('sqlite');
  await using app = await testApp(on);
  const {
    done: _done,
    provider: _provider,
    settings: _settings,
    log: _log,
    now: _now,
    random: _random,
    ...ctx
  } = createTestContext();
  const names = Object.entries(ctx).flatMap(([name, member]) =>
    typeof member === 'function' ? [name] : Object.keys(member).map((inner) => `${name}.${inner}`),
  );
  expect(names.toSorted()).toEqual(app.rapport.core.modules.capabilities.map(({ name }) => name).toSorted());
});

const ticket = (properties: Record<string, unknown> = { title: { type: 'string', maxLength: 20 } }) => ({
  recordTypes: [{ key: 'ticket', title: 'Ticket', schema: { type: 'object', properties } }],
});
const recordScopes = {
  required: ['records:read', 'records:write'].map((scope) => ({ scope, reason: 'For this test.' })),
};

eachDatabase('what a plugin writes into records is checked, audited and told, like what people write', async (on) => {
  await using app = await testApp(on);
  const admin = app.as('admin');
  const customer = (await admin.post('/customers', { name: 'Ada' })).body.id;
  await install(app, { id: 'acme/desk', provides: { ...provides, ...ticket() }, scopes: recordScopes }, anything);
  const call = caller(app, 'acme~desk');
  const changes: unknown[] = [];
  app.rapport.platform.changes.subscribe(
    async (_trx, heard) => void changes.push(...heard.filter(({ kind }) => kind === 'record')),
  );

  const made = (await call('records.put', [{ type: 'ticket', key: 'k', customerId: customer, data: { title: 'A' } }]))
    .value as { id: string };
  const again = await call('records.put', [{ type: 'ticket', key: 'k', data: { title: 'B' } }]);
  expect(again.value).toMatchObject({ id: made.id, customerId: customer, data: { title: 'B' } });
  expect(changes).toMatchObject([{ customerId: customer, facts: ['records'] }, { customerId: customer }]);
  const { reader } = app.rapport.platform.database;
  const audit = (await reader('audit')) as { action: string; actor_id: string }[];
  const mine = audit.filter(({ action }) => action.startsWith('record.'));
  expect(mine.map(({ action }) => action).toSorted()).toEqual(['record.created', 'record.updated']);
  expect(new Set(mine.map((row) => row.actor_id))).toEqual(new Set(['acme/desk']));

  for (const bad of [{ title: 'x'.repeat(21) }, { title: 7 }, { other: 1 }])
    expect(await call('records.put', [{ type: 'ticket', data: bad }])).toMatchObject({ code: 'INVALID' });
  expect(await call('records.put', [{ type: 'ticket', customerId: 'nobody', data: { title: 'A' } }])).toMatchObject({
    code: 'INVALID',
  });
  expect((await admin.get('/records/ticket')).body.data).toHaveLength(1);
});

eachDatabase(
  'a version that declares the record type of another plugin is refused, and the rows stay as they are',
  async (on) => {
    await using app = await testApp(on);
    await install(app, { id: 'acme/desk', provides: { ...provides, ...ticket() }, scopes: recordScopes }, anything);
    await caller(app, 'acme~desk')('records.put', [{ type: 'ticket', key: 'k', data: { title: 'Mine' } }]);
    const thief = (version: string, more: object) =>
      install(app, { id: 'evil/desk', version, provides: { ...provides, ...more }, scopes: recordScopes }, anything);
    await thief('1.0.0', {});
    await expect(thief('1.1.0', ticket())).rejects.toMatchObject({
      code: 'RECORD_TYPE_TAKEN',
      status: 409,
      pointer: '/provides/recordTypes',
    });
    expect((await app.as('admin').get('/plugins/evil~desk')).body).toMatchObject({
      version: '1.0.0',
      status: 'enabled',
    });
    const attempt = await caller(app, 'evil~desk')('records.put', [
      { type: 'ticket', key: 'k', data: { title: 'Stolen' } },
    ]);
    expect(attempt).toMatchObject({ code: 'DENIED' });
    expect((await app.as('admin').get('/records/ticket')).body.data).toMatchObject([
      { key: 'k', data: { title: 'Mine' } },
    ]);

    // Its own types change with its own versions, at once.
    const wider = { title: { type: 'string' }, priority: { type: 'integer' } };
    await install(
      app,
      { id: 'acme/desk', version: '1.1.0', provides: { ...provides, ...ticket(wider) }, scopes: recordScopes },
      anything,
    );
    const put = await caller(app, 'acme~desk')('records.put', [
      { type: 'ticket', key: 'k', data: { title: 'Mine', priority: 2 } },
    ]);
    expect(put.value).toMatchObject({ data: { priority: 2 } });
  },
);

eachDatabase('values that replace others do not count twice against what a plugin may keep', async (on) => {
  await using app = await testApp(on);
  await install(
    app,
    { id: 'acme/kv', provides },
    `export default { http: async (request, ctx) => {
      const { keys, size } = JSON.parse(request.body);
      try {
        for (const key of keys) await ctx.kv.set(key, 'x'.repeat(size));
        return { body: { ok: true } };
      } catch ({ code }) { return { body: { code } }; }
    } };`,
  );
  const set = async (keys: string[], size: number) => {
    const body = JSON.stringify({ keys, size });
    const reply = await fetch(`${app.url}/api/v1/plugins/acme~kv/http/call`, { method: 'POST', body });
    return (await reply.json()) as { ok?: boolean; code?: string };
  };
  const keys = Array.from({ length: 9 }, (_, i) => `k${i}`);
  const size = 4_000_000;
  expect(await set(keys, size)).toEqual({ ok: true });
  expect(await set(keys, size)).toEqual({ ok: true });
  const more = Array.from({ length: 9 }, (_, i) => `m${i}`);
  expect(await set(more, size)).toEqual({ code: 'LIMIT' });
  const { reader } = app.rapport.platform.database;
  const row = (await reader('plugin_data').where({ plugin: 'acme/kv' }).sum({ size: 'size' }).first()) as {
    size: number;
  };
  expect(Number(row.size)).toBeLessThanOrEqual(kvLimits.total);
  expect(Number(row.size)).toBeGreaterThan(kvLimits.total - size);
});
