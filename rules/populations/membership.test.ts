import { createHash } from 'node:crypto';
import type { Condition } from '@rapport/sdk/schemas';
import { expect } from 'vitest';
import { system, transact } from '../../core/index.ts';
import { eachDatabase } from '../../tests/support/databases.ts';
import { testClock } from '../../tests/support/platform.ts';
import { openShop, type Shop } from '../../tests/support/populations.ts';
import { buildQueue } from './build.ts';

const dayMs = 86_400_000;
const start = '2026-03-02T10:00:00Z';

const orders = (operator: string, value: unknown, params: Record<string, unknown> = {}) => ({
  fact: 'orders',
  params,
  operator,
  value,
});

const rules: Record<string, Condition> = {
  british: { all: [{ fact: 'customer.country', operator: 'equal', value: 'GB' }] },
  elsewhere: { not: { all: [{ fact: 'customer.country', operator: 'equal', value: 'GB' }] } },
  recent: { all: [orders('greaterThanInclusive', 2, { within: 'P90D' })] },
  spender: { all: [orders('greaterThan', 5000, { within: 'P30D', measure: 'sum', of: 'total' })] },
  idle: { all: [orders('greaterThanInclusive', 60, { measure: 'last', of: 'daysSince' })] },
  never: { all: [orders('equal', 0)] },
  lookers: {
    all: [{ fact: 'events', params: { type: 'page_viewed', within: 'P7D' }, operator: 'greaterThan', value: 2 }],
  },
  birthday: { all: [{ fact: 'customer.daysUntilBirthday', operator: 'lessThanInclusive', value: 7 }] },
  'british-recent': {
    all: [
      { fact: 'segment.british', operator: 'equal', value: true },
      { fact: 'segment.recent', operator: 'equal', value: true },
    ],
  },
  'not-nested': { all: [{ not: { fact: 'segment.british-recent', operator: 'equal', value: true } }] },
};

/** Chance that is the same in every run. */
const dice = (seed: string) => {
  let n = 0;
  return (below: number): number => createHash('sha256').update(`${seed}:${n++}`).digest().readUInt32BE() % below;
};

const expectAgreement = async (shop: Shop): Promise<void> => {
  for (const key of Object.keys(rules)) {
    const members = await shop.members(key);
    expect({ key, members }).toEqual({ key, members: await shop.bySql(key) });
    expect({ key, members }).toEqual({ key, members: await shop.byClosure(key) });
    const { count } = await shop.segments.preview(
      { conditions: rules[key] as never, sample: 0 },
      system,
      new AbortController().signal,
    );
    expect({ key, count }).toEqual({ key, count: members.length });
  }
};

const populate = async (shop: Shop, roll: (below: number) => number, size: number): Promise<string[]> => {
  const ids: string[] = [];
  for (let i = 0; i < size; i++) {
    const id = await shop.customer({
      ...(roll(4) > 0 && { country: ['GB', 'DE', 'FR'][roll(3)]! }),
      ...(roll(3) > 0 && { birthday: `19${50 + roll(50)}-0${1 + roll(9)}-${10 + roll(18)}` }),
    });
    ids.push(id);
    for (let n = roll(4); n > 0; n--) await shop.order(id, 500 + roll(6000), shop.clock.now() - roll(150) * dayMs);
  }
  return ids;
};

const act = async (shop: Shop, ids: readonly string[], roll: (below: number) => number): Promise<void> => {
  const id = ids[roll(ids.length)]!;
  const past = roll(3) === 0 ? roll(120) * dayMs : 0;
  switch (roll(5)) {
    case 0:
      return void (await shop.core.customers.change(id, { country: [null, 'GB', 'DE'][roll(3)]! }, system));
    case 1:
      return void (await shop.core.customers.change(id, { birthday: `1980-0${1 + roll(9)}-1${roll(9)}` }, system));
    case 2:
      return shop.event(id, 'page_viewed', { path: '/' }, shop.clock.now() - (past % (9 * dayMs)));
    default:
      return shop.order(id, 500 + roll(6000), shop.clock.now() - past);
  }
};

eachDatabase(
  'preview, members, closure and SQL agree after builds, random writes and the passing of time',
  async (on) => {
    await using shop = await openShop(on, testClock(start));
    const roll = dice(`agreement`);
    const ids = await populate(shop, roll, 40);
    for (const [key, conditions] of Object.entries(rules)) await shop.segment(key, conditions);
    await shop.settle();
    await expectAgreement(shop);
    for (let round = 0; round < 6; round++) {
      for (let i = 0; i < 12; i++) await act(shop, ids, roll);
      await expectAgreement(shop);
      shop.clock.advance((1 + roll(40)) * dayMs + roll(dayMs));
      await shop.populations.ticker.run();
      await expectAgreement(shop);
    }
    expect(await shop.populations.reconcile.run()).toMatchObject({ checked: 10, repaired: [], disputed: [] });
  },
  90_000,
);

eachDatabase(
  'a build while customers are being written ends with what is true',
  async (on) => {
    await using shop = await openShop(on, testClock(start));
    const roll = dice('during');
    const ids = await populate(shop, roll, 60);
    for (const [key, conditions] of Object.entries(rules)) await shop.segment(key, conditions);
    const writing = (async () => {
      for (let i = 0; i < 60; i++) {
        await act(shop, ids, roll);
        if (i % 15 === 0) for (const key of ['recent', 'british', 'idle']) await shop.segments.rebuild(key);
      }
    })();
    await Promise.all([writing, shop.settle()]);
    await shop.settle();
    await expectAgreement(shop);
  },
  90_000,
);

eachDatabase('writers of one customer at the same time do not miss each other', async (on) => {
  await using shop = await openShop(on, testClock(start));
  await shop.segment('eight', { all: [orders('greaterThanInclusive', 8)] });
  await shop.settle();
  const ids: string[] = [];
  for (let n = 0; n < 6; n++) {
    const id = await shop.customer();
    await Promise.all(Array.from({ length: 8 }, () => shop.order(id, 100)));
    ids.push(id);
  }
  expect(await shop.members('eight')).toEqual(ids.toSorted());
});

eachDatabase('a customer leaves when an order leaves its window, with nobody writing', async (on) => {
  await using shop = await openShop(on, testClock(start));
  await shop.segment('recent', rules.recent!);
  await shop.settle();
  const id = await shop.customer();
  await shop.order(id, 100);
  shop.clock.advance(10 * dayMs);
  await shop.order(id, 100);
  expect(await shop.members('recent')).toEqual([id]);
  shop.clock.advance(80 * dayMs - 1000);
  await shop.populations.ticker.run();
  expect(await shop.members('recent')).toEqual([id]);
  shop.clock.advance(2000);
  expect(await shop.populations.ticker.run()).toBeGreaterThan(0);
  expect(await shop.members('recent')).toEqual([]);
  const [past] = await shop.ask<{ reason: string; segment: string }>('select * from past_members');
  expect(past).toMatchObject({ segment: 'recent', reason: 'time' });
  expect(await shop.populations.ticker.run()).toBe(0);
});

eachDatabase('what fails after the evaluation takes membership back with it', async (on) => {
  await using shop = await openShop(on, testClock(start));
  await shop.segment('british', rules.british!);
  await shop.settle();
  const id = await shop.customer();
  let broken = true;
  shop.platform.changes.subscribe(async () => {
    if (broken) throw new Error('no');
  });
  await expect(shop.core.customers.change(id, { country: 'GB' }, system)).rejects.toThrow('no');
  expect(await shop.members('british')).toEqual([]);
  broken = false;
  await shop.core.customers.change(id, { country: 'GB' }, system);
  expect(await shop.members('british')).toEqual([id]);
});

eachDatabase('an event on either side of a bulk write is evaluated once per customer', async (on) => {
  await using shop = await openShop(on, testClock(start));
  await shop.segment('recent', rules.recent!);
  await shop.settle();
  const ids = await Promise.all([shop.customer(), shop.customer()]);
  await transact(shop.platform.database.writer, async (trx) => {
    for (const id of ids)
      for (const n of [1, 2])
        await trx('orders').insert({
          id: `${id}-${n}`,
          customer_id: id,
          source: 'test',
          status: 'placed',
          currency: 'EUR',
          subtotal: 1,
          total: 1,
          quantity: 1,
          ordered_at: shop.clock.now(),
          created_at: 0,
          updated_at: 0,
        });
    const change = { kind: 'order', facts: ['orders'], at: shop.clock.now() } as const;
    await shop.platform.changes.publish(
      trx,
      [...ids, ...ids].map((customerId) => ({ ...change, customerId })),
    );
  });
  expect(await shop.members('recent')).toEqual([...ids].sort());
});

eachDatabase('drift is found, repaired and put on record', async (on) => {
  await using shop = await openShop(on, testClock(start));
  await shop.segment('british', rules.british!);
  await shop.settle();
  const inside = await shop.customer({ country: 'GB' });
  const outside = await shop.customer({ country: 'DE' });
  const writer = shop.platform.database.writer;
  await writer('segment_members').where({ customer_id: inside }).delete();
  await writer('segment_members').insert({
    segment: 'british',
    customer_id: outside,
    version: 1,
    reason: 'by hand',
    entered_at: 0,
  });
  const { repaired, disputed } = await shop.populations.reconcile.run();
  expect(repaired.map(({ customerId }) => customerId).toSorted()).toEqual([inside, outside].toSorted());
  expect(disputed).toEqual([]);
  expect(await shop.members('british')).toEqual([inside]);
  expect(await writer('audit').where({ action: 'segment.drifted' })).toHaveLength(1);
  expect((await shop.populations.reconcile.run()).repaired).toEqual([]);
});

eachDatabase('an import is followed by builds of the segments that read what it wrote', async (on) => {
  await using shop = await openShop(on, testClock(start));
  const id = await shop.customer();
  await shop.segment('recent', rules.recent!);
  await shop.segment('british', rules.british!);
  await shop.settle();
  const { writer } = shop.platform.database;
  for (const n of [1, 2])
    await writer('orders').insert({
      id: `o${n}`,
      customer_id: id,
      source: 'import',
      status: 'placed',
      currency: 'EUR',
      subtotal: 1,
      total: 1,
      quantity: 1,
      ordered_at: shop.clock.now() - dayMs,
      created_at: 0,
      updated_at: 0,
    });
  expect(await shop.members('recent')).toEqual([]);
  await transact(writer, (trx) =>
    shop.platform.outbox.emit(trx, { topic: 'import.finished', payload: { what: 'orders', facts: ['orders'] } }),
  );
  for (let i = 0; i < 200 && (await shop.members('recent')).length === 0; i++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    shop.platform.jobs.wake('outbox:segments');
    await shop.settle();
  }
  expect(await shop.members('recent')).toEqual([id]);
  const builds = await writer('audit').where({ action: 'segment.built', subject_id: 'british' });
  expect(builds).toHaveLength(1);
});

eachDatabase('a merge moves history and lists to the one who lives on, undoing it gives them back', async (on) => {
  await using shop = await openShop(on, testClock(start));
  for (const key of ['recent', 'british', 'british-recent']) await shop.segment(key, rules[key]!);
  await shop.segments.create({ key: 'staff', name: 'Staff', type: 'static' }, system);
  await shop.settle();
  const ada = await shop.customer({ country: 'GB' });
  const twin = await shop.customer();
  await shop.order(ada, 100);
  await shop.order(twin, 100);
  await shop.lists.change('staff', { add: [twin] }, system);
  expect(await shop.members('recent')).toEqual([]);

  const { id } = await shop.core.customers.merge(twin, ada, system);
  for (const key of ['recent', 'british', 'british-recent', 'staff']) expect(await shop.members(key)).toEqual([ada]);
  for (const key of ['recent', 'british', 'british-recent']) expect(await shop.bySql(key)).toEqual([ada]);
  expect(await shop.ask('select * from metrics where customer_id = ?', twin)).toEqual([]);

  await shop.core.customers.unmerge(ada, id, system);
  expect(await shop.members('recent')).toEqual([]);
  expect(await shop.members('british')).toEqual([ada]);
  expect(await shop.members('staff')).toEqual([twin]);
});

eachDatabase('of somebody erased nothing is left in segments, their history and firings', async (on) => {
  await using shop = await openShop(on, testClock(start));
  await shop.segment('recent', rules.recent!);
  await shop.segment('elsewhere', rules.elsewhere!);
  const trigger = { kind: 'segment', segment: 'recent', moment: 'entered' } as const;
  await shop.alerts.create({ key: 'a', name: 'A', trigger, cooldown: 'P1D', actions: [{ kind: 'webhook' }] }, system);
  await shop.alerts.activate('a', undefined, system);
  await shop.settle();
  const ada = await shop.customer();
  await shop.order(ada, 100);
  await shop.order(ada, 100);
  const tables = ['segment_members', 'metrics', 'firings', 'alert_cooldowns'];
  for (const table of tables) expect(await shop.ask(`select * from ${table}`)).not.toEqual([]);
  await shop.core.customers.erase(ada, system);
  for (const table of [...tables, 'past_members']) expect(await shop.ask(`select * from ${table}`)).toEqual([]);
  expect(await shop.bySql('elsewhere')).toEqual([]);
});

eachDatabase('a build that breaks in the middle goes on where it stopped', async (on) => {
  await using shop = await openShop(on, testClock(start));
  const { writer } = shop.platform.database;
  const rows = Array.from({ length: 3000 }, (_, n) => ({
    id: `c${String(n).padStart(5, '0')}`,
    country: n % 3 === 0 ? 'GB' : 'DE',
    created_at: 0,
    updated_at: 0,
  }));
  await writer.batchInsert('customers', rows, 100);
  const arm =
    on.dialect === 'sqlite'
      ? [
          "create trigger bomb before insert on segment_members when new.customer_id = 'c02700' begin select raise(abort, 'bomb'); end",
        ]
      : [
          "create function bomb() returns trigger language plpgsql as $$ begin raise exception 'bomb'; end $$",
          "create trigger bomb before insert on segment_members for each row when (new.customer_id = 'c02700') execute function bomb()",
        ];
  for (const sql of arm) await writer.raw(sql);
  await shop.segment('british', rules.british!);
  const job = (await shop.segments.get('british')).buildJob!;
  const seen = async () => (await shop.platform.jobs.find(job))!;
  for (let i = 0; i < 500 && (await seen()).last_error === null; i++) await new Promise((r) => setTimeout(r, 10));
  const { after } = JSON.parse((await seen()).progress!) as { after: string };
  expect(after >= 'c00900').toBe(true);
  expect((await shop.members('british')).length).toBeGreaterThan(300);
  await writer.raw(on.dialect === 'sqlite' ? 'drop trigger bomb' : 'drop trigger bomb on segment_members');
  shop.clock.advance(10_000);
  await shop.settle();
  expect(await shop.members('british')).toEqual(await shop.bySql('british'));
  expect(await shop.members('british')).toHaveLength(1000);
  expect(JSON.parse((await seen()).result!)).toMatchObject({ entered: 1000, done: 3000, total: 3000 });
});

eachDatabase('the ticker sleeps until something is due and wakes by itself', async (on) => {
  await using shop = await openShop(on, testClock());
  await shop.segment('brief', { all: [orders('greaterThanInclusive', 1, { within: 'PT2S' })] });
  await shop.settle();
  await shop.populations.ticker.start();
  const id = await shop.customer();
  await shop.order(id, 100);
  expect(await shop.members('brief')).toEqual([id]);
  for (let i = 0; i < 400 && (await shop.members('brief')).length > 0; i++) await new Promise((r) => setTimeout(r, 20));
  expect(await shop.members('brief')).toEqual([]);
});

eachDatabase('entering and leaving are told to whoever listens, with version and reason', async (on) => {
  await using shop = await openShop(on, testClock(start));
  await shop.segment('british', rules.british!);
  await shop.settle();
  const id = await shop.customer();
  await shop.core.customers.change(id, { country: 'GB' }, system);
  await shop.core.customers.change(id, { country: null }, system);
  const told = () => shop.heard.filter(({ topic }) => topic.startsWith('segment.'));
  for (let i = 0; i < 300 && told().length < 2; i++) await new Promise((r) => setTimeout(r, 10));
  expect(told()).toMatchObject([
    { topic: 'segment.entered', payload: { customerId: id, segment: 'british', version: 1 } },
    {
      topic: 'segment.left',
      payload: { customerId: id, segment: 'british', reason: expect.stringMatching('country') },
    },
  ]);
});

eachDatabase(
  'an alert does not fire for what held before it was switched on, even while it is being built',
  async (on) => {
    await using shop = await openShop(on, testClock(start));
    const id = await shop.customer({ country: 'GB' });
    await shop.platform.database.writer('jobs').insert({
      id: '0',
      queue: buildQueue,
      key: 'alert:british',
      status: 'waiting',
      payload: '{}',
      max_attempts: 1,
      run_at: shop.clock.now() + 1000,
      created_at: 0,
    });
    await shop.alerts.create(
      {
        key: 'british',
        name: 'B',
        trigger: { kind: 'change' },
        conditions: rules.british as never,
        actions: [{ kind: 'webhook' }],
      },
      system,
    );
    await shop.alerts.activate('british', undefined, system);
    // The build waits behind the job above, as it would behind a long one.
    await shop.core.customers.change(id, { country: 'GB', region: 'Kent', city: 'Dover' }, system);
    await shop.core.customers.change(id, { country: 'DE' }, system);
    await shop.core.customers.change(id, { country: 'GB' }, system);
    expect(await shop.ask('select * from firings')).toEqual([]);
    await shop.platform.database.writer('jobs').where({ id: '0' }).delete();
    await shop.settle();
    await shop.core.customers.change(id, { country: 'DE' }, system);
    await shop.core.customers.change(id, { country: 'GB' }, system);
    expect(await shop.ask('select * from firings')).toHaveLength(1);
  },
);
