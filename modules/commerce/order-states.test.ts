// Orders follow one state machine, whoever moves them, and each move is told under its topic.
import { topics } from '@rapport/sdk/hooks';
import { type NewOrder, nextOrderStatuses, type OrderStatus, orderStatuses } from '@rapport/sdk/schemas';
import { expect, vi } from 'vitest';
import { type Change, createCore, system, transactRetrying } from '../../core/index.ts';
import { eachDatabase, type TestDatabase } from '../../tests/support/databases.ts';
import { testPlatform } from '../../tests/support/platform.ts';
import { commerceModule } from './index.ts';
import type { OrderItem } from './writing.ts';

const world = async (on: TestDatabase) => {
  const platform = await testPlatform(on);
  const heard: Change[] = [];
  const told: { topic: string; payload: { order: { id: string; status: string }; refund?: { amount: number } } }[] = [];
  platform.changes.subscribe(async (_trx, changes) => void heard.push(...changes));
  platform.outbox.consume({
    name: 'test',
    topics: topics.filter((topic) => topic.startsWith('order.')),
    handle: async ({ topic, payload }) => void told.push({ topic, payload: payload as never }),
    concurrency: 1,
  });
  const { customers, modules } = createCore(platform);
  const commerce = modules.install(commerceModule, { customers });
  await platform.jobs.start();
  platform.outbox.start();
  const order = (more: Partial<NewOrder> = {}) =>
    commerce.orders.create(
      {
        customer: { email: 'ada@example.com' },
        currency: 'EUR',
        lines: [{ sku: 'tea', quantity: 2, unitPrice: 500 }],
        ...more,
      },
      system,
    );
  const writeMany = (items: OrderItem[]) =>
    transactRetrying(platform.database.writer, (trx) =>
      commerce.orders.writeMany(trx, items, { actor: system, quiet: true }),
    );
  return {
    platform,
    heard,
    told,
    customers,
    ...commerce,
    order,
    writeMany,
    [Symbol.asyncDispose]: () => platform[Symbol.asyncDispose](),
  };
};

const line = (key: string, total = 1000): OrderItem['lines'][number] => ({
  sku: 'tea',
  name: null,
  category: null,
  quantity: 1,
  unit_price: total,
  discount: 0,
  total,
  external_id: key,
});

eachDatabase('an order moves along its state machine only, and a refusal names what is allowed', async (on) => {
  await using w = await world(on);
  for (const from of orderStatuses)
    for (const to of orderStatuses) {
      const { id } = await w.order({ status: from });
      const moved = w.orders.move(id, to, system);
      if (from === to || nextOrderStatuses[from].includes(to)) {
        expect((await moved).status).toBe(to);
      } else {
        await expect(moved).rejects.toMatchObject({ code: 'ORDER_STATUS_INVALID', status: 409, pointer: '/status' });
        await expect(moved).rejects.toThrow(nextOrderStatuses[from].join(', ') || 'nothing');
        expect((await w.orders.get(id)).status).toBe(from);
      }
    }
  await expect(w.orders.move('nobody', 'paid', system)).rejects.toMatchObject({ code: 'ORDER_NOT_FOUND' });
});

eachDatabase('each move is told under its topic and as a change; staying is told to nobody', async (on) => {
  await using w = await world(on);
  const { id } = await w.order();
  for (const status of ['paid', 'paid', 'shipped', 'completed'] as OrderStatus[])
    await w.orders.move(id, status, system);
  await w.orders.refund(id, { amount: 400 }, system);
  const done = await w.orders.move(id, 'refunded', system);
  expect(done).toMatchObject({ status: 'refunded', refunded: 1000, refunds: [{ amount: 400 }, { amount: 600 }] });
  const other = await w.order();
  await w.orders.move(other.id, 'cancelled', system);
  await w.order({ status: 'paid' });
  const expected = [
    ...['order.placed', 'order.updated', 'order.paid', 'order.updated', 'order.shipped', 'order.updated'],
    ...['order.completed', 'order.updated', 'order.refunded', 'order.updated', 'order.refunded'],
    ...['order.placed', 'order.updated', 'order.cancelled', 'order.placed', 'order.paid'],
  ];
  await vi.waitFor(() => expect(w.told.map(({ topic }) => topic)).toEqual(expected), { timeout: 15_000 });
  expect(w.told.filter(({ topic }) => topic === 'order.refunded').map(({ payload }) => payload)).toMatchObject([
    { order: { id, status: 'completed' }, refund: { amount: 400 } },
    { order: { id, status: 'refunded' }, refund: { amount: 600 } },
  ]);
  const moves = w.heard.filter(({ order }) => order?.id === id);
  expect(moves.map(({ kind, order }) => [kind, order?.status, order?.refunded])).toEqual([
    ['order', 'placed', 0],
    ['order-status', 'paid', 0],
    ['order-status', 'shipped', 0],
    ['order-status', 'completed', 0],
    ['refund', 'completed', 400],
    ['refund', 'refunded', 1000],
  ]);
  expect(moves.every(({ facts }) => facts.includes('orders'))).toBe(true);
});

eachDatabase('of two moves at once that exclude each other one is refused, and goods go back once', async (on) => {
  await using w = await world(on);
  const tea = await w.products.create({ sku: 'tea', name: 'Tea', price: 500, currency: 'EUR', stock: 10 }, system);
  for (let n = 0; n < 5; n++) {
    const { id } = await w.order({ lines: [{ sku: 'tea', quantity: 2 }] });
    const before = (await w.products.get(tea.id)).stock!;
    const tried = await Promise.allSettled([
      w.orders.move(id, 'shipped', system),
      w.orders.move(id, 'cancelled', system),
      w.orders.move(id, 'cancelled', system),
    ]);
    const { status } = await w.orders.get(id);
    expect(tried.map((one) => one.status === 'fulfilled')).toEqual(
      status === 'shipped' ? [true, false, false] : [false, true, true],
    );
    expect((await w.products.get(tea.id)).stock).toBe(status === 'cancelled' ? before + 2 : before);
    if (status === 'cancelled') await w.orders.refund(id, { restock: true }, system);
    expect((await w.products.get(tea.id)).stock).toBe(status === 'cancelled' ? before + 2 : before);
  }
});

eachDatabase(
  'orders written in sets arrive in any state, then move as the machine allows, each item by itself',
  async (on) => {
    await using w = await world(on);
    const { id: customerId } = await w.customers.create({ email: 'bo@example.com' }, system);
    const tea = await w.products.create({ sku: 'tea', name: 'Tea', price: 500, currency: 'EUR', stock: 10 }, system);
    const item = (externalId: string, status?: OrderStatus, key = 'l1'): OrderItem => ({
      customerId,
      source: 'import',
      externalId,
      currency: 'EUR',
      orderedAt: w.platform.clock.now() - 1000,
      status,
      newStatus: 'completed',
      lines: [line(key)],
    });
    const first = await w.writeMany([item('a', 'shipped'), item('b', 'refunded'), item('c'), item('d', 'placed')]);
    expect([...first.failures]).toEqual([]);
    expect(first.written.map(({ row }) => [row.external_id, row.status, row.total, row.refunded])).toEqual([
      ['a', 'shipped', 1000, 0],
      ['b', 'refunded', 1000, 1000],
      ['c', 'completed', 1000, 0],
      ['d', 'placed', 1000, 0],
    ]);
    const again = await w.writeMany([item('a', 'shipped'), item('b', 'refunded'), item('c'), item('d', 'placed')]);
    expect([again.written.length, again.failures.size]).toEqual([0, 0]);
    w.heard.length = 0;
    const second = await w.writeMany([
      item('a', 'placed'),
      item('a', 'completed', 'l2'),
      item('c', 'cancelled'),
      item('d', 'cancelled'),
    ]);
    expect([...second.failures].map(([index, { code }]) => [index, code])).toEqual([
      [0, 'ORDER_STATUS_INVALID'],
      [2, 'ORDER_STATUS_INVALID'],
    ]);
    expect(second.written.map(({ row }) => [row.external_id, row.status, row.total])).toEqual([
      ['a', 'completed', 2000],
      ['d', 'cancelled', 1000],
    ]);
    expect(w.heard.map(({ order, quiet }) => [order?.externalId, quiet])).toEqual([
      ['a', true],
      ['d', true],
    ]);
    // An import took nothing from stock, so cancelling gives nothing back.
    expect((await w.products.get(tea.id)).stock).toBe(10);
    const stored = await w.orders.list({ customerId });
    expect(stored.data.find(({ externalId }) => externalId === 'a')).toMatchObject({ total: 2000, quantity: 2 });
    const wrong = await w.writeMany([
      { ...item('a'), currency: 'USD' },
      { ...item('a'), customerId: (await w.customers.create({ email: 'cy@example.com' }, system)).id },
    ]);
    expect([...wrong.failures.values()].map(({ code }) => code)).toEqual(['CURRENCY_DIFFERS', 'ORDER_OF_ANOTHER']);
  },
);
