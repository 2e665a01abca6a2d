// Goods that come back by line: what is refunded, what promotions withhold because the rest no longer earns its discount, and stock.
import { expect } from 'vitest';
import { type TestApp, testApp } from '../support/app.ts';
import { eachDatabase } from '../support/databases.ts';
import { cart, createShop, subtotalAtLeast } from './promotions-shop.ts';

type Sold = [unitPrice: number, quantity?: number];

const setUp = async (app: TestApp) => {
  const shop = createShop(app);
  const { staff } = shop;
  const ada = await shop.customer({ name: 'Ada', email: 'ada@example.com' });
  /** Redeems the cart and tells of the order as it was sold, with what the promotions took off it. */
  const sell = async (externalId: string, lines: Sold[], shipping = 0): Promise<string> => {
    const asked = { ...cart(...lines), ...(shipping > 0 && { shipping }) };
    const { body: quote } = await shop.redeem(externalId, { customer: ada, cart: asked });
    const { discount } = quote;
    const reply = await staff.post('/orders', {
      externalId,
      customer: { id: ada },
      currency: 'EUR',
      lines: asked.lines,
      discount,
      shipping: quote.shipping,
    });
    expect(reply, JSON.stringify(reply.body)).toMatchObject({ status: 201, body: { total: quote.total } });
    return reply.body.id;
  };
  const refund = (id: string, body: object) => staff.post(`/orders/${id}/refund`, body);
  const redemption = async (key: string) => (await staff.get(`/promotions/${key}/redemptions`)).body.data[0];
  return { ...shop, ada, sell, refund, redemption };
};

eachDatabase(
  'a promotion that is worked out again withholds what the kept goods no longer earn, and gives it back with the rest',
  async (on) => {
    await using app = await testApp(on);
    const { promote, sell, refund, redemption, use, staff } = await setUp(app);
    const ten = { target: 'order', bp: 1000, currency: 'EUR', limits: { budget: 100_000 }, onReturn: 'recalculate' };
    await promote('ten', { params: ten, conditions: subtotalAtLeast(10_000) });
    // 12000 less 1200. The second line cost 3600; without it there are 8000, which earn nothing: 800 are withheld.
    const id = await sell('o-1', [[8000], [4000]]);
    const { body } = await refund(id, { lines: [{ lineNo: 2, quantity: 1 }] });
    expect(body).toMatchObject({
      status: 'placed',
      refunded: 2800,
      refunds: [{ amount: 2800, withheld: 800, lines: [{ lineNo: 2, quantity: 1, amount: 3600 }] }],
      lines: [{ returned: 0 }, { returned: 1 }],
    });
    expect(await redemption('ten')).toMatchObject({
      status: 'redeemed',
      onReturn: 'recalculate',
      amount: 1200,
      amountKept: 0,
      amountWithheld: 800,
      amountReturned: 1200,
    });
    expect(await use('ten')).toEqual({ used: 1, spent: 0 });
    // The rest: 7200 that it cost, and the 800: everything that was paid is back.
    const rest = await refund(id, { lines: [{ lineNo: 1, quantity: 1 }] });
    expect(rest.body).toMatchObject({ status: 'refunded', refunded: 10_800 });
    expect(rest.body.refunds[1]).toMatchObject({ amount: 8000, withheld: -800 });
    expect(await use('ten')).toEqual({ used: 0, spent: 0 });
    expect(await redemption('ten')).toMatchObject({ status: 'cancelled' });
    expect((await staff.get(`/orders/${id}`)).body).toEqual(rest.body);
  },
);

eachDatabase('a promotion that is kept leaves the discount of the kept goods as it is', async (on) => {
  await using app = await testApp(on);
  const { promote, sell, refund, redemption, use } = await setUp(app);
  const params = { target: 'order', bp: 1000, currency: 'EUR', limits: { budget: 100_000 } };
  await promote('kept', { params, conditions: subtotalAtLeast(10_000) });
  const id = await sell('o-1', [[8000], [4000]]);
  expect((await refund(id, { lines: [{ sku: 'sku-1', quantity: 1 }] })).body).toMatchObject({
    refunded: 3600,
    refunds: [{ amount: 3600, withheld: 0 }],
  });
  expect(await redemption('kept')).toMatchObject({ onReturn: 'keep', amountKept: 800, amountWithheld: 0 });
  // The budget has back what the returned goods had of it.
  expect(await use('kept')).toEqual({ used: 1, spent: 800 });
});

eachDatabase('a refund cannot withhold more than it is worth; the next one bears the rest', async (on) => {
  await using app = await testApp(on);
  const { promote, sell, refund } = await setUp(app);
  const params = { target: 'order', bp: 1000, onReturn: 'recalculate' };
  await promote('ten', { params, conditions: subtotalAtLeast(10_000) });
  // 10100 less 1010: the 500 cost 450, and without them 9600 are to be paid in full, 960 more than they cost.
  const id = await sell('o-1', [[500], [2600], [7000]]);
  const first = (await refund(id, { lines: [{ lineNo: 1, quantity: 1 }] })).body.refunds[0];
  expect(first).toMatchObject({ amount: 0, withheld: 450 });
  // 7000 kept had 700; 1160 − 450 … the second line cost 2340, of the 700 that are due 250 are still open.
  const { body } = await refund(id, { lines: [{ lineNo: 2, quantity: 1 }] });
  expect(body.refunds[1]).toMatchObject({ amount: 2090, withheld: 250 });
  // Paid 9090, back 2090: the 7000 that were kept cost 7000.
  expect(body.total - body.refunded).toBe(7000);
  expect((await refund(id, {})).body).toMatchObject({ status: 'refunded', refunded: 9090 });
});

eachDatabase('what a condition said of the customer is not asked again when goods come back', async (on) => {
  await using app = await testApp(on);
  const { promote, sell, refund, redemption } = await setUp(app);
  const first = { fact: 'orders', params: { measure: 'count' }, operator: 'equal', value: 0 };
  await promote('first-order', {
    params: { target: 'order', bp: 1000, onReturn: 'recalculate' },
    conditions: { all: [first, ...subtotalAtLeast(1000).all] },
  });
  const id = await sell('o-1', [[2000], [3000]]);
  // By now the customer has an order; the 2000 are above the threshold and keep their 10 %.
  expect((await refund(id, { lines: [{ lineNo: 2, quantity: 1 }] })).body.refunds[0]).toMatchObject({
    amount: 2700,
    withheld: 0,
  });
  expect(await redemption('first-order')).toMatchObject({ amount: 500, amountKept: 200 });
});

eachDatabase('the terms are those of the version that was redeemed, whatever is active since', async (on) => {
  await using app = await testApp(on);
  const { promote, sell, refund, staff } = await setUp(app);
  const params = { target: 'order', bp: 1000, onReturn: 'recalculate' };
  await promote('ten', { params, conditions: subtotalAtLeast(10_000) });
  const id = await sell('o-1', [[8000], [4000]]);
  const change = { conditions: subtotalAtLeast(1), event: { params: { ...params, bp: 5000 } }, status: 'active' };
  expect((await staff.patch('/promotions/ten', change)).status).toBe(200);
  expect((await refund(id, { lines: [{ lineNo: 2, quantity: 1 }] })).body.refunds[0]).toMatchObject({ withheld: 800 });
});

eachDatabase('points are asked back by the goods that came back, and free shipping is withheld', async (on) => {
  await using app = await testApp(on);
  const { promote, sell, refund, staff, ada } = await setUp(app);
  await promote('points', { params: { target: 'points', points: { per: 1, unit: 100 }, onReturn: 'recalculate' } });
  await promote('free', { params: { target: 'shipping', onReturn: 'recalculate' }, conditions: subtotalAtLeast(5000) });
  const points = async () => (await staff.get(`/customers/${ada}/membership`)).body.pointsAvailable;
  const id = await sell('o-1', [[4050], [1550]], 490);
  expect(await points()).toBe(56);
  // 1550 less the 490 that shipping costs after all; 40 points for 4050.
  expect((await refund(id, { lines: [{ lineNo: 2, quantity: 1 }] })).body).toMatchObject({ refunded: 1060 });
  expect(await points()).toBe(40);
});

eachDatabase('more than was sold cannot come back, and money that went back before is not given twice', async (on) => {
  await using app = await testApp(on);
  const { sell, refund } = await setUp(app);
  const id = await sell('o-1', [[1000, 3]]);
  expect(await refund(id, { lines: [{ lineNo: 1, quantity: 4 }] })).toMatchObject({
    status: 409,
    body: { code: 'RETURN_TOO_MANY', pointer: '/lines/0/quantity' },
  });
  expect(await refund(id, { lines: [{ lineNo: 1, quantity: 1 }], amount: 5 })).toMatchObject({
    status: 400,
    body: { pointer: '/amount' },
  });
  expect(await refund(id, { lines: [{ lineNo: 7, quantity: 1 }] })).toMatchObject({
    body: { pointer: '/lines/0/lineNo' },
  });
  expect(await refund(id, { lines: [] })).toMatchObject({ status: 400, body: { pointer: '/lines' } });
  // At the same moment from everywhere: three units are three units.
  const replies = await Promise.all(
    Array.from({ length: 6 }, () => refund(id, { lines: [{ sku: 'sku-0', quantity: 1 }] })),
  );
  expect(replies.map(({ status }) => status).toSorted()).toEqual([201, 201, 201, 409, 409, 409]);
  const other = await sell('o-2', [[1000, 3]]);
  await refund(other, { amount: 2500 });
  expect((await refund(other, { lines: [{ lineNo: 1, quantity: 1 }] })).body).toMatchObject({
    status: 'refunded',
    refunded: 3000,
  });
  expect(await refund(other, { lines: [{ lineNo: 1, quantity: 1 }] })).toMatchObject({
    status: 409,
    body: { code: 'REFUND_TOO_HIGH', pointer: '/lines' },
  });
});

eachDatabase('goods that come back go into stock once, by the refund or by the cancelling that follows', async (on) => {
  await using app = await testApp(on);
  const { staff, refund } = await setUp(app);
  const product = (await staff.post('/products', { sku: 'tea', name: 'Tea', price: 500, currency: 'EUR', stock: 10 }))
    .body;
  const stock = async () => (await staff.get(`/products/${product.id}`)).body.stock;
  const place = async () => {
    const lines = [{ sku: 'tea', quantity: 4 }];
    return (await staff.post('/orders', { customer: { email: 'ada@example.com' }, currency: 'EUR', lines })).body.id;
  };
  const one = await place();
  expect(await stock()).toBe(6);
  await refund(one, { lines: [{ sku: 'tea', quantity: 1 }], restock: true });
  expect(await stock()).toBe(7);
  // This one is broken: it does not go back, and the full refund that follows does not bring it either.
  await refund(one, { lines: [{ sku: 'tea', quantity: 1 }] });
  expect(await stock()).toBe(7);
  await refund(one, { restock: true });
  expect(await stock()).toBe(9);
  const two = await place();
  await refund(two, { lines: [{ sku: 'tea', quantity: 1 }], restock: true });
  expect(await stock()).toBe(6);
  await staff.post(`/orders/${two}/status`, { status: 'cancelled' });
  expect(await stock()).toBe(9);
});

eachDatabase('only money is worked out again', async (on) => {
  await using app = await testApp(on);
  const { staff } = createShop(app);
  await staff.put('/levels/gold', { title: 'Gold', rank: 1 });
  const event = { params: { target: 'tier', tier: { level: 'gold' }, onReturn: 'recalculate' } };
  expect(
    await staff.post('/promotions', { key: 'x', name: 'x', conditions: { all: [] }, confirmEveryone: true, event }),
  ).toMatchObject({ status: 400, body: { pointer: '/event/params/onReturn' } });
});
