// An order that is refunded or cancelled gives back what its redemption used and earned, in the same transaction, once.
import { expect, vi } from 'vitest';
import { query } from '../../core/index.ts';
import { type LooseJson, type TestApp, testApp } from '../support/app.ts';
import { createChance } from '../support/chance.ts';
import { eachDatabase } from '../support/databases.ts';
import { cart, createShop } from './promotions-shop.ts';

const setUp = async (app: TestApp) => {
  const shop = createShop(app);
  const { promote, staff, customer } = shop;
  const limits = { total: 1, perCustomer: 1, budget: 100 };
  await promote('off', { params: { target: 'order', bp: 1000, currency: 'EUR', limits, code: { required: true } } });
  await promote('points', { params: { target: 'points', points: { per: 1, unit: 10 } } });
  await staff.post('/promotions/off/codes', { codes: ['once'] });
  const ada = await customer({ name: 'Ada', email: 'ada@example.com' });
  const redeem = (orderId: string) =>
    shop.redeem(orderId, { customer: ada, cart: { ...cart([1000]), codes: ['once'] } });
  /** The order as the shop tells of it: 1000 less 100. */
  const place = async (externalId: string, more: object = {}): Promise<string> => {
    const lines = [{ sku: 'sku-0', quantity: 1, unitPrice: 1000 }];
    const reply = await staff.post('/orders', {
      externalId,
      customer: { id: ada },
      currency: 'EUR',
      lines,
      discount: 100,
      ...more,
    });
    expect(reply.status, JSON.stringify(reply.body)).toBe(201);
    return reply.body.id;
  };
  const points = async () => (await staff.get(`/customers/${ada}/membership`)).body.pointsAvailable;
  return { ...shop, ada, redeem, place, points };
};

eachDatabase(
  'a full refund gives back points, use, budget and code; whatever follows gives nothing twice',
  async (on) => {
    await using app = await testApp(on);
    const { redeem, place, points, use, staff, cancel } = await setUp(app);
    expect((await redeem('o-1')).body).toMatchObject({ total: 900, points: 90 });
    const id = await place('o-1');
    expect([await points(), await use('off')]).toEqual([90, { used: 1, spent: 100 }]);
    expect((await staff.post(`/orders/${id}/refund`, {})).body.status).toBe('refunded');
    expect([await points(), await use('off')]).toEqual([0, { used: 0, spent: 0 }]);
    expect((await staff.get('/promotions/off/redemptions')).body.data).toMatchObject([
      { orderId: 'o-1', status: 'cancelled', amount: 100, amountReturned: 100 },
    ]);
    // The code, the limit and the customer's use are free again.
    expect((await redeem('o-2')).body).toMatchObject({ total: 900, points: 90 });
    const second = await place('o-2');
    expect(await staff.post(`/orders/${id}/refund`, {})).toMatchObject({ body: { code: 'REFUND_TOO_HIGH' } });
    expect(await staff.post(`/orders/${id}/status`, { status: 'cancelled' })).toMatchObject({
      body: { code: 'ORDER_STATUS_INVALID' },
    });
    expect((await cancel('o-1')).body).toMatchObject({ status: 'cancelled', promotions: ['off', 'points'] });
    expect([await points(), await use('off')]).toEqual([90, { used: 1, spent: 100 }]);

    await staff.post(`/orders/${second}/status`, { status: 'cancelled' });
    expect([await points(), await use('off')]).toEqual([0, { used: 0, spent: 0 }]);
    await staff.post(`/orders/${second}/refund`, {});
    await cancel('o-2');
    expect([await points(), await use('off')]).toEqual([0, { used: 0, spent: 0 }]);
  },
);

eachDatabase(
  'a refund in parts gives points and budget back in proportion, and the use with the last part',
  async (on) => {
    await using app = await testApp(on);
    const { redeem, place, points, use, staff } = await setUp(app);
    await redeem('o-1');
    const id = await place('o-1');
    await staff.post(`/orders/${id}/refund`, { amount: 300 });
    expect([await points(), await use('off')]).toEqual([60, { used: 1, spent: 67 }]);
    expect((await staff.get('/promotions/points/redemptions')).body.data).toMatchObject([
      { status: 'redeemed', points: 90, pointsReturned: 30 },
    ]);
    await staff.post(`/orders/${id}/refund`, { amount: 1 });
    expect([await points(), await use('off')]).toEqual([60, { used: 1, spent: 67 }]);
    await staff.post(`/orders/${id}/status`, { status: 'refunded' });
    expect([await points(), await use('off')]).toEqual([0, { used: 0, spent: 0 }]);
  },
);

eachDatabase(
  'an order that a file cancels gives back too, one of another customer with the same number does not',
  async (on) => {
    await using app = await testApp(on);
    const { redeem, points, use, customer, staff } = await setUp(app);
    await redeem('o-1');
    await customer({ name: 'Bob', email: 'bob@example.com' });
    const importing = async (id: string, email: string, status: string) => {
      const reply = await fetch(`${app.url}/api/v1/imports/orders`, {
        method: 'POST',
        headers: { ...(await app.as('owner').credentials()), Origin: app.url, 'Content-Type': 'text/csv' },
        body: `Order ID,Email,Order date,Currency,Total,Status\n${id},${email},2026-01-05T10:00:00Z,EUR,9.00,${status}\n`,
      });
      const started = (await reply.json()) as LooseJson;
      await vi.waitFor(async () => expect((await staff.get(`/imports/${started.id}`)).body.status).toBe('done'), {
        timeout: 20_000,
      });
    };
    await importing('o-1', 'bob@example.com', 'cancelled');
    expect([await points(), await use('off')]).toEqual([90, { used: 1, spent: 100 }]);
    await staff.post('/promotions/cancel', { orderId: 'o-1' });
    await redeem('o-9');
    await importing('o-9', 'ada@example.com', 'paid');
    expect([await points(), await use('off')]).toEqual([90, { used: 1, spent: 100 }]);
    await importing('o-9', 'ada@example.com', 'cancelled');
    expect([await points(), await use('off')]).toEqual([0, { used: 0, spent: 0 }]);
    // Redeemed at the shop, and cancelled before the file told of it.
    await redeem('o-10');
    expect(await use('off')).toEqual({ used: 1, spent: 100 });
    await importing('o-10', 'ada@example.com', 'cancelled');
    expect(await use('off')).toEqual({ used: 0, spent: 0 });
  },
);

const sums = `select
  (select coalesce(sum(case when status = 'redeemed' then 1 else 0 end), 0) from redemptions r where r.promotion = p.key) as uses,
  (select coalesce(sum(amount - amount_returned), 0) from redemptions r where r.promotion = p.key) as live,
  p.used, p.spent from promotions p`;

eachDatabase(
  'whatever is placed, redeemed, refunded and cancelled: balances are their ledger, uses their live redemptions, nothing below zero',
  async (on) => {
    await using app = await testApp(on);
    const { promote, redeem, staff, cancel, customer } = createShop(app);
    await promote('budget', {
      params: { target: 'order', bp: 1000, currency: 'EUR', limits: { total: 4, budget: 900 } },
    });
    await promote('points', { params: { target: 'points', points: { per: 3, unit: 100 } } });
    await promote('later', { params: { target: 'points', points: { per: 1, unit: 70, pendingDays: 3 } } });
    const people = [await customer({ name: 'Ada' }), await customer({ name: 'Bob' })];
    const chance = createChance(20_260_715);
    const orders: { id: string; key: string }[] = [];
    const acts: Record<string, () => Promise<unknown>> = {
      place: async () => {
        const key = `o-${orders.length}`;
        const id = chance.pick(people);
        const unitPrice = 1 + chance.below(3000);
        const body = {
          externalId: key,
          customer: { id },
          currency: 'EUR',
          lines: [{ sku: 'sku-0', quantity: 1, unitPrice }],
        };
        orders.push({ id: (await staff.post('/orders', body)).body.id, key });
        if (chance.below(4) > 0) await redeem(key, { customer: id, cart: cart([unitPrice]) });
      },
      refund: () => staff.post(`/orders/${chance.pick(orders).id}/refund`, { amount: 1 + chance.below(1500) }),
      rest: () => staff.post(`/orders/${chance.pick(orders).id}/status`, { status: 'refunded' }),
      cancel: () => staff.post(`/orders/${chance.pick(orders).id}/status`, { status: 'cancelled' }),
      giveBack: () => cancel(chance.pick(orders).key),
      spend: () =>
        staff.post(`/customers/${chance.pick(people)}/points`, { kind: 'spend', points: 1 + chance.below(40) }),
    };
    await acts.place!();
    const { writer } = app.rapport.platform.database;
    for (let step = 0; step < 60; step++) {
      await chance.pick([acts.place!, acts.place!, ...Object.values(acts)])();
      for (const row of await query<Record<string, unknown>>(writer, sums)) {
        expect([Number(row.used), Number(row.spent)]).toEqual([Number(row.uses), Number(row.live)]);
        expect(Math.min(Number(row.used), Number(row.spent))).toBeGreaterThanOrEqual(0);
      }
      const balances = await query<Record<string, unknown>>(
        writer,
        `select m.points_available as available, m.points_pending as pending,
           (select sum(l.available_delta) from points_ledger l where l.customer_id = m.customer_id) as sum_available,
           (select sum(l.pending_delta) from points_ledger l where l.customer_id = m.customer_id) as sum_pending
         from members m`,
      );
      for (const row of balances) {
        expect([Number(row.available), Number(row.pending)]).toEqual([
          Number(row.sum_available),
          Number(row.sum_pending),
        ]);
        expect(Math.min(Number(row.available), Number(row.pending))).toBeGreaterThanOrEqual(0);
      }
    }
    const [seen] = await query<Record<string, unknown>>(
      writer,
      `select (select count(*) from redemptions where status = 'redeemed' and points_returned + amount_returned > 0) as parts,
         (select count(*) from redemptions where status = 'cancelled') as whole,
         (select count(*) from points_ledger where kind = 'reverse') as reversed`,
    );
    expect(Math.min(Number(seen!.parts), Number(seen!.whole), Number(seen!.reversed))).toBeGreaterThan(0);
    // Cancelling all leaves nothing used.
    for (const { id, key } of orders) {
      await staff.post(`/orders/${id}/status`, { status: 'cancelled' });
      await cancel(key);
    }
    for (const row of await query<Record<string, unknown>>(writer, sums))
      expect([Number(row.used), Number(row.spent)]).toEqual([0, 0]);
  },
);
