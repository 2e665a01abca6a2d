// A database from before orders knew stock, returns and debts, with rows of odd kinds, is upgraded and answers right.
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { openDatabase } from '../../core/index.ts';
import { type LooseJson, type TestApp, testApp } from '../support/app.ts';
import { createTestDatabase, dialects, type TestDatabase } from '../support/databases.ts';
import { createShop } from './promotions-shop.ts';

const directory = fileURLToPath(new URL('../../migrations', import.meta.url));
const at = (text: string): number => Date.parse(text);
const placed = at('2026-01-05T10:00:00Z');

/** The schema as it was with this migration as its last. */
const migrateTo = async (on: TestDatabase, last: string, fill: (insert: Insert) => Promise<void>) => {
  const database = await openDatabase(on.url);
  const settings = { directory, extension: 'ts', loadExtensions: ['.ts'] };
  for (const name of readdirSync(directory).toSorted())
    if (name <= last) await database.writer.migrate.up({ ...settings, name });
  await fill(async (table, ...rows) => {
    for (const row of rows) await database.writer(table).insert(row);
  });
  await database.close();
};
type Insert = (table: string, ...rows: Record<string, unknown>[]) => Promise<void>;

const customer = (id: string, more: object = {}) => ({ id, name: id, created_at: placed, updated_at: placed, ...more });
const order = (id: string, source: string, status: string, more: object = {}) => ({
  id,
  customer_id: 'ada',
  source,
  external_id: `x-${id}`,
  status,
  currency: 'EUR',
  subtotal: 1000,
  discount: 100,
  total: 900,
  quantity: 2,
  ordered_at: placed,
  created_at: placed,
  updated_at: placed,
  ...more,
});
const line = (order_id: string) => ({
  order_id,
  line_no: 1,
  customer_id: 'ada',
  ordered_at: placed,
  sku: 'tea',
  quantity: 2,
  unit_price: 500,
  total: 1000,
});
const event = (id: string, customer_id: string, time: string) => ({
  id,
  customer_id,
  type: 'visit',
  occurred_at: at(time),
  received_at: at(time),
  source: 'api',
  properties: '{}',
});
const entry = (id: string, kind: string, available_delta: number, more: object = {}) => ({
  id,
  customer_id: 'ada',
  kind,
  available_delta,
  pending_delta: 0,
  available_at: placed,
  at: placed,
  ...more,
});
const redemption = (order_id: string, status: string) => ({
  id: `r-${order_id}`,
  promotion: 'old',
  version: 1,
  order_id,
  customer_id: 'ada',
  status,
  amount: 100,
  currency: 'EUR',
  points: 0,
  redeemed_at: placed,
  cancelled_at: status === 'cancelled' ? placed : null,
});
const reply = {
  currency: 'EUR',
  lines: [{ sku: 'tea', quantity: 2, gross: 1000, discount: 100, net: 900 }],
  shipping: 0,
  shippingDiscount: 0,
  applied: [
    {
      key: 'old',
      version: 1,
      name: 'old',
      target: 'order',
      amount: 100,
      lines: [100],
      shipping: 0,
      onReturn: 'recalculate',
    },
  ],
};
const promotionOrder = (order_id: string, status: string) => ({
  order_id,
  customer_id: 'ada',
  status,
  request_hash: 'h',
  reply: JSON.stringify(reply),
  redeemed_at: placed,
});

const fill = async (insert: Insert): Promise<void> => {
  await insert(
    'customers',
    customer('ada'),
    customer('gone', { merged_into: 'ada' }),
    customer('visitor'),
    customer('seen', { last_seen_at: at('2026-02-01T00:00:00Z') }),
    customer('nobody', { erased_at: placed, name: null }),
  );
  await insert(
    'events',
    event('e1', 'ada', '2026-01-06T00:00:00Z'),
    event('e2', 'visitor', '2026-01-07T00:00:00Z'),
    event('e3', 'visitor', '2026-01-03T00:00:00Z'),
    event('e4', 'seen', '2026-03-01T00:00:00Z'),
    event('e5', 'nobody', '2026-03-01T00:00:00Z'),
  );
  await insert('products', {
    id: 'tea',
    sku: 'tea',
    name: 'Tea',
    price: 500,
    currency: 'EUR',
    stock: 10,
    status: 'active',
    created_at: placed,
    updated_at: placed,
  });
  const orders = [
    order('held', 'api', 'placed'),
    order('filed', 'import:7', 'placed'),
    order('retail', 'online-retail', 'paid'),
    order('sent', 'api', 'shipped', { refunded: 300 }),
    order('free', 'api', 'placed', { subtotal: 0, discount: 0, total: 0, quantity: 0 }),
  ];
  await insert('orders', ...orders);
  await insert('order_lines', line('held'), line('filed'), line('retail'), line('sent'));
  await insert('refunds', { id: 'f1', order_id: 'sent', customer_id: 'ada', amount: 300, reason: 'late', at: placed });
  await insert('promotions', { key: 'old', used: 1, spent: 100 });
  await insert('promotion_customers', { customer_id: 'ada', promotion: 'old', used: 1 });
  await insert('promotion_orders', promotionOrder('x-held', 'redeemed'), promotionOrder('past', 'cancelled'));
  await insert('redemptions', redemption('x-held', 'redeemed'), redemption('past', 'cancelled'));
  // 100 earned by `past`, of which 80 were spent on `filed`; then 20 were asked back, and nobody noted the other 80.
  await insert('members', { customer_id: 'ada', points_available: 0, joined_at: placed });
  await insert(
    'points_ledger',
    entry('l1', 'earn', 100, { order_id: 'past', promotion: 'old' }),
    entry('l2', 'spend', -80, { order_id: 'filed' }),
    entry('l3', 'reverse', -20, { order_id: 'past', earn_id: 'l1' }),
  );
  await insert('points_lots', {
    earn_id: 'l1',
    customer_id: 'ada',
    remaining: 0,
    pending: false,
    available_at: placed,
  });
};

const check = async (app: TestApp): Promise<void> => {
  const { staff, promote, cancel, use } = createShop(app, app.as('owner'));
  const seen = async (id: string) => (await staff.get(`/customers/${id}`)).body.lastSeenAt;
  expect(await seen('ada')).toBe('2026-01-06T00:00:00.000Z');
  expect(await seen('visitor')).toBe('2026-01-07T00:00:00.000Z');
  // Who was seen and has no orders keeps what was known.
  expect(await seen('seen')).toBe('2026-02-01T00:00:00.000Z');

  await promote('old', { params: { target: 'order', bp: 1000, onReturn: 'recalculate' } });
  const redemptions = async () =>
    Object.fromEntries(
      (await staff.get('/promotions/old/redemptions')).body.data.map((row: LooseJson) => [row.orderId, row]),
    );
  expect(await redemptions()).toMatchObject({
    past: { status: 'cancelled', amountReturned: 100, pointsReturned: 0, amountKept: null, onReturn: 'keep' },
    'x-held': { status: 'redeemed', amountReturned: 0, amountKept: null, amountWithheld: 0, onReturn: 'keep' },
  });

  const membership = async () => (await staff.get('/customers/ada/membership')).body;
  expect(await membership()).toMatchObject({ pointsAvailable: 0, pointsOwed: 0 });
  // What was reversed as a whole is not asked back again.
  expect((await cancel('past')).status).toBe(200);
  expect(await membership()).toMatchObject({ pointsAvailable: 0, pointsOwed: 0 });

  const stock = async () => (await staff.get('/products/tea')).body.stock;
  const move = (id: string, status: string) => staff.post(`/orders/${id}/status`, { status });
  expect((await move('filed', 'cancelled')).status).toBe(200);
  expect((await move('retail', 'cancelled')).status).toBe(200);
  // Files took nothing from stock. The 80 points that were spent come back, without an end.
  expect(await stock()).toBe(10);
  expect(await membership()).toMatchObject({ pointsAvailable: 80, pointsOwed: 0 });
  expect((await staff.post('/customers/ada/points', { kind: 'spend', points: 80 })).status).toBe(201);

  expect((await staff.get('/orders/sent')).body).toMatchObject({
    refunds: [{ amount: 300, withheld: 0, lines: [], reason: 'late' }],
    lines: [{ returned: 0 }],
  });
  // One of two units: 450, and the last brings what is left of 900 after the 300.
  const back = (id: string) => staff.post(`/orders/${id}/refund`, { lines: [{ sku: 'tea', quantity: 1 }] });
  expect((await back('sent')).body).toMatchObject({ status: 'shipped', refunded: 750 });
  expect((await back('sent')).body).toMatchObject({ status: 'refunded', refunded: 900 });

  // Redeemed before terms were kept: the discount of the kept unit stays, and the budget has the other half.
  expect((await back('held')).body.refunds).toMatchObject([{ amount: 450, withheld: 0 }]);
  expect(await use('old')).toEqual({ used: 1, spent: 50 });
  await move('held', 'cancelled');
  expect(await stock()).toBe(12);
  expect(await use('old')).toEqual({ used: 0, spent: 0 });
  expect(await redemptions()).toMatchObject({ 'x-held': { status: 'cancelled', amountReturned: 100 } });
  expect((await move('free', 'cancelled')).body).toMatchObject({ status: 'cancelled', total: 0 });
};

for (const dialect of dialects)
  test(`orders, redemptions and points of an old database are right after the upgrade (${dialect})`, async () => {
    await using on = await createTestDatabase(dialect);
    await migrateTo(on, '0011_idempotency_headers.ts', fill);
    await using app = await testApp(on);
    await check(app);
  });
