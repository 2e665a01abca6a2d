// Between two runs: orders and events score those they touch again, where the scorer can score one.
import { expect, vi } from 'vitest';
import { type TestApp, testApp } from '../../tests/support/app.ts';
import { eachDatabase } from '../../tests/support/databases.ts';
import {
  addCustomer,
  addOrder,
  addScoreSegment,
  installScorer,
  membersOf,
  reportOf,
  runIn,
  runScorer,
  scoreOf,
} from '../../tests/support/scorers.ts';

/** Sooner than the timer would. */
const look = (app: TestApp) => app.rapport.insights.touched.look();
const scored = (app: TestApp, customer: string, scorer: string, value: number | undefined) =>
  vi.waitFor(
    async () => {
      await look(app);
      expect(await scoreOf(app, customer, scorer)).toBe(value);
    },
    { timeout: 20_000, interval: 50 },
  );
const visit = async (app: TestApp, customer: string) => {
  const event = { id: `v-${Math.random()}`, type: 'page.viewed', customer: { id: customer }, properties: {} };
  expect((await app.as('admin').post('/events', [event])).status).toBeLessThan(300);
};

eachDatabase('a new order scores its customer again and moves segments; nobody else is asked about', async (on) => {
  await using app = await testApp(on);
  await installScorer(app, 'spend', { declared: { incremental: ['orders'] } });
  await installScorer(app, 'nightly');
  const [ada, bob] = [await addCustomer(app, 'Ada'), await addCustomer(app, 'Bob')];
  await addScoreSegment(app, 'big', 'spend', 100);
  await addOrder(app, ada, 150);
  await scored(app, ada, 'spend', 150);
  expect(await membersOf(app, 'big')).toEqual([ada]);
  expect(await scoreOf(app, bob, 'spend')).toBeUndefined();
  expect(await scoreOf(app, ada, 'nightly')).toBeUndefined();

  const [order] = (await app.as('admin').get(`/orders?customerId=${ada}`)).body.data;
  expect((await app.as('admin').post(`/orders/${order.id}/refund`, { amount: 10_000 })).status).toBe(201);
  await scored(app, ada, 'spend', 50);
  expect(await membersOf(app, 'big')).toEqual([]);
  expect((await reportOf(app, 'spend')).runs).toEqual([]);
});

eachDatabase('a scorer is asked after what its manifest names: events, orders, or both', async (on) => {
  await using app = await testApp(on);
  const counting = `export default { score: async (customers, ctx) => {
    const asked = ((await ctx.kv.get('asked')) ?? 0) + 1;
    await ctx.kv.set('asked', asked);
    return customers.map(({ id }) => ({ customer: id, value: asked }));
  } };`;
  await installScorer(app, 'visits', { declared: { incremental: ['events'] }, code: counting });
  await installScorer(app, 'sales', { declared: { incremental: ['orders'] }, code: counting });
  const ada = await addCustomer(app, 'Ada');
  await visit(app, ada);
  await scored(app, ada, 'visits', 1);
  await addOrder(app, ada, 10);
  await scored(app, ada, 'sales', 1);
  await visit(app, ada);
  await visit(app, ada);
  await scored(app, ada, 'visits', 2);
  expect(await scoreOf(app, ada, 'sales')).toBe(1);
});

eachDatabase('who is merged is scored as one person, who is erased not at all', async (on) => {
  await using app = await testApp(on);
  const owner = app.as('owner');
  await installScorer(app, 'spend', { declared: { incremental: ['orders'] } });
  const [ada, bob, cleo] = [
    await addCustomer(app, 'Ada'),
    await addCustomer(app, 'Bob'),
    await addCustomer(app, 'Cleo'),
  ];
  for (const [customer, units] of [
    [ada, 10],
    [bob, 20],
    [cleo, 40],
  ] as const)
    await addOrder(app, customer, units);
  await scored(app, bob, 'spend', 20);
  expect((await owner.post(`/customers/${ada}/merge`, { into: bob })).status).toBeLessThan(300);
  await scored(app, bob, 'spend', 30);

  await addOrder(app, cleo, 1);
  expect((await owner.post(`/customers/${cleo}/erase`, {})).status).toBeLessThan(300);
  await addOrder(app, bob, 1);
  await scored(app, bob, 'spend', 31);
  expect(await reportOf(app, 'spend')).toMatchObject({ customers: 1, minimum: 31, maximum: 31 });
});

eachDatabase('an import of orders is followed by one quiet run over everybody', async (on) => {
  await using app = await testApp(on);
  await installScorer(app, 'spend', { declared: { incremental: ['orders'], train: '0 3 * * *' } });
  expect((await app.as('admin').post('/customers', { name: 'Ada', externalId: 'C1' })).status).toBe(201);
  const text =
    'orderId,customerId,orderedAt,currency,sku,quantity,unitPrice\n1,C1,2026-01-01T00:00:00Z,EUR,A,1,12.50\n';
  const mapping = JSON.stringify({ orderId: 'externalId', customerId: 'customer.externalId' });
  const { writeFile } = await import('node:fs/promises');
  const path = `${on.folder}/orders.csv`;
  await writeFile(path, text);
  const { import: row } = await app.rapport.imports.runFile(
    { what: 'orders', path, fileName: 'orders.csv', settings: { mapping }, dryRun: false },
    {},
  );
  expect(row).toMatchObject({ status: 'done', accepted: 1 });
  await vi.waitFor(async () => expect((await reportOf(app, 'spend')).runs).toHaveLength(1), 20_000);
  expect(await runIn(app, 'spend', 'done')).toMatchObject({ kind: 'train', told: false, scored: 1 });
  expect(await reportOf(app, 'spend')).toMatchObject({ customers: 1, maximum: 12.5 });
});

eachDatabase('requests that a scorer fails to answer end, and the next run makes up for them', async (on) => {
  await using app = await testApp(on);
  const once = `export default { score: async (customers, ctx) => {
    if (customers.length === 1) throw new Error('not one alone');
    return customers.map(({ id }) => ({ customer: id, value: 5 }));
  } };`;
  await installScorer(app, 'moody', { declared: { incremental: ['orders'] }, code: once });
  const [ada] = [await addCustomer(app, 'Ada'), await addCustomer(app, 'Bob')];
  await addOrder(app, ada, 10);
  await look(app);
  const { insights } = app.rapport;
  await vi.waitFor(async () => expect(await insights.touched.waiting()).toEqual([]), { timeout: 20_000, interval: 50 });
  expect(await scoreOf(app, ada, 'moody')).toBeUndefined();
  await runScorer(app, 'moody');
  expect(await scoreOf(app, ada, 'moody')).toBe(5);
});
