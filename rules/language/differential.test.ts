// The promise of the language: whatever the rule and the data, the three executions agree. `node bench/differential.ts` runs more.
import { expect } from 'vitest';
import { createChance } from '../../tests/support/chance.ts';
import { eachDatabase } from '../../tests/support/databases.ts';
import { compare, readAll } from '../../tests/support/differential.ts';
import { testPlatform } from '../../tests/support/platform.ts';
import { randomRule } from '../../tests/support/random-rules.ts';
import { worldVocabulary } from '../../tests/support/rule-pools.ts';
import { buildWorld } from '../../tests/support/rule-world.ts';

const rules = 700;

eachDatabase(
  'closures, SQL and json-rules-engine agree on random rules over random customers',
  async (on) => {
    await using platform = await testPlatform(on);
    const { writer, reader } = platform.database;
    const chance = createChance(20_250_615);
    await buildWorld(writer, on.dialect, chance, 120);
    const everybody = await readAll(reader);
    const vocabulary = worldVocabulary('Europe/Berlin');
    let compared = 0;
    let matched = 0;
    for (let i = 0; i < rules; i++) {
      const found = await compare(reader, on.dialect, vocabulary, randomRule(chance), everybody, 10);
      expect(found.differences.slice(0, 2)).toEqual([]);
      compared += found.compared;
      matched += 1;
    }
    expect(matched).toBe(rules);
    expect(compared).toBeGreaterThan(rules * 120);
  },
  60_000,
);
