// Orders over HTTP and by files: the states they go through, and when their customers were last seen.
import { expect, vi } from 'vitest';
import { type LooseJson, type TestApp, testApp } from '../support/app.ts';
import { eachDatabase } from '../support/databases.ts';

const importing = async (app: TestApp, path: string, file: string): Promise<LooseJson> => {
  const reply = await fetch(`${app.url}/api/v1/imports/${path}`, {
    method: 'POST',
    headers: { ...(await app.as('owner').credentials()), Origin: app.url, 'Content-Type': 'text/csv' },
    body: file,
  });
  const { id } = (await reply.json()) as LooseJson;
  return vi.waitFor(
    async () => {
      const { body } = await app.as('owner').get(`/imports/${id}`);
      expect(['waiting', 'running']).not.toContain(body.status);
      return body;
    },
    { timeout: 20_000 },
  );
};

const order = (more: object = {}) => ({
  customer: { email: 'ada@example.com' },
  currency: 'EUR',
  lines: [{ sku: 'tea', quantity: 2, unitPrice: 500 }],
  ...more,
});

eachDatabase(
  'an order is moved by its status, once, and a wrong move is a problem that names the right ones',
  async (on) => {
    await using app = await testApp(on);
    const owner = app.as('owner');
    const { id } = (await owner.post('/orders', order())).body;
    const key = { 'Idempotency-Key': 'move-1' };
    const moved = await owner.post(`/orders/${id}/status`, { status: 'shipped' }, key);
    expect(moved).toMatchObject({ status: 200, body: { id, status: 'shipped' } });
    expect((await owner.post(`/orders/${id}/status`, { status: 'shipped' }, key)).body).toEqual(moved.body);
    expect(await owner.post(`/orders/${id}/status`, { status: 'cancelled' })).toMatchObject({
      status: 409,
      body: {
        code: 'ORDER_STATUS_INVALID',
        pointer: '/status',
        detail: expect.stringContaining('completed, refunded'),
      },
    });
    expect(await owner.post(`/orders/${id}/status`, { status: 'lost' })).toMatchObject({
      status: 400,
      body: { pointer: '/status' },
    });
    expect(await owner.post('/orders/nobody/status', { status: 'paid' })).toMatchObject({
      body: { code: 'ORDER_NOT_FOUND' },
    });
    expect((await app.as(['orders:read']).post(`/orders/${id}/status`, { status: 'completed' })).status).toBe(403);
    expect((await owner.post(`/orders/${id}/status`, { status: 'refunded' })).body).toMatchObject({
      status: 'refunded',
      refunded: 1000,
      refunds: [{ amount: 1000 }],
    });
    expect((await owner.get('/orders?status=refunded')).body.data).toMatchObject([{ id }]);
  },
);

eachDatabase('a file moves the orders of an earlier file, or is refused by row', async (on) => {
  await using app = await testApp(on);
  const owner = app.as('owner');
  const header = 'Order ID,Email,Order date,Currency,Total,Status\n';
  const row = (id: string, status: string) => `${id},ada@example.com,2026-01-05T10:00:00Z,EUR,10.00,${status}\n`;
  const path = 'orders?createCustomers=true';
  const first = await importing(app, path, header + row('a', 'placed') + row('b', 'paid') + row('c', 'Completed'));
  expect(first).toMatchObject({ accepted: 3, rejected: 0, created: { orders: 3 } });
  const again = await importing(app, path, header + row('a', 'placed') + row('b', 'paid') + row('c', 'completed'));
  expect(again).toMatchObject({ accepted: 3, rejected: 0, created: {}, updated: {} });
  const later = await importing(app, path, header + row('a', 'shipped') + row('b', 'placed') + row('c', 'cancelled'));
  expect(later).toMatchObject({
    accepted: 1,
    rejected: 2,
    updated: { orders: 1 },
    rejectedBy: { ORDER_STATUS_INVALID: 2 },
  });
  const { data } = (await owner.get('/orders')).body;
  expect(Object.fromEntries(data.map((one: LooseJson) => [one.externalId, one.status]))).toEqual({
    a: 'shipped',
    b: 'paid',
    c: 'completed',
  });
});

eachDatabase(
  'files of events and orders say when a customer was last seen, files of customers do not; rules hear of it',
  async (on) => {
    await using app = await testApp(on);
    const owner = app.as('owner');
    await importing(app, 'customers', 'Email,Created at\nada@example.com,2026-03-01T00:00:00Z\n');
    const ada = async () => (await owner.get('/customers')).body.data[0];
    expect((await ada()).lastSeenAt).toBeNull();
    const conditions = {
      all: [{ fact: 'customer.lastSeenAt', operator: 'greaterThan', value: '2026-02-01T00:00:00Z' }],
    };
    await owner.post('/segments', { key: 'seen', name: 'Seen', conditions });
    await owner.post('/segments/seen/activate', {});
    const members = async () => (await owner.get('/segments/seen/members')).body.data.length;

    const orders = 'Order ID,Email,Order date,Currency,Total\na,ada@example.com,2026-01-05T10:00:00Z,EUR,10.00\n';
    await importing(app, 'orders', orders);
    expect((await ada()).lastSeenAt).toBe('2026-01-05T10:00:00.000Z');
    expect(await members()).toBe(0);
    const events =
      'Type,Email,Time\nvisit,ada@example.com,2026-02-07T10:00:00Z\nvisit,ada@example.com,2026-02-06T10:00:00Z\n' +
      'visit,ada@example.com,2999-01-01T00:00:00Z\n';
    expect(await importing(app, 'events?mapping=Time%3DoccurredAt', events)).toMatchObject({
      accepted: 2,
      rejected: 1,
    });
    expect((await ada()).lastSeenAt).toBe('2026-02-07T10:00:00.000Z');
    await vi.waitFor(async () => expect(await members()).toBe(1), { timeout: 20_000 });
  },
);

eachDatabase('an alert can look at what happens to an order after it was placed', async (on) => {
  await using app = await testApp(on);
  const owner = app.as('owner');
  const made = await owner.post('/alerts', {
    key: 'lost',
    name: 'Lost',
    conditions: { all: [{ fact: 'event.properties.total', operator: 'greaterThan', value: 1 }] },
    trigger: { kind: 'event', types: ['order.cancelled'] },
    actions: [{ kind: 'tag', tag: 'lost' }],
  });
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  expect((await owner.post('/alerts/lost/activate', {})).status).toBe(200);
  const { id, customerId } = (await owner.post('/orders', order())).body;
  const tags = async () => (await owner.get(`/customers/${customerId}`)).body.tags;
  await owner.post(`/orders/${id}/status`, { status: 'paid' });
  expect(await tags()).toEqual([]);
  await owner.post(`/orders/${id}/status`, { status: 'cancelled' });
  expect(await tags()).toEqual(['lost']);
});
