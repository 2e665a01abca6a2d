// What an order is to rules: a purchase, unless it was cancelled.
import type { Condition } from '@rapport/sdk/schemas';
import { expect, test } from 'vitest';
import { query } from '../../../core/index.ts';
import { createTestDatabase, eachDatabase } from '../../../tests/support/databases.ts';
import { testPlatform } from '../../../tests/support/platform.ts';
import { compileRule, compileSql, createFactReader, createVocabulary, explain } from '../index.ts';

const now = Date.parse('2025-06-15T00:00:00Z');
const vocabulary = createVocabulary();

eachDatabase('a cancelled order counts only when the rule asks for it by status', async (on) => {
  await using platform = await testPlatform(on);
  const { writer, reader } = platform.database;
  await writer('customers').insert({ id: 'ada', type: 'person', version: 1, created_at: 1, updated_at: 1 });
  const statuses = ['placed', 'completed', 'refunded', 'cancelled', 'cancelled'];
  await writer('orders').insert(
    statuses.map((status, i) => ({
      id: `o${i}`,
      customer_id: 'ada',
      source: 'test',
      external_id: String(i),
      status,
      currency: 'EUR',
      subtotal: 100,
      total: status === 'cancelled' ? 9000 : 100,
      quantity: 1,
      ordered_at: now - 1000 + i,
      created_at: now,
      updated_at: now,
    })),
  );
  const holds = async (params: Record<string, unknown>, value: unknown): Promise<boolean> => {
    const conditions: Condition = { fact: 'orders', params, operator: 'equal', value };
    // Beside a condition that few fulfil the aggregate is a look per customer, alone it is one pass over all history.
    const few: Condition = { all: [{ fact: 'customer.externalId', operator: 'equal', value: null }, conditions] };
    const { needs, test } = compileRule(conditions, vocabulary);
    const facts = await createFactReader(reader).one('ada', needs, now);
    const answers = [test(facts, now), (await explain(conditions, vocabulary, facts, now)).result];
    for (const [rule, share] of [
      [conditions, 1],
      [conditions, 0],
      [few, 1],
    ] as const) {
      const { sql, bindings } = compileSql(rule, vocabulary, on.dialect, now, share);
      answers.push((await query(reader, sql, bindings)).length === 1);
    }
    expect(new Set(answers).size).toBe(1);
    return answers[0]!;
  };
  expect(await holds({}, 3)).toBe(true);
  expect(await holds({ measure: 'sum', of: 'total' }, 300)).toBe(true);
  expect(await holds({ measure: 'max', of: 'total' }, 100)).toBe(true);
  expect(await holds({ measure: 'last', of: 'at' }, new Date(now - 998).toISOString())).toBe(true);
  expect(await holds({ status: 'cancelled' }, 2)).toBe(true);
  expect(await holds({ status: ['placed', 'cancelled'] }, 3)).toBe(true);
});

test('orders of a SKU or category are found by the lines, not by a look through all lines for each order', async () => {
  await using on = await createTestDatabase('sqlite');
  await using platform = await testPlatform(on);
  /** How the lines are read, with what that is a part of. */
  const lines = async (params: Record<string, unknown>, share: number): Promise<string[]> => {
    const conditions = { all: [{ fact: 'orders', params, operator: 'greaterThanInclusive', value: 2 }] };
    const { sql, bindings } = compileSql(conditions, vocabulary, 'sqlite', now, share);
    const steps = await query<{ id: number; parent: number; detail: string }>(
      platform.database.reader,
      `explain query plan ${sql}`,
      bindings,
    );
    return steps
      .filter(({ detail }) => /^S\w+ l\b/.test(detail))
      .map(({ parent, detail }) => `${steps.find(({ id }) => id === parent)?.detail ?? 'top'}: ${detail}`);
  };
  const once = (index: string) => [expect.stringMatching(new RegExp(`^LIST SUBQUERY \\d+: SEARCH l USING .*${index}`))];
  expect(await lines({ sku: '22423' }, 1)).toEqual(once('\\(sku=\\?\\)'));
  expect(await lines({ sku: '22423' }, 0)).toEqual(once('\\(sku=\\?\\)'));
  expect(await lines({ category: 'shoes' }, 1)).toEqual(once('\\(category=\\?\\)'));
  expect(await lines({ category: 'shoes' }, 0)).toEqual([
    expect.stringMatching(/^(?!LIST).*: SEARCH l .*\(order_id=\?\)/),
  ]);
  const sum = { sku: '22423', measure: 'sum', of: 'quantity' };
  expect(await lines(sum, 0)).toEqual(
    expect.arrayContaining([expect.stringMatching(/SEARCH l .*\(order_id=\?\)/), ...once('\\(sku=\\?\\)')]),
  );
});
