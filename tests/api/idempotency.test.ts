// Idempotency-Key over HTTP: what a request does and its reply are one transaction, so the same key again is the same answer
// and nothing is done twice: at once, after a failure, after a long time, on another node.
import type { AnyRoute } from '@rapport/sdk';
import { expect, vi } from 'vitest';
import { unite } from '../../core/data/transact.ts';
import { system, transact } from '../../core/index.ts';
import { type TestApp, type TestReply, testApp } from '../support/app.ts';
import { eachDatabase, type TestDatabase } from '../support/databases.ts';
import { bodyFor } from '../support/examples.ts';

const order = (customer: string) => ({
  customer: { id: customer },
  currency: 'EUR',
  lines: [{ sku: 'tea', quantity: 1, unitPrice: 900 }],
});

const seen = ({ status, body, headers }: TestReply) => ({
  status,
  body,
  location: headers.get('location'),
  etag: headers.get('etag'),
  type: headers.get('content-type'),
});

const addAda = async (app: TestApp): Promise<string> =>
  (await app.as('owner').post('/customers', { name: 'Ada', email: 'ada@example.com' })).body.id;

const rows = async (app: TestApp, table: string): Promise<number> =>
  (await app.rapport.platform.database.reader(table)).length;

/** Holds the first write about an order inside its transaction until `release`; counts how often such a write began. */
const holdOrders = (app: TestApp) => {
  let begun = 0;
  const { promise, resolve } = Promise.withResolvers<void>();
  app.rapport.platform.changes.subscribe(async (_trx, changes) => {
    if (changes.some(({ kind }) => kind === 'order') && ++begun === 1) await promise;
  });
  return { begun: () => begun, release: resolve };
};

eachDatabase('every route that takes a key answers it again as before, and does its work once', async (on) => {
  await using app = await testApp(on, { email: true, environment: { RAPPORT_RATE_LIMIT: '0' } });
  const owner = app.as('owner');
  const ada = await addAda(app);
  const double = (await owner.post('/customers', { email: 'double@example.com' })).body.id;
  await app.rapport.core.records.defineType(app.rapport.platform.database.writer, {
    type: 'note',
    plugin: 'acme/notes',
    title: { en: 'Note', zh: '备注' },
    schema: { type: 'object', properties: { text: { type: 'string', maxLength: 50 } } },
  });
  const placed = (await owner.post('/orders', order(ada))).body.id;
  const asked: Record<string, [string, unknown?]> = {
    'POST /attributes': ['/attributes'],
    'POST /customers': ['/customers'],
    'POST /customers/upsert': ['/customers/upsert'],
    'POST /customers/:id/points': [`/customers/${ada}/points`, { kind: 'earn', points: 5 }],
    'POST /products': ['/products', { sku: 'tea', name: 'Tea', price: 900, currency: 'EUR' }],
    'POST /orders': ['/orders'],
    'POST /orders/:id/status': [`/orders/${placed}/status`, { status: 'paid' }],
    'POST /orders/:id/refund': [`/orders/${placed}/refund`, { amount: 100 }],
    'POST /records/:type': ['/records/note', { customerId: ada, data: { text: 'hi' } }],
    'POST /conditions': [
      '/conditions',
      { key: 'adults', name: 'Adults', conditions: { fact: 'customer.city', operator: 'equal', value: 'London' } },
    ],
    'POST /segments': ['/segments', { key: 'list', name: 'List', type: 'static' }],
    'POST /segments/:key/snapshot': ['/segments/list/snapshot', { key: 'frozen', name: 'Frozen' }],
    'POST /alerts': ['/alerts'],
    'POST /promotions': ['/promotions'],
    'POST /promotions/:key/codes': ['/promotions/probe/codes'],
    'POST /promotions/redeem': ['/promotions/redeem'],
    'POST /messages': ['/messages'],
    'POST /customers/:id/merge': [`/customers/${double}/merge`, { into: ada }],
    'POST /customers/:id/unmerge': [`/customers/${double}/unmerge`, {}],
    'POST /customers/:id/erase': [`/customers/${ada}/erase`],
  };
  const nameOf = ({ method, path }: AnyRoute): string => `${method} ${path}`;
  const routes = new Map(
    app.rapport.served.filter(({ route }) => route.idempotent).map(({ route }) => [nameOf(route), route]),
  );
  expect([...routes.keys()].sort()).toEqual(Object.keys(asked).sort());
  for (const [name, [path, given]] of Object.entries(asked)) {
    const body = given ?? (routes.get(name)!.body && bodyFor(routes.get(name)!));
    const key = { 'idempotency-key': `key of ${name}` };
    const first = await owner.post(path, body, key);
    expect([name, first.status, first.body]).toEqual([name, routes.get(name)!.status ?? 200, first.body]);
    expect(first.headers.get('idempotent-replayed')).toBeNull();
    const audited = await rows(app, 'audit');
    const again = await owner.post(path, body, key);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect([name, seen(again)]).toEqual([name, seen(first)]);
    expect(await rows(app, 'audit')).toBe(audited);
  }
  // The erasure came last: no kept reply names her any more.
  const kept: { reply: string | null }[] = await app.rapport.platform.database.reader('idempotency_keys');
  expect(kept.length).toBeGreaterThan(2);
  expect(kept.filter(({ reply }) => reply?.includes('ada@example.com'))).toEqual([]);
});

eachDatabase('two equal requests at once have one effect and one answer', async (on) => {
  await using app = await testApp(on);
  const ada = await addAda(app);
  const key = { 'idempotency-key': 'k' };
  const send = () => app.as('owner').post('/orders', order(ada), key);
  const replies = await Promise.all([send(), send(), send(), send()]);
  expect(replies.map(seen)).toEqual(Array.from(replies, () => ({ ...seen(replies[0]!), status: 201 })));
  expect(replies.filter(({ headers }) => headers.get('idempotent-replayed') === 'true')).toHaveLength(3);
  expect(await rows(app, 'orders')).toBe(1);
});

eachDatabase('a request that takes longer than anybody waits is not done a second time', async (on) => {
  await using app = await testApp(on);
  const ada = await addAda(app);
  const held = holdOrders(app);
  const send = () => app.as('owner').post('/orders', order(ada), { 'idempotency-key': 'slow' });
  const first = send();
  await vi.waitFor(() => expect(held.begun()).toBe(1), { timeout: 20_000 });
  app.clock.advance(20 * 60_000);
  const second = send();
  held.release();
  expect(seen(await second)).toEqual(seen(await first));
  expect((await first).status).toBe(201);
  expect(held.begun()).toBe(1);
  expect(await rows(app, 'orders')).toBe(1);
});

eachDatabase(
  'on another node the same key waits, or is told to come back, and then gets the first answer',
  async (on) => {
    await using one = await testApp(on);
    await using two = await testApp(on);
    const ada = await addAda(one);
    const held = holdOrders(one);
    const key = { 'idempotency-key': 'both' };
    // The clients are signed in before the first request holds the one writer of SQLite.
    const sendTo = async (app: TestApp) => {
      const headers = { ...(await one.as('owner').credentials()), ...key };
      return () => app.as('anonymous').post('/orders', order(ada), headers);
    };
    const [toOne, toTwo] = [await sendTo(one), await sendTo(two)];
    const first = toOne();
    await vi.waitFor(() => expect(held.begun()).toBe(1), { timeout: 20_000 });
    if (on.dialect === 'postgres') {
      const early = await toTwo();
      expect(early).toMatchObject({ status: 409, body: { code: 'REQUEST_IN_PROGRESS' } });
      expect(early.headers.get('retry-after')).toBe('1');
      held.release();
      await first;
    }
    const second = toTwo();
    held.release();
    expect(seen(await second)).toEqual(seen(await first));
    expect((await second).headers.get('idempotent-replayed')).toBe('true');
    expect(await rows(one, 'orders')).toBe(1);
  },
);

for (const point of ['idempotency.worked', 'idempotency.kept'])
  eachDatabase(
    `a reply that cannot be kept (${point}) undoes the work, and the request can be sent again`,
    async (on) => {
      await using app = await testApp(on, { environment: { FAULT: `${point}:1:error` } });
      const ada = await addAda(app);
      const before = await rows(app, 'audit');
      const send = () => app.as('owner').post('/orders', order(ada), { 'idempotency-key': 'k' });
      expect((await send()).status).toBe(500);
      for (const table of ['orders', 'order_lines', 'idempotency_keys']) expect(await rows(app, table)).toBe(0);
      expect(await rows(app, 'audit')).toBe(before);
      const second = await send();
      expect(second.status).toBe(201);
      expect(seen(await send())).toEqual(seen(second));
      expect(await rows(app, 'orders')).toBe(1);
    },
  );

eachDatabase('a refused request did nothing and leaves its key free for the mended one', async (on) => {
  await using app = await testApp(on);
  const ada = await addAda(app);
  const owner = app.as('owner');
  const key = { 'idempotency-key': 'k' };
  const placed = (await owner.post('/orders', order(ada))).body.id;
  const refused = await owner.post(`/orders/${placed}/refund`, { amount: 901 }, key);
  expect(refused).toMatchObject({ status: 409, body: { code: 'REFUND_TOO_HIGH' } });
  expect(await rows(app, 'idempotency_keys')).toBe(0);
  expect(await owner.post(`/orders/${placed}/refund`, { amount: 900 }, key)).toMatchObject({
    status: 201,
    body: { refunded: 900 },
  });
});

eachDatabase('the same meaning is the same request; another meaning is refused', async (on) => {
  await using app = await testApp(on);
  const owner = app.as('owner');
  const key = { 'idempotency-key': 'k' };
  const first = await owner.post('/customers', { name: 'Bo', email: 'bo@example.com' }, key);
  const again = await owner.post('/customers', '{ "tags": [], "email": "bo@example.com", "name": "Bo" }', {
    ...key,
    'content-type': 'application/json',
  });
  expect(seen(again)).toEqual(seen(first));
  expect(first.headers.get('location')).toBe(`/api/v1/customers/${first.body.id}`);
  const other = await owner.post('/customers', { name: 'Bob', email: 'bo@example.com' }, key);
  expect(other).toMatchObject({
    status: 422,
    body: { code: 'IDEMPOTENCY_KEY_REUSED', pointer: '/headers/idempotency-key' },
  });
  // Another caller's key is another key.
  expect((await app.as('admin').post('/customers', { email: 'cy@example.com' }, key)).status).toBe(201);
});

eachDatabase('what hears of the change hears of it after the commit, once', async (on: TestDatabase) => {
  const heard: unknown[] = [];
  await using app = await testApp(on, {
    environment: { FAULT: 'idempotency.kept:1:error' },
    prepare: ({ platform }) =>
      platform.outbox.consume({
        name: 'test',
        topics: ['customer.created'],
        handle: async ({ customerId }) => void heard.push(customerId),
      }),
  });
  const send = () => app.as('owner').post('/customers', { name: 'Bo' }, { 'idempotency-key': 'k' });
  expect((await send()).status).toBe(500);
  const { body } = await send();
  await vi.waitFor(() => expect(heard).toEqual([body.id]), { timeout: 20_000 });
  expect(await rows(app, 'customers')).toBe(1);
});

eachDatabase('what a call writes outside of its transaction is refused, not lost track of', async (on) => {
  await using app = await testApp(on);
  const { platform, core } = app.rapport;
  const { writer } = platform.database;
  const ends = { first: async () => {}, last: async () => {} };
  await expect(
    unite(writer, ends, () => writer('settings').insert({ key: 'a', value: '1', updated_at: 0 })),
  ).rejects.toThrow('outside');
  // In its transaction all of it is seen by every reader of the call, by nobody else, and gone when it fails.
  await expect(
    unite(writer, ends, async () => {
      const { id } = await core.customers.create({ name: 'Bo' }, system);
      expect(await core.customers.find(id, system)).toMatchObject({ name: 'Bo' });
      await expect(
        transact(writer, async (trx) => {
          await trx('customers').where({ id }).update({ name: 'Bob' });
          throw new Error('not this part');
        }),
      ).rejects.toThrow('not this part');
      expect(await core.customers.find(id, system)).toMatchObject({ name: 'Bo' });
      throw new Error('none of it');
    }),
  ).rejects.toThrow('none of it');
  expect(await rows(app, 'customers')).toBe(0);
  expect((await platform.audit.verify(platform.database.reader)).firstBad).toBeNull();
});

eachDatabase('rules that were activated in what was rolled back are nobody’s', async (on) => {
  await using app = await testApp(on);
  const { platform, core, rules } = app.rapport;
  const { segments } = rules.populations;
  const activate = async (key: string, country: string): Promise<void> => {
    const conditions = { all: [{ fact: 'customer.country', operator: 'equal', value: country }] };
    await segments.create({ key, name: key, conditions }, system);
    await segments.activate(key, undefined, system);
  };
  const membersOf = async (customerId: string): Promise<string[]> =>
    platform.database.reader('segment_members').where({ customer_id: customerId }).pluck('segment');
  const ends = { first: async () => {}, last: async () => {} };
  await expect(
    unite(platform.database.writer, ends, async () => {
      await activate('british', 'GB');
      const { id } = await core.customers.create({ name: 'Bo', country: 'GB' }, system);
      expect(await platform.database.reader('segment_members').where({ customer_id: id }).pluck('segment')).toEqual([
        'british',
      ]);
      throw new Error('none of it');
    }),
  ).rejects.toThrow('none of it');
  // The next activation takes the number that the first one had.
  await activate('german', 'DE');
  const { id } = await core.customers.create({ name: 'Cy', country: 'DE' }, system);
  expect(await membersOf(id)).toEqual(['german']);
});

eachDatabase(
  'many keys at once wait for each other and for nothing else',
  async (on) => {
    await using app = await testApp(on, { email: true, environment: { RAPPORT_RATE_LIMIT: '0' } });
    const owner = app.as('owner');
    const ada = await addAda(app);
    const params = { target: 'points', points: { per: 1, unit: 100 } };
    const everybody = { conditions: { all: [] }, confirmEveryone: true, status: 'active' };
    await owner.post('/promotions', { key: 'points', name: 'Points', ...everybody, event: { type: 'grant', params } });
    const cart = { currency: 'EUR', lines: [{ sku: 'tea', quantity: 1, unitPrice: 900 }] };
    // More than there are connections, each key twice.
    const replies = await Promise.all(
      Array.from({ length: 60 }, (_, n) => {
        const key = { 'idempotency-key': `k${n >> 1}` };
        return n % 4 < 2
          ? owner.post('/orders', order(ada), key)
          : owner.post('/promotions/redeem', { orderId: `o${n >> 1}`, customer: ada, cart }, key);
      }),
    );
    expect(replies.map(({ status }) => status)).toEqual(replies.map((_, n) => (n % 4 < 2 ? 201 : 200)));
    for (let n = 0; n < 60; n += 2) expect(seen(replies[n + 1]!)).toEqual(seen(replies[n]!));
    expect(await rows(app, 'orders')).toBe(15);
    expect(await rows(app, 'redemptions')).toBe(15);
    expect(await rows(app, 'points_ledger')).toBe(15);
  },
  60_000,
);
