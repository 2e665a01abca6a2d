// A segment of eight conditions, one of them over five million orders, counted for a million customers: compiled SQL beside SQL
// written by hand, and closures beside json-rules-engine, each asked once per customer.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Condition } from '@rapport/sdk/schemas';
import { Engine, type RuleProperties } from 'json-rules-engine';
import { type Database, migrate, openDatabase, query } from '../core/index.ts';
import { compileRule, compileSql, createFactReader, createVocabulary, type Facts } from '../rules/language.ts';
import { startPostgres } from '../tests/support/postgres-server.ts';
import { defineBench, median, memoryMb, type Row, time } from './bench.ts';
import { createDataset, customerId, datasetNow } from './dataset.ts';

const size = { customers: 1_000_000, orders: 5_000_000 };
const sampled = 4000;
const day = 86_400_000;
const vocabulary = createVocabulary();

const leaf = (fact: string, operator: string, value: unknown): Condition => ({ fact, operator, value });
const eight: Condition = {
  all: [
    leaf('customer.country', 'equal', 'GB'),
    leaf('customer.gender', 'equal', 'female'),
    leaf('customer.age', 'greaterThanInclusive', 25),
    leaf('customer.age', 'lessThan', 45),
    leaf('customer.stage', 'in', ['active', 'new']),
    leaf('customer.language', 'equal', 'en'),
    leaf('customer.source', 'notEqual', 'import'),
    { fact: 'orders', params: { within: 'P90D' }, operator: 'greaterThanInclusive', value: 3 },
  ],
};

const byHand = `SELECT COUNT(*) AS n FROM customers c
  WHERE country = 'GB' AND gender = 'female' AND birthday <= '2000-06-15' AND birthday > '1980-06-15' AND stage IN ('active', 'new')
    AND language = 'en' AND (source IS NULL OR source <> 'import') AND merged_into IS NULL AND erased_at IS NULL
    AND (SELECT COUNT(*) FROM orders WHERE customer_id = c.id AND ordered_at >= ${datasetNow - 90 * day} AND ordered_at < ${datasetNow}) >= 3`;

// The rule as it is, in one engine run once per customer: columns as plain facts, the aggregate as a fact with params.
const engineRule = (): Engine => {
  const engine = new Engine();
  engine.addRule({ conditions: eight as RuleProperties['conditions'], event: { type: 'in' } });
  engine.addFact('orders', async (_params, almanac) => {
    const history = await almanac.factValue<readonly { at: number }[]>('history');
    return history.filter(({ at }) => at >= datasetNow - 90 * day && at < datasetNow).length;
  });
  return engine;
};

/** What the engine is given; reading it is not timed. */
const plainFacts = (facts: Facts): Record<string, unknown> => {
  const columns = ['country', 'gender', 'stage', 'language', 'source'];
  const read = (id: string): unknown => vocabulary.find(id)!.read({}, vocabulary.zone)(facts, datasetNow);
  return Object.fromEntries([
    ...columns.map((name) => [`customer.${name}`, read(`customer.${name}`)]),
    ['customer.age', read('customer.age')],
    ['history', facts.orders],
  ]);
};

const measure = async (database: Database): Promise<Row[]> => {
  const { sql, bindings } = compileSql(eight, vocabulary, database.dialect, datasetNow);
  const counts: number[] = [];
  const count = async (text: string, values: readonly unknown[] = []): Promise<void> => {
    const [row] = await query<{ n: number }>(database.reader, text, values);
    counts.push(Number(row!.n));
  };
  const preview = median(await time(7, () => count(`SELECT COUNT(*) AS n FROM (${sql}) m`, bindings), 2));
  const hand = median(await time(7, () => count(byHand), 2));
  if (new Set(counts).size !== 1) throw new Error(`The counts differ: ${[...new Set(counts)].join(', ')}`);

  const compiled = compileRule(eight, vocabulary);
  const ids = Array.from({ length: sampled }, (_, i) => customerId(i * Math.floor(size.customers / sampled)));
  const everybody = [...(await createFactReader(database.reader).many(ids, compiled.needs, datasetNow)).values()];
  const engine = engineRule();
  const plain = everybody.map(plainFacts);
  const engineMs = median(
    await time(3, async () => {
      for (const facts of plain) await engine.run(facts);
    }),
  );
  const closureMs = median(
    await time(5, () => {
      for (let round = 0; round < 50; round++) for (const facts of everybody) compiled.test(facts, datasetNow);
    }),
  );
  const engineAll = (engineMs / sampled) * size.customers;
  const closure = closureMs / 50 / sampled;
  const on = `${database.dialect}, 1M customers, 5M orders, 8 conditions`;
  const perCustomer = engineMs / sampled;
  return [
    {
      what: `preview (${on})`,
      value: preview,
      unit: 'ms',
      alternative: {
        name: `json-rules-engine per customer (from ${sampled})`,
        value: engineAll,
        ratio: engineAll / preview,
      },
      target: '< 300 ms, ≥ 500 ×',
      met: preview < 300 && engineAll / preview >= 500,
      memoryMb: memoryMb(),
    },
    {
      what: `preview, times hand-written SQL (${database.dialect})`,
      value: preview / hand,
      unit: '×',
      alternative: { name: 'hand-written SQL, ms', value: hand, ratio: hand / preview },
      target: '≤ 1.3 ×',
      met: preview / hand <= 1.3,
    },
    {
      what: `one customer by closure (${database.dialect})`,
      value: closure * 1000,
      unit: 'µs',
      alternative: { name: 'json-rules-engine, µs', value: perCustomer * 1000, ratio: perCustomer / closure },
      target: '≥ 300 ×',
      met: perCustomer / closure >= 300,
    },
  ];
};

export const segmentBench = defineBench({
  name: 'segments',
  title: 'a segment over a million customers: SQL, closures, json-rules-engine',
  run: async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rapport-bench-'));
    const postgres = await startPostgres();
    try {
      const rows: Row[] = [];
      for (const url of [`sqlite:${folder}/rapport.db`, postgres.url]) {
        const database = await openDatabase(url);
        await migrate(database);
        await createDataset(database, size);
        rows.push(...(await measure(database)));
        await database.close();
      }
      return rows;
    } finally {
      await postgres.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  },
});
