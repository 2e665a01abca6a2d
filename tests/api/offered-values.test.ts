// Values that a query offers, each tried: every order of the list of customers, every encoding of a file, every status of a message.
import { expect } from 'vitest';
import { testApp } from '../support/app.ts';
import { eachDatabase } from '../support/databases.ts';
import { cart, createShop } from './promotions-shop.ts';

eachDatabase(
  'customers are listed by every order offered, and by each the other way round, across pages',
  async (on) => {
    await using app = await testApp(on, { clock: '2026-01-01T00:00:00Z' });
    const owner = app.as('owner');
    const names = ['Čapek', 'adams', 'Zola', '李白', 'Borges'];
    const made: { id: string; name: string }[] = [];
    for (const name of names) {
      app.clock.advance(60_000);
      made.push((await owner.post('/customers', { name })).body);
    }
    // Changed and seen in other orders than made; the last one was never seen.
    for (const [n, index] of [3, 1, 4, 0, 2].entries()) {
      app.clock.advance(60_000);
      await owner.patch(`/customers/${made[index]!.id}`, { city: `City ${n}` });
    }
    for (const [n, index] of [2, 0, 3, 1].entries())
      await owner.post('/events', {
        type: 'seen',
        customer: { id: made[index]!.id },
        occurredAt: `2025-12-31T0${n + 2}:00:00Z`,
      });
    const list = async (sort: string): Promise<string[]> => {
      const all: string[] = [];
      let cursor: string | null = null;
      do {
        const { status, body } = await owner.get(`/customers?limit=2&sort=${sort}${cursor ? `&cursor=${cursor}` : ''}`);
        expect(status, sort).toBe(200);
        all.push(...body.data.map(({ name }: { name: string }) => name));
        cursor = body.next;
      } while (cursor);
      return all;
    };
    expect(await list('createdAt')).toEqual(names);
    expect(await list('-createdAt')).toEqual(names.toReversed());
    const seen = [2, 0, 3, 1].map((index) => names[index]!);
    const found = await list('lastSeenAt');
    expect(found.filter((name) => name !== 'Borges')).toEqual(seen);
    expect((await list('-lastSeenAt')).filter((name) => name !== 'Borges')).toEqual(seen.toReversed());
    const updated = await list('updatedAt');
    expect(await list('-updatedAt')).toEqual(updated.toReversed());
    expect(new Set(updated)).toEqual(new Set(names));
    const byName = await list('name');
    expect(await list('-name')).toEqual(byName.toReversed());
    expect(byName.filter((name) => /^[A-Z]/.test(name))).toEqual(['Borges', 'Zola']);
    expect(await owner.get('/customers?sort=email')).toMatchObject({ status: 400, body: { pointer: '/query/sort' } });
  },
);

const files: [encoding: string, file: Buffer, name: string][] = [
  ['utf-8', Buffer.from('name,email\nZoë Müller,zoe@example.com\n'), 'Zoë Müller'],
  ['utf-16le', Buffer.from('\ufeffname,email\nZoë Müller,zoe@example.com\n', 'utf16le'), 'Zoë Müller'],
  ['utf-16be', Buffer.from('\ufeffname,email\nZoë Müller,zoe@example.com\n', 'utf16le').swap16(), 'Zoë Müller'],
  ['windows-1252', Buffer.from('name,email\nZoë Müller,zoe@example.com\n', 'latin1'), 'Zoë Müller'],
  [
    'gb18030',
    Buffer.concat([
      Buffer.from('name,email\n'),
      Buffer.from([0xc0, 0xee, 0xb0, 0xd7]),
      Buffer.from(',li@example.com\n'),
    ]),
    '李白',
  ],
];

eachDatabase('a file is read in every encoding offered, said or found out', async (on) => {
  await using app = await testApp(on);
  const owner = app.as('owner');
  for (const [encoding, file, name] of files) {
    const said = await owner.post(`/imports/customers/inspect?encoding=${encoding}`, file, {
      'Content-Type': 'text/csv',
    });
    expect(said.status, encoding).toBe(200);
    expect(said.body.encoding).toBe(encoding);
    expect(JSON.stringify(said.body), encoding).toContain(name);
  }
  const other = await owner.post('/imports/customers/inspect?encoding=ebcdic', 'a\n', { 'Content-Type': 'text/csv' });
  expect(other).toMatchObject({ status: 400, body: { pointer: '/query/encoding' } });
});

eachDatabase('messages are listed by every status there is, and by none other', async (on) => {
  await using app = await testApp(on);
  const owner = app.as('owner');
  const { id } = (await owner.post('/customers', { name: 'Ada', email: 'ada@example.com' })).body;
  const content = { subject: 'Sale', text: 'Sale' };
  const dropped = (await owner.post('/messages', { channel: 'email', purpose: 'marketing', customerId: id, content }))
    .body.id;
  const queued = (
    await owner.post('/messages', { channel: 'email', purpose: 'staff', to: 'desk@example.com', content })
  ).body.id;
  const ids = async (query: string): Promise<string[]> =>
    (await owner.get(`/messages?${query}`)).body.data.map((message: { id: string }) => message.id);
  await expect.poll(() => ids('status=dropped'), { timeout: 15_000 }).toEqual([dropped]);
  expect(await ids('status=queued')).toEqual([queued]);
  for (const status of ['sent', 'failed']) expect(await ids(`status=${status}`)).toEqual([]);
  expect(await ids(`customerId=${id}`)).toEqual([dropped]);
  expect(await ids(`customerId=${id}&status=queued`)).toEqual([]);
  for (const status of ['delivered', 'SENT', ''])
    expect(await owner.get(`/messages?status=${status}`), status).toMatchObject({
      status: 400,
      body: { pointer: '/query/status' },
    });
  const masked = (await app.as('viewer').get(`/messages/${queued}`)).body;
  expect(masked).toMatchObject({ to: null, subject: null, status: 'queued' });
});

eachDatabase(
  'a preview is of the customer named, in his language; of nobody it is refused, and without the right it is an example',
  async (on) => {
    await using app = await testApp(on);
    const owner = app.as('owner');
    const { id } = (await owner.post('/customers', { name: 'Li Bai', language: 'zh-CN', email: 'li@example.com' }))
      .body;
    await owner.post('/templates', {
      key: 'hello',
      channel: 'email',
      title: 'Hello',
      defaultLanguage: 'en',
      contents: { en: { text: 'Hello {{customer.name}} {{note}}' }, zh: { text: '你好 {{customer.name}} {{note}}' } },
    });
    const preview = (who: 'owner' | 'marketer', body: object) =>
      app.as(who).post('/templates/preview', { template: 'hello', ...body });
    expect((await preview('owner', { customerId: id, variables: { note: '!' } })).body).toEqual({
      text: '你好 Li Bai !',
    });
    expect((await preview('owner', { customerId: id, language: 'en' })).body.text).toBe('Hello Li Bai ');
    expect((await preview('owner', { language: 'constructor' })).body.text).toBe('Hello Ada Example ');
    expect((await preview('marketer', { customerId: id })).body.text).toBe('Hello Ada Example ');
    for (const who of ['owner', 'marketer'] as const)
      expect(await preview(who, { customerId: 'nobody' })).toMatchObject({
        status: 404,
        body: { code: 'CUSTOMER_NOT_FOUND', pointer: '/customerId' },
      });
    expect(await preview('owner', { content: { text: 'x' } })).toMatchObject({
      status: 400,
      body: { pointer: '/template' },
    });
    expect(await preview('owner', { template: 'none' })).toMatchObject({
      status: 404,
      body: { code: 'TEMPLATE_NOT_FOUND' },
    });
  },
);

eachDatabase('a cart of nobody known is told that an offer asks who the customer is', async (on) => {
  await using app = await testApp(on);
  const { promote, quote, customer } = createShop(app);
  const conditions = { all: [{ fact: 'customer.city', operator: 'equal', value: 'London' }] };
  await promote('london', { conditions, params: { target: 'order', bp: 1000 } });
  const asked = { cart: cart([10_000]) };
  expect((await quote(asked)).skipped).toMatchObject([{ key: 'london', reason: 'unknown_customer' }]);
  const [ada, bob] = [await customer({ name: 'Ada', city: 'London' }), await customer({ name: 'Bob', city: 'Rome' })];
  expect(await quote({ ...asked, customer: { id: ada } })).toMatchObject({ total: 9000, skipped: [] });
  expect((await quote({ ...asked, customer: { id: bob } })).skipped).toMatchObject([{ reason: 'condition' }]);
});
