// Redeeming under fire: limits and budgets are exact on both databases, once is once, and what is cancelled is given back.
import { expect } from 'vitest';
import { testApp } from '../support/app.ts';
import { eachDatabase } from '../support/databases.ts';
import { cart, createShop, everybody, subtotalAtLeast } from './promotions-shop.ts';

const together = <T>(count: number, run: (n: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, n) => run(n)));

eachDatabase(
  '400 parallel redemptions with room for 40 are exactly 40 and spend exactly the budget',
  async (on) => {
    await using app = await testApp(on);
    const { promote, redeem, use } = createShop(app);
    await promote('forty', { params: { target: 'order', bp: 1000, currency: 'EUR', limits: { budget: 40_000 } } });
    const replies = await together(400, (n) => redeem(`o-${n}`, { cart: cart([10_000]) }));
    expect(replies.filter((reply) => reply.status !== 200)).toEqual([]);
    const given = replies.filter((reply) => reply.body.applied.length === 1);
    expect(given).toHaveLength(40);
    expect(new Set(given.map((reply) => reply.body.total))).toEqual(new Set([9000]));
    expect(await use('forty')).toEqual({ used: 40, spent: 40_000 });
    for (const reply of replies.filter(({ body }) => body.applied.length === 0))
      expect(reply.body).toMatchObject({ total: 10_000, skipped: [{ key: 'forty', reason: 'budget' }] });
  },
  90_000,
);

eachDatabase(
  'a partial budget is spent to the last unit under fire, and never more',
  async (on) => {
    await using app = await testApp(on);
    const { promote, redeem, use } = createShop(app);
    const limits = { budget: 10_050, budgetMode: 'partial' };
    await promote('partial', { params: { target: 'order', amount: 700, currency: 'EUR', limits } });
    await promote('total', { params: { target: 'shipping', limits: { total: 7 } } });
    const replies = await together(80, (n) => redeem(`o-${n}`, { cart: { ...cart([5000]), shipping: 100 } }));
    const amounts = replies.flatMap(({ body }) =>
      body.applied.filter((entry: { key: string }) => entry.key === 'partial').map((e: { amount: number }) => e.amount),
    );
    expect(amounts.toSorted((a: number, b: number) => a - b)).toEqual([250, ...Array(14).fill(700)]);
    expect(await use('partial')).toEqual({ used: 15, spent: 10_050 });
    expect(await use('total')).toEqual({ used: 7, spent: 700 });
  },
  90_000,
);

eachDatabase(
  'a limit per customer holds when one customer fires from everywhere at once',
  async (on) => {
    await using app = await testApp(on);
    const { promote, redeem, customer, use, quote } = createShop(app);
    await promote('twice', { params: { target: 'order', bp: 1000, limits: { perCustomer: 2 } } });
    const ada = await customer({ name: 'Ada' });
    const bob = await customer({ name: 'Bob' });
    const replies = await together(40, (n) =>
      redeem(`o-${n}`, { cart: cart([1000]), customer: n % 4 === 3 ? bob : ada }),
    );
    const count = (id: string) =>
      replies.filter(({ body }) => body.customerId === id && body.applied.length > 0).length;
    expect([count(ada), count(bob)]).toEqual([2, 2]);
    expect(await use('twice')).toEqual({ used: 4, spent: 400 });
    expect((await quote({ cart: cart([1000]), customer: ada })).skipped).toEqual([
      { key: 'twice', reason: 'customer_limit', detail: '2 of 2 used' },
    ]);
    expect((await redeem('anonymous', { cart: cart([1000]) })).body.skipped[0].reason).toBe('customer_limit');
  },
  60_000,
);

eachDatabase(
  'a code for one use is used once, however many try it at once',
  async (on) => {
    await using app = await testApp(on);
    const { promote, redeem, staff } = createShop(app);
    await promote('coded', { params: { target: 'order', bp: 1000, code: { required: true } } });
    await promote('also', { params: { target: 'shipping', code: { required: true, pool: 'coded' } } });
    await staff.post('/promotions/coded/codes', { codes: ['one', 'two'], uses: 1 });
    const body = (n: number) => ({ cart: { ...cart([1000]), shipping: 100, codes: [n % 2 ? 'one' : 'two'] } });
    const replies = await together(30, (n) => redeem(`o-${n}`, body(n)));
    expect(replies.filter((reply) => reply.status !== 200)).toEqual([]);
    expect(replies.filter((reply) => reply.body.applied.length === 2)).toHaveLength(2);
  },
  60_000,
);

eachDatabase('the same order twice is one redemption, also at the same moment; another cart is refused', async (on) => {
  await using app = await testApp(on);
  const { promote, redeem, use, staff } = createShop(app);
  await promote('ten', { params: { target: 'order', bp: 1000 } });
  const replies = await together(12, () => redeem('same', { cart: cart([1000]) }));
  for (const reply of replies) expect(reply).toMatchObject({ status: 200, body: replies[0]!.body });
  // Written otherwise it is the same cart.
  const { currency, lines } = cart([1000]);
  const turned = {
    lines: lines.map((line) => Object.fromEntries(Object.entries(line).toReversed())),
    currency,
    codes: [],
  };
  expect(await redeem('same', { cart: turned })).toMatchObject({ status: 200, body: replies[0]!.body });
  expect(await use('ten')).toEqual({ used: 1, spent: 100 });
  expect((await staff.get('/promotions/ten/redemptions')).body.data).toMatchObject([
    { promotion: 'ten', version: 1, orderId: 'same', amount: 100, currency: 'EUR', status: 'redeemed' },
  ]);
  expect(await redeem('same', { cart: cart([2000]) })).toMatchObject({
    status: 409,
    body: { code: 'ORDER_ALREADY_REDEEMED' },
  });
});

eachDatabase(
  'cancelling twice gives back once: uses, money, the customer’s use, the code and the points',
  async (on) => {
    await using app = await testApp(on, { clock: '2026-07-15T12:00:00Z' });
    const { promote, redeem, cancel, use, customer, quote, staff } = createShop(app);
    const limits = { total: 1, perCustomer: 1, budget: 100 };
    const code = { required: true };
    await promote('all', { params: { target: 'order', bp: 1000, currency: 'EUR', limits, code } });
    await promote('points', { params: { target: 'points', points: { per: 1, unit: 10 } } });
    await promote('later', { params: { target: 'points', points: { per: 1, unit: 100, pendingDays: 3 } } });
    await staff.post('/promotions/all/codes', { codes: ['once'] });
    const ada = await customer({ name: 'Ada' });
    const body = { customer: ada, cart: { ...cart([1000]), codes: ['once'] } };
    expect((await redeem('o-1', body)).body).toMatchObject({ total: 900, points: 99, pointsAvailable: 90 });
    expect((await staff.get(`/customers/${ada}/membership`)).body).toMatchObject({
      pointsAvailable: 90,
      pointsPending: 9,
    });
    expect((await quote(body)).applied.map((entry: { key: string }) => entry.key)).toEqual(['later', 'points']);

    const cancelled = await together(6, () => cancel('o-1'));
    for (const reply of cancelled) expect(reply).toMatchObject({ status: 200, body: cancelled[0]!.body });
    expect(cancelled[0]!.body).toMatchObject({ status: 'cancelled', promotions: ['all', 'later', 'points'] });
    expect(await use('all')).toEqual({ used: 0, spent: 0 });
    expect((await staff.get(`/customers/${ada}/membership`)).body).toMatchObject({
      pointsAvailable: 0,
      pointsPending: 0,
    });
    expect((await redeem('o-2', body)).body.total).toBe(900);
    expect(await redeem('o-1', body)).toMatchObject({ status: 409, body: { code: 'REDEMPTION_CANCELLED' } });
    expect(await cancel('never')).toMatchObject({ status: 404, body: { code: 'REDEMPTION_NOT_FOUND' } });
  },
);

eachDatabase(
  'a coupon is a code for next time, this customer’s only, and gone when its order is cancelled',
  async (on) => {
    await using app = await testApp(on, { clock: '2026-07-15T12:00:00Z' });
    const { promote, redeem, cancel, customer, quote } = createShop(app);
    await promote('next-time', { params: { target: 'order', bp: 2000, code: { required: true } } });
    await promote('thanks', { params: { target: 'coupon', coupon: { promotion: 'next-time', validDays: 30 } } });
    const ada = await customer({ name: 'Ada' });
    const bob = await customer({ name: 'Bob' });
    const { body } = await redeem('o-1', { customer: ada, cart: cart([1000]) });
    const { coupon } = body.applied[0];
    expect(coupon).toMatchObject({ promotion: 'next-time', expiresAt: '2026-08-15T00:00:00.000Z' });
    const asked = (customerId: string) => ({ customer: customerId, cart: { ...cart([1000]), codes: [coupon.code] } });
    expect((await quote(asked(ada))).total).toBe(800);
    expect((await quote(asked(bob))).skipped).toMatchObject([
      { reason: 'code', detail: `${coupon.code} is another customer's` },
    ]);
    await cancel('o-1');
    expect((await quote(asked(ada))).total).toBe(1000);
  },
);

eachDatabase(
  'a tier is listed as an effect, given by the redemption, and stays when the order is cancelled',
  async (on) => {
    await using app = await testApp(on);
    const { promote, redeem, cancel, customer, quote, staff } = createShop(app);
    const params = { target: 'tier', tier: { level: 'gold' } };
    const unknown = await staff.post('/promotions', { key: 'x', name: 'x', ...everybody, event: { params } });
    expect(unknown).toMatchObject({ status: 400, body: { pointer: '/event/params/tier/level' } });
    expect((await staff.put('/levels/gold', { title: 'Gold', rank: 3 })).status).toBe(200);
    await promote('to-gold', { params, conditions: subtotalAtLeast(5000) });
    const ada = await customer({ name: 'Ada' });
    const body = { customer: ada, cart: cart([5000]) };
    expect(await quote(body)).toMatchObject({
      total: 5000,
      effects: [{ key: 'to-gold', kind: 'tier', level: 'gold' }],
    });
    const level = async () => (await staff.get(`/customers/${ada}/membership`)).body.level;
    expect(await level()).toBeNull();
    expect((await redeem('o-1', body)).status).toBe(200);
    expect(await level()).toBe('gold');
    await cancel('o-1');
    expect(await level()).toBe('gold');
    expect((await redeem('o-2', { cart: cart([5000]) })).body.skipped).toEqual([
      { key: 'to-gold', reason: 'customer_limit', detail: 'the customer is not known' },
    ]);
  },
);

eachDatabase('a redemption is told to the world, with the customer', async (on) => {
  const heard: unknown[] = [];
  await using app = await testApp(on, {
    prepare: ({ platform }) =>
      platform.outbox.consume({
        name: 'listener',
        topics: ['promotion.redeemed'],
        handle: async (notice) => void heard.push(notice),
      }),
  });
  const { promote, redeem, customer } = createShop(app);
  await promote('ten', { params: { target: 'order', bp: 1000 } });
  const ada = await customer({ name: 'Ada' });
  await redeem('o-1', { customer: ada, cart: cart([1000]) });
  await expect.poll(() => heard.length, { timeout: 5000 }).toBe(1);
  expect(heard[0]).toMatchObject({
    customerId: ada,
    payload: { promotion: 'ten', orderId: 'o-1', amount: 100, customerId: ada },
  });
});

eachDatabase(
  'two servers on one database share the limits and hear at once of what the other activates',
  async (on) => {
    await using one = await testApp(on);
    await using two = await testApp(on);
    const shops = [createShop(one), createShop(two, two.as(['promotions:read', 'promotions:write']))];
    const params = { target: 'order', bp: 1000, currency: 'EUR', limits: { budget: 1500 } };
    expect((await shops[1]!.quote({ cart: cart([1000]) })).total).toBe(1000);
    await shops[0]!.promote('shared', { params });
    expect((await shops[1]!.quote({ cart: cart([1000]) })).total).toBe(900);
    const replies = await together(40, (n) => shops[n % 2]!.redeem(`o-${n}`, { cart: cart([1000]) }));
    expect(replies.filter((reply) => reply.status !== 200)).toEqual([]);
    expect(replies.filter((reply) => reply.body.applied.length > 0)).toHaveLength(15);
    expect(await shops[1]!.use('shared')).toEqual({ used: 15, spent: 1500 });
    await shops[1]!.staff.post('/promotions/shared/pause', {});
    expect((await shops[0]!.quote({ cart: cart([1000]) })).skipped).toEqual([]);
  },
  60_000,
);
