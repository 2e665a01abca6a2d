// Holds the three executions of the rule language against each other for longer than a test may:
// `node bench/differential.ts [rules] [seed] [depth]`. Prints the comparisons made and the differences; exits 1 when there is one.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Dialect, migrate, openDatabase } from '../core/index.ts';
import { createChance } from '../tests/support/chance.ts';
import { compare, readAll } from '../tests/support/differential.ts';
import { startPostgres } from '../tests/support/postgres-server.ts';
import { randomRule } from '../tests/support/random-rules.ts';
import { worldVocabulary } from '../tests/support/rule-pools.ts';
import { buildWorld } from '../tests/support/rule-world.ts';

const [rules = 3000, seed = Date.now() % 1e9, depth = 3] = process.argv.slice(2).map(Number);

const run = async (dialect: Dialect, url: string): Promise<number> => {
  const database = await openDatabase(url);
  await migrate(database);
  const chance = createChance(seed);
  await buildWorld(database.writer, dialect, chance, 200);
  const everybody = await readAll(database.reader);
  const vocabulary = worldVocabulary('Europe/Berlin');
  let compared = 0;
  let different = 0;
  const started = performance.now();
  for (let i = 0; i < rules; i++) {
    const conditions = randomRule(chance, depth);
    const found = await compare(database.reader, dialect, vocabulary, conditions, everybody, 20).catch(
      (error: Error) => {
        console.log(dialect, JSON.stringify(conditions), error.message.slice(-300));
        return { compared: 0, differences: [{}] };
      },
    );
    compared += found.compared;
    different += found.differences.length;
    if (found.differences.length > 0 && different < 500) console.log(dialect, JSON.stringify(found.differences[0]));
  }
  await database.close();
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(
    `${dialect}: ${rules} rules, ${compared} comparisons, ${different} differences, seed ${seed}, ${seconds} s`,
  );
  return different;
};

const folder = mkdtempSync(join(tmpdir(), 'rapport-differential-'));
const postgres = await startPostgres();
try {
  const different = (await run('sqlite', `sqlite:${folder}/rules.db`)) + (await run('postgres', postgres.url));
  process.exitCode = different > 0 ? 1 : 0;
} finally {
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
}
