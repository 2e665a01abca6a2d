// The ticker's promise: until the instant it was given, nothing changes by itself; and the examples of the rule pages.
import type { Condition } from '@rapport/sdk/schemas';
import { expect, test } from 'vitest';
import { createChance } from '../../tests/support/chance.ts';
import { eachDatabase } from '../../tests/support/databases.ts';
import { readAll } from '../../tests/support/differential.ts';
import { testPlatform } from '../../tests/support/platform.ts';
import { randomRule } from '../../tests/support/random-rules.ts';
import { worldVocabulary } from '../../tests/support/rule-pools.ts';
import { buildWorld, now } from '../../tests/support/rule-world.ts';
import { compileRule, createVocabulary, type Facts, noFacts, validateConditions } from './index.ts';

const day = 86_400_000;
const iso = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());
const order = (at: string, id: string) => ({
  id,
  at: Date.parse(at),
  status: 'paid',
  currency: 'EUR',
  total: 100,
  refunded: 0,
  quantity: 1,
  lines: [],
});
const next = (conditions: Condition, facts: Partial<Facts>, at: string, timeZone = 'UTC'): string | null => {
  const words = createVocabulary({ timeZone });
  const checked = validateConditions(conditions, words);
  if (!checked.ok) throw new Error(checked.problems[0]!.detail);
  return iso(
    compileRule(checked.conditions, words).nextChangeAt(
      { ...noFacts, customerId: 'a', customer: {}, ...facts },
      Date.parse(at),
    ),
  );
};

test('an order leaves its window a millisecond after the window starts past it', () => {
  const orders = ['2025-01-01T00:00:00Z', '2025-02-01T00:00:00Z', '2025-03-01T00:00:00Z'].map((at, i) =>
    order(at, `o${i}`),
  );
  const rule = (n: number): Condition => ({
    fact: 'orders',
    params: { within: 'P90D' },
    operator: 'greaterThanInclusive',
    value: n,
  });
  expect(next(rule(3), { orders }, '2025-03-15T00:00:00Z')).toBe('2025-04-01T00:00:00.001Z');
  expect(next(rule(1), { orders }, '2025-03-15T00:00:00Z')).toBe('2025-05-30T00:00:00.001Z');
  expect(next(rule(9), { orders }, '2025-03-15T00:00:00Z')).toBeNull();
});

test('somebody comes of age at midnight of the shop', () => {
  const customer = { birthday: '2007-06-20' };
  const rule: Condition = { fact: 'customer.age', operator: 'greaterThanInclusive', value: 18 };
  expect(next(rule, { customer }, '2025-06-01T00:00:00Z')).toBe('2025-06-20T00:00:00.000Z');
  expect(next(rule, { customer }, '2025-06-01T00:00:00Z', 'Asia/Shanghai')).toBe('2025-06-19T16:00:00.000Z');
  expect(next(rule, { customer }, '2025-06-21T00:00:00Z')).toBeNull();
});

test('a birthday comes near and passes', () => {
  const rule: Condition = { fact: 'customer.daysUntilBirthday', operator: 'lessThanInclusive', value: 7 };
  expect(next(rule, { customer: { birthday: '1990-06-20' } }, '2025-06-01T00:00:00Z')).toBe('2025-06-13T00:00:00.000Z');
  expect(next(rule, { customer: { birthday: '1990-06-20' } }, '2025-06-13T00:00:00Z')).toBe('2025-06-21T00:00:00.000Z');
});

test('what does not move with time never changes', () => {
  expect(
    next(
      { fact: 'customer.city', operator: 'equal', value: 'Rome' },
      { customer: { city: 'Rome' } },
      '2025-06-01T00:00:00Z',
    ),
  ).toBeNull();
});

eachDatabase('of random rules over random customers nothing changes before the instant given', async (on) => {
  await using platform = await testPlatform(on);
  const chance = createChance(7);
  await buildWorld(platform.database.writer, on.dialect, chance, 30);
  const everybody = await readAll(platform.database.reader);
  const vocabulary = worldVocabulary('Europe/Berlin');
  let changes = 0;
  for (let i = 0; i < 300; i++) {
    const checked = validateConditions(randomRule(chance, 2), vocabulary);
    if (!checked.ok) throw new Error(checked.problems[0]!.detail);
    const { test: holds, nextChangeAt } = compileRule(checked.conditions, vocabulary);
    for (const facts of everybody) {
      const until = nextChangeAt(facts, now) ?? now + 800 * day;
      const current = holds(facts, now);
      const between = until - now - 1;
      const looks = [0.1, 0.3, 0.5, 0.7, 0.9, 1].map((share) => now + Math.floor(between * share));
      expect(
        looks.map((at) => holds(facts, at)),
        JSON.stringify([checked.conditions, facts.customerId, iso(until)]),
      ).toEqual(looks.map(() => current));
      if (until < now + 800 * day && holds(facts, until) !== current) changes++;
    }
  }
  expect(changes).toBeGreaterThan(100);
});
