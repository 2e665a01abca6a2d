// A shop with real customers, rules and jobs on a test's own database and clock; history is written as rows and told as changes.
import { setTimeout as wait } from 'node:timers/promises';
import { topics } from '@rapport/sdk/hooks';
import type { Condition } from '@rapport/sdk/schemas';
import { type Change, createCore, type Platform, query, system, toJson, transact } from '../../core/index.ts';
import { commerceModule } from '../../modules/commerce/index.ts';
import { loyaltyModule } from '../../modules/loyalty/index.ts';
import { messagesModule } from '../../modules/messages/index.ts';
import { webhooksModule } from '../../modules/webhooks/index.ts';
import { rulesModule } from '../../rules/index.ts';
import { compileSql, createFactReader } from '../../rules/language/index.ts';
import { buildQueue } from '../../rules/populations/build.ts';
import type { TestDatabase } from './databases.ts';
import { type TestClock, testPlatform } from './platform.ts';

export type Shop = Awaited<ReturnType<typeof openShop>>;

export const openShop = async (on: TestDatabase, clock: TestClock) => {
  const platform = await testPlatform(on, clock);
  const core = createCore(platform);
  const { orders } = core.modules.install(commerceModule, core);
  core.modules.install(messagesModule, core);
  core.modules.install(webhooksModule, {});
  const heard: { topic: string; payload: unknown }[] = [];
  platform.outbox.consume({
    name: 'ear',
    topics,
    concurrency: 1,
    handle: async ({ topic, payload }) => void heard.push({ topic, payload }),
  });
  const { populations, vocabulary, promotions } = core.modules.install(rulesModule, {
    core,
    members: core.modules.install(loyaltyModule, core),
    orders,
    actions: core.modules.actions,
  });
  await platform.jobs.start();
  platform.outbox.start();
  const { segments, alerts, lists } = populations;

  const settle = async (): Promise<void> => {
    for (let i = 0; i < 2000; i++) {
      const rows = await query<{ count: number }>(
        platform.database.writer,
        "select count(*) as count from jobs where queue = ? and status in ('waiting', 'running')",
        [buildQueue],
      );
      if (Number(rows[0]?.count) === 0) return;
      platform.jobs.wake(buildQueue);
      await wait(5);
    }
    throw new Error('the builds did not end');
  };

  const ask = async <T>(sql: string, ...bindings: unknown[]): Promise<T[]> =>
    query<T>(platform.database.writer, sql, bindings);

  return {
    platform,
    core,
    clock,
    populations,
    vocabulary,
    promotions,
    segments,
    alerts,
    lists,
    heard,
    settle,
    ask,
    customer: async (given: Parameters<typeof core.customers.create>[0] = {}): Promise<string> =>
      (await core.customers.create(given, system)).id,
    order: (customerId: string, total: number, at: number = clock.now()) =>
      transact(platform.database.writer, (trx) => writeOrder(trx, platform, { customerId, total, at })),
    event: (customerId: string, type: string, properties: Record<string, unknown> = {}, at: number = clock.now()) =>
      transact(platform.database.writer, (trx) => writeEvent(trx, platform, { customerId, type, properties, at })),
    segment: async (key: string, conditions: Condition): Promise<void> => {
      await segments.create({ key, name: key, conditions: conditions as never }, system);
      await segments.activate(key, undefined, system);
    },
    members: async (key: string): Promise<string[]> =>
      (
        await ask<{ id: string }>('select customer_id as id from segment_members where segment = ? order by 1', key)
      ).map(({ id }) => id),
    /** The same question to SQL and to the closure over every living customer. */
    bySql: async (key: string): Promise<string[]> => {
      const population = (await populations.indexes.at(platform.database.writer)).populations.get(key)!;
      const { sql, bindings } = compileSql(population.conditions, population.vocabulary, on.dialect, clock.now() + 1);
      return (await ask<{ id: string }>(`select customer_id as id from (${sql}) w order by 1`, ...bindings)).map(
        ({ id }) => id,
      );
    },
    byClosure: async (key: string): Promise<string[]> => {
      const population = (await populations.indexes.at(platform.database.writer)).populations.get(key)!;
      const ids = (await ask<{ id: string }>('select id from customers')).map(({ id }) => id);
      const now = clock.now() + 1;
      const facts = await createFactReader(platform.database.writer).many(ids, population.compiled.needs, now);
      return ids.filter((id) => population.compiled.test(facts.get(id)!, now)).sort();
    },
    [Symbol.asyncDispose]: async () => {
      await core.modules.stop();
      await platform[Symbol.asyncDispose]();
    },
  };
};

type Trx = Parameters<Parameters<typeof transact>[1]>[0];

const writeOrder = async (
  trx: Trx,
  { ids, clock, changes }: Platform,
  { customerId, total, at }: { customerId: string; total: number; at: number },
): Promise<void> => {
  const id = ids.next();
  const now = clock.now();
  await trx('orders').insert({
    id,
    customer_id: customerId,
    source: 'test',
    external_id: id,
    status: 'placed',
    currency: 'EUR',
    subtotal: total,
    total,
    quantity: 1,
    ordered_at: at,
    created_at: now,
    updated_at: now,
  });
  const orderedAt = new Date(at).toISOString();
  const order = { id, externalId: id, total, refunded: 0, currency: 'EUR', orderedAt, status: 'placed' as const };
  await changes.publish(trx, [{ customerId, kind: 'order', facts: ['orders'], at, order } satisfies Change]);
};

const writeEvent = async (
  trx: Trx,
  { ids, clock, changes }: Platform,
  {
    customerId,
    type,
    properties,
    at,
  }: { customerId: string; type: string; properties: Record<string, unknown>; at: number },
): Promise<void> => {
  const id = ids.next();
  await trx('events').insert({
    id,
    customer_id: customerId,
    type,
    occurred_at: at,
    received_at: clock.now(),
    source: 'test',
    properties: toJson(properties),
  });
  const event = { id, type, occurredAt: new Date(at).toISOString(), properties };
  await changes.publish(trx, [{ customerId, kind: 'event', facts: ['events'], at, event } satisfies Change]);
};
