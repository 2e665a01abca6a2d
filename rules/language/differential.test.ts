// The promise of the language: whatever the rule and the data, the three executions agree, and an explanation is true in every
// node. `node bench/differential.ts` runs more.
import type { Condition } from '@rapport/sdk/schemas';
import { expect, test } from 'vitest';
import { type Chance, createChance } from '../../tests/support/chance.ts';
import { eachDatabase, type TestDatabase } from '../../tests/support/databases.ts';
import { compareAll, readAll, untrueNode } from '../../tests/support/differential.ts';
import { testPlatform } from '../../tests/support/platform.ts';
import { randomRule } from '../../tests/support/random-rules.ts';
import { worldVocabulary } from '../../tests/support/rule-pools.ts';
import { buildWorld } from '../../tests/support/rule-world.ts';
import type { Vocabulary } from './index.ts';

const seed = 20_250_615;

const randomRules = function* (chance: Chance, count: number): Generator<Condition> {
  for (let i = 0; i < count; i++) yield randomRule(chance);
};

/** `count` random rules over `customers` random customers; every tenth customer is explained as well. */
const report = async (on: TestDatabase, customers: number, count: number, vocabulary: Vocabulary) => {
  await using platform = await testPlatform(on);
  const { writer: db, reader } = platform.database;
  const chance = createChance(seed);
  await buildWorld(db, on.dialect, chance, customers);
  const held = { db: reader, dialect: on.dialect, vocabulary, everybody: await readAll(reader), engineEach: 10 };
  return await compareAll(randomRules(chance, count), held);
};

eachDatabase(
  'closures, SQL and json-rules-engine agree on random rules over random customers, root and node',
  async (on) => {
    const { differences, compared, rules } = await report(on, 120, 700, worldVocabulary('Europe/Berlin'));
    expect(differences.slice(0, 2)).toEqual([]);
    expect({ disagreements: differences.length, rules, compared }).toEqual({
      disagreements: 0,
      rules: 700,
      // SQL against closures for everybody, closures against the engine for every tenth.
      compared: 700 * (120 + 12),
    });
  },
  60_000,
);

eachDatabase('an execution that means something else is found', async (on) => {
  const honest = worldVocabulary('Europe/Berlin');
  const city = honest.find('customer.city')!;
  const liar = { ...city, read: () => () => 'Rome' };
  const vocabulary = { ...honest, find: (id: string) => (id === city.id ? liar : honest.find(id)) };
  const { differences } = await report(on, 40, 150, vocabulary);
  expect(differences.length).toBeGreaterThan(0);
});

test('a node that says other than its members is found', () => {
  expect(untrueNode({ result: false, all: [{ result: true }] })).toBe('/ is false, its members say true');
  expect(untrueNode({ result: true, all: [{ result: true, not: { result: true } }] })).toContain('/0/');
  expect(untrueNode({ result: null, any: [{ result: false }, { result: null }] })).toBeUndefined();
  expect(untrueNode({ result: false, all: [{ result: false }, { result: null }] })).toBeUndefined();
});
