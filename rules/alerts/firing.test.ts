// When an alert fires and when it rests: cool-downs by a clock that is moved, what sets it off, and that its actions are part of the
// caller's transaction.
import type { NewAlert } from '@rapport/sdk/schemas';
import { describe, expect, test, vi } from 'vitest';
import { type Change, type Db, system, transact } from '../../core/index.ts';
import { eachDatabase } from '../../tests/support/databases.ts';
import { testClock } from '../../tests/support/platform.ts';
import { openShop, type Shop } from '../../tests/support/populations.ts';
import { durationMs } from './duration.ts';

// The last hour of the summer of 2026 in Oslo: a day of a cooldown is 24 hours all the same.
const start = '2026-10-24T22:30:00Z';
const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

const activate = async (shop: Shop, alert: Pick<NewAlert, 'key' | 'trigger'> & Partial<NewAlert>): Promise<void> => {
  await shop.alerts.create({ name: alert.key, actions: [{ kind: 'webhook' }], ...alert }, system);
  await shop.alerts.activate(alert.key, undefined, system);
  await shop.settle();
};
const firings = async (shop: Shop, key: string) => (await shop.alerts.firings(key, { limit: 100 })).data.toReversed();
const count = async (shop: Shop, key: string, customerId?: string) =>
  (await shop.alerts.firings(key, { limit: 100, customerId })).data.length;
const living = { fact: 'customer.country', operator: 'equal' } as const;

describe('a cooldown in milliseconds', () => {
  test.each([
    ['P1D', dayMs],
    ['PT24H', dayMs],
    ['P2W', 14 * dayMs],
    ['PT90M', 90 * minuteMs],
    ['PT0.5H', undefined],
    ['P1DT2H3M4S', dayMs + 2 * hourMs + 3 * minuteMs + 4 * secondMs],
    ['PT0S', 0],
    ['P1M', undefined],
    ['P1Y', undefined],
    ['P', undefined],
    ['P1DT', undefined],
    ['P1W1D', undefined],
    ['-P1D', undefined],
    ['p1d', undefined],
    ['1D', undefined],
    ['P1D ', undefined],
  ])('of %j is %j', (text, expected) => {
    if (expected === undefined) expect(() => durationMs(text)).toThrow(RangeError);
    else expect(durationMs(text)).toBe(expected);
  });
});

eachDatabase('an alert rests for its cooldown, for each customer by itself and to the millisecond', async (on) => {
  await using shop = await openShop(on, testClock(start));
  const [ada, bo] = [await shop.customer({ name: 'Ada' }), await shop.customer({ name: 'Bø' })];
  const trigger = { kind: 'event' as const, types: ['cart.abandoned', '购物车.放弃'] };
  await activate(shop, { key: 'daily', trigger, cooldown: 'P1D' });
  await activate(shop, { key: 'always', trigger });
  const leave = (id: string, type = 'cart.abandoned') => shop.event(id, type, { value: 10 });
  const times = async () => [await count(shop, 'daily', ada), await count(shop, 'daily', bo)];
  // What is evaluated live is evaluated, and fired, as of one millisecond later.
  const began = shop.clock.now();

  await leave(ada);
  await leave(ada, '购物车.放弃');
  expect(await times()).toEqual([1, 0]);
  shop.clock.set(began + 3 * hourMs);
  await leave(bo);
  await leave(ada);
  expect(await times()).toEqual([1, 1]);
  // One millisecond too early; what is held back does not make the rest longer.
  shop.clock.set(began + dayMs - 1);
  await leave(ada);
  expect(await times()).toEqual([1, 1]);
  shop.clock.set(began + dayMs);
  await leave(ada);
  await leave(bo);
  expect(await times()).toEqual([2, 1]);
  shop.clock.set(began + dayMs + 3 * hourMs);
  await leave(ada);
  await leave(bo);
  expect(await times()).toEqual([2, 2]);
  expect((await firings(shop, 'daily')).map(({ at }) => Date.parse(at) - began - 1)).toEqual([
    0,
    3 * hourMs,
    dayMs,
    dayMs + 3 * hourMs,
  ]);
  expect(await count(shop, 'always')).toBe(9);

  // A pause and a new version do not forget who was told; a shorter cooldown counts from the last firing.
  await shop.alerts.pause('daily', system);
  await leave(ada);
  expect(await times()).toEqual([2, 2]);
  await shop.alerts.change('daily', { cooldown: 'PT4H' }, system);
  await shop.alerts.activate('daily', undefined, system);
  await leave(ada);
  expect(await times()).toEqual([2, 2]);
  shop.clock.advance(hourMs);
  await leave(ada);
  await leave(bo);
  expect(await times()).toEqual([3, 2]);
  // Rolled back to a day.
  await shop.alerts.activate('daily', 1, system);
  shop.clock.advance(dayMs - 1);
  await leave(ada);
  expect(await times()).toEqual([3, 2]);
  await leave(bo);
  expect(await times()).toEqual([3, 3]);
  expect((await firings(shop, 'daily')).map(({ version }) => version)).toEqual([1, 1, 1, 1, 2, 1]);
});

eachDatabase(
  'entering, leaving, becoming true and what follows of an action each fire once, builds fire nothing',
  async (on) => {
    await using shop = await openShop(on, testClock(start));
    const { customers } = shop.core;
    const before = await shop.customer({ country: 'NO', city: 'Oslo' });
    const ada = await shop.customer({ country: 'GB', city: 'Oslo' });
    await shop.segments.create({ key: 'crew', name: 'Crew', type: 'static' }, system);
    await shop.segments.create(
      { key: 'norse', name: 'Norse', conditions: { all: [{ ...living, value: 'NO' }] } },
      system,
    );
    const moved = (segment: string, moment: 'entered' | 'left') => ({ kind: 'segment' as const, segment, moment });
    const oslo = { all: [{ fact: 'customer.city', operator: 'equal', value: 'Oslo' }] };
    await activate(shop, {
      key: 'came',
      trigger: moved('norse', 'entered'),
      actions: [{ kind: 'tag', tag: 'velkommen' }],
    });
    await activate(shop, { key: 'came-to-oslo', trigger: moved('norse', 'entered'), conditions: oslo });
    await activate(shop, { key: 'went', trigger: moved('norse', 'left') });
    await activate(shop, { key: 'hired', trigger: moved('crew', 'entered') });
    await activate(shop, { key: 'retired', trigger: moved('crew', 'left') });
    await activate(shop, {
      key: 'greeted',
      trigger: { kind: 'change' },
      conditions: { all: [{ fact: 'tags', operator: 'contains', value: 'velkommen' }] },
    });
    const idle = {
      fact: 'orders',
      params: { measure: 'last', of: 'daysSince' },
      operator: 'greaterThanInclusive',
      value: 60,
    };
    await activate(shop, { key: 'idle', trigger: { kind: 'change' }, conditions: { all: [idle] } });
    const keys = ['came', 'came-to-oslo', 'went', 'hired', 'retired', 'greeted', 'idle'];
    const seen = async () => {
      const counts = await Promise.all(keys.map(async (key) => [key, await count(shop, key)] as const));
      return Object.fromEntries(counts.filter(([, times]) => times > 0));
    };

    // Who is in by the activation did not come.
    await shop.segments.activate('norse', undefined, system);
    await shop.settle();
    expect(await shop.members('norse')).toEqual([before]);
    expect(await seen()).toEqual({});
    await customers.change(ada, { country: 'NO' }, system);
    expect(await seen()).toEqual({ came: 1, 'came-to-oslo': 1, greeted: 1 });
    expect((await firings(shop, 'came'))[0]).toMatchObject({
      customerId: ada,
      version: 1,
      cause: { kind: 'segment', segment: 'norse', moment: 'entered' },
      facts: [],
      actions: [{ kind: 'tag', reference: 'velkommen', problem: null }],
    });
    expect((await firings(shop, 'came-to-oslo'))[0]!.facts).toEqual([
      { fact: 'customer.city', operator: 'equal', needed: 'Oslo', actual: 'Oslo' },
    ]);
    await customers.change(ada, { city: 'Bergen' }, system);
    await customers.change(ada, { country: 'SE' }, system);
    await customers.change(ada, { country: 'NO' }, system);
    expect(await seen()).toEqual({ came: 2, 'came-to-oslo': 1, went: 1, greeted: 1 });

    expect(await shop.lists.change('crew', { add: [ada] }, system)).toEqual({ added: 1, removed: 0 });
    await shop.lists.change('crew', { add: [ada] }, system);
    await shop.lists.change('crew', { remove: [ada, before] }, system);
    expect(await seen()).toEqual({ came: 2, 'came-to-oslo': 1, went: 1, hired: 1, retired: 1, greeted: 1 });

    // By time alone: sixty whole days after the order, not a second before.
    await shop.order(ada, 900);
    const ordered = shop.clock.now();
    shop.clock.set(ordered + 60 * dayMs - secondMs);
    await shop.populations.ticker.run();
    expect(await count(shop, 'idle')).toBe(0);
    shop.clock.set(ordered + 60 * dayMs + secondMs);
    await shop.populations.ticker.run();
    await shop.populations.ticker.run();
    expect(await firings(shop, 'idle')).toMatchObject([
      { customerId: ada, cause: { kind: 'change' }, facts: [{ fact: 'orders', actual: 60, needed: 60 }] },
    ]);
  },
);

eachDatabase('what an alert did is taken back with its cause, and its cooldown with it', async (on) => {
  await using shop = await openShop(on, testClock(start));
  const { writer } = shop.platform.database;
  const ada = await shop.customer({ name: 'Ada', email: 'ada@example.com' });
  await activate(shop, {
    key: 'left',
    trigger: { kind: 'event', types: ['cart.abandoned'] },
    cooldown: 'P1D',
    actions: [{ kind: 'tag', tag: 'cart-left' }, { kind: 'webhook' }],
  });
  const leave = (trx: Db, id: string) => {
    const at = shop.clock.now();
    const event = { id, type: 'cart.abandoned', occurredAt: new Date(at).toISOString(), properties: {} };
    return shop.platform.changes.publish(trx, [
      { customerId: ada, kind: 'event', facts: ['events'], at, event } satisfies Change,
    ]);
  };
  const tables = ['firings', 'alert_cooldowns', 'customer_tags'] as const;
  const rows = async (db: Db = writer) => {
    const counts: number[] = [];
    for (const table of tables) counts.push(Number((await db(table).count({ n: '*' }))[0]!.n));
    return counts;
  };

  const undone = transact(writer, async (trx) => {
    await leave(trx, 'e1');
    expect(await rows(trx)).toEqual([1, 1, 1]);
    throw new Error('the shop changed its mind');
  });
  await expect(undone).rejects.toThrow('the shop changed its mind');
  expect(await rows()).toEqual([0, 0, 0]);

  // The cooldown was not used by what never was; of two in one transaction one fires.
  await transact(writer, async (trx) => {
    await leave(trx, 'e2');
    await leave(trx, 'e3');
  });
  expect(await rows()).toEqual([1, 1, 1]);
  expect((await firings(shop, 'left')).map(({ cause }) => cause.event)).toMatchObject([{ id: 'e2' }]);
  expect((await shop.core.customers.get(ada, system)).tags).toEqual(['cart-left']);
  await vi.waitFor(() => expect(shop.heard.filter(({ topic }) => topic === 'alert.fired')).toHaveLength(1), 5000);
});
