// The main road, end to end: an order over HTTP moves a customer into a segment, which fires an alert, which sends a mail that a
// real mail server holds. The e-mail channel is the bundled plugin in its sandbox.
import { setTimeout as wait } from 'node:timers/promises';
import PostalMime from 'postal-mime';
import { expect } from 'vitest';
import { testApp } from '../support/app.ts';
import { eachDatabase } from '../support/databases.ts';
import { expectDrained } from '../support/invariants.ts';
import { openMailServer } from '../support/mail-server.ts';

const until = async (met: () => boolean, ms = 20_000): Promise<void> => {
  const end = Date.now() + ms;
  while (!met()) {
    if (Date.now() > end) throw new Error('it did not happen in time');
    await wait(20);
  }
};

eachDatabase('an order becomes a segment, an alert and one mail', async (on) => {
  await using smtp = await openMailServer();
  await using app = await testApp(on, { environment: { SMTP_URL: smtp.url } });
  await app.rapport.core.plugins.installBundled();
  const owner = app.as('owner');
  const conditions = {
    all: [{ fact: 'orders', params: { measure: 'sum', of: 'total' }, operator: 'greaterThanInclusive', value: 10_000 }],
  };
  expect((await owner.post('/segments', { key: 'vip', name: 'VIP', conditions })).status).toBe(201);
  expect((await owner.post('/segments/vip/activate', {})).status).toBe(200);
  const alert = {
    key: 'new-vip',
    name: 'New VIP',
    trigger: { kind: 'segment', segment: 'vip', moment: 'entered' },
    actions: [
      {
        kind: 'message',
        channel: 'email',
        purpose: 'marketing',
        content: { subject: 'Welcome, {{customer.firstName}}', text: 'You are a VIP.' },
      },
    ],
  };
  expect((await owner.post('/alerts', alert)).status).toBe(201);
  expect((await owner.post('/alerts/new-vip/activate', {})).status).toBe(200);
  const consents = [{ channel: 'email', purpose: 'marketing', status: 'granted' }];
  const { body: ada } = await owner.post('/customers', {
    name: 'Ada Lovelace',
    email: 'ada@example.com',
    externalId: 'ada',
    consents,
  });
  const { body: eve } = await owner.post('/customers', { name: 'Eve', email: 'eve@example.com', externalId: 'eve' });

  const order = (externalId: string, customer: string, unitPrice: number) =>
    owner.post('/orders', {
      externalId,
      customer: { externalId: customer },
      currency: 'EUR',
      lines: [{ sku: 'tea', quantity: 1, unitPrice }],
    });
  expect((await order('1', 'ada', 9999)).status).toBe(201);
  expect((await owner.get('/segments/vip/members')).body.data).toEqual([]);
  await order('2', 'ada', 1);
  // Eve said no word about mail: she becomes a member, and gets nothing.
  await order('3', 'eve', 20_000);
  expect(
    (await owner.get('/segments/vip/members')).body.data.map((m: { customerId: string }) => m.customerId).toSorted(),
  ).toEqual([ada.id, eve.id].toSorted());

  await until(() => smtp.mails.length > 0);
  await order('4', 'ada', 500);
  await expectDrained(on);
  expect(smtp.mails).toHaveLength(1);
  const mail = await new PostalMime().parse(smtp.mails[0]!);
  expect(mail).toMatchObject({ subject: 'Welcome, Ada', to: [{ address: 'ada@example.com' }] });
  expect(mail.text?.trim()).toBe('You are a VIP.');
  const dropped = await owner.get(`/messages?customerId=${eve.id}`);
  expect(dropped.body.data).toMatchObject([{ status: 'dropped', reason: 'no consent for email' }]);
  expect((await owner.get('/alerts/new-vip/firings')).body.data).toHaveLength(2);
});
