// Points that were spent on an order come back with it; points it earned are owed when they were spent before it came back.
import { expect } from 'vitest';
import { type LooseJson, type TestApp, testApp } from '../support/app.ts';
import { eachDatabase } from '../support/databases.ts';
import { cart, createShop } from './promotions-shop.ts';

const setUp = async (app: TestApp) => {
  const shop = createShop(app);
  const { staff } = shop;
  const ada = await shop.customer({ name: 'Ada', email: 'ada@example.com' });
  const place = async (externalId: string, price: number): Promise<string> => {
    const lines = [{ sku: 'sku-0', quantity: 1, unitPrice: price }];
    return (await staff.post('/orders', { externalId, customer: { id: ada }, currency: 'EUR', lines })).body.id;
  };
  const post = (kind: 'earn' | 'spend', points: number, more: object = {}) =>
    staff.post(`/customers/${ada}/points`, { kind, points, ...more });
  const balance = async () => {
    const { pointsAvailable, pointsPending, pointsOwed } = (await staff.get(`/customers/${ada}/membership`)).body;
    return [pointsAvailable, pointsPending, pointsOwed];
  };
  const entries = async () =>
    (await staff.get(`/customers/${ada}/points`)).body.data.map(({ kind, points, owed }: LooseJson) => [
      kind,
      points,
      owed,
    ]);
  const refund = (id: string, body: object = {}) => staff.post(`/orders/${id}/refund`, body);
  const cancel = (id: string) => staff.post(`/orders/${id}/status`, { status: 'cancelled' });
  return { ...shop, ada, place, post, balance, entries, refund, cancelOrder: cancel };
};

eachDatabase('points spent on an order come back when it is cancelled, once, by our id or the shop’s', async (on) => {
  await using app = await testApp(on);
  const { place, post, balance, cancelOrder, refund } = await setUp(app);
  await post('earn', 500);
  const one = await place('o-1', 1000);
  const two = await place('o-2', 1000);
  await post('spend', 200, { orderId: 'o-1' });
  await post('spend', 100, { orderId: two });
  await post('spend', 50);
  expect(await balance()).toEqual([150, 0, 0]);
  await cancelOrder(one);
  expect(await balance()).toEqual([350, 0, 0]);
  // A cancelled order that is refunded after all gives nothing twice.
  await refund(one);
  expect(await balance()).toEqual([350, 0, 0]);
  await cancelOrder(two);
  expect(await balance()).toEqual([450, 0, 0]);
});

eachDatabase(
  'a refund in parts gives spent points back by the money, rounded down, and all with the last',
  async (on) => {
    await using app = await testApp(on);
    const { place, post, balance, refund, entries } = await setUp(app);
    await post('earn', 100);
    const id = await place('o-1', 900);
    await post('spend', 100, { orderId: id });
    // 100 × 200 / 900 = 22.2; 100 × 500 / 900 = 55.5, of which 22 are back.
    await refund(id, { amount: 200 });
    expect(await balance()).toEqual([22, 0, 0]);
    await refund(id, { amount: 300 });
    expect(await balance()).toEqual([55, 0, 0]);
    await refund(id);
    expect(await balance()).toEqual([100, 0, 0]);
    expect(await entries()).toEqual([
      ['return', 45, 0],
      ['return', 33, 0],
      ['return', 22, 0],
      ['spend', -100, 0],
      ['earn', 100, 0],
    ]);
  },
);

eachDatabase('points that come back expire when they would have, those that last longest first', async (on) => {
  await using app = await testApp(on, { clock: '2026-03-01T00:00:00Z' });
  const { place, post, balance, refund } = await setUp(app);
  await post('earn', 60, { expiresAt: '2026-03-10T00:00:00Z' });
  await post('earn', 60, { expiresAt: '2026-06-01T00:00:00Z' });
  const id = await place('o-1', 1000);
  // 60 of the first earning and 40 of the second.
  await post('spend', 100, { orderId: id });
  await refund(id, { amount: 500 });
  expect(await balance()).toEqual([70, 0, 0]);
  app.clock.advance(15 * 86_400_000);
  // 40 of the 50 that came back are of the second; the other 10 are gone by now.
  await post('spend', 1);
  expect(await balance()).toEqual([59, 0, 0]);
  // The rest is of the first earning, and is gone as it comes; the ledger says so.
  await refund(id);
  expect(await balance()).toEqual([59, 0, 0]);
});

eachDatabase('points of a returned order that were spent are owed, shown, and paid by the next ones', async (on) => {
  await using app = await testApp(on);
  const { promote, redeem, place, post, balance, refund, entries, ada, staff } = await setUp(app);
  await promote('points', { params: { target: 'points', points: { per: 1, unit: 10 } } });
  await redeem('o-1', { customer: ada, cart: cart([1000]) });
  const id = await place('o-1', 1000);
  await post('spend', 80);
  expect(await balance()).toEqual([20, 0, 0]);
  await refund(id);
  expect(await balance()).toEqual([0, 0, 80]);
  expect(await post('spend', 1)).toMatchObject({ status: 409, body: { code: 'POINTS_SHORT', pointer: '/points' } });
  await post('earn', 30);
  expect(await balance()).toEqual([0, 0, 50]);
  await post('earn', 70);
  expect(await balance()).toEqual([20, 0, 0]);
  expect(await entries()).toEqual([
    ['settle', -50, -50],
    ['earn', 70, 0],
    ['settle', -30, -30],
    ['earn', 30, 0],
    ['reverse', -20, 80],
    ['spend', -80, 0],
    ['earn', 100, 0],
  ]);
  const timeline = (await staff.get(`/customers/${ada}/timeline`)).body.data;
  expect(timeline.find(({ title }: LooseJson) => title === 'reverse')?.data).toMatchObject({
    points: -20,
    owed: 80,
  });
});

eachDatabase('an order that was paid with the points of another leaves no debt when both come back', async (on) => {
  await using app = await testApp(on);
  const { promote, redeem, place, post, balance, refund, cancelOrder, ada } = await setUp(app);
  await promote('points', { params: { target: 'points', points: { per: 1, unit: 10 } } });
  await redeem('o-1', { customer: ada, cart: cart([1000]) });
  const first = await place('o-1', 1000);
  const second = await place('o-2', 500);
  await post('spend', 100, { orderId: 'o-2' });
  await refund(first);
  expect(await balance()).toEqual([0, 0, 100]);
  await cancelOrder(second);
  expect(await balance()).toEqual([0, 0, 0]);
});

eachDatabase('what is owed goes with the person when two are one', async (on) => {
  await using app = await testApp(on);
  const { promote, redeem, place, post, balance, refund, ada, customer, staff } = await setUp(app);
  await promote('points', { params: { target: 'points', points: { per: 1, unit: 10 } } });
  await redeem('o-1', { customer: ada, cart: cart([1000]) });
  const id = await place('o-1', 1000);
  await post('spend', 100);
  await refund(id);
  const twin = await customer({ name: 'Ada L.' });
  expect((await staff.post(`/customers/${ada}/merge`, { into: twin })).status).toBe(200);
  expect((await staff.get(`/customers/${twin}/membership`)).body).toMatchObject({ pointsOwed: 100 });
  expect((await staff.post(`/customers/${ada}/unmerge`, {})).status).toBe(200);
  expect(await balance()).toEqual([0, 0, 100]);
  expect((await staff.get(`/customers/${twin}/membership`)).body).toMatchObject({ pointsOwed: 0 });
});
