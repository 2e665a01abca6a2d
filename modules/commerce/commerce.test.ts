import type { NewOrder } from '@rapport/sdk/schemas';
import { expect } from 'vitest';
import { type Change, createCore, system } from '../../core/index.ts';
import { eachDatabase, type TestDatabase } from '../../tests/support/databases.ts';
import { testPlatform } from '../../tests/support/platform.ts';
import { commerceModule } from './index.ts';

const world = async (on: TestDatabase) => {
  const platform = await testPlatform(on);
  const heard: Change[] = [];
  platform.changes.subscribe(async (_trx, changes) => void heard.push(...changes));
  const { customers, modules } = createCore(platform);
  const commerce = modules.install(commerceModule, { customers });
  return { platform, heard, customers, ...commerce, [Symbol.asyncDispose]: () => platform[Symbol.asyncDispose]() };
};
const order = (more: Partial<NewOrder> = {}): NewOrder => ({
  customer: { email: 'ada@example.com' },
  currency: 'EUR',
  lines: [{ sku: 'tea', quantity: 2, unitPrice: 500 }],
  ...more,
});

eachDatabase('an order is priced from its products, its totals checked, and heard by the rules', async (on) => {
  await using w = await world(on);
  await w.products.create({ sku: 'tea', name: 'Tea', category: 'drinks', price: 450, currency: 'EUR' }, system);
  const placed = await w.orders.create(
    order({
      lines: [
        { sku: 'tea', quantity: 2 },
        { sku: 'cup', quantity: 1, unitPrice: 1200, discount: 200 },
      ],
      discount: 100,
      shipping: 490,
      total: 2290,
    }),
    system,
  );
  expect(placed).toMatchObject({ subtotal: 1900, total: 2290, quantity: 3, status: 'placed', refunded: 0 });
  expect(placed.lines).toMatchObject([{ sku: 'tea', name: 'Tea', category: 'drinks', total: 900 }, { total: 1000 }]);
  expect(await w.orders.get(placed.id)).toEqual(placed);
  expect(w.heard.at(-1)).toMatchObject({
    kind: 'order',
    facts: ['orders', 'customer.lastSeenAt'],
    order: { total: 2290 },
  });
  await expect(w.orders.create(order({ total: 1 }), system)).rejects.toMatchObject({
    code: 'INVALID_VALUE',
    pointer: '/total',
  });
  await expect(w.orders.create(order({ lines: [{ sku: 'x', quantity: 1 }] }), system)).rejects.toMatchObject({
    pointer: '/lines/0/unitPrice',
  });
  await expect(w.orders.create(order({ customer: { id: 'nobody' } }), system)).rejects.toMatchObject({
    pointer: '/customer/id',
  });
  await w.orders.create(order({ externalId: 'o1' }), system);
  await expect(w.orders.create(order({ externalId: 'o1' }), system)).rejects.toMatchObject({ code: 'ORDER_EXISTS' });
});

eachDatabase('stock never goes below zero, however many buy at once', async (on) => {
  await using w = await world(on);
  const product = await w.products.create({ sku: 'tea', name: 'Tea', price: 1, currency: 'EUR', stock: 5 }, system);
  const bought = await Promise.allSettled(
    Array.from({ length: 8 }, (_, i) =>
      w.orders.create(order({ customer: { externalId: `c${i}` }, lines: [{ sku: 'tea', quantity: 1 }] }), system),
    ),
  );
  expect(bought.filter(({ status }) => status === 'fulfilled')).toHaveLength(5);
  for (const one of bought)
    if (one.status === 'rejected')
      expect(one.reason).toMatchObject({ code: 'OUT_OF_STOCK', pointer: '/lines/0/quantity' });
  expect((await w.products.get(product.id)).stock).toBe(0);
  const { data } = await w.orders.list({});
  expect((await w.orders.move(data[0]!.id, 'cancelled', system)).status).toBe('cancelled');
  expect((await w.products.get(product.id)).stock).toBe(1);
  await expect(w.orders.move(data[0]!.id, 'paid', system)).rejects.toMatchObject({ code: 'ORDER_STATUS_INVALID' });
});

eachDatabase('refunds add up to the order and never beyond, however many come at once', async (on) => {
  await using w = await world(on);
  const { id } = await w.orders.create(order(), system);
  const tried = await Promise.allSettled(Array.from({ length: 8 }, () => w.orders.refund(id, { amount: 300 }, system)));
  expect(tried.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
  for (const one of tried) if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'REFUND_TOO_HIGH' });
  const rest = await w.orders.refund(id, { reason: 'broken' }, system);
  expect(rest).toMatchObject({ refunded: 1000, status: 'refunded' });
  expect(rest.refunds.map(({ amount }) => amount).sort()).toEqual([100, 300, 300, 300]);
  await expect(w.orders.refund(id, {}, system)).rejects.toMatchObject({ code: 'REFUND_TOO_HIGH' });
});

eachDatabase('products are found, changed and cleared', async (on) => {
  await using w = await world(on);
  const tea = await w.products.create({ sku: 'tea', name: 'Tea 100%', price: 450, currency: 'EUR' }, system);
  await expect(w.products.create({ sku: 'tea', name: 'Other' }, system)).rejects.toMatchObject({ code: 'SKU_TAKEN' });
  expect(await w.products.change(tea.id, { price: null, category: 'drinks' }, system)).toMatchObject({
    price: null,
    category: 'drinks',
  });
  expect((await w.products.list({ q: 'tea 100%' })).data).toHaveLength(1);
  expect((await w.products.list({ q: '%' })).data).toHaveLength(0);
});
