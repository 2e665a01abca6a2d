// SIGKILL while orders are redeemed: what was answered is there, nothing is counted twice, and counters, money, points and
// redemptions tell one story. Orders without an answer can simply be sent again.
import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'vitest';
import { query } from '../../core/index.ts';
import { eachDatabase } from '../support/databases.ts';
import { expectSound, withPlatform } from '../support/invariants.ts';
import { startProcess } from '../support/process.ts';

const crashes = 2;
const lanes = 6;
const cart = { currency: 'EUR', lines: [{ sku: 'a', quantity: 1, unitPrice: 1000 }] };
const everybody = { conditions: { all: [] }, confirmEveryone: true, status: 'active' };

const promotions = [
  { target: 'order', bp: 1000, currency: 'EUR', limits: { budget: 1_000_000, total: 5000, perCustomer: 5000 } },
  { target: 'points', points: { per: 1, unit: 10 } },
];

eachDatabase('a killed server leaves no half redemption', async (on) => {
  const answered = new Set<string>();
  const unsure = new Set<string>();
  let sent = 0;
  let customer = '';
  for (let crash = 0; crash < crashes; crash++) {
    await using server = await startProcess(on);
    const call = await server.signIn();
    if (crash === 0) {
      for (const [n, params] of promotions.entries())
        await call('POST', '/promotions', { key: `p${n}`, name: 'p', ...everybody, event: { params } });
      customer = (await call('POST', '/customers', { name: 'Ada' })).body.id;
    }
    let down = false;
    const lane = async (): Promise<void> => {
      while (!down) {
        const orderId = `o${sent++}`;
        try {
          const { status } = await call('POST', '/promotions/redeem', { orderId, customer, cart });
          (status === 200 ? answered : unsure).add(orderId);
        } catch {
          unsure.add(orderId);
        }
      }
    };
    const running = Array.from({ length: lanes }, lane);
    const before = answered.size;
    while (answered.size < before + 60) await wait(5);
    await server.kill();
    down = true;
    await Promise.all(running);
  }
  await using server = await startProcess(on);
  const call = await server.signIn();
  for (const orderId of unsure)
    expect(await call('POST', '/promotions/redeem', { orderId, customer, cart })).toMatchObject({
      status: 200,
      body: { total: 900, points: 90 },
    });
  const orders = answered.size + unsure.size;
  const [counted] = await withPlatform(on, ({ database }) =>
    query(
      database.reader,
      `select (select count(*) from promotion_orders) as orders, (select count(*) from redemptions) as redemptions,
         (select used from promotions where key = 'p0') as used, (select spent from promotions where key = 'p0') as spent,
         (select used from promotion_customers where promotion = 'p0') as by_customer,
         (select points_available from members) as points, (select sum(available_delta) from points_ledger) as ledger`,
    ),
  );
  expect(counted).toEqual({
    orders,
    redemptions: orders * 2,
    used: orders,
    spent: orders * 100,
    by_customer: orders,
    points: orders * 90,
    ledger: orders * 90,
  });
  expect(await server.stop()).toBe(0);
  await expectSound(on);
});
