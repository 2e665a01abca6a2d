// The rule language over HTTP: vocabulary, validation, trying a rule; and that bad input is a problem, never a failure.
import { expect } from 'vitest';
import { testApp } from '../support/app.ts';
import { eachDatabase } from '../support/databases.ts';
import { untrueNode } from '../support/differential.ts';

const rule = { all: [{ fact: 'orders', params: { within: 'P90D' }, operator: 'greaterThanInclusive', value: 3 }] };

eachDatabase('the vocabulary has the core facts, and an attribute as soon as it is made', async (on) => {
  await using app = await testApp(on);
  const owner = app.as('owner');
  const first = await owner.get('/rules/vocabulary');
  expect(first.status).toBe(200);
  const ids = first.body.facts.map(({ id }: { id: string }) => id);
  expect(ids).toEqual(
    expect.arrayContaining([
      'customer.city',
      'customer.age',
      'tags',
      'consent',
      'member.level',
      'orders',
      'events',
      'cart.subtotal',
      'event.type',
    ]),
  );
  await owner.post('/attributes', { key: 'shoe_size', title: 'Shoe size', titleZh: '鞋码', type: 'integer' });
  const { facts } = (await owner.get('/rules/vocabulary')).body;
  expect(facts.find(({ id }: { id: string }) => id === 'attribute.shoe_size')).toMatchObject({
    type: 'integer',
    title: { en: 'Shoe size', zh: '鞋码' },
    comparable: true,
  });
});

eachDatabase('a rule is validated with defaults, dependencies and how it runs, or with every problem', async (on) => {
  await using app = await testApp(on);
  const reader = app.as(['rules:read']);
  expect((await reader.post('/rules/validate', { conditions: rule })).body).toMatchObject({
    valid: true,
    dependencies: ['orders'],
    runs: 'sql',
    conditions: { all: [{ params: { within: 'P90D', measure: 'count' } }] },
  });
  const bad = { any: [{ fact: 'customer.nope', operator: 'equal', value: 1 }, { all: [] }] };
  expect((await reader.post('/rules/validate', { conditions: bad })).body).toMatchObject({
    valid: false,
    problems: [
      { code: 'FACT_UNKNOWN', pointer: '/any/0/fact' },
      { code: 'EVERYONE_UNCONFIRMED', pointer: '/any/1/all' },
    ],
  });
  for (const conditions of [
    null,
    5,
    'x',
    [],
    {},
    { all: 'x' },
    { all: [null] },
    { fact: {} },
    { not: [] },
    { fact: 'orders', params: [], operator: 'equal', value: 1 },
  ]) {
    const reply = await reader.post('/rules/validate', { conditions });
    expect([reply.status, reply.body.valid], JSON.stringify(conditions)).toEqual([200, false]);
  }
});

eachDatabase('a rule is tried on given facts; conditions that are refused are a problem with a pointer', async (on) => {
  await using app = await testApp(on, { clock: '2025-06-15T00:00:00Z' });
  const marketer = app.as('marketer');
  const orders = ['2025-06-01', '2025-05-01', '2025-01-01'].map((orderedAt) => ({ orderedAt, total: 1000 }));
  const reply = await marketer.post('/rules/test', {
    conditions: rule,
    tests: [{ facts: { orders }, expected: false, note: 'one is too old' }],
  });
  expect(reply.status).toBe(200);
  expect(reply.body).toMatchObject({
    passed: true,
    results: [{ passed: true, result: false, note: 'one is too old' }],
  });
  expect(reply.body.results[0].explanation.conditions.all[0]).toMatchObject({
    actual: 2,
    near: { en: 'short by 1', zh: '还差 1' },
  });
  const refused = await marketer.post('/rules/test', { conditions: { any: [] }, tests: [] });
  expect(refused).toMatchObject({ status: 422, body: { code: 'ANY_EMPTY', pointer: '/conditions/any' } });
  expect((await app.as('anonymous').get('/rules/vocabulary')).status).toBe(401);
  expect((await app.as(['customers:read']).get('/rules/vocabulary')).status).toBe(403);
});

eachDatabase("an explanation's root is the rule's result, whatever its form", async (on) => {
  await using app = await testApp(on);
  const owner = app.as('owner');
  const holds = { fact: 'customer.city', operator: 'equal', value: 'Rome' };
  const fails = { fact: 'customer.city', operator: 'equal', value: 'Oslo' };
  const forms: [object, boolean][] = [
    [{ all: [holds] }, true],
    [{ any: [fails, holds] }, true],
    [{ not: fails }, true],
    [holds, true],
    [{ all: [{ any: [{ not: { all: [fails] } }] }] }, true],
    [{ all: [holds, fails] }, false],
    [{ not: { any: [holds] } }, false],
    [fails, false],
  ];
  for (const [conditions, expected] of forms) {
    const tests = [{ facts: { 'customer.city': 'Rome' }, expected }];
    const { passed, results } = (await owner.post('/rules/test', { conditions, tests })).body;
    const { result, conditions: root } = results[0].explanation;
    expect([passed, result, root.result], JSON.stringify(conditions)).toEqual([true, expected, expected]);
    expect(untrueNode(root)).toBeUndefined();
  }
  for (const [context, fact, value] of [
    ['cart', 'cart.subtotal', 5],
    ['event', 'event.type', 'viewed'],
  ]) {
    const conditions = { all: [{ fact, operator: 'equal', value }] };
    const tests = [{ facts: { [fact as string]: value }, expected: true }];
    const { results } = (await owner.post('/rules/test', { conditions, tests, context })).body;
    expect(results[0].explanation.conditions.result, String(context)).toBe(true);
  }
});

eachDatabase('of a customer that is gone the explanation says so, and its root is false', async (on) => {
  await using app = await testApp(on);
  const owner = app.as('owner');
  const conditions = { all: [{ fact: 'tags', operator: 'doesNotContain', value: 'vip' }] };
  await owner.post('/segments', { key: 'all', name: 'All', conditions });
  const [ada, bob] = [await owner.post('/customers', {}), await owner.post('/customers', {})].map(
    ({ body }) => body.id,
  );
  await owner.post(`/customers/${ada}/merge`, { into: bob });
  const { body } = await owner.get(`/segments/all/explain?customer=${ada}`);
  expect(body).toMatchObject({
    matches: false,
    explanation: {
      result: false,
      conditions: {
        operator: 'all',
        result: false,
        all: [{ fact: 'customer.living', result: false }, { result: true }],
      },
    },
  });
  expect(untrueNode(body.explanation.conditions)).toBeUndefined();
});
