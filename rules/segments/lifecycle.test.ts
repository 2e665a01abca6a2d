// A segment from its draft to the archive: who is a member after each step, by hand-worked sets; lists, snapshots, rebuilds, impact.
import type { Condition } from '@rapport/sdk/schemas';
import { expect } from 'vitest';
import { system } from '../../core/index.ts';
import { eachDatabase } from '../../tests/support/databases.ts';
import { testClock } from '../../tests/support/platform.ts';
import { openShop, type Shop } from '../../tests/support/populations.ts';

const start = '2026-03-02T10:00:00Z';
const from = (...countries: string[]) =>
  ({ all: [{ fact: 'customer.country', operator: 'in', value: countries }] }) satisfies Condition;
const tagged = (tag: string) => ({ all: [{ fact: 'tags', operator: 'contains', value: tag }] }) satisfies Condition;

type People = Record<'ada' | 'bruno' | 'chi' | 'dag' | 'eun' | 'zoë', string>;

const openPeople = async (shop: Shop): Promise<People> => ({
  ada: await shop.customer({ name: 'Ada King', country: 'GB', tags: ['vip'] }),
  bruno: await shop.customer({ name: 'Bruno São João', country: 'BR' }),
  chi: await shop.customer({ name: '迟 小满', country: 'CN', tags: ['vip', '批发'] }),
  dag: await shop.customer({ name: 'Dag Ås', country: 'NO' }),
  eun: await shop.customer({ name: '은지', country: 'KR' }),
  zoë: await shop.customer({ name: 'Zoë', country: 'GB' }),
});

/** The names of the members, in the order of the alphabet. */
const whoIn = async (shop: Shop, people: People, key: string): Promise<string> => {
  const names = new Map(Object.entries(people).map(([name, id]) => [id, name]));
  return (await shop.members(key))
    .map((id) => names.get(id) ?? id)
    .toSorted()
    .join(' ');
};

const failure = (work: Promise<unknown>) =>
  work.then(
    () => 'not refused',
    ({ code, pointer }: { code?: string; pointer?: string }) => `${code} ${pointer ?? ''}`.trim(),
  );
const weigh = async (shop: Shop, people: People, key: string, version?: number) => {
  const { entering, leaving, ...rest } = await shop.segments.impact(key, version, system, new AbortController().signal);
  const names = new Map(Object.entries(people).map(([name, id]) => [id, name]));
  const named = ({ count, sample }: { count: number; sample: { id: string }[] }) => {
    expect(sample).toHaveLength(count);
    return sample
      .map(({ id }) => names.get(id))
      .toSorted()
      .join(' ');
  };
  return [rest.version, rest.before, rest.after, named(entering), named(leaving)];
};

eachDatabase(
  'members after each step from the draft over three versions and a roll back to the archive',
  async (on) => {
    await using shop = await openShop(on, testClock(start));
    const { segments, core, settle } = shop;
    const people = await openPeople(shop);
    const who = () => whoIn(shop, people, 'near');
    const move = (name: keyof People, country: string) => core.customers.change(people[name], { country }, system);
    const activate = async (version?: number) => {
      const shown = await segments.activate('near', version, system);
      await settle();
      return shown;
    };

    // A draft has no members, whoever writes meanwhile.
    await segments.create({ key: 'near', name: 'Near', conditions: from('GB', 'NO') }, system);
    await move('zoë', 'GB');
    await settle();
    expect(await who()).toBe('');
    expect(await weigh(shop, people, 'near')).toEqual([1, 0, 3, 'ada dag zoë', '']);
    expect(await failure(segments.rebuild('near'))).toBe('SEGMENT_NOT_DYNAMIC');

    expect(await activate()).toMatchObject({ status: 'active', activeVersion: 1 });
    expect(await who()).toBe('ada dag zoë');
    await move('bruno', 'NO');
    await move('zoë', 'FR');
    expect(await who()).toBe('ada bruno dag');

    // A new version waits: the active one goes on deciding.
    await segments.change('near', { conditions: from('CN', 'KR', 'GB') }, system);
    await move('zoë', 'NO');
    expect(await who()).toBe('ada bruno dag zoë');
    expect(await weigh(shop, people, 'near')).toEqual([2, 4, 3, 'chi eun', 'bruno dag zoë']);
    expect(await weigh(shop, people, 'near', 1)).toEqual([1, 4, 4, '', '']);
    expect(await activate()).toMatchObject({ version: 2, activeVersion: 2 });
    expect(await who()).toBe('ada chi eun');

    // Paused: members stay as they are. Active again: what happened meanwhile counts.
    await segments.pause('near', system);
    await move('ada', 'US');
    await move('dag', 'KR');
    expect(await who()).toBe('ada chi eun');
    expect(await failure(segments.rebuild('near'))).toBe('SEGMENT_NOT_DYNAMIC');
    expect((await segments.history('near')).versions.filter(({ active }) => active)).toEqual([]);
    await activate();
    expect(await who()).toBe('chi dag eun');

    await segments.change('near', { conditions: tagged('批发'), description: '批发客户' }, system);
    await activate();
    expect(await who()).toBe('chi');
    // Back to the first version: bruno and zoë are in Norway, chi leaves.
    expect(await activate(1)).toMatchObject({ version: 3, activeVersion: 1 });
    expect(await who()).toBe('bruno zoë');
    expect(await weigh(shop, people, 'near')).toEqual([3, 2, 1, 'chi', 'bruno zoë']);
    await move('eun', 'GB');
    expect(await who()).toBe('bruno eun zoë');

    const { versions, activations } = await segments.history('near');
    expect(versions.map(({ version, active }) => [version, active])).toEqual([
      [3, false],
      [2, false],
      [1, true],
    ]);
    expect(activations.map(({ version, from: before }) => [version, before])).toEqual([
      [1, 3],
      [3, 2],
      [2, 2],
      [2, 1],
      [1, null],
    ]);

    await segments.archive('near', system);
    await settle();
    expect(await who()).toBe('');
    const late = [
      () => segments.activate('near', undefined, system),
      () => segments.change('near', { name: 'Far' }, system),
      () => segments.pause('near', system),
    ];
    for (const attempt of late) expect(await failure(attempt())).toBe('RULE_ARCHIVED');
    await move('ada', 'GB');
    expect(await who()).toBe('');
    // The history of a person outlives the segment: eun came twice and left twice.
    const { data } = await segments.ofCustomer(people.eun);
    expect(data.map(({ leftAt, reason }) => [leftAt !== null, reason]).toSorted()).toEqual([
      [true, 'archived'],
      [true, 'version 3'],
    ]);
  },
);

eachDatabase('a rebuild puts right what the database lost or was given by hand, and nobody else moves', async (on) => {
  await using shop = await openShop(on, testClock(start));
  const people = await openPeople(shop);
  await shop.segment('near', from('GB', 'NO'));
  await shop.segments.create({ key: 'staff', name: 'Staff', type: 'static' }, system);
  await shop.settle();
  const { writer } = shop.platform.database;
  const entered = async () =>
    new Map(
      (
        await shop.ask<{ id: string; at: number }>(
          "select customer_id as id, entered_at as at from segment_members where segment = 'near'",
        )
      ).map(({ id, at }) => [id, Number(at)]),
    );
  const before = await entered();
  await writer('segment_members').where({ segment: 'near', customer_id: people.dag }).delete();
  await writer('segment_members').insert({
    segment: 'near',
    customer_id: people.eun,
    version: 1,
    reason: 'by nobody',
    entered_at: 1,
  });
  shop.clock.advance(60_000);
  expect((await shop.segments.rebuild('near')).buildJob).not.toBeNull();
  await shop.settle();
  expect(await whoIn(shop, people, 'near')).toBe('ada dag zoë');
  const after = await entered();
  expect([after.get(people.ada), after.get(people.zoë)]).toEqual([before.get(people.ada), before.get(people.zoë)]);
  expect(after.get(people.dag)).toBe(before.get(people.dag)! + 60_000);
  expect(await failure(shop.segments.rebuild('staff'))).toBe('SEGMENT_NOT_DYNAMIC');
  expect(await failure(shop.segments.rebuild('none'))).toBe('RULE_NOT_FOUND');
});

eachDatabase('what an activation would change is also said of conditions that only run as a scan', async (on) => {
  await using shop = await openShop(on, testClock(start));
  const people = await openPeople(shop);
  await shop.segment('some', from('CN', 'NO'));
  await shop.settle();
  const conditions = { all: [{ fact: 'tags', operator: 'someFact:in', value: ['vip', 'press'] }] };
  await shop.segments.change('some', { conditions }, system);
  expect(await weigh(shop, people, 'some')).toEqual([2, 2, 2, 'ada', 'dag']);
  await shop.segments.activate('some', undefined, system);
  await shop.settle();
  expect(await whoIn(shop, people, 'some')).toBe('ada chi');
  expect(await weigh(shop, people, 'some')).toEqual([2, 2, 2, '', '']);
  for (const id of [people.ada, people.chi]) await shop.core.customers.changeTags(id, { remove: ['vip'] }, system);
  expect(await weigh(shop, people, 'some')).toEqual([2, 0, 0, '', '']);
});

eachDatabase('a list takes whom it is given, once; who reads it follows in the same write', async (on) => {
  await using shop = await openShop(on, testClock(start));
  const people = await openPeople(shop);
  const { ada, bruno, chi, dag, eun } = people;
  const { lists, segments } = shop;
  const who = async () => [await whoIn(shop, people, 'crew'), await whoIn(shop, people, 'rest')];
  expect(await segments.create({ key: 'crew', name: 'Crew', type: 'static' }, system)).toMatchObject({
    status: 'active',
    conditions: null,
  });
  await shop.segment('rest', {
    all: [from('GB', 'CN', 'KR'), { fact: 'segment.crew', operator: 'equal', value: false }],
  });
  await shop.settle();
  expect(await who()).toEqual(['', 'ada chi eun zoë']);

  expect(await lists.change('crew', { add: [ada, bruno, ada] }, system)).toEqual({ added: 2, removed: 0 });
  expect(await who()).toEqual(['ada bruno', 'chi eun zoë']);
  // Who is both added and taken off is off.
  expect(await lists.change('crew', { add: [chi, ada], remove: [ada, dag] }, system)).toEqual({ added: 1, removed: 1 });
  expect(await who()).toEqual(['bruno chi', 'ada eun zoë']);
  // One unknown person among many: nobody is added.
  expect(await failure(lists.change('crew', { add: [eun, bruno, '無名'] }, system))).toBe('CUSTOMER_NOT_FOUND /add/2');
  await shop.core.customers.erase(dag, system);
  expect(await failure(lists.change('crew', { add: [dag] }, system))).toBe('CUSTOMER_NOT_FOUND /add/0');
  expect(await who()).toEqual(['bruno chi', 'ada eun zoë']);
  expect(await failure(lists.change('rest', { add: [eun] }, system))).toBe('SEGMENT_IS_RULE');

  expect(await failure(segments.archive('crew', system))).toBe('RULE_IN_USE');
  await segments.archive('crew', system, { cascade: true });
  await shop.settle();
  expect((await segments.get('rest')).status).toBe('paused');
  expect(await who()).toEqual(['', 'ada eun zoë']);
  expect(await failure(lists.change('crew', { add: [eun] }, system))).toBe('RULE_ARCHIVED');
});

eachDatabase('a snapshot keeps the members of its moment, whatever becomes of its source', async (on) => {
  await using shop = await openShop(on, testClock(start));
  const people = await openPeople(shop);
  const { segments, lists } = shop;
  await shop.segment('vips', tagged('vip'));
  await shop.settle();
  const frozen = await lists.snapshot('vips', { key: 'vips-march', name: 'VIPs, March' }, system);
  expect(frozen).toMatchObject({ type: 'snapshot', source: 'vips', status: 'active', members: 2, conditions: null });
  await shop.core.customers.changeTags(people.eun, { add: ['vip'] }, system);
  await shop.core.customers.changeTags(people.ada, { remove: ['vip'] }, system);
  const who = async () => [await whoIn(shop, people, 'vips'), await whoIn(shop, people, 'vips-march')];
  expect(await who()).toEqual(['chi eun', 'ada chi']);

  // Nobody is put into the past, or taken out of it.
  expect(await failure(lists.change('vips-march', { add: [people.eun] }, system))).toBe('SEGMENT_IS_RULE');
  expect(await failure(lists.change('vips-march', { remove: [people.ada] }, system))).toBe('SEGMENT_IS_RULE');
  expect(await failure(segments.rebuild('vips-march'))).toBe('SEGMENT_NOT_DYNAMIC');
  expect(await failure(weigh(shop, people, 'vips-march'))).toBe('SEGMENT_NOT_DYNAMIC');
  expect(await failure(segments.change('vips-march', { conditions: from('GB') }, system))).toMatch(/ \/conditions$/);
  expect(await failure(lists.snapshot('vips', { key: 'vips-march', name: 'Again' }, system))).toBe('RULE_EXISTS /key');
  expect(await failure(lists.snapshot('none', { key: 'of-none', name: 'Of none' }, system))).toBe('RULE_NOT_FOUND');

  // A paused segment can be frozen too; what reads a snapshot reads the moment.
  await segments.pause('vips', system);
  await lists.snapshot('vips', { key: 'vips-april', name: 'VIPs, April' }, system);
  await shop.segment('lost', {
    all: [
      { fact: 'segment.vips-march', operator: 'equal', value: true },
      { fact: 'segment.vips-april', operator: 'equal', value: false },
    ],
  });
  await shop.settle();
  expect(await whoIn(shop, people, 'lost')).toBe('ada');

  await segments.archive('vips', system, { cascade: true });
  await shop.settle();
  expect(await who()).toEqual(['', 'ada chi']);
  expect(await whoIn(shop, people, 'vips-april')).toBe('chi eun');
});
