import { expect } from 'vitest';
import { transactRetrying } from '../../core/data/retry.ts';
import { system } from '../../core/http/actor.ts';
import { createCore } from '../../core/index.ts';
import { eachDatabase, type TestDatabase } from '../../tests/support/databases.ts';
import { testClock, testPlatform } from '../../tests/support/platform.ts';
import { loyaltyModule } from './index.ts';

const day = 86_400_000;

const world = async (on: TestDatabase) => {
  const clock = testClock('2026-03-01T00:00:00Z');
  const platform = await testPlatform(on, clock);
  const { customers, modules } = createCore(platform);
  const members = modules.install(loyaltyModule, { customers });
  const { writer } = platform.database;
  const { id } = await customers.create({ name: 'Ada' }, system);
  const balances = async () => {
    const { pointsAvailable, pointsPending } = await members.get(id, system);
    return [pointsAvailable, pointsPending];
  };
  /** The promise of the ledger: its sums are the balances, and the lots hold what is left. */
  const check = async () => {
    const sums = await writer('points_ledger')
      .where({ customer_id: id })
      .sum({ a: 'available_delta', p: 'pending_delta' })
      .first();
    const left = await writer('points_lots')
      .where({ customer_id: id, pending: false })
      .sum({ left: 'remaining' })
      .first();
    const [available] = await balances();
    expect([Number(sums?.a ?? 0), Number(sums?.p ?? 0)]).toEqual(await balances());
    expect(Number(left?.left ?? 0)).toBe(available);
  };
  const run = <T>(work: Parameters<typeof transactRetrying<T>>[1]) => transactRetrying(writer, work);
  return {
    platform,
    clock,
    customers,
    members,
    id,
    balances,
    check,
    run,
    [Symbol.asyncDispose]: () => platform[Symbol.asyncDispose](),
  };
};

eachDatabase('points are earned, spent, and never overdrawn by many at once', async (on) => {
  await using w = await world(on);
  await w.members.post(w.id, { kind: 'earn', points: 100 }, system);
  const spent = await Promise.allSettled(
    Array.from({ length: 10 }, () => w.members.post(w.id, { kind: 'spend', points: 30 }, system)),
  );
  expect(spent.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
  for (const one of spent) if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'POINTS_SHORT' });
  expect(await w.balances()).toEqual([10, 0]);
  await w.check();
});

eachDatabase('pending points become available in time, and what expires first is spent first', async (on) => {
  await using w = await world(on);
  const now = w.clock.now();
  await w.run((trx) =>
    w.members.earn(trx, { customerId: w.id, points: 50, availableAt: now + 14 * day, expiresAt: now + 30 * day }),
  );
  await w.run((trx) => w.members.earn(trx, { customerId: w.id, points: 20 }));
  expect(await w.balances()).toEqual([20, 50]);
  w.clock.advance(15 * day);
  expect(await w.members.sweep()).toBe(1);
  expect(await w.members.sweep()).toBe(0);
  expect(await w.balances()).toEqual([70, 0]);
  await w.members.post(w.id, { kind: 'spend', points: 40 }, system);
  w.clock.advance(30 * day);
  await w.members.sweep();
  expect(await w.balances()).toEqual([20, 0]);
  await w.check();
  expect((await w.members.listPoints(w.id, {}, system)).data.map(({ kind, points }) => [kind, points])).toEqual([
    ['expire', -10],
    ['spend', -40],
    ['release', 0],
    ['earn', 20],
    ['earn', 50],
  ]);
});

eachDatabase('a reversal takes back what an order earned, once, and never below zero', async (on) => {
  await using w = await world(on);
  const earn = (orderId: string, points: number, more = {}) =>
    w.run((trx) => w.members.earn(trx, { customerId: w.id, points, orderId, ...more }));
  const reverse = (orderId: string) => w.run((trx) => w.members.reverse(trx, { customerId: w.id, orderId }));
  await earn('o1', 100);
  await earn('o2', 30);
  await earn('o3', 70, { availableAt: w.clock.now() + day });
  await w.members.post(w.id, { kind: 'spend', points: 80 }, system);
  expect(await reverse('o1')).toEqual({ taken: 50, short: 50 });
  expect(await reverse('o1')).toEqual({ taken: 0, short: 0 });
  expect(await reverse('o3')).toEqual({ taken: 70, short: 0 });
  expect(await w.balances()).toEqual([0, 0]);
  // What was short is owed, and the next earning pays it.
  expect(await w.members.get(w.id, system)).toMatchObject({ pointsOwed: 50 });
  await earn('o5', 50);
  expect(await w.members.get(w.id, system)).toMatchObject({ pointsAvailable: 0, pointsOwed: 0 });
  // In parts, over more than one earning of an order, and never more than it earned.
  await earn('o4', 40);
  await earn('o4', 20, { availableAt: w.clock.now() + day });
  const part = (points: number) => w.run((trx) => w.members.reverse(trx, { customerId: w.id, orderId: 'o4', points }));
  expect(await part(10)).toEqual({ taken: 10, short: 0 });
  expect(await part(35)).toEqual({ taken: 35, short: 0 });
  expect(await w.balances()).toEqual([0, 15]);
  await w.check();
  expect(await reverse('o4')).toEqual({ taken: 15, short: 0 });
  expect(await part(5)).toEqual({ taken: 0, short: 0 });
  await w.check();
});

eachDatabase('a level changes once, with its reason, and must exist', async (on) => {
  await using w = await world(on);
  await w.members.putLevel('gold', { title: 'Gold', rank: 2 }, system);
  await expect(w.members.changeLevel(w.id, { level: 'tin', reason: 'x' }, system)).rejects.toMatchObject({
    code: 'LEVEL_NOT_FOUND',
  });
  for (const _ of [1, 2])
    expect(await w.members.changeLevel(w.id, { level: 'gold', reason: 'spent 1000' }, system)).toMatchObject({
      level: 'gold',
    });
  expect(await w.platform.database.writer('level_changes')).toMatchObject([
    { from_level: null, to_level: 'gold', reason: 'spent 1000' },
  ]);
  expect(await w.customers.get(w.id, system)).toMatchObject({ level: 'gold' });
});
