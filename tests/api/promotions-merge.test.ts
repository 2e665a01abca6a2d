// What customers used of promotions when two of them turn out to be one person, and when they are parted again.
import { expect } from 'vitest';
import { testApp } from '../support/app.ts';
import { eachDatabase } from '../support/databases.ts';
import { cart, createShop } from './promotions-shop.ts';

eachDatabase('what two customers used is used by the one they become, and parted again with them', async (on) => {
  await using app = await testApp(on);
  const { promote, redeem, cancel, customer, quote, staff } = createShop(app);
  await promote('twice', { params: { target: 'order', bp: 1000, limits: { perCustomer: 2 } } });
  const ada = await customer({ name: 'Ada' });
  const twin = await customer({ name: 'Ada L.' });
  const body = (id: string) => ({ customer: id, cart: cart([1000]) });
  await redeem('o-1', body(ada));
  await redeem('o-2', body(twin));
  expect((await quote(body(ada))).total).toBe(900);

  expect((await staff.post(`/customers/${twin}/merge`, { into: ada })).status).toBe(200);
  expect((await quote(body(ada))).skipped).toMatchObject([{ reason: 'customer_limit', detail: '2 of 2 used' }]);
  expect((await quote(body(twin))).skipped).toMatchObject([{ reason: 'customer_limit' }]);
  expect((await redeem('o-2', body(twin))).body.total).toBe(900);
  await cancel('o-2');
  expect((await quote(body(ada))).total).toBe(900);

  expect((await staff.post(`/customers/${twin}/unmerge`, {})).status).toBe(200);
  await redeem('o-3', body(ada));
  expect((await quote(body(ada))).total).toBe(1000);
  expect((await quote(body(twin))).total).toBe(900);
});
