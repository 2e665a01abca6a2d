// Traps of json-rules-engine and of SQL that the language must not inherit. Where the engine's own behaviour is the trap, it is
// shown first, so that a new version which behaves otherwise is noticed.
import type { Condition, FactCondition } from '@rapport/sdk/schemas';
import { Engine, type RuleProperties } from 'json-rules-engine';
import { expect, test } from 'vitest';
import { query } from '../../core/index.ts';
import { eachDatabase } from '../../tests/support/databases.ts';
import { testPlatform } from '../../tests/support/platform.ts';
import { worldVocabulary } from '../../tests/support/rule-pools.ts';
import { compilePredicate, compileSql, explain, type Facts, noFacts, runTests, validateConditions } from './index.ts';

const vocabulary = worldVocabulary('UTC');
const now = Date.parse('2025-06-15T10:30:00Z');
const nobody: Facts = { ...noFacts, customerId: 'a', customer: {} };
const both = async (conditions: Condition, facts: Facts = nobody): Promise<boolean> => {
  const closure = compilePredicate(conditions, vocabulary)(facts, now);
  expect((await explain(conditions, vocabulary, facts, now)).result).toBe(closure);
  return closure;
};
const plain = async (conditions: object, facts: Record<string, unknown>): Promise<boolean> => {
  const engine = new Engine();
  engine.addRule({ conditions: conditions as RuleProperties['conditions'], event: { type: 'x' } });
  return (await engine.run(facts)).events.length > 0;
};

test('an Engine is not shared: fifty explanations at once are all right', async () => {
  const rule: Condition = {
    any: [
      { fact: 'customer.city', operator: 'equal', value: 'Rome', priority: 5 },
      { fact: 'tags', operator: 'contains', value: 'vip', priority: 1 },
    ],
  };
  const results = await Promise.all(
    Array.from({ length: 50 }, (_, i) =>
      explain(rule, vocabulary, { ...nobody, customer: { city: i % 2 ? 'Rome' : 'Oslo' } }, now),
    ),
  );
  expect(results.map(({ result }) => result)).toEqual(Array.from({ length: 50 }, (_, i) => i % 2 === 1));
});

test('a priority does not leave conditions unexplained', async () => {
  const { conditions } = await explain(
    {
      all: [
        { fact: 'customer.city', operator: 'equal', value: 'Rome', priority: 9 },
        { fact: 'tags', operator: 'contains', value: 'vip' },
      ],
    },
    vocabulary,
    nobody,
    now,
  );
  expect(conditions.all!.map(({ result }) => result)).toEqual([false, false]);
});

test('a fact that nobody gave is null, not the end of the run', async () => {
  await expect(
    plain(
      {
        any: [
          { fact: 'gone', operator: 'equal', value: 1 },
          { fact: 'here', operator: 'equal', value: 1 },
        ],
      },
      { here: 1 },
    ),
  ).rejects.toThrow('Undefined fact');
  expect(
    await both({
      any: [
        { fact: 'customer.city', operator: 'equal', value: 'Rome' },
        { fact: 'customer.name', operator: 'equal', value: null },
      ],
    }),
  ).toBe(true);
});

test('an empty any is refused, not true', async () => {
  expect(await plain({ any: [] }, {})).toBe(true);
  expect(validateConditions({ any: [] }, vocabulary).ok).toBe(false);
});

test('an absent list does not contain', async () => {
  expect(await plain({ all: [{ fact: 'list', operator: 'doesNotContain', value: 'a' }] }, { list: null })).toBe(false);
  expect(await both({ fact: 'attribute.list', operator: 'doesNotContain', value: 'red' })).toBe(true);
  expect(await both({ fact: 'attribute.list', operator: 'contains', value: 'red' })).toBe(false);
});

test('nothing is more or less than an absent value, on either side', async () => {
  expect(
    await plain({ all: [{ fact: 'five', operator: 'greaterThan', value: { fact: 'none' } }] }, { five: 5, none: null }),
  ).toBe(true);
  const between = (operator: string): FactCondition => ({
    fact: 'member.points',
    operator,
    value: { fact: 'member.pointsPending' },
  });
  const given = {
    ...nobody,
    given: new Map<string, unknown>([
      ['member.points', 5],
      ['member.pointsPending', null],
    ]),
  };
  for (const operator of ['greaterThan', 'greaterThanInclusive', 'lessThan', 'lessThanInclusive'])
    expect(await both(between(operator), given)).toBe(false);
  expect(await both({ not: between('lessThan') }, given)).toBe(true);
});

test('in with a text is refused, not a search in the text', async () => {
  expect(await plain({ all: [{ fact: 'city', operator: 'in', value: 'Rome, Oslo' }] }, { city: 'Rome' })).toBe(true);
  expect(validateConditions({ fact: 'customer.city', operator: 'in', value: 'Rome, Oslo' }, vocabulary).ok).toBe(false);
});

test('a text is not a number: "5" of an event is not less than 10', async () => {
  expect(await plain({ all: [{ fact: 'five', operator: 'lessThan', value: 10 }] }, { five: '5' })).toBe(true);
  const facts = { ...nobody, context: { 'event.properties': { amount: '5', flag: true } } };
  expect(await both({ fact: 'event.properties.amount', operator: 'lessThan', value: 10 }, facts)).toBe(false);
  expect(await both({ fact: 'event.properties.flag', operator: 'equal', value: 1 }, facts)).toBe(false);
  expect(
    await both({ fact: 'event.properties.constructor', operator: 'equal', value: null }, facts).catch(() => 'refused'),
  ).toBe('refused');
});

test('an average is not cut: 100 / 3 is more than 33.333333333', async () => {
  const orders = [0, 0, 100].map((total, i) => ({
    id: `o${i}`,
    at: now - 1 - i,
    status: 'paid',
    currency: 'EUR',
    total,
    refunded: 0,
    quantity: 1,
    lines: [],
  }));
  const average = (operator: string, value: number) =>
    both({ fact: 'orders', params: { measure: 'avg', of: 'total' }, operator, value }, { ...nobody, orders });
  expect(await average('greaterThan', 33.333333333)).toBe(true);
  expect(await average('lessThan', 33.333333334)).toBe(true);
  expect(await average('equal', 33.333333333)).toBe(false);
});

test('a stored test is run by the engine and explained', async () => {
  const rule: Condition = {
    all: [
      { fact: 'orders', params: { within: 'P30D' }, operator: 'greaterThanInclusive', value: 2 },
      { fact: 'customer.age', operator: 'lessThan', value: 30 },
    ],
  };
  const facts = {
    now: '2025-06-15',
    'customer.birthday': '2000-01-01',
    orders: [
      { orderedAt: '2025-06-01', total: 500 },
      { orderedAt: '2025-01-01', total: 500 },
    ],
  };
  const reply = await runTests(
    rule,
    [
      { facts, expected: false },
      { facts: { 'customer.shoe': 1 }, expected: true },
    ],
    vocabulary,
    now,
  );
  expect(reply.passed).toBe(false);
  expect(reply.results[0]).toMatchObject({
    passed: true,
    result: false,
    explanation: {
      conditions: {
        operator: 'all',
        all: [
          { actual: 1, near: { en: 'short by 1' }, evidence: [{ at: '2025-06-01T00:00:00.000Z' }] },
          { actual: 25, result: true },
        ],
      },
    },
  });
  expect(reply.results[1]).toMatchObject({
    passed: false,
    result: null,
    problem: { code: 'FACT_UNKNOWN', pointer: '/tests/1/facts/customer.shoe' },
  });
});

eachDatabase('SQL is as strict as JavaScript about types, letters and nulls', async (on) => {
  await using platform = await testPlatform(on);
  const { writer, reader } = platform.database;
  const times = { version: 1, type: 'person', created_at: 1, updated_at: 1 };
  await writer('customers').insert([
    { id: 'a', city: '5', ...times },
    { id: 'b', city: 'abc', ...times },
    { id: 'c', city: null, ...times },
  ]);
  await writer('events').insert([
    {
      id: 'e1',
      customer_id: 'a',
      type: 'x',
      occurred_at: 1,
      received_at: 1,
      source: 't',
      properties: '{"flag":true,"n":"7"}',
    },
    {
      id: 'e2',
      customer_id: 'b',
      type: 'x',
      occurred_at: 1,
      received_at: 1,
      source: 't',
      properties: '{"flag":1,"n":7}',
    },
  ]);
  const members = async (conditions: Condition): Promise<string> => {
    const { sql, bindings } = compileSql(conditions, vocabulary, on.dialect, now);
    return (await query<{ customer_id: string }>(reader, `${sql} ORDER BY 1`, bindings))
      .map((row) => row.customer_id)
      .join('');
  };
  const city = (operator: string, value: unknown): FactCondition => ({ fact: 'customer.city', operator, value });
  const events = (property: string, operator: string, value: unknown): FactCondition => ({
    fact: 'events',
    params: { type: 'x', where: [{ property, operator, value }] },
    operator: 'greaterThan',
    value: 0,
  });
  expect(await members(city('equal', 5))).toBe('');
  expect(await members({ not: city('equal', 5) })).toBe('abc');
  expect(await members(city('equal', 'ABC'))).toBe('');
  expect(await members(city('notEqual', 'abc'))).toBe('ac');
  expect(await members({ not: city('in', ['abc', null]) })).toBe('a');
  expect(await members(city('notIn', []))).toBe('abc');
  expect(await members(events('flag', 'equal', 1))).toBe('b');
  expect(await members(events('flag', 'equal', true))).toBe('a');
  expect(await members(events('n', 'greaterThan', 5))).toBe('b');
  expect(await members(city('equal', "x' OR '1'='1"))).toBe('');
});
