// The timeline against a slow second reading: everything that happened, sorted in memory. Pages, kinds, equal times, masks, both databases.
import { expect } from 'vitest';
import { testApp } from '../../tests/support/app.ts';
import { eachDatabase } from '../../tests/support/databases.ts';
import { testPlatform } from '../../tests/support/platform.ts';
import { createTimelineStore, type TimelinePosition } from './store.ts';

const start = Date.parse('2026-02-01T00:00:00Z');
const kinds = ['event', 'order', 'refund', 'consent', 'level', 'points', 'merge', 'message', 'record'] as const;

eachDatabase(
  'pages of any size give every entry once, newest first, also where many happened in the same instant',
  async (on) => {
    await using app = await testApp(on, { clock: start });
    const owner = app.as('owner');
    const { id } = (await owner.post('/customers', { name: 'Ada', email: 'ada@example.com' })).body;
    // Thirty events in five instants; an order, a consent, a level, points, a message and a merge in one of them.
    const at = (n: number): string => new Date(start - (n % 5) * 60_000).toISOString();
    const events = Array.from({ length: 30 }, (_, n) => ({ type: `step.${n}`, customer: { id }, occurredAt: at(n) }));
    expect((await owner.post('/events', events)).status).toBe(201);
    const lines = [{ sku: 'TEA', quantity: 1, unitPrice: 450 }];
    const order = await owner.post('/orders', { customer: { id }, currency: 'EUR', lines, orderedAt: at(1) });
    await owner.post(`/orders/${order.body.id}/refund`, { amount: 50, reason: 'broken cup' });
    const proof = 'signed by Ada Lovelace';
    await owner.put(`/customers/${id}/consents`, {
      consents: [{ channel: 'email', purpose: 'marketing', status: 'denied', proof }],
    });
    await owner.put('/levels/gold', { title: 'Gold', rank: 2 });
    await owner.put(`/customers/${id}/level`, { level: 'gold', reason: 'a gift' });
    await owner.post(`/customers/${id}/points`, { kind: 'earn', points: 7 });
    const content = { subject: 'Sale', text: 'Sale' };
    await owner.post('/messages', { channel: 'email', purpose: 'marketing', customerId: id, content });
    const twin = (await owner.post('/customers', { name: 'Twin' })).body.id;
    await owner.post(`/customers/${twin}/merge`, { into: id });

    const read = async (
      size: number,
      kind = '',
    ): Promise<{ id: string; kind: string; at: string; title: string }[]> => {
      const all = [];
      let cursor: string | null = null;
      do {
        const path: string = `/customers/${id}/timeline?limit=${size}${kind}${cursor ? `&cursor=${cursor}` : ''}`;
        const { status, body } = await owner.get(path);
        expect(status).toBe(200);
        expect(body.data.length).toBeLessThanOrEqual(size);
        all.push(...body.data);
        cursor = body.next;
      } while (cursor);
      return all;
    };
    const whole = (await owner.get(`/customers/${id}/timeline?limit=200`)).body.data;
    const sorted = whole.toSorted(
      (a: { at: string; id: string }, b: { at: string; id: string }) =>
        b.at.localeCompare(a.at) || (a.id < b.id ? 1 : -1),
    );
    expect(whole).toEqual(sorted);
    expect(new Set(whole.map((entry: { kind: string }) => entry.kind))).toEqual(
      new Set(kinds.filter((kind) => kind !== 'record')),
    );
    for (const size of [1, 7, 13]) expect(await read(size)).toEqual(whole);
    for (const chosen of ['event', 'order,refund', 'merge', 'points,level,consent', 'record']) {
      const wanted = new Set(chosen.split(','));
      expect(await read(4, `&kind=${chosen}`)).toEqual(
        whole.filter((entry: { kind: string }) => wanted.has(entry.kind)),
      );
    }
    const titles = (kind: string) =>
      whole.filter((entry: { kind: string }) => entry.kind === kind).map((entry: { title: string }) => entry.title);
    expect(titles('refund')).toEqual(['refunded']);
    expect(titles('level')).toEqual(['gold']);
    expect(titles('consent')).toEqual(['email marketing denied']);
    expect(titles('merge')).toEqual(['merged']);

    const masked = (await app.as('viewer').get(`/customers/${id}/timeline?kind=consent`)).body.data[0];
    expect(masked.data).toMatchObject({ channel: 'email', proof: '***' });
    expect((await owner.get(`/customers/${id}/timeline?kind=consent`)).body.data[0].data.proof).toBe(proof);
  },
);

eachDatabase('a kind that is none, and a place that is none, are refused where they stand', async (on) => {
  await using app = await testApp(on);
  const owner = app.as('owner');
  const { id } = (await owner.post('/customers', { name: 'Ada' })).body;
  for (const kind of ['orders', 'event,', 'event,orders', 'EVENT', ','])
    expect(await owner.get(`/customers/${id}/timeline?kind=${kind}`), kind).toMatchObject({
      status: 400,
      body: { pointer: '/query/kind' },
    });
  const cursors = ['x', Buffer.from('[1.5,"a"]').toString('base64url'), Buffer.from('["a",1]').toString('base64url')];
  for (const cursor of cursors)
    expect(await owner.get(`/customers/${id}/timeline?cursor=${cursor}`), cursor).toMatchObject({ status: 400 });
  expect((await owner.get(`/customers/${id}/timeline`)).body).toEqual({ data: [], next: null });
});

eachDatabase('a page starts after a place of any kind, and members are named as the API names them', async (on) => {
  await using platform = await testPlatform(on);
  const db = platform.database.writer;
  const customer = { id: 'c1', type: 'person', version: 1, created_at: start, updated_at: start };
  await db('customers').insert(customer);
  await db('events').insert(
    [0, 1, 2].map((n) => ({
      id: `e${n}`,
      customer_id: 'c1',
      type: 'seen',
      occurred_at: start,
      received_at: start,
      source: 'test',
      dedupe_key: null,
      properties: JSON.stringify({ n, nested: { a: [1] } }),
    })),
  );
  const store = createTimelineStore(db);
  const list = (before?: TimelinePosition) => store.list('c1', { limit: 10, before, personal: true });
  expect((await list()).map(({ id }) => id)).toEqual(['e2', 'e1', 'e0']);
  expect((await list({ at: start, id: 'e1' })).map(({ id }) => id)).toEqual(['e0']);
  expect((await list({ at: start + 1, id: '' })).map(({ id }) => id)).toEqual(['e2', 'e1', 'e0']);
  expect(await list({ at: start, id: 'e0' })).toEqual([]);
  expect((await list())[0]!.data).toEqual({ type: 'seen', source: 'test', properties: { n: 2, nested: { a: [1] } } });
  expect(await store.list('c2', { limit: 10, personal: true })).toEqual([]);
});
