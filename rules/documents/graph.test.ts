import type { Condition } from '@rapport/sdk/schemas';
import { expect, test } from 'vitest';
import { type Failure, system, transact } from '../../core/index.ts';
import { eachDatabase } from '../../tests/support/databases.ts';
import { testClock } from '../../tests/support/platform.ts';
import { openShop, type Shop } from '../../tests/support/populations.ts';
import { buildQueue } from '../populations/build.ts';
import { createDocuments } from './documents.ts';
import { usesOfConditions } from './uses.ts';

const british = { all: [{ fact: 'customer.country', operator: 'equal', value: 'GB' }] } satisfies Condition;
const inside = (key: string): Condition => ({ all: [{ fact: `segment.${key}`, operator: 'equal', value: true }] });
const outside = (key: string): Condition => ({ not: inside(key) });

const draft = (shop: Shop, key: string, conditions: Condition) =>
  shop.segments.create({ key, name: key, conditions: conditions as never }, system);
const save = (shop: Shop, key: string, conditions: Condition) =>
  shop.segments.change(key, { conditions: conditions as never }, system);

const refusal = async (work: Promise<unknown>): Promise<{ code: string; pointer?: string; detail: string } | null> =>
  work.then(
    () => null,
    (error: unknown) => {
      const { code, pointer, message } = error as Failure;
      return { code, pointer, detail: message };
    },
  );

const buildsOf = (shop: Shop): Promise<{ count: number }[]> =>
  shop.ask('select count(*) as count from jobs where queue = ?', buildQueue);

eachDatabase('a draft hides no cycle of the version that runs', async (on) => {
  await using shop = await openShop(on, testClock());
  await shop.customer({ country: 'GB' });
  await draft(shop, 'g', british);
  await shop.segment('h', outside('g'));
  await shop.settle();
  await save(shop, 'h', british);
  expect(await refusal(save(shop, 'g', inside('h')))).toEqual({
    code: 'SEGMENT_CYCLE',
    pointer: '/conditions/all/0/fact',
    detail: 'It leads back to itself: segment "g" → segment "h" → segment "g".',
  });
  await shop.segments.activate('g', undefined, system);
  await shop.settle();
  // One for each activation, and one that h made to follow g.
  expect(Number((await buildsOf(shop))[0]!.count)).toBeLessThanOrEqual(3);
  // Once the version that runs has let go, the way is free.
  await shop.segments.activate('h', undefined, system);
  expect(await refusal(save(shop, 'g', inside('h')))).toBeNull();
  // And rolling back to the version that reads g would close the circle again.
  expect((await refusal(shop.segments.activate('h', 1, system)))?.code).toBe('SEGMENT_CYCLE');
});

eachDatabase('a rule of its own drafts leads back through a draft, too', async (on) => {
  await using shop = await openShop(on, testClock());
  await draft(shop, 'a', british);
  await draft(shop, 'b', inside('a'));
  await draft(shop, 'c', { any: [outside('b'), british] });
  expect((await refusal(save(shop, 'a', inside('c'))))?.detail).toContain(
    'segment "a" → segment "c" → segment "b" → segment "a"',
  );
  expect((await refusal(save(shop, 'a', inside('a'))))?.code).toBe('SEGMENT_CYCLE');
});

eachDatabase('a cycle through a named condition is refused on either side', async (on) => {
  await using shop = await openShop(on, testClock());
  const conditions = createDocuments(shop.platform, {
    kind: 'condition',
    check: async (content) => ({ content, dependencies: [] }),
  });
  await draft(shop, 'g', british);
  await conditions.create(system, { key: 'k', name: 'k', conditions: inside('g') });
  await conditions.activate(system, 'k');
  expect(await refusal(save(shop, 'g', { all: [{ condition: 'k' }] }))).toMatchObject({
    code: 'CONDITION_CYCLE',
    pointer: '/conditions/all/0/condition',
  });
  await conditions.save(system, 'k', { conditions: british });
  expect((await refusal(save(shop, 'g', { all: [{ condition: 'k' }] })))?.code).toBe('CONDITION_CYCLE');
  await conditions.activate(system, 'k');
  await save(shop, 'g', { all: [{ condition: 'k' }] });
  expect((await refusal(conditions.save(system, 'k', { conditions: inside('g') })))?.code).toBe('SEGMENT_CYCLE');
});

eachDatabase('of two saves at once that close a circle together, one is refused', async (on) => {
  await using one = await openShop(on, testClock());
  await draft(one, 'a', british);
  await draft(one, 'b', british);
  if (on.dialect === 'sqlite') {
    const both = await Promise.all([refusal(save(one, 'a', inside('b'))), refusal(save(one, 'b', inside('a')))]);
    expect(both.filter(Boolean)).toMatchObject([{ code: 'SEGMENT_CYCLE' }]);
    return;
  }
  // Another node on the same database.
  await using two = await openShop(on, testClock());
  for (let trial = 0; trial < 20; trial++) {
    await save(one, 'a', british);
    await save(two, 'b', british);
    const both = await Promise.all([refusal(save(one, 'a', inside('b'))), refusal(save(two, 'b', inside('a')))]);
    expect(both.filter(Boolean)).toMatchObject([{ code: 'SEGMENT_CYCLE' }]);
  }
});

eachDatabase('what a rule names cannot go between its check and its commit', async (on) => {
  await using shop = await openShop(on, testClock());
  await shop.segment('base', british);
  await shop.settle();
  for (let trial = 0; trial < 10; trial++) {
    const key = `user-${trial}`;
    await draft(shop, key, british);
    const [used, gone] = await Promise.all([
      refusal(save(shop, key, inside('base'))),
      refusal(shop.segments.archive('base', system)),
    ]);
    expect([used?.code, gone?.code].filter(Boolean)).toHaveLength(1);
    if (!gone) break;
    await save(shop, key, british);
  }
});

eachDatabase('a wave builds each population that follows once, after those it reads', async (on) => {
  await using shop = await openShop(on, testClock());
  for (let n = 0; n < 5; n++) await shop.customer({ country: n % 2 ? 'GB' : 'DE' });
  await shop.segment('root', british);
  const both = (a: string, b: string): Condition => ({ all: [inside(a), inside(b)] });
  // A ladder: without an order the last one would be built 2^6 times.
  for (let step = 0; step < 6; step++) {
    const below = step === 0 ? ['root', 'root'] : [`l${step - 1}`, `r${step - 1}`];
    await shop.segment(`l${step}`, both(below[0]!, below[1]!));
    await shop.segment(`r${step}`, both(below[1]!, below[0]!));
    await shop.settle();
  }
  await shop.alerts.create(
    {
      key: 'top',
      name: 'top',
      trigger: { kind: 'change' },
      conditions: both('l5', 'r5') as never,
      actions: [{ kind: 'webhook' }],
    },
    system,
  );
  await shop.alerts.activate('top', undefined, system);
  await shop.settle();
  await shop.ask('delete from jobs where queue = ? returning id', buildQueue);

  await save(shop, 'root', { not: british });
  await shop.segments.activate('root', undefined, system);
  await shop.settle();
  const jobs = await shop.ask<{ key: string }>('select key from jobs where queue = ? order by id', buildQueue);
  const order = jobs.map(({ key }) => key);
  expect(order).toHaveLength(14);
  expect(new Set(order).size).toBe(14);
  expect(order[0]).toBe('segment:root');
  expect(order.at(-1)).toBe('alert:top');
  for (let step = 1; step < 6; step++)
    expect(order.indexOf(`segment:l${step}`)).toBeGreaterThan(
      Math.max(order.indexOf(`segment:l${step - 1}`), order.indexOf(`segment:r${step - 1}`)),
    );
  const members = await shop.members('root');
  expect(members).toHaveLength(3);
  for (const key of ['l5', 'r5', 'alert:top']) expect(await shop.members(key)).toEqual(members);
});

eachDatabase('an import builds what it touched once each, not once for each segment it reads', async (on) => {
  await using shop = await openShop(on, testClock());
  await shop.segment('here', british);
  await shop.segment('mine', inside('here'));
  await shop.segment('both', { all: [inside('here'), inside('mine')] });
  await shop.settle();
  await shop.ask('delete from jobs where queue = ? returning id', buildQueue);
  const id = await shop.customer({ country: 'DE' });
  await shop.ask("update customers set country = 'GB' where id = ? returning id", id);
  const built = async (): Promise<string[]> => {
    await shop.settle();
    return (await shop.ask<{ key: string }>('select key from jobs where queue = ? order by id', buildQueue)).map(
      ({ key }) => key,
    );
  };
  await transact(shop.platform.database.writer, (trx) =>
    shop.populations.build.requestAll(trx, null, 'import of customers'),
  );
  expect(await built()).toEqual(['segment:here', 'segment:mine', 'segment:both']);
  expect(await shop.members('both')).toEqual([id]);
});

eachDatabase('a circle that is in the data all the same ends', async (on) => {
  await using shop = await openShop(on, testClock());
  await shop.customer({ country: 'GB' });
  await shop.segment('g', british);
  await shop.segment('h', outside('g'));
  await shop.settle();
  // As a version before this check let it in.
  await shop.ask(
    "update rule_versions set conditions = ? where kind = 'segment' and key = 'g' returning key",
    JSON.stringify(inside('h')),
  );
  await shop.ask('update generations set value = value + 1 where name = ? returning value', 'rules');
  await shop.ask('delete from jobs where queue = ? returning id', buildQueue);
  await shop.segments.rebuild('h');
  await shop.settle();
  expect(Number((await buildsOf(shop))[0]!.count)).toBeLessThanOrEqual(2);
});

test('every kind of name is read from a rule', () => {
  const names = usesOfConditions(
    {
      all: [
        { any: [inside('a'), { condition: 'k' }] },
        { fact: 'attribute.plan', operator: 'equal', value: { fact: 'attribute.other' } },
        { fact: 'score.rfm.label', operator: 'equal', value: 'x' },
        { fact: 'events', params: { type: ['bought', 'seen'] }, operator: 'equal', value: 1 },
        { fact: 'member.level', operator: 'in', value: ['gold'] },
      ],
    },
    '/conditions',
    [
      { prefix: 'score', kind: 'scorer' },
      { fact: 'member.level', values: 'level' },
    ],
  );
  expect(names.map(({ name }) => name)).toEqual([
    'segment:a',
    'condition:k',
    'attribute:plan',
    'attribute:other',
    'scorer:rfm',
    'event:bought',
    'event:seen',
    'level:gold',
  ]);
  expect(names[1]!.pointer).toBe('/conditions/all/0/any/1/condition');
});
