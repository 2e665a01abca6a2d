// When a customer was last seen is the latest of what they did, however it came in and whatever is merged or parted.

import { expect } from 'vitest';
import { type Change, createCore, system, transactRetrying } from '../../core/index.ts';
import { eachDatabase, type TestDatabase } from '../../tests/support/databases.ts';
import { testPlatform } from '../../tests/support/platform.ts';
import { commerceModule } from './index.ts';

const world = async (on: TestDatabase) => {
  const platform = await testPlatform(on);
  const heard: Change[] = [];
  platform.changes.subscribe(async (_trx, changes) => void heard.push(...changes));
  const { customers, events, modules } = createCore(platform);
  const commerce = modules.install(commerceModule, { customers });
  const seen = async (id: string) => (await customers.get(id, system)).lastSeenAt;
  const order = (id: string, orderedAt: string) =>
    commerce.orders.create(
      { customer: { id }, currency: 'EUR', orderedAt, lines: [{ sku: 'tea', quantity: 1, unitPrice: 5 }] },
      system,
    );
  return {
    platform,
    heard,
    customers,
    events,
    seen,
    order,
    [Symbol.asyncDispose]: () => platform[Symbol.asyncDispose](),
  };
};

eachDatabase(
  'the latest event or order counts, an older one that comes later does not, and rules hear of it',
  async (on) => {
    await using w = await world(on);
    const { id } = await w.customers.create({ email: 'ada@example.com' }, system);
    expect(await w.seen(id)).toBeNull();
    await w.order(id, '2025-03-01T10:00:00.000Z');
    expect(await w.seen(id)).toBe('2025-03-01T10:00:00.000Z');
    expect(w.heard.at(-1)!.facts).toContain('customer.lastSeenAt');
    await w.events.record({ customer: { id }, type: 'visit', occurredAt: '2025-02-01T00:00:00.000Z' }, system);
    expect(await w.seen(id)).toBe('2025-03-01T10:00:00.000Z');
    await w.events.record({ customer: { id }, type: 'visit', occurredAt: '2025-04-01T00:00:00.000Z' }, system);
    expect(await w.seen(id)).toBe('2025-04-01T00:00:00.000Z');
    expect(w.heard.at(-1)!.facts).toContain('customer.lastSeenAt');
    const at = (day: string) => Date.parse(`2025-${day}T00:00:00.000Z`);
    const event = (key: string, day: string) => ({
      customer_id: id,
      type: 'visit',
      occurred_at: at(day),
      source: 'import',
      dedupe_key: key,
      properties: '{}',
    });
    const { writer } = w.platform.database;
    const write = (...rows: ReturnType<typeof event>[]) =>
      transactRetrying(writer, (trx) => w.events.insertKnown(trx, rows));
    expect(await write(event('a', '05-02'), event('b', '05-03'), event('c', '05-01'))).toBe(3);
    expect(await w.seen(id)).toBe('2025-05-03T00:00:00.000Z');
    // Known already: nothing is stored, so nothing was seen.
    expect(await write(event('a', '06-01'))).toBe(0);
    expect(await w.seen(id)).toBe('2025-05-03T00:00:00.000Z');
    // An order for a day to come was placed now.
    await w.order(id, new Date(w.platform.clock.now() + 10 * 86_400_000).toISOString());
    const seen = Date.parse((await w.seen(id))!);
    expect(seen).toBeGreaterThan(at('05-03'));
    expect(seen).toBeLessThanOrEqual(w.platform.clock.now());
  },
);

eachDatabase('a merge keeps the later of both, and undoing it gives each their own back', async (on) => {
  await using w = await world(on);
  const ada = await w.customers.create({ email: 'ada@example.com' }, system);
  const twin = await w.customers.create({ email: 'twin@example.com' }, system);
  await w.order(ada.id, '2025-01-01T00:00:00.000Z');
  await w.events.record({ customer: { id: twin.id }, type: 'visit', occurredAt: '2025-02-01T00:00:00.000Z' }, system);
  await w.customers.merge(twin.id, ada.id, system);
  expect(await w.seen(ada.id)).toBe('2025-02-01T00:00:00.000Z');
  await w.events.record({ customer: { id: twin.id }, type: 'visit', occurredAt: '2025-01-15T00:00:00.000Z' }, system);
  await w.customers.unmerge(twin.id, undefined, system);
  expect([await w.seen(ada.id), await w.seen(twin.id)]).toEqual([
    '2025-01-15T00:00:00.000Z',
    '2025-02-01T00:00:00.000Z',
  ]);
});
