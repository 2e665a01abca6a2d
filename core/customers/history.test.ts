import { topics } from '@rapport/sdk/hooks';
import { expect } from 'vitest';
import { commerceModule } from '../../modules/commerce/index.ts';
import { loyaltyModule } from '../../modules/loyalty/index.ts';
import { createTimelineStore } from '../../modules/timeline/store.ts';
import { eachDatabase, type TestDatabase } from '../../tests/support/databases.ts';
import { testPlatform } from '../../tests/support/platform.ts';
import type { Change } from '../changes.ts';
import { createCore } from '../core.ts';
import { system } from '../http/actor.ts';

const world = async (on: TestDatabase) => {
  const platform = await testPlatform(on);
  const heard: Change[] = [];
  platform.changes.subscribe(async (_trx, changes) => void heard.push(...changes));
  const { customers, attributes, events, modules } = createCore(platform);
  const commerce = modules.install(commerceModule, { customers });
  const members = modules.install(loyaltyModule, { customers });
  return {
    platform,
    heard,
    customers,
    attributes,
    members,
    events,
    ...commerce,
    db: platform.database.writer,
    [Symbol.asyncDispose]: () => platform[Symbol.asyncDispose](),
  };
};
type World = Awaited<ReturnType<typeof world>>;

const consent = (status: 'granted' | 'denied', channel = 'email') => ({
  channel,
  purpose: 'marketing',
  status,
  proof: 'form',
});

const twoLives = async (w: World) => {
  await w.attributes.create({ key: 'likes', title: 'Likes', type: 'list' }, system);
  await w.members.putLevel('silver', { title: 'Silver', rank: 1 }, system);
  await w.members.putLevel('gold', { title: 'Gold', rank: 2 }, system);
  const a = await w.customers.create(
    {
      externalId: 'a',
      email: 'a@example.com',
      city: 'Paris',
      attributes: { likes: ['tea'] },
      tags: ['x', 'both'],
      consents: [consent('denied'), consent('granted', 'sms')],
    },
    system,
  );
  const b = await w.customers.create(
    { externalId: 'b', name: 'Bea', tags: ['y', 'both'], consents: [consent('granted')] },
    system,
  );
  for (const [id, level, points] of [
    [a.id, 'gold', 100],
    [b.id, 'silver', 30],
  ] as const) {
    await w.members.changeLevel(id, { level, reason: 'test' }, system);
    await w.members.post(id, { kind: 'earn', points }, system);
    await w.events.record({ type: 'seen', customer: { id } }, system);
    await w.orders.create(
      { customer: { id }, currency: 'EUR', lines: [{ sku: 's', quantity: 1, unitPrice: 100 }] },
      system,
    );
  }
  return { a, b };
};

// Everything the database keeps, per customer, to compare before and after.
const everything = async (w: World) => {
  const all: Record<string, unknown> = {};
  for (const { table: name } of w.platform.declared.ofCustomers()) {
    if (['outbox', 'merges', 'customers'].includes(name)) continue;
    const rows = (await w.db(name)) as Record<string, unknown>[];
    if (rows.length > 0) all[name] = rows.map((row) => JSON.stringify(row)).sort();
  }
  const customers = (await w.db('customers').orderBy('id')) as Record<string, unknown>[];
  all.customers = customers.map(({ version: _v, updated_at: _u, last_seen_at: _s, ...row }) => row);
  return all;
};

eachDatabase(
  'a merge loses nothing, keeps the most restrictive consent, and can be undone to the last row',
  async (on) => {
    await using w = await world(on);
    const { a, b } = await twoLives(w);
    const before = await everything(w);
    await w.customers.merge(a.id, b.id, system);

    const one = await w.customers.get(b.id, system);
    expect(one).toMatchObject({
      name: 'Bea',
      city: 'Paris',
      email: 'a@example.com',
      externalId: 'b',
      level: 'gold',
      tags: ['both', 'x', 'y'],
      attributes: { likes: ['tea'] },
    });
    expect(await w.customers.get(a.id, system)).toMatchObject({ mergedInto: b.id, email: null });
    expect((await w.customers.listConsents(b.id, system)).map(({ channel, status }) => [channel, status])).toEqual([
      ['email', 'denied'],
      ['sms', 'granted'],
    ]);
    expect(await w.members.get(b.id, system)).toMatchObject({ pointsAvailable: 130, level: 'gold' });
    expect((await w.events.list({ customerId: b.id })).data).toHaveLength(2);
    expect((await w.orders.list({ customerId: b.id })).data).toHaveLength(2);
    expect(await w.db('order_lines').where({ customer_id: b.id })).toHaveLength(2);
    expect((await w.customers.list({}, system)).data).toHaveLength(1);
    expect(w.heard.at(-1)).toMatchObject({ kind: 'merged', customerId: b.id });
    const [event] = await w.events.record({ type: 'seen', customer: { externalId: 'a' }, id: 'late' }, system);
    expect(event!.customerId).toBe(b.id);
    await w.db('events').where({ id: event!.id }).delete();
    await expect(w.customers.change(a.id, { city: 'Rome' }, system)).rejects.toMatchObject({ code: 'CUSTOMER_GONE' });
    await expect(w.customers.merge(a.id, b.id, system)).rejects.toMatchObject({ code: 'CUSTOMER_GONE' });

    await w.customers.unmerge(b.id, undefined, system);
    expect(await everything(w)).toEqual(before);
    await expect(w.customers.unmerge(b.id, undefined, system)).rejects.toMatchObject({ code: 'MERGE_REFUSED' });
  },
);

eachDatabase('what was said and changed since a merge stays when it is undone', async (on) => {
  await using w = await world(on);
  const { a, b } = await twoLives(w);
  await w.customers.merge(a.id, b.id, system);
  await w.customers.change(b.id, { city: 'Rome' }, system);
  await w.customers.changeConsents(b.id, [consent('granted', 'post')], system);
  await w.customers.unmerge(a.id, undefined, system);
  expect(await w.customers.get(b.id, system)).toMatchObject({ city: 'Rome', email: null });
  expect(await w.customers.get(a.id, system)).toMatchObject({ city: 'Paris', email: 'a@example.com' });
  expect((await w.customers.listConsents(b.id, system)).map(({ channel }) => channel)).toEqual(['email', 'post']);
});

eachDatabase('points spent since a merge keep it from being undone', async (on) => {
  await using w = await world(on);
  const { a, b } = await twoLives(w);
  await w.customers.merge(a.id, b.id, system);
  await w.members.post(b.id, { kind: 'spend', points: 120 }, system);
  await expect(w.customers.unmerge(b.id, undefined, system)).rejects.toMatchObject({ code: 'MERGE_REFUSED' });
  expect(await w.customers.get(a.id, system)).toMatchObject({ mergedInto: b.id });
});

eachDatabase('an anonymous visitor who turns out to be somebody brings their events along', async (on) => {
  await using w = await world(on);
  const [visit] = await w.events.record({ type: 'page.viewed', customer: { anonymousId: 'device-1' } }, system);
  const ada = await w.customers.create({ email: 'ada@example.com' }, system);
  expect(visit!.customerId).not.toBe(ada.id);
  const known = await w.events.record(
    [
      { type: 'page.viewed', customer: { anonymousId: 'device-1' } },
      { type: 'signed.in', customer: { email: 'ada@example.com', anonymousId: 'device-1' } },
    ],
    system,
  );
  expect(known.map(({ customerId }) => customerId)).toEqual([ada.id, ada.id]);
  expect((await w.events.list({ customerId: ada.id })).data).toHaveLength(3);
  const bob = await w.customers.create({ email: 'bob@example.com' }, system);
  const [shared] = await w.events.record(
    { type: 'signed.in', customer: { email: 'bob@example.com', anonymousId: 'device-1' } },
    system,
  );
  expect(shared!.customerId).toBe(bob.id);
  expect(await w.customers.get(ada.id, system)).toMatchObject({ mergedInto: null });
  const [fresh] = await w.events.record(
    { type: 'signed.in', customer: { email: 'bob@example.com', anonymousId: 'device-2' } },
    system,
  );
  const [later] = await w.events.record({ type: 'page.viewed', customer: { anonymousId: 'device-2' } }, system);
  expect([fresh!.customerId, later!.customerId]).toEqual([bob.id, bob.id]);
});

eachDatabase('erasing a person reaches every table; the books stay and speak of nobody', async (on) => {
  await using w = await world(on);
  w.platform.outbox.consume({ name: 'listener', topics, handle: async () => {} });
  const { a, b } = await twoLives(w);
  await w.customers.merge(a.id, b.id, system);
  const exported = await w.customers.export(b.id, system);
  expect(Object.keys(exported.tables)).toEqual(
    expect.arrayContaining([
      'identities',
      'events',
      'orders',
      'consents',
      'consent_changes',
      'customer_tags',
      'points_ledger',
      'merges',
    ]),
  );
  await expect(w.customers.export(b.id, { ...system, kind: 'client' })).rejects.toMatchObject({
    code: 'INSUFFICIENT_SCOPE',
  });

  await expect.poll(() => w.db('outbox')).toEqual([]);
  const tombstone = await w.customers.erase(b.id, system);
  expect(tombstone).toMatchObject({
    id: b.id,
    name: null,
    email: null,
    externalId: null,
    city: null,
    attributes: {},
    tags: [],
    erasedAt: expect.any(String),
  });
  await expect.poll(() => w.db('outbox')).toEqual([]);
  const left = w.platform.declared
    .ofCustomers()
    .filter(({ table }) => !['customers', 'merges'].includes(table))
    .map(
      async ({ table, customerColumns: [column] }) =>
        [table, (await w.db(table).whereIn(column!, [a.id, b.id])).length] as const,
    );
  const kept = (await Promise.all(left))
    .filter(([name, count]) => count > 0 && name !== 'outbox')
    .map(([name]) => name);
  expect(kept.sort()).toEqual(['members', 'order_lines', 'orders', 'points_ledger', 'points_lots']);
  const underway = (await w.db('jobs').whereIn('key', [a.id, b.id])) as { payload: string }[];
  expect(underway.map(({ payload }) => JSON.parse(payload).topic)).toEqual(['customer.erased']);
  const everywhere = JSON.stringify([
    await w.db('customers'),
    await w.db('merges'),
    await w.db('audit'),
    await w.db('outbox'),
    await w.db('jobs'),
  ]);
  for (const secret of ['a@example.com', 'Bea', 'Paris']) expect(everywhere).not.toContain(secret);
  expect((await w.customers.list({ q: 'bea' }, system)).data).toEqual([]);
  await expect(w.events.record({ type: 'seen', customer: { id: a.id } }, system)).rejects.toMatchObject({
    code: 'CUSTOMER_GONE',
  });
  expect(
    w.heard
      .filter(({ kind }) => kind === 'erased')
      .map(({ customerId }) => customerId)
      .sort(),
  ).toEqual([a.id, b.id].sort());
  expect((await w.customers.erase(b.id, system)).version).toBe(tombstone.version);
});

eachDatabase('the timeline has everything, newest first, page by page', async (on) => {
  await using w = await world(on);
  const { a, b } = await twoLives(w);
  await w.customers.merge(a.id, b.id, system);
  const store = createTimelineStore(w.db);
  const all = await store.list(b.id, { limit: 100, personal: false });
  expect([...new Set(all.map(({ kind }) => kind))].sort()).toEqual([
    'consent',
    'event',
    'level',
    'merge',
    'order',
    'points',
  ]);
  expect(all.map(({ at }) => at)).toEqual(
    all
      .map(({ at }) => at)
      .toSorted()
      .reverse(),
  );
  expect(all.find(({ kind }) => kind === 'consent')!.data.proof).toBe('***');
  const paged: string[] = [];
  let before: { at: number; id: string } | undefined;
  for (;;) {
    const page = await store.list(b.id, { limit: 2, before, personal: true });
    if (page.length === 0) break;
    paged.push(...page.map(({ id }) => id));
    before = page.at(-1)!.position;
  }
  expect(paged).toEqual(all.map(({ id }) => id));
});
