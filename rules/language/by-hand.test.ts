// Every operator on every type of fact, over a few people whose answer is worked out by hand: the three executions must say that,
// and the contrary of the contrary. Random rules are held against each other in differential.test.ts; here the meaning is stated.
import type { Condition } from '@rapport/sdk/schemas';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Db, openDatabase, query, toJson } from '../../core/index.ts';
import { createTestDatabase, type TestDatabase } from '../../tests/support/databases.ts';
import { attributeFixtures, worldFacts } from '../../tests/support/rule-pools.ts';
import { compileRule, compileSql, createFactReader, createVocabulary, explain, validateConditions } from './index.ts';

const now = Date.parse('2025-06-15T10:30:00Z');
const day = 86_400_000;
const vocabulary = createVocabulary({
  timeZone: 'Europe/Berlin',
  attributes: attributeFixtures.map(({ key, type }) => ({ key, type, title: key, titleZh: null, options: null })),
  declared: worldFacts.filter(({ id }) => id.startsWith('member.')),
  segments: [{ key: 'vip', name: 'VIP', conditions: null }],
});

type Person = Record<string, unknown> & { id: string };
const people: Person[] = [
  {
    id: 'ann',
    city: 'São Paulo',
    birthday: '2000-02-29',
    a_text: 'Rome',
    a_number: 0,
    a_integer: 0,
    a_boolean: false,
    a_day: '2024-02-29',
    a_instant: Date.parse('2025-03-30T01:00:00Z'),
    a_money: 0,
    a_list: [],
  },
  {
    id: 'bob',
    city: 'ISTANBUL',
    birthday: '1990-06-15',
    a_text: '',
    a_number: -1.5,
    a_integer: -3,
    a_boolean: true,
    a_day: '2025-06-15',
    a_instant: now,
    a_money: 500,
    a_list: ['red'],
  },
  { id: 'cyd' },
  {
    id: 'dee',
    city: 'İstanbul',
    birthday: '1990-06-16',
    a_text: 'rome',
    a_number: 0.1,
    a_integer: 9_007_199_254_740_991,
    a_boolean: null,
    a_day: '1999-12-31',
    a_instant: now + 1,
    a_money: 501,
    a_list: ['red', "o'neil", '%'],
  },
];

type Case = [fact: string | Condition, operator: string, value: unknown, who: string];
const cases: Case[] = [
  // Text: whole, in the case and the letters that are stored; empty is not absent.
  ['attribute.text', 'equal', 'Rome', 'ann'],
  ['attribute.text', 'notEqual', 'Rome', 'bob cyd dee'],
  ['attribute.text', 'equal', null, 'cyd'],
  ['attribute.text', 'notEqual', null, 'ann bob dee'],
  ['attribute.text', 'in', ['Rome', 'rome', 'ROME'], 'ann dee'],
  ['attribute.text', 'notIn', ['Rome', 'rome'], 'bob cyd'],
  ['attribute.text', 'in', ['Rome', null], 'ann cyd'],
  ['attribute.text', 'notIn', [null], 'ann bob dee'],
  // The value comes decomposed, the stored city does not; a dotted capital I is no I.
  ['customer.city', 'equal', 'São Paulo'.normalize('NFD'), 'ann'],
  ['customer.city', 'equal', 'ISTANBUL', 'bob'],
  ['customer.city', 'equal', 'İstanbul', 'dee'],
  ['customer.city', 'equal', 'I\u0307stanbul', 'dee'],
  // Numbers: nothing is less or more than absent, on either side of zero.
  ['attribute.number', 'equal', 0, 'ann'],
  ['attribute.number', 'equal', -0, 'ann'],
  ['attribute.number', 'lessThan', 0, 'bob'],
  ['attribute.number', 'lessThanInclusive', 0, 'ann bob'],
  ['attribute.number', 'greaterThan', 0, 'dee'],
  ['attribute.number', 'greaterThanInclusive', 0, 'ann dee'],
  ['attribute.number', 'equal', 0.1, 'dee'],
  ['attribute.number', 'notEqual', 0.1, 'ann bob cyd'],
  ['attribute.number', 'in', [-1.5, 0], 'ann bob'],
  ['attribute.number', 'lessThan', 1e308, 'ann bob dee'],
  ['attribute.integer', 'greaterThan', 9_007_199_254_740_990, 'dee'],
  ['attribute.integer', 'greaterThanInclusive', 9_007_199_254_740_991, 'dee'],
  ['attribute.integer', 'lessThan', -2.5, 'bob'],
  ['attribute.integer', 'lessThan', -3, ''],
  ['attribute.integer', 'equal', -3.5, ''],
  ['attribute.integer', 'notEqual', -3.5, 'ann bob cyd dee'],
  ['attribute.money', 'equal', 0, 'ann'],
  ['attribute.money', 'greaterThan', 500, 'dee'],
  ['attribute.money', 'greaterThanInclusive', 500.5, 'dee'],
  ['attribute.money', 'lessThanInclusive', 500.5, 'ann bob'],
  // Truth: false is not absent.
  ['attribute.boolean', 'equal', true, 'bob'],
  ['attribute.boolean', 'equal', false, 'ann'],
  ['attribute.boolean', 'notEqual', true, 'ann cyd dee'],
  ['attribute.boolean', 'equal', null, 'cyd dee'],
  ['attribute.boolean', 'in', [false, null], 'ann cyd dee'],
  // Days and instants. 02:00 to 03:00 on 30 March is skipped in Berlin: 02:00 reads as 03:00 there, 01:00 UTC.
  ['attribute.day', 'equal', '2024-02-29', 'ann'],
  ['attribute.day', 'lessThan', '2024-03-01', 'ann dee'],
  ['attribute.day', 'greaterThanInclusive', '2024-02-29', 'ann bob'],
  ['attribute.day', 'greaterThan', '2025-06-15', ''],
  ['attribute.instant', 'equal', '2025-03-30T03:00:00', 'ann'],
  ['attribute.instant', 'equal', '2025-03-30T02:00:00', 'ann'],
  ['attribute.instant', 'equal', '2025-03-30T02:30:00', ''],
  ['attribute.instant', 'lessThan', '2025-06-15T12:30:00', 'ann'],
  ['attribute.instant', 'lessThanInclusive', '2025-06-15T12:30:00+02:00', 'ann bob'],
  ['attribute.instant', 'greaterThan', '2025-06-15T10:30:00Z', 'dee'],
  ['attribute.instant.daysSince', 'equal', 0, 'bob'],
  ['attribute.instant.daysSince', 'equal', -1, 'dee'],
  ['attribute.day.daysSince', 'equal', 0, 'bob'],
  ['attribute.day.daysUntil', 'lessThan', 0, 'ann dee'],
  // Born on a leap day: 25 since 1 March 2025. Bob turned 35 today, Dee does tomorrow.
  ['customer.age', 'equal', 25, 'ann'],
  ['customer.age', 'equal', 35, 'bob'],
  ['customer.age', 'equal', 34, 'dee'],
  ['customer.age', 'lessThan', 35, 'ann dee'],
  ['customer.age', 'notEqual', 35, 'ann cyd dee'],
  ['customer.daysUntilBirthday', 'equal', 0, 'bob'],
  ['customer.daysUntilBirthday', 'lessThanInclusive', 1, 'bob dee'],
  // 1 March 2025 to 15 June: 30 + 30 + 31 + 15.
  ['customer.daysSinceBirthday', 'equal', 106, 'ann'],
  ['customer.daysSinceBirthday', 'equal', 364, 'dee'],
  // Lists: an absent one is empty.
  ['attribute.list', 'contains', 'red', 'bob dee'],
  ['attribute.list', 'doesNotContain', 'red', 'ann cyd'],
  ['attribute.list', 'contains', "o'neil", 'dee'],
  ['attribute.list', 'contains', '%', 'dee'],
  ['attribute.list', 'contains', 'r', ''],
  ['tags', 'contains', 'vip', 'bob'],
  ['tags', 'doesNotContain', 'vip', 'ann cyd dee'],
  ['segment.vip', 'equal', true, 'ann'],
  ['segment.vip', 'notEqual', true, 'bob cyd dee'],
  ['segment.vip', 'equal', null, ''],
  ['member.level', 'equal', 'gold', 'ann'],
  ['member.level', 'equal', null, 'bob cyd dee'],
  ['member.points', 'lessThan', 1, 'bob'],
  ['member.points', 'notEqual', 0, 'ann cyd dee'],
];

const consent = { fact: 'consent', params: { channel: 'email', purpose: 'marketing' } };
const orders = (params: Record<string, unknown>) => ({ fact: 'orders', params });
// Ann: 100 EUR at the start of the window of 90 days, 200 EUR one ms before it, 400 EUR now. Bob: 333 and 334 EUR a week ago, 50
// SEK. Dee: one to come.
const histories: [Record<string, unknown>, string, unknown, string][] = [
  [consent, 'equal', 'granted', 'ann'],
  [consent, 'equal', 'denied', 'bob'],
  [consent, 'equal', null, 'cyd dee'],
  [consent, 'notEqual', 'granted', 'bob cyd dee'],
  [orders({}), 'equal', 0, 'cyd dee'],
  [orders({}), 'equal', 2, 'ann'],
  [orders({}), 'greaterThanInclusive', 3, 'bob'],
  // The start is inside, what is before it and what is at now are outside.
  [orders({ within: 'P90D' }), 'equal', 1, 'ann'],
  [orders({ within: 'P90D', measure: 'sum', of: 'total', currency: 'EUR' }), 'equal', 100, 'ann'],
  [orders({ within: { from: '2025-06-15T10:30:00Z' } }), 'equal', 0, 'ann bob cyd dee'],
  [orders({ measure: 'sum', of: 'total', currency: 'EUR' }), 'equal', 300, 'ann'],
  [orders({ measure: 'sum', of: 'total', currency: 'EUR' }), 'equal', 0, 'cyd dee'],
  // 667 / 2 is 333.5, exactly; of nothing there is no average.
  [orders({ measure: 'avg', of: 'total', currency: 'EUR' }), 'equal', 333.5, 'bob'],
  [orders({ measure: 'avg', of: 'total', currency: 'EUR' }), 'equal', 333, ''],
  [orders({ measure: 'avg', of: 'total', currency: 'EUR' }), 'equal', null, 'cyd dee'],
  [orders({ measure: 'avg', of: 'total', currency: 'EUR' }), 'lessThan', 333.5, 'ann'],
  [orders({ measure: 'min', of: 'total', currency: 'EUR' }), 'equal', 333, 'bob'],
  [orders({ measure: 'max', of: 'total', currency: 'SEK' }), 'equal', 50, 'bob'],
  [orders({ measure: 'max', of: 'total', currency: 'SEK' }), 'notEqual', 50, 'ann cyd dee'],
  // Of two orders at one moment the one with the larger id is the last.
  [orders({ measure: 'last', of: 'total', currency: 'EUR' }), 'equal', 334, 'bob'],
  [orders({ measure: 'first', of: 'total', currency: 'EUR' }), 'equal', 333, 'bob'],
  [orders({ measure: 'last', of: 'daysSince' }), 'equal', 7, 'bob'],
  [orders({ measure: 'first', of: 'daysSince' }), 'equal', 90, 'ann'],
];

const furnish = async (db: Db, { dialect }: TestDatabase): Promise<void> => {
  for (const { key, sqlite, postgres } of attributeFixtures)
    await db.raw(`alter table customers add column a_${key} ${dialect === 'sqlite' ? sqlite : postgres}`);
  for (const { birthday = null, a_list, ...person } of people)
    await db('customers').insert({
      type: 'person',
      version: 1,
      created_at: 0,
      updated_at: 0,
      ...person,
      birthday,
      birthday_month_day:
        typeof birthday === 'string' ? Number(birthday.slice(5, 7)) * 100 + Number(birthday.slice(8)) : null,
      a_list: a_list === undefined ? null : toJson(a_list),
    });
  await db('customer_tags').insert({ customer_id: 'bob', tag: 'vip', created_at: 0 });
  await db('segment_members').insert({ segment: 'vip', customer_id: 'ann', version: 1, reason: '', entered_at: 0 });
  await db('levels').insert({ key: 'gold', title: 'Gold', rank: 1 });
  const member = { points_pending: 0, joined_at: 0 };
  await db('members').insert({ customer_id: 'ann', level: 'gold', points_available: 5, ...member });
  await db('members').insert({ customer_id: 'bob', level: null, points_available: 0, ...member });
  for (const [customer_id, status] of [
    ['ann', 'granted'],
    ['bob', 'denied'],
  ])
    await db('consents').insert({ customer_id, channel: 'email', purpose: 'marketing', status, changed_at: 0 });
  const placed: [id: string, customer: string, total: number, currency: string, at: number][] = [
    ['o1', 'ann', 100, 'EUR', now - 90 * day],
    ['o2', 'ann', 200, 'EUR', now - 90 * day - 1],
    ['o3', 'ann', 400, 'EUR', now],
    ['o5', 'bob', 334, 'EUR', now - 7 * day],
    ['o4', 'bob', 333, 'EUR', now - 7 * day],
    ['o6', 'bob', 50, 'SEK', now - 8 * day],
    ['o7', 'dee', 900, 'EUR', now + day],
  ];
  for (const [id, customer_id, total, currency, ordered_at] of placed)
    await db('orders').insert({
      id,
      customer_id,
      total,
      currency,
      ordered_at,
      source: 'test',
      external_id: id,
      status: 'placed',
      subtotal: total,
      quantity: 1,
      created_at: 0,
      updated_at: 0,
    });
};

describe.each(['sqlite', 'postgres'] as const)('on %s', (dialect) => {
  let on: TestDatabase;
  let database: Awaited<ReturnType<typeof openDatabase>>;
  beforeAll(async () => {
    on = await createTestDatabase(dialect, { migrated: true });
    database = await openDatabase(on.url);
    await furnish(database.writer, on);
  });
  afterAll(async () => {
    await database.close();
    await on[Symbol.asyncDispose]();
  });

  const answers = async (conditions: Condition): Promise<string[]> => {
    const checked = validateConditions(conditions, vocabulary);
    if (!checked.ok) throw new Error(JSON.stringify(checked.problems[0]));
    const { sql, bindings } = compileSql(checked.conditions, vocabulary, dialect, now);
    const rows = await query<{ customer_id: string }>(database.reader, sql, bindings);
    const compiled = compileRule(checked.conditions, vocabulary);
    const facts = await createFactReader(database.reader).many(
      people.map(({ id }) => id),
      compiled.needs,
      now,
    );
    const explained = await Promise.all(
      people.map(async ({ id }) => {
        const { result } = await explain(checked.conditions, vocabulary, facts.get(id)!, now);
        return result ? [id] : [];
      }),
    );
    return [
      rows.map(({ customer_id }) => customer_id).toSorted(),
      people.flatMap(({ id }) => (compiled.test(facts.get(id)!, now) ? [id] : [])),
      explained.flat(),
    ].map((found) => found.join(' '));
  };

  const both = async (leaf: Condition, who: string): Promise<void> => {
    const others = people.flatMap(({ id }) => (who.split(' ').includes(id) ? [] : [id])).join(' ');
    expect(await answers(leaf)).toEqual([who, who, who]);
    expect(await answers({ not: leaf } as Condition)).toEqual([others, others, others]);
  };

  test.each(cases)('%s %s %j: %s', (fact, operator, value, who) => both({ fact, operator, value } as Condition, who));
  test.each(histories)('%j %s %j: %s', (use, operator, value, who) =>
    both({ ...use, operator, value } as unknown as Condition, who),
  );
});
