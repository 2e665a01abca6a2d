// A module with a table and one declaration: its fact is in the vocabulary, in segments, previews, live membership, explanations of
// now and then, and on other nodes; nothing else knows the module.
import { expect } from 'vitest';
import { createDeclaredFacts } from '../../core/fact.ts';
import { type Db, type DeclaredFact, defineModule, system, transact } from '../../core/index.ts';
import { eachDatabase } from '../../tests/support/databases.ts';
import { testClock, testPlatform } from '../../tests/support/platform.ts';
import { openShop, type Shop } from '../../tests/support/populations.ts';
import { describeVocabulary } from './vocabulary/vocabulary.ts';

const berthFact = (pier: string): DeclaredFact => ({
  id: `harbour.${pier}`,
  title: { en: `Boat's length at ${pier}`, zh: `${pier}船长` },
  group: 'harbour',
  type: 'integer',
  table: 'berths',
  customerColumn: 'owner_id',
  column: 'metres',
  key: { column: 'pier', value: pier },
  changes: 'harbour',
  past: { since: 'moored_at' },
});

const harbourModule = defineModule({
  name: 'harbour',
  create: () => ({}),
  generations: ['piers'],
  tables: [],
  facts: () => ({
    list: async (db: Db) =>
      ((await db('piers').orderBy('name').pluck('name')) as string[]).map((name) => berthFact(name)),
    generations: ['piers'],
    names: [{ prefix: 'harbour', kind: 'pier' }],
  }),
});

const openHarbour = async (shop: Shop): Promise<void> => {
  const { writer } = shop.platform.database;
  await writer.schema.createTable('piers', (table) => table.text('name').primary());
  await writer.schema.createTable('berths', (table) => {
    table.text('owner_id').notNullable();
    table.text('pier').notNullable();
    table.integer('metres');
    table.bigInteger('moored_at').notNullable();
    table.primary(['owner_id', 'pier']);
  });
  await writer('piers').insert({ name: 'north' });
  shop.core.modules.install(harbourModule, {});
};

const moor = (shop: Shop, customerId: string, pier: string, metres: number | null): Promise<void> =>
  transact(shop.platform.database.writer, async (trx) => {
    const row = { owner_id: customerId, pier, metres, moored_at: shop.clock.now() };
    await trx('berths').insert(row).onConflict(['owner_id', 'pier']).merge();
    const at = shop.clock.now();
    await shop.platform.changes.publish(trx, [{ customerId, kind: 'updated', facts: ['harbour'], at }]);
  });

const long = { all: [{ fact: 'harbour.north', operator: 'greaterThanInclusive', value: 12 }] };

eachDatabase('a table and one declaration make a fact that every part of rules can use', async (on) => {
  await using shop = await openShop(on, testClock('2026-03-01T12:00:00Z'));
  await openHarbour(shop);
  const { vocabulary } = shop;
  expect(describeVocabulary(await vocabulary.current()).facts.find(({ id }) => id === 'harbour.north')).toMatchObject({
    title: { en: "Boat's length at north", zh: 'north船长' },
    group: 'harbour',
    type: 'integer',
    contexts: ['customer', 'cart', 'event'],
    comparable: true,
    params: [],
  });
  const [ada, bo, cy] = [await shop.customer({ name: 'Ada' }), await shop.customer(), await shop.customer()];
  await moor(shop, ada, 'north', 14);
  // Of another pier, of no known length, and one that has none.
  await moor(shop, bo, 'south', 30);
  await moor(shop, bo, 'north', null);
  await shop.segment('long', long as never);
  await shop.segment('unknown', { all: [{ fact: 'harbour.north', operator: 'equal', value: null }] });
  await shop.segment('not-long', { not: long } as never);
  await shop.settle();
  expect(await shop.members('long')).toEqual([ada]);
  expect(await shop.members('unknown')).toEqual([bo, cy].toSorted());
  expect(await shop.members('not-long')).toEqual([bo, cy].toSorted());
  for (const key of ['long', 'unknown', 'not-long'])
    expect([await shop.bySql(key), await shop.byClosure(key)]).toEqual([
      await shop.members(key),
      await shop.members(key),
    ]);
  const preview = await shop.segments.preview({ conditions: long, sample: 5 }, system, new AbortController().signal);
  expect(preview).toMatchObject({ count: 1, sample: [{ id: ada }] });

  // Live, in the transaction of the owner's own write.
  shop.clock.set('2026-03-05T12:00:00Z');
  await moor(shop, cy, 'north', 12);
  expect(await shop.members('long')).toEqual([ada, cy].toSorted());
  expect(await shop.members('not-long')).toEqual([bo]);
  await moor(shop, ada, 'north', 11);
  expect(await shop.members('long')).toEqual([cy]);

  const explained = async (customer: string, at?: string) => {
    const { explanation } = await shop.segments.explain('long', customer, at ? { at: Date.parse(at) } : {});
    return (explanation.conditions as { all: unknown[] }).all[0];
  };
  expect(await explained(ada)).toMatchObject({
    result: false,
    actual: 11,
    needed: { en: 'is at least 12' },
    near: { en: 'short by 1', zh: '还差 1' },
  });
  expect(await explained(bo)).toMatchObject({ result: false, actual: null, near: { en: 'there is no value' } });
  // Then: what was written since is not known, what was there since is.
  shop.clock.set('2026-03-09T12:00:00Z');
  expect(await explained(cy, '2026-03-06T12:00:00Z')).toMatchObject({ result: true, actual: 12 });
  expect(await explained(cy, '2026-03-04T12:00:00Z')).toMatchObject({ result: null, known: false, actual: null });
});

eachDatabase('an alert sees it, a rule names it, and what the module has no more is refused', async (on) => {
  await using shop = await openShop(on, testClock());
  await openHarbour(shop);
  const ada = await shop.customer();
  await shop.alerts.create(
    {
      key: 'arrival',
      name: 'Arrival',
      trigger: { kind: 'change' },
      conditions: long,
      actions: [{ kind: 'tag', tag: 'long boat' }],
    },
    system,
  );
  await shop.alerts.activate('arrival', undefined, system);
  await shop.settle();
  await moor(shop, ada, 'north', 20);
  const { data } = await shop.alerts.firings('arrival', { limit: 5 });
  expect(data).toMatchObject([{ customerId: ada, facts: [{ fact: 'harbour.north', actual: 20, needed: 12 }] }]);
  const { database, dependents, generations } = shop.platform;
  expect(await dependents.list(database.reader, ['pier:north'])).toMatchObject([
    { kind: 'alert', key: 'arrival', uses: 'pier:north', active: true },
  ]);
  await expect(
    transact(database.writer, (trx) => dependents.release(trx, ['pier:north'], { actor: system })),
  ).rejects.toMatchObject({ code: 'RULE_IN_USE' });
  const make = () =>
    shop.segments.create(
      { key: 'east', name: 'East', conditions: { all: [{ ...long.all[0], fact: 'harbour.east' }] } },
      system,
    );
  await expect(make()).rejects.toMatchObject({ code: 'FACT_UNKNOWN', pointer: '/conditions/all/0/fact' });
  await transact(database.writer, async (trx) => {
    await trx('piers').insert({ name: 'east' });
    await generations.raise(trx, 'piers');
  });
  expect((await make()).key).toBe('east');
});

eachDatabase('what another node changes is in the vocabulary at once, and in none that was rolled back', async (on) => {
  await using one = await openShop(on, testClock());
  await openHarbour(one);
  await using two = await openShop(on, testClock());
  two.core.modules.install(harbourModule, {});
  const ids = async (shop: Shop) =>
    (await shop.vocabulary.current())
      .list()
      .map(({ id }) => id)
      .filter((id) => /^(attribute|harbour|segment|member)\./.test(id));
  const known = ['harbour.north', 'member.level', 'member.points', 'member.pointsPending'];
  expect((await ids(two)).toSorted()).toEqual(known);
  const before = await two.vocabulary.current();
  expect(await two.vocabulary.current()).toBe(before);

  await one.core.attributes.create({ key: 'plan', title: 'Plan', type: 'text' }, system);
  expect((await ids(two)).toSorted()).toEqual(['attribute.plan', ...known]);
  await two.core.attributes.change('plan', { title: 'Tariff' }, system);
  expect((await one.vocabulary.current()).find('attribute.plan')!.title.en).toBe('Tariff');
  // The other node writes the attribute's column at once too: definitions are kept by the same generation.
  expect((await two.core.customers.create({ name: 'Ada', attributes: { plan: 'gold' } }, system)).attributes).toEqual({
    plan: 'gold',
  });
  await one.segments.create({ key: 'draft', name: 'Draft', conditions: long }, system);
  expect(await ids(two)).toContain('segment.draft');
  await one.segments.change('draft', { name: 'Renamed' }, system);
  expect((await two.vocabulary.current()).find('segment.draft')!.title.en).toBe('In segment "Renamed"');
  await one.segments.archive('draft', system);
  expect(await ids(two)).not.toContain('segment.draft');

  const { database, generations } = one.platform;
  const failed = transact(database.writer, async (trx) => {
    await trx('piers').insert({ name: 'west' });
    await generations.raise(trx, 'piers');
    expect((await one.vocabulary.current(trx)).find('harbour.west')).toBeDefined();
    throw new Error('rolled back');
  });
  await expect(failed).rejects.toThrow('rolled back');
  for (const shop of [one, two]) expect(await ids(shop)).not.toContain('harbour.west');
});

eachDatabase('a promotion that another node switches on, pauses or breaks is in the next quote', async (on) => {
  await using one = await openShop(on, testClock());
  await using two = await openShop(on, testClock());
  const cart = { currency: 'EUR', lines: [{ sku: 'a', quantity: 1, unitPrice: 1000 }] };
  const quoted = async () => {
    const { applied, total } = await two.promotions.checkout.quote(system, { cart });
    return [applied.map(({ key }) => key), total];
  };
  expect(await quoted()).toEqual([[], 1000]);
  const event = { params: { target: 'order', bp: 1000 } } as const;
  const small = { all: [{ fact: 'cart.subtotal', operator: 'lessThan', value: 5000 }] };
  await one.promotions.documents.create(system, {
    key: 'ten',
    name: 'Ten',
    conditions: small,
    event,
    status: 'active',
  });
  expect(await quoted()).toEqual([['ten'], 900]);
  await one.promotions.documents.change(system, 'ten', {
    event: { params: { target: 'order', bp: 2000 } },
    status: 'active',
  });
  expect(await quoted()).toEqual([['ten'], 800]);
  // A named condition that it reads, changed there.
  await one.populations.conditions.create({ key: 'goods', name: 'Goods', context: 'cart', conditions: small }, system);
  await one.populations.conditions.activate('goods', undefined, system);
  await one.promotions.documents.change(system, 'ten', {
    conditions: { all: [{ condition: 'goods' }] },
    status: 'active',
  });
  expect(await quoted()).toEqual([['ten'], 800]);
  const large = { all: [{ fact: 'cart.subtotal', operator: 'greaterThan', value: 5000 }] };
  await one.populations.conditions.change('goods', { conditions: large }, system);
  expect(await quoted()).toEqual([['ten'], 800]);
  await one.populations.conditions.activate('goods', undefined, system);
  expect(await quoted()).toEqual([[], 1000]);
  await one.promotions.documents.pause(system, 'ten');
  const { skipped } = await two.promotions.checkout.quote(system, { cart });
  expect(skipped).toEqual([]);
});

eachDatabase('a name that cannot stand in SQL is refused, whatever declared it', async (on) => {
  await using platform = await testPlatform(on);
  for (const wrong of [{ table: 'berths; drop table customers' }, { column: 'a b' }, { customerColumn: 'Id' }]) {
    const facts = createDeclaredFacts();
    facts.declare({ list: async () => [{ ...berthFact('north'), ...wrong }], generations: [] });
    await expect(facts.list(platform.database.reader)).rejects.toThrow('names the table or column');
  }
});
