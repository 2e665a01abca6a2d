// Promotions and the end of an order: no redemption after it, whoever is faster; what is for a known customer; codes for many.
import { expect } from 'vitest';
import { query } from '../../core/index.ts';
import { testApp } from '../support/app.ts';
import { eachDatabase } from '../support/databases.ts';
import { cart, createShop, subtotalAtLeast } from './promotions-shop.ts';

const lines = [{ sku: 'sku-0', quantity: 1, unitPrice: 1000 }];

eachDatabase('an order that is cancelled or refunded redeems nothing, by our id or the shop’s', async (on) => {
  await using app = await testApp(on);
  const { promote, redeem, use, customer, staff } = createShop(app);
  await promote('ten', { params: { target: 'order', bp: 1000, limits: { total: 5 } } });
  const [ada, bob] = [await customer({ name: 'Ada' }), await customer({ name: 'Bob' })];
  const place = async (externalId: string, more: object = {}) =>
    (await staff.post('/orders', { externalId, customer: { id: ada }, currency: 'EUR', lines, ...more })).body.id;
  const body = { customer: ada, cart: cart([1000]) };
  const cancelled = await place('o-1');
  await staff.post(`/orders/${cancelled}/status`, { status: 'cancelled' });
  const refunded = await place('o-2');
  await staff.post(`/orders/${refunded}/refund`, {});
  for (const [orderId, status] of [
    ['o-1', 'cancelled'],
    [cancelled, 'cancelled'],
    ['o-2', 'refunded'],
  ])
    expect(await redeem(orderId, body)).toMatchObject({
      status: 409,
      body: { code: 'ORDER_IS_OVER', pointer: '/orderId', detail: expect.stringContaining(status) },
    });
  expect(await use('ten')).toEqual({ used: 0, spent: 0 });
  // Bob's order of the same number, and one that another source keeps alive, are other orders.
  expect((await redeem('o-1', { customer: bob, cart: cart([1000]) })).status).toBe(200);
  await place('o-2', { source: 'market' });
  expect((await redeem('o-2', body)).status).toBe(200);
  expect(await use('ten')).toEqual({ used: 2, spent: 200 });
});

eachDatabase('cancelled and redeemed at the same moment, an order uses nothing in the end', async (on) => {
  await using app = await testApp(on);
  const { promote, redeem, use, customer, staff } = createShop(app);
  await promote('ten', { params: { target: 'order', bp: 1000, limits: { total: 50, perCustomer: 50 } } });
  await promote('points', { params: { target: 'points', points: { per: 1, unit: 10 } } });
  const ada = await customer({ name: 'Ada' });
  const ids: string[] = [];
  for (let n = 0; n < 8; n++) {
    const placed = await staff.post('/orders', { externalId: `o-${n}`, customer: { id: ada }, currency: 'EUR', lines });
    ids.push(placed.body.id);
  }
  const replies = await Promise.all(
    ids.flatMap((id, n) => [
      redeem(`o-${n}`, { customer: ada, cart: cart([1000]) }),
      staff.post(`/orders/${id}/status`, { status: 'cancelled' }),
    ]),
  );
  for (const { status, body } of replies) expect([200, 409], JSON.stringify(body)).toContain(status);
  expect(replies.filter((_, index) => index % 2 === 1).map(({ status }) => status)).toEqual(ids.map(() => 200));
  expect(await use('ten')).toEqual({ used: 0, spent: 0 });
  expect((await staff.get(`/customers/${ada}/membership`)).body).toMatchObject({ pointsAvailable: 0, pointsOwed: 0 });
  const left = await query<{ live: number; used: number | null }>(
    app.rapport.platform.database.writer,
    "select (select count(*) from redemptions where status = 'redeemed') as live, (select sum(used) from promotion_customers) as used",
  );
  expect(Number(left[0]!.live)).toBe(0);
  expect(Number(left[0]!.used ?? 0)).toBe(0);
});

eachDatabase('a promotion for a first order is not for a cart of nobody, however often it comes', async (on) => {
  await using app = await testApp(on);
  const { promote, redeem, quote, customer, use, staff } = createShop(app);
  const first = { fact: 'orders', params: { measure: 'count' }, operator: 'equal', value: 0 };
  await promote('first-order', { params: { target: 'order', bp: 2000 }, conditions: { all: [first] } });
  for (const orderId of ['o-1', 'o-2'])
    expect((await redeem(orderId, { cart: cart([1000]) })).body).toMatchObject({
      total: 1000,
      skipped: [{ key: 'first-order', reason: 'unknown_customer' }],
    });
  expect(await use('first-order')).toEqual({ used: 0, spent: 0 });
  const ada = await customer({ name: 'Ada' });
  expect((await quote({ customer: ada, cart: cart([1000]) })).total).toBe(800);
  await staff.post('/orders', { customer: { id: ada }, currency: 'EUR', lines });
  expect((await quote({ customer: ada, cart: cart([1000]) })).skipped).toMatchObject([{ reason: 'condition' }]);
});

eachDatabase('what the cart alone decides is decided for a cart of nobody too', async (on) => {
  await using app = await testApp(on);
  const { promote, quote } = createShop(app);
  const berlin = { fact: 'customer.city', operator: 'equal', value: 'Berlin' };
  const large = subtotalAtLeast(10_000).all[0]!;
  await promote('either', {
    params: { target: 'order', amount: 100, currency: 'EUR' },
    conditions: { any: [large, berlin] },
  });
  await promote('both', {
    params: { target: 'order', amount: 10, currency: 'EUR' },
    conditions: { all: [large, berlin] },
  });
  const notBerlin = { all: [{ not: berlin }] };
  await promote('elsewhere', { params: { target: 'order', amount: 1, currency: 'EUR' }, conditions: notBerlin });
  const reasons = async (price: number) => {
    const { total, skipped } = await quote({ cart: cart([price]) });
    return [total, Object.fromEntries(skipped.map((one: { key: string; reason: string }) => [one.key, one.reason]))];
  };
  // Large: `either` holds whoever it is; the others depend on who it is.
  expect(await reasons(10_000)).toEqual([9900, { both: 'unknown_customer', elsewhere: 'unknown_customer' }]);
  // Small: `both` fails whoever it is.
  expect(await reasons(500)).toEqual([
    500,
    { both: 'condition', either: 'unknown_customer', elsewhere: 'unknown_customer' },
  ]);
});

eachDatabase('a code without a limit of its own opens the promotion as often as its limit says', async (on) => {
  await using app = await testApp(on);
  const { promote, redeem, use, staff } = createShop(app);
  const params = { target: 'order', bp: 1000, code: { required: true }, limits: { total: 100 } };
  await promote('hundred', { params });
  // As the console asks for a code that was typed in.
  expect((await staff.post('/promotions/hundred/codes', { codes: ['spring'], uses: null })).body.added).toBe(1);
  const body = { cart: { ...cart([1000]), codes: [' Spring '] } };
  for (let batch = 0; batch < 5; batch++)
    await Promise.all(Array.from({ length: 20 }, (_, n) => redeem(`o-${batch}-${n}`, body)));
  expect(await use('hundred')).toEqual({ used: 100, spent: 10_000 });
  expect((await redeem('o-101', body)).body.skipped).toMatchObject([{ reason: 'limit', detail: '100 of 100 used' }]);
});
