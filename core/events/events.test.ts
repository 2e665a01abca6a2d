import { expect } from 'vitest';
import { eachDatabase, type TestDatabase } from '../../tests/support/databases.ts';
import { testPlatform } from '../../tests/support/platform.ts';
import type { Change } from '../changes.ts';
import { attributesGeneration } from '../customers/attributes.ts';
import { createCustomers } from '../customers/index.ts';
import { transactRetrying } from '../data/retry.ts';
import { system } from '../http/actor.ts';
import { createEvents } from './service.ts';

const world = async (on: TestDatabase) => {
  const platform = await testPlatform(on);
  const heard: Change[] = [];
  platform.changes.subscribe(async (_trx, changes) => void heard.push(...changes));
  platform.generations.declare('customers', attributesGeneration);
  const { customers } = createCustomers(platform);
  return {
    platform,
    heard,
    customers,
    events: createEvents({ platform, customers }),
    [Symbol.asyncDispose]: () => platform[Symbol.asyncDispose](),
  };
};
const ada = { email: 'ada@example.com' };

eachDatabase('an event makes its customer when nobody knows it, and finds it the next time', async (on) => {
  await using w = await world(on);
  const [first] = await w.events.record(
    { type: 'page.viewed', customer: ada, properties: { url: '/a', n: 1 } },
    system,
  );
  const [second] = await w.events.record({ type: 'page.viewed', customer: { email: 'ADA@example.com ' } }, system);
  expect(second!.customerId).toBe(first!.customerId);
  const { data } = await w.events.list({ customerId: first!.customerId });
  expect(data.map(({ properties }) => properties)).toContainEqual({ url: '/a', n: 1 });
  expect((await w.customers.get(first!.customerId, system)).lastSeenAt).not.toBeNull();
  expect(w.heard.map(({ kind }) => kind)).toEqual(['created', 'event', 'event']);
  expect(await w.events.listTypes()).toMatchObject([{ type: 'page.viewed' }]);
});

eachDatabase('the same id from the same source is stored once, also within a batch and at once', async (on) => {
  await using w = await world(on);
  const event = { type: 'order.seen', customer: ada, id: 'e1', source: 'shop' };
  const [first] = await w.events.record(event, system);
  const again = await w.events.record([event, { ...event, id: 'e2' }, { ...event, id: 'e2' }], system);
  expect(again.map(({ duplicate }) => duplicate)).toEqual([true, false, true]);
  expect(again[0]!.id).toBe(first!.id);
  expect(again[2]!.id).toBe(again[1]!.id);
  await Promise.all(Array.from({ length: 10 }, () => w.events.record({ ...event, id: 'e3' }, system)));
  expect((await w.events.list({})).data).toHaveLength(3);
  expect((await w.events.record({ ...event, source: 'app' }, system))[0]!.duplicate).toBe(false);
});

eachDatabase(
  'a request with a bad event stores nothing and names it; its neighbours in the commit are stored',
  async (on) => {
    await using w = await world(on);
    const good = (n: number) => ({ type: 'a', customer: { externalId: `c${n}` } });
    const results = await Promise.allSettled([
      w.events.record([good(1), good(2)], system),
      w.events.record([good(3), { type: 'a', customer: { id: 'nobody' } }], system),
      w.events.record([good(4), { type: 'a', customer: { email: 'not an address' } }], system),
      w.events.record(good(5), system),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
    expect((results[1] as PromiseRejectedResult).reason).toMatchObject({
      code: 'CUSTOMER_NOT_FOUND',
      pointer: '/1/customer/id',
    });
    expect((results[2] as PromiseRejectedResult).reason).toMatchObject({
      code: 'INVALID_VALUE',
      pointer: '/1/customer/email',
    });
    expect((await w.customers.list({}, system)).data.map(({ externalId }) => externalId).sort()).toEqual([
      'c1',
      'c2',
      'c5',
    ]);
    expect((await w.events.list({})).data).toHaveLength(3);
  },
);

eachDatabase('a listener that fails for one request does not fail the others of its commit', async (on) => {
  await using w = await world(on);
  w.platform.changes.subscribe(async (_trx, changes) => {
    if (changes.some(({ event }) => event?.type === 'poison')) throw new Error('a rule broke');
  });
  const results = await Promise.allSettled(
    ['a', 'poison', 'b'].map((type) => w.events.record({ type, customer: ada }, system)),
  );
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect((await w.events.list({})).data.map(({ type }) => type).sort()).toEqual(['a', 'b']);
});

eachDatabase('properties have bounds, and the future is refused', async (on) => {
  await using w = await world(on);
  const record = (more: object) => w.events.record({ type: 'a', customer: ada, ...more }, system);
  let deep: Record<string, unknown> = {};
  for (let i = 0; i < 9; i++) deep = { deep };
  expect(() => record({ properties: deep })).toThrow(/nest deeper/);
  expect(() => record({ properties: { text: 'x'.repeat(17_000) } })).toThrow(/larger than/);
  expect(() => record({ occurredAt: '2999-01-01T00:00:00Z' })).toThrow(/future/);
  expect(() => record({ occurredAt: '2016-12-31T23:59:60Z' })).toThrow(/ISO-8601/);
});

eachDatabase('an import of events is idempotent and refuses row by row', async (on) => {
  await using w = await world(on);
  const rows = [
    { type: 'a', customer: { externalId: 'c1' }, id: '1', occurredAt: '2020-01-01T00:00:00Z' },
    { type: 'a', customer: { id: 'nobody' }, id: '2' },
    { type: 'b', customer: { externalId: 'c1' }, id: '3' },
  ];
  const load = () =>
    transactRetrying(w.platform.database.writer, (trx) =>
      w.events.insertMany(trx, rows, { actor: system, source: 'import', quiet: true }),
    );
  expect((await load()).map(({ failure, duplicate }) => failure?.code ?? duplicate)).toEqual([
    false,
    'CUSTOMER_NOT_FOUND',
    false,
  ]);
  expect((await load()).map(({ failure, duplicate }) => failure?.code ?? duplicate)).toEqual([
    true,
    'CUSTOMER_NOT_FOUND',
    true,
  ]);
  expect(w.heard).toEqual([]);
});
