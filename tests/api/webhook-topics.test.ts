// What a webhook is told and how its deliveries fare: every topic about customers, orders and messages by the change that makes it, order for
// one customer, pausing, the log, and addresses that nothing is sent to.

import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { topics as allTopics, type Topic } from '@rapport/sdk/schemas';
import { expect, test, vi } from 'vitest';
import { type LooseJson, type TestApp, testApp } from '../support/app.ts';
import { createTestDatabase, eachDatabase } from '../support/databases.ts';

type Told = { type: string; data: LooseJson; timestamp: string };

const receiver = async (answer: (told: Told, nth: number) => number = () => 200) => {
  const told: Told[] = [];
  const server = createServer((request, reply) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as Told;
      told.push(body);
      reply.writeHead(answer(body, told.length)).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  return { url, told, [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())) };
};

const subscribe = async (app: TestApp, url: string, topics: readonly string[]): Promise<string> => {
  const made = await app.as('owner').post('/webhooks', { url, topics });
  expect(made.status).toBe(201);
  return made.body.id;
};
const soon = { timeout: 20_000, interval: 25 };

const toldHere: readonly Topic[] = [
  'customer.created',
  'customer.updated',
  'customer.merged',
  'customer.erased',
  'consent.changed',
  'event.recorded',
  'order.placed',
  'order.updated',
  'order.paid',
  'order.shipped',
  'order.completed',
  'order.refunded',
  'member.level-changed',
  'message.failed',
];
/** Topics that need more than a few requests, with the tests that see them told. A new topic is told here or there. */
const toldElsewhere: Partial<Record<Topic, string>> = {
  'order.cancelled': 'modules/commerce/order-states.test.ts',
  'segment.entered': 'rules/populations/membership.test.ts',
  'segment.left': 'rules/populations/membership.test.ts',
  'score.changed': 'modules/insights/scoring.test.ts',
  'scorer.finished': 'modules/insights/runs.test.ts',
  'promotion.redeemed': 'tests/api/promotions-redeem.test.ts',
  'rule.broken': 'rules/populations/broken.test.ts',
  'alert.fired': 'rules/alerts/firing.test.ts',
  'message.sent': 'modules/messages/delivery.test.ts',
  'import.finished': 'modules/imports/imports.test.ts',
};

test('every topic is told here, or elsewhere by a test that looks for it', () => {
  expect([...toldHere, ...Object.keys(toldElsewhere)].toSorted()).toEqual([...allTopics].toSorted());
  for (const [topic, file] of Object.entries(toldElsewhere)) expect(readFileSync(file, 'utf8'), file).toContain(topic);
});

eachDatabase('each topic is told by the change that makes it, with whom it is about', async (on) => {
  await using app = await testApp(on);
  await using desk = await receiver();
  const topics = toldHere;
  await subscribe(app, desk.url, topics);
  const owner = app.as('owner');
  const { id } = (await owner.post('/customers', { name: 'Ada', email: 'ada@example.com' })).body;
  await owner.patch(`/customers/${id}`, { city: 'London' });
  await owner.put(`/customers/${id}/consents`, {
    consents: [{ channel: 'email', purpose: 'marketing', status: 'denied' }],
  });
  await owner.post('/events', { type: 'page.viewed', customer: { id } });
  const lines = [{ sku: 'TEA', quantity: 2, unitPrice: 450 }];
  const order = (await owner.post('/orders', { customer: { id }, currency: 'EUR', lines })).body;
  for (const status of ['paid', 'shipped', 'completed']) await owner.post(`/orders/${order.id}/status`, { status });
  await owner.post(`/orders/${order.id}/refund`, {});
  await owner.put('/levels/gold', { title: 'Gold', rank: 2 });
  await owner.put(`/customers/${id}/level`, { level: 'gold', reason: 'a gift' });
  await owner.post('/messages', {
    channel: 'email',
    purpose: 'marketing',
    customerId: id,
    content: { subject: 'Sale', text: 'Sale' },
  });
  const other = (await owner.post('/customers', { name: 'Ada L.' })).body.id;
  await owner.post(`/customers/${other}/merge`, { into: id });
  await vi.waitFor(() => expect(desk.told.map(({ type }) => type)).toContain('customer.merged'), soon);
  await vi.waitFor(() => expect(desk.told.map(({ type }) => type)).toContain('message.failed'), soon);
  await owner.post(`/customers/${id}/erase`, {});
  await vi.waitFor(() => expect(desk.told.map(({ type }) => type)).toContain('customer.erased'), soon);

  const first = (type: string): LooseJson => desk.told.find((one) => one.type === type)?.data;
  for (const topic of topics) expect(first(topic), topic).toBeDefined();
  for (const { type, data, timestamp } of desk.told) {
    expect(Number.isNaN(Date.parse(timestamp)), type).toBe(false);
    expect([id, other], type).toContain(data.customerId ?? data.customer?.id ?? data.intoId ?? data.id);
  }
  expect(first('message.failed')).toMatchObject({ status: 'dropped', reason: 'email was declined' });
  expect(first('event.recorded').event).toMatchObject({ type: 'page.viewed' });
});

eachDatabase(
  'one customer’s deliveries keep their order, also when the first one has to be tried again',
  async (on) => {
    await using app = await testApp(on);
    let refusals = 2;
    await using desk = await receiver(({ data }) => (data.event?.properties.n === 1 && refusals-- > 0 ? 503 : 200));
    const hook = await subscribe(app, desk.url, ['event.recorded']);
    const owner = app.as('owner');
    for (let n = 1; n <= 4; n++)
      await owner.post('/events', { type: 'step', customer: { externalId: 'ada' }, properties: { n } });
    await owner.post('/events', { type: 'step', customer: { externalId: 'bob' }, properties: { n: 99 } });
    await vi.waitFor(() => expect(desk.told).toHaveLength(7), soon);
    const steps = desk.told.map(({ data }) => data.event.properties.n as number);
    expect(steps.filter((n) => n !== 99)).toEqual([1, 1, 1, 2, 3, 4]);
    await vi.waitFor(async () => {
      const { data } = (await owner.get(`/webhooks/${hook}/deliveries`)).body;
      expect(data.map(({ status }: LooseJson) => status)).toEqual(Array.from({ length: 5 }, () => 'delivered'));
      expect(Math.max(...data.map(({ attempts }: LooseJson) => attempts))).toBe(3);
    }, soon);
  },
);

eachDatabase(
  'a paused webhook is sent nothing; what waited for it fails with the reason and can be sent again',
  async (on) => {
    await using app = await testApp(on);
    let up = false;
    await using desk = await receiver(() => (up ? 200 : 500));
    const hook = await subscribe(app, desk.url, ['customer.created']);
    const owner = app.as('owner');
    await owner.post('/customers', { name: 'Ada' });
    await vi.waitFor(() => expect(desk.told.length).toBeGreaterThan(0), soon);
    expect((await owner.patch(`/webhooks/${hook}`, { status: 'paused' })).body.status).toBe('paused');
    const deliveries = async (): Promise<LooseJson[]> => (await owner.get(`/webhooks/${hook}/deliveries`)).body.data;
    await vi.waitFor(
      async () => expect((await deliveries())[0]).toMatchObject({ status: 'failed', reason: 'the webhook is paused' }),
      soon,
    );
    await owner.post('/customers', { name: 'Bob' });
    up = true;
    const before = desk.told.length;
    await owner.patch(`/webhooks/${hook}`, { status: 'active', topics: ['customer.updated'] });
    expect(await deliveries()).toHaveLength(1);
    expect((await owner.post(`/webhooks/${hook}/replay`, { since: '2999-01-01T00:00:00Z' })).body).toEqual({
      replayed: 0,
    });
    expect((await owner.post(`/webhooks/${hook}/replay`, {})).body).toEqual({ replayed: 1 });
    const jobs = await app.rapport.platform.database.writer('jobs').where({ queue: 'webhooks' });
    for (const job of jobs) expect(job.max_attempts).toBe(35);
    await vi.waitFor(
      async () => expect((await deliveries())[0]).toMatchObject({ status: 'delivered', reason: null }),
      soon,
    );
    expect(desk.told).toHaveLength(before + 1);
    expect((await owner.post(`/webhooks/${hook}/replay`, {})).body).toEqual({ replayed: 0 });
    expect((await owner.delete(`/webhooks/${hook}`)).status).toBe(204);
    expect(await app.rapport.platform.database.writer('deliveries')).toEqual([]);
    for (const path of [`/webhooks/${hook}`, `/webhooks/${hook}/deliveries`])
      expect(await owner.get(path)).toMatchObject({ status: 404, body: { code: 'WEBHOOK_NOT_FOUND' } });
  },
);

test('nothing is sent to a private address, however it is written, and the log says why', async () => {
  await using on = await createTestDatabase('sqlite', { migrated: true });
  await using app = await testApp(on, { environment: { RAPPORT_ALLOW_PRIVATE_HOSTS: 'no' } });
  await using desk = await receiver();
  const { port } = new URL(desk.url);
  const owner = app.as('owner');
  const hooks = [];
  for (const host of ['127.0.0.1', 'localhost', '2130706433', '[::ffff:127.0.0.1]', '169.254.169.254'])
    hooks.push(await subscribe(app, `http://${host}:${port}/`, ['customer.created']));
  await owner.post('/customers', { name: 'Ada' });
  for (const hook of hooks)
    await vi.waitFor(async () => {
      const [delivery] = (await owner.get(`/webhooks/${hook}/deliveries`)).body.data;
      expect(delivery).toMatchObject({ status: 'waiting', responseStatus: null });
      expect(delivery.reason).toContain('private address');
    }, soon);
  expect(desk.told).toEqual([]);
});
