import type { Condition } from '@rapport/sdk/schemas';
import { expect } from 'vitest';
import { system } from '../../core/index.ts';
import { eachDatabase } from '../../tests/support/databases.ts';
import { testClock } from '../../tests/support/platform.ts';
import { openShop } from '../../tests/support/populations.ts';

const british = { all: [{ fact: 'customer.country', operator: 'equal', value: 'GB' }] } satisfies Condition;
const nowhere = { all: [{ fact: 'customer.country', operator: 'equal', value: 'FR' }] } satisfies Condition;
const inHere = { all: [{ fact: 'segment.here', operator: 'equal', value: true }] } satisfies Condition;

eachDatabase(
  'count and sample, and what an activation would change, are one run of the conditions each',
  async (on) => {
    await using shop = await openShop(on, testClock());
    const [ada, bob] = [await shop.customer({ country: 'GB' }), await shop.customer({ country: 'DE' })];
    const eve = await shop.customer({ country: 'GB' });
    await shop.segment('here', british);
    await shop.settle();
    const ran: string[] = [];
    shop.platform.database.reader.on('query', ({ sql }: { sql: string }) => {
      if (/from customers c\b/i.test(sql)) ran.push(sql);
    });
    const preview = (conditions: Condition, sample?: number) =>
      shop.segments.preview({ conditions: conditions as never, sample }, system, new AbortController().signal);

    const found = await preview(british);
    expect(found.count).toBe(2);
    expect(found.sample.map(({ id }) => id).toSorted()).toEqual([ada, eve].toSorted());
    expect(ran).toHaveLength(1);
    expect(await preview(british, 1)).toMatchObject({ count: 2, sample: [{ country: 'GB' }] });
    expect(await preview(british, 0)).toMatchObject({ count: 2, sample: [] });
    expect(await preview(nowhere)).toMatchObject({ count: 0, sample: [] });
    expect((await preview(inHere)).sample.map(({ id }) => id).toSorted()).toEqual([ada, eve].toSorted());
    expect((await preview({ not: inHere })).sample.map(({ id }) => id)).toEqual([bob]);

    ran.length = 0;
    const german = { all: [{ fact: 'customer.country', operator: 'equal', value: 'DE' }] };
    await shop.segments.change('here', { conditions: german }, system);
    const impact = await shop.segments.impact('here', undefined, system, new AbortController().signal);
    expect(impact).toMatchObject({ before: 2, after: 1, entering: { count: 1, sample: [{ id: bob }] } });
    expect(impact.leaving.sample.map(({ id }) => id).toSorted()).toEqual([ada, eve].toSorted());
    expect(ran).toHaveLength(1);
  },
);
