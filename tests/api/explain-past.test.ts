// Explained for a past time, a rule is judged by what was then; what is not kept is said to be unknown, never shown as of today.
import type { Condition } from '@rapport/sdk/schemas';
import { expect, test } from 'vitest';
import { explain, type Facts, noFacts, validateConditions } from '../../rules/language/index.ts';
import { type TestApp, testApp } from '../support/app.ts';
import { createChance } from '../support/chance.ts';
import { eachDatabase } from '../support/databases.ts';
import { untrueNode } from '../support/differential.ts';
import { worldVocabulary } from '../support/rule-pools.ts';

const day = 86_400_000;
const start = Date.parse('2025-06-01T12:00:00Z');
const at = (days: number): string => new Date(start + days * day).toISOString();

type Leaf = { fact: string; operator?: string; value: unknown; params?: object };
const leaf = ({ operator = 'equal', ...rest }: Leaf) => ({ operator, ...rest });

const explainAt = async (app: TestApp, customer: string, condition: object, when?: string) => {
  const owner = app.as('owner');
  const made = await owner.patch('/segments/asked', { conditions: condition });
  expect({ status: made.status, body: made.body }).toMatchObject({ status: 200 });
  const time = when === undefined ? '' : `&at=${when}`;
  const { status, body } = await owner.get(
    `/segments/asked/explain?customer=${customer}&version=${made.body.version}${time}`,
  );
  expect(status).toBe(200);
  const { result, conditions } = body.explanation;
  expect(untrueNode(conditions)).toBeUndefined();
  expect([conditions.result, body.matches]).toEqual([result, result]);
  return conditions;
};

const begin = async (on: Parameters<typeof testApp>[0]) => {
  const app = await testApp(on, { clock: start });
  const owner = app.as('owner');
  await owner.post('/segments', {
    key: 'asked',
    name: 'Asked',
    conditions: { not: { fact: 'customer.name', operator: 'equal', value: 'x' } },
  });
  return { app, owner };
};

eachDatabase('facts with a history are as of then', async (on) => {
  const { app: started, owner } = await begin(on);
  await using app = started;
  await owner.put('/levels/silver', { title: 'Silver', rank: 1 });
  await owner.put('/levels/gold', { title: 'Gold', rank: 2 });
  const id = (await owner.post('/customers', { name: 'Ada', city: 'Rome' })).body.id;
  await owner.post('/segments', { key: 'romans', name: 'Romans', type: 'static' });

  const consent = (status: string) =>
    owner.put(`/customers/${id}/consents`, { consents: [{ channel: 'email', purpose: 'marketing', status }] });
  app.clock.advance(10 * day);
  expect((await consent('granted')).status).toBeLessThan(300);
  expect((await owner.put(`/customers/${id}/level`, { level: 'silver', reason: 'joined' })).status).toBe(200);
  expect(
    (await owner.post(`/customers/${id}/points`, { kind: 'earn', points: 100, reason: 'gift' })).status,
  ).toBeLessThan(300);
  await owner.post('/segments/romans/members', { add: [id] });
  await owner.post('/events', { customer: { id }, type: 'viewed' });
  const order = { customer: { id }, currency: 'EUR', lines: [{ sku: 'a', quantity: 1, unitPrice: 1000 }] };
  const orderId = (await owner.post('/orders', order)).body.id;
  app.clock.advance(10 * day);
  await consent('denied');
  await owner.put(`/customers/${id}/level`, { level: 'gold', reason: 'spent' });
  await owner.post(`/customers/${id}/points`, { kind: 'spend', points: 60, reason: 'voucher' });
  await owner.post('/segments/romans/members', { remove: [id] });
  expect((await owner.post(`/orders/${orderId}/refund`, { amount: 400 })).status).toBeLessThan(300);
  app.clock.advance(10 * day);

  const net = { measure: 'sum', of: 'net' };
  const facts: [Leaf, unknown, unknown, unknown][] = [
    [
      { fact: 'consent', params: { channel: 'email', purpose: 'marketing' }, value: 'granted' },
      null,
      'granted',
      'denied',
    ],
    [{ fact: 'member.level', value: 'silver' }, null, 'silver', 'gold'],
    [{ fact: 'member.points', value: 100 }, null, 100, 40],
    [{ fact: 'segment.romans', value: true }, false, true, false],
    [{ fact: 'events', params: { type: 'viewed' }, value: 1 }, 0, 1, 1],
    [{ fact: 'orders', value: 1 }, 0, 1, 1],
    [{ fact: 'orders', params: net, value: 1000 }, 0, 1000, 600],
  ];
  for (const [given, ...values] of facts) {
    for (const [i, when] of [at(5), at(15), at(25)].entries()) {
      const found = await explainAt(app, id, leaf(given), when);
      expect([given.fact, found.actual, found.known], `${given.fact} on day ${5 + i * 10}`).toEqual([
        given.fact,
        values[i],
        undefined,
      ]);
      expect(found.result).toBe(values[i] === given.value);
    }
    expect((await explainAt(app, id, leaf(given))).actual).toBe(values[2]);
  }
  const then = await owner.get(`/segments/romans/explain?customer=${id}&at=${at(15)}`);
  expect(then.body.code).toBe('SEGMENT_NOT_DYNAMIC');
});

eachDatabase('facts without a history are not known for that day, and the result follows Kleene', async (on) => {
  const { app: started, owner } = await begin(on);
  await using app = started;
  await owner.post('/attributes', { key: 'size', title: 'Size', type: 'integer' });
  const id = (
    await owner.post('/customers', { city: 'Rome', birthday: '1990-01-01', attributes: { size: 5 }, tags: ['early'] })
  ).body.id;
  app.clock.advance(10 * day);
  await owner.patch(`/customers/${id}`, { city: 'Oslo' });
  await owner.post(`/customers/${id}/tags`, { add: ['late'] });
  const order = { customer: { id }, currency: 'EUR', lines: [{ sku: 'a', quantity: 1, unitPrice: 1000 }] };
  const orderId = (await owner.post('/orders', { ...order, orderedAt: at(2) })).body.id;
  app.clock.advance(10 * day);
  expect((await owner.post(`/orders/${orderId}/status`, { status: 'cancelled' })).status).toBe(200);
  app.clock.advance(10 * day);

  const unknown: Leaf[] = [
    { fact: 'customer.city', value: 'Oslo' },
    { fact: 'customer.city', value: { fact: 'customer.name' } },
    { fact: 'customer.age', operator: 'greaterThan', value: 18 },
    { fact: 'attribute.size', value: 5 },
    { fact: 'tags', operator: 'contains', value: 'late' },
    { fact: 'tags', operator: 'doesNotContain', value: 'never' },
    { fact: 'orders', value: 1 },
    { fact: 'orders', params: { status: 'placed' }, value: 1 },
  ];
  for (const each of unknown) {
    const found = await explainAt(app, id, leaf(each), at(5));
    expect({ fact: each.fact, ...found }).toMatchObject({ fact: each.fact, result: null, known: false, actual: null });
    expect(found.factResult).toBeUndefined();
    expect(found.evidence).toBeUndefined();
  }
  // Since the last write they are as they are; what was there since was there; before there was a customer nothing was.
  const known: [Leaf, string, unknown][] = [
    [{ fact: 'customer.city', value: 'Oslo' }, at(15), 'Oslo'],
    [{ fact: 'attribute.size', value: 5 }, at(15), 5],
    [{ fact: 'customer.createdAt', operator: 'lessThan', value: at(1) }, at(5), at(0)],
    [{ fact: 'tags', operator: 'contains', value: 'early' }, at(5), ['early']],
    [{ fact: 'customer.city', value: null }, at(-5), null],
    [{ fact: 'tags', operator: 'doesNotContain', value: 'late' }, at(-5), []],
    [{ fact: 'orders', value: 0 }, at(1), 0],
    [{ fact: 'orders', value: 0 }, at(25), 0],
  ];
  for (const [given, when, actual] of known) {
    const found = await explainAt(app, id, leaf(given), when);
    expect([given.fact, found.known, found.result, found.actual], `${given.fact} at ${when}`).toEqual([
      given.fact,
      undefined,
      true,
      actual,
    ]);
  }
  const open = leaf({ fact: 'customer.city', value: 'Rome' });
  const holds = leaf({ fact: 'events', params: { type: 'viewed' }, value: 0 });
  const fails = leaf({ fact: 'events', params: { type: 'viewed' }, value: 1 });
  const trees: [object, boolean | null][] = [
    [{ all: [open, holds] }, null],
    [{ all: [open, fails] }, false],
    [{ any: [open, holds] }, true],
    [{ any: [open, fails] }, null],
    [{ not: open }, null],
    [{ not: { all: [open, fails] } }, true],
    [{ any: [{ not: { any: [open, holds] } }, { all: [holds, { not: fails }] }] }, true],
    [{ all: [{ not: { not: open } }, holds] }, null],
  ];
  for (const [conditions, result] of trees)
    expect((await explainAt(app, id, conditions, at(5))).result, JSON.stringify(conditions)).toBe(result);
  expect((await owner.get(`/segments/asked/explain?customer=${id}&at=${at(99)}`)).body).toMatchObject({
    pointer: '/query/at',
  });
});

eachDatabase('of somebody merged away since, nothing is known of the time before; later they are gone', async (on) => {
  const { app: started, owner } = await begin(on);
  await using app = started;
  const [ada, bob] = [await owner.post('/customers', {}), await owner.post('/customers', {})].map(
    ({ body }) => body.id,
  );
  app.clock.advance(10 * day);
  await owner.post(`/customers/${ada}/merge`, { into: bob });
  app.clock.advance(10 * day);
  const rule = leaf({ fact: 'events', params: { type: 'viewed' }, value: 0 });
  expect(await explainAt(app, ada, rule, at(5))).toMatchObject({ result: null, known: false });
  expect(await explainAt(app, ada, rule, at(15))).toMatchObject({
    result: false,
    all: [{ fact: 'customer.living' }, {}],
  });
});

test('random trees with unknown leaves have Kleene’s result in every node', async () => {
  const vocabulary = worldVocabulary('UTC');
  const chance = createChance(7);
  const past = {
    at: 0,
    changedAt: 1,
    isBefore: false,
    isLost: false,
    known: new Set(['member.points', 'member.level']),
    orders: new Map(),
  };
  const facts: Facts = { ...noFacts, customerId: 'a', customer: { city: 'Rome' }, past };
  const leaves: [Condition, boolean | null][] = [
    [{ fact: 'customer.city', operator: 'equal', value: 'Rome' }, null],
    [{ fact: 'member.points', operator: 'equal', value: null }, true],
    [{ fact: 'member.level', operator: 'equal', value: 'gold' }, false],
  ];
  type Tree = { conditions: Condition; result: boolean | null };
  const tree = (depth: number): Tree => {
    const roll = depth === 0 ? 9 : chance.below(8);
    if (roll > 6) {
      const [conditions, result] = chance.pick(leaves);
      return { conditions, result };
    }
    if (roll === 6) {
      const inner = tree(depth - 1);
      return { conditions: { not: inner.conditions }, result: inner.result === null ? null : !inner.result };
    }
    const inner = Array.from({ length: 1 + chance.below(3) }, () => tree(depth - 1));
    const results = inner.map(({ result }) => result);
    const conditions = inner.map((each) => each.conditions);
    const decisive = roll >= 3;
    const result = results.includes(decisive) ? decisive : results.includes(null) ? null : !decisive;
    return { conditions: roll < 3 ? { all: conditions } : { any: conditions }, result };
  };
  const seen = new Map<unknown, number>();
  for (let i = 0; i < 400; i++) {
    const { conditions, result } = tree(4);
    const checked = validateConditions(conditions, vocabulary);
    if (!checked.ok) throw new Error(JSON.stringify(checked.problems[0]));
    const explained = await explain(checked.conditions, vocabulary, facts, 0);
    expect([explained.result, explained.conditions.result]).toEqual([result, result]);
    expect(untrueNode(explained.conditions)).toBeUndefined();
    seen.set(result, (seen.get(result) ?? 0) + 1);
  }
  for (const result of [true, false, null]) expect(seen.get(result)).toBeGreaterThan(20);
});
