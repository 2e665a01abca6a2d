// Shelves of recommenders, of whatever plugin.
import { expect } from 'vitest';
import { testApp } from '../../tests/support/app.ts';
import { eachDatabase } from '../../tests/support/databases.ts';
import { addCustomer, asks, installPlugin } from '../../tests/support/scorers.ts';

const shelf = (sku: string) =>
  `export default { recommend: async ({ customers }) => customers.map(({ id }) => ({ customer: id, items: [{ sku: '${sku}', score: 1, reason: 'For a test' }] })) };`;

eachDatabase("a shelf of a third party's recommender is asked like any other", async (on) => {
  await using app = await testApp(on);
  const admin = app.as('admin');
  const scopes = asks('customers:read', 'hook:customers.recommend');
  const provides = (key: string) => ({ recommenders: [{ key, title: key }] });
  await installPlugin(app, { id: 'acme/moods', provides: provides('moods'), scopes }, shelf('LAMP'));
  await installPlugin(app, { id: 'acme/gifts', provides: provides('gifts'), scopes }, shelf('BOOK'));
  const ada = await addCustomer(app, 'Ada');
  expect((await admin.post('/products', { sku: 'LAMP', name: 'Lamp', price: 900, currency: 'EUR' })).status).toBe(201);

  const one = await admin.get(`/customers/${ada}/recommendations?shelf=moods`);
  expect(one.status).toBe(200);
  expect(one.body.data).toEqual([
    {
      sku: 'LAMP',
      name: 'Lamp',
      category: null,
      price: 900,
      currency: 'EUR',
      score: 1,
      reason: 'For a test',
      shelf: 'moods',
      plugin: 'acme/moods',
    },
  ]);
  const all = (await admin.get(`/customers/${ada}/recommendations`)).body.data;
  expect(all.map(({ sku }: { sku: string }) => sku).sort()).toEqual(['BOOK', 'LAMP']);
  expect((await admin.get(`/customers/${ada}/recommendations?shelf=nobodys`)).body).toEqual({ data: [] });
  expect(await admin.get(`/customers/${ada}/recommendations?shelf=No%20Key`)).toMatchObject({
    status: 400,
    body: { pointer: '/query/shelf' },
  });
  expect((await admin.get('/customers/none/recommendations')).body).toMatchObject({ code: 'CUSTOMER_NOT_FOUND' });
});
