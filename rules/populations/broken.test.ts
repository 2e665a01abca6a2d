import { expect } from 'vitest';
import { system } from '../../core/index.ts';
import { eachDatabase } from '../../tests/support/databases.ts';
import { testClock } from '../../tests/support/platform.ts';
import { openShop } from '../../tests/support/populations.ts';

eachDatabase('a rule whose fact is gone is marked, told and on record, and built again when it is back', async (on) => {
  await using shop = await openShop(on, testClock());
  const { attributes } = shop.core;
  await attributes.create({ key: 'plan', title: 'Plan', type: 'text' }, system);
  const ada = await shop.customer({ attributes: { plan: 'gold' } });
  await shop.segment('gold', { all: [{ fact: 'attribute.plan', operator: 'equal', value: 'gold' }] });
  await shop.segment('here', { all: [{ fact: 'customer.country', operator: 'equal', value: 'GB' }] });
  await shop.settle();
  expect(await shop.populations.broken.check()).toBe(0);
  expect((await shop.segments.get('gold')).broken).toBeNull();

  // As a version before the dependents were asked let it happen.
  await shop.ask("update attribute_definitions set archived_at = 1 where key = 'plan' returning key");
  expect(await shop.populations.broken.check()).toBe(1);
  expect(await shop.populations.broken.check()).toBe(1);
  expect(await shop.segments.get('gold')).toMatchObject({
    status: 'active',
    broken: expect.stringContaining('attribute.plan'),
  });
  expect((await shop.segments.get('here')).broken).toBeNull();
  const told = () => shop.heard.filter(({ topic }) => topic === 'rule.broken').map(({ payload }) => payload);
  await expect.poll(told).toMatchObject([{ kind: 'segment', key: 'gold', name: 'gold', version: 1 }]);
  const actions = async () =>
    (await shop.ask<{ action: string }>("select action from audit where action like 'segment.%' order by seq")).map(
      ({ action }) => action,
    );
  expect((await actions()).filter((action) => action === 'segment.broken')).toHaveLength(1);

  // The attribute comes back, and what was written meanwhile is caught up with.
  await shop.ask('update customers set a_plan = null where id = ? returning id', ada);
  await attributes.change('plan', { archived: false }, system);
  await expect.poll(async () => (await shop.segments.get('gold')).broken).toBeNull();
  await shop.settle();
  expect(await shop.members('gold')).toEqual([]);
  expect(await actions()).toContain('segment.repaired');
});
