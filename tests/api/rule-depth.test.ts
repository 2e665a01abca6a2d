// Twenty levels of groups go through the whole of the product; the twenty-first is refused where it begins.
import type { Condition } from '@rapport/sdk/schemas';
import { expect, vi } from 'vitest';
import { testApp } from '../support/app.ts';
import { eachDatabase } from '../support/databases.ts';

// The deepest comparison there is: a list inside a filter on the events of a fact.
const leaf: Condition = {
  fact: 'events',
  params: { type: ['viewed'], where: [{ property: 'plan', operator: 'in', value: ['pro'] }] },
  operator: 'greaterThanInclusive',
  value: 0,
};

const nested = (levels: number): Condition => {
  let conditions: Condition = leaf;
  for (let level = levels; level > 0; level--)
    conditions = level % 3 === 0 ? { any: [conditions] } : { all: [conditions] };
  return conditions;
};

const pointerTo = (level: number): string => {
  let pointer = '';
  for (let i = 1; i < level; i++) pointer += `/${i % 3 === 0 ? 'any' : 'all'}/0`;
  return pointer;
};

eachDatabase('a rule of twenty levels is made, previewed, activated and explained', async (on) => {
  await using app = await testApp(on);
  const owner = app.as('owner');
  const ada = (await owner.post('/customers', { name: 'Ada' })).body.id;
  const conditions = nested(20);
  expect((await owner.post('/rules/validate', { conditions })).body).toMatchObject({ valid: true, problems: [] });
  expect((await owner.post('/segments/preview', { conditions })).body).toMatchObject({ count: 1 });
  expect((await owner.post('/segments', { key: 'deep', name: 'Deep', conditions })).status).toBe(201);
  expect((await owner.post('/segments/deep/activate', {})).status).toBe(200);
  await vi.waitFor(async () => expect((await owner.get('/segments/deep')).body).toMatchObject({ members: 1 }), 20_000);
  const explained = await owner.get(`/segments/deep/explain?customer=${ada}`);
  expect(explained.body).toMatchObject({ matches: true, explanation: { result: true, conditions: { result: true } } });
  const tested = await owner.post('/rules/test', { conditions, tests: [{ facts: {}, expected: true }] });
  expect(tested.body).toMatchObject({ passed: true, results: [{ explanation: { conditions: { result: true } } }] });
});

eachDatabase('the twenty-first level is refused with a pointer to the group that is too deep', async (on) => {
  await using app = await testApp(on);
  const owner = app.as('owner');
  const conditions = nested(21);
  expect((await owner.post('/rules/validate', { conditions })).body).toMatchObject({
    valid: false,
    problems: [{ code: 'RULE_TOO_DEEP', pointer: pointerTo(21) }],
  });
  const refused = { status: 422, body: { code: 'RULE_TOO_DEEP', pointer: `/conditions${pointerTo(21)}` } };
  expect(await owner.post('/segments/preview', { conditions })).toMatchObject(refused);
  expect(await owner.post('/segments', { key: 'deep', name: 'Deep', conditions })).toMatchObject(refused);
  expect(await owner.post('/rules/test', { conditions, tests: [] })).toMatchObject(refused);
  expect((await owner.get('/segments/deep')).status).toBe(404);
});
