// A segment of eight conditions, one of them over five million orders, counted for a million customers: compiled SQL beside SQL
// written by hand and json-rules-engine asked once per customer; and ten rules live, closures beside json-rules-engine.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Condition } from '@rapport/sdk/schemas';
import { type Database, migrate, openDatabase, query } from '../core/index.ts';
import {
  compileRule,
  compileSql,
  createFactReader,
  createVocabulary,
  type Facts,
  mergeNeeds,
} from '../rules/language/index.ts';
import { startPostgres } from '../tests/support/postgres-server.ts';
import { cpuTime, defineBench, median, memoryMb, type Row } from './bench.ts';
import { createDataset, customerId, datasetNow } from './dataset.ts';
import { eight, engineOf, ordersAtLeast, plainFacts, tenRules } from './live-rules.ts';

const sampled = 2000;
const vocabulary = createVocabulary();

const recent = `ordered_at >= ${datasetNow - 90 * 86_400_000} AND ordered_at < ${datasetNow} AND status <> 'cancelled'`;
const eightByHand = `SELECT COUNT(*) AS n FROM customers c
  WHERE country = 'GB' AND gender = 'female' AND birthday <= '2000-06-15' AND birthday > '1980-06-15' AND stage IN ('active', 'new')
    AND language = 'en' AND (source IS NULL OR source <> 'import') AND merged_into IS NULL AND erased_at IS NULL
    AND (SELECT COUNT(*) FROM orders WHERE customer_id = c.id AND ${recent}) >= 3`;
const loneByHand = `SELECT COUNT(*) AS n FROM customers
  WHERE merged_into IS NULL AND erased_at IS NULL
    AND id IN (SELECT customer_id FROM orders WHERE ${recent} GROUP BY customer_id HAVING COUNT(*) >= 3)`;

/** Median milliseconds of the conditions as SQL and of the same by hand, in turn; both must count the same. */
const beside = async ({ reader, dialect }: Database, conditions: Condition, byHand: string) => {
  const { sql, bindings } = compileSql(conditions, vocabulary, dialect, datasetNow);
  const counts = new Set<number>();
  const count = async (text: string, values: readonly unknown[] = []): Promise<number> => {
    const started = performance.now();
    const [row] = await query<{ n: number }>(reader, text, values);
    counts.add(Number(row!.n));
    return performance.now() - started;
  };
  const compiled: number[] = [];
  const hand: number[] = [];
  for (let i = 0; i < 9; i++) {
    compiled.push(await count(`SELECT COUNT(*) AS n FROM (${sql}) m`, bindings));
    hand.push(await count(byHand));
  }
  if (counts.size !== 1) throw new Error(`The counts differ: ${[...counts].join(', ')}`);
  // The first two of each warm the caches.
  return { compiled: median(compiled.slice(2)), hand: median(hand.slice(2)) };
};

/** CPU milliseconds per customer for all of `rules`, by closures and by json-rules-engine, whose time on the wall goes beside the previews'. */
const live = async (rules: readonly Condition[], everybody: readonly Facts[]) => {
  const compiled = rules.map((rule) => compileRule(rule, vocabulary));
  const plain = everybody.map(plainFacts);
  const engine = engineOf(rules);
  const held = { closures: 0, engine: 0 };
  const wall = performance.now();
  const engineMs = await cpuTime(3, async () => {
    held.engine = 0;
    for (const facts of plain) held.engine += (await engine.run(facts)).events.length;
  });
  const engineWall = (performance.now() - wall) / 4;
  const rounds = 100;
  const closureMs = await cpuTime(7, () => {
    for (let round = 0; round < rounds; round++) {
      held.closures = 0;
      for (const facts of everybody) for (const rule of compiled) if (rule.test(facts, datasetNow)) held.closures++;
    }
  });
  if (held.closures !== held.engine) throw new Error(`The matches differ: ${held.closures}, ${held.engine}`);
  return {
    closures: median(closureMs) / rounds / everybody.length,
    engine: median(engineMs) / everybody.length,
    engineWall: engineWall / everybody.length,
  };
};

const inSql = (what: string, { compiled, hand }: { compiled: number; hand: number }): Row => ({
  what: `${what}, times hand-written SQL`,
  value: compiled / hand,
  unit: '×',
  alternative: { name: 'hand-written SQL, ms', value: hand, ratio: hand / compiled },
  target: '≤ 1.3 ×',
  met: compiled / hand <= 1.3,
});

const measure = async (database: Database, customers: number): Promise<Row[]> => {
  const on = `${database.dialect}, ${customers.toLocaleString('en')} customers, ${(customers * 5).toLocaleString('en')} orders`;
  const preview = await beside(database, eight, eightByHand);
  const lone = await beside(database, ordersAtLeast(90, 3), loneByHand);
  const needs = mergeNeeds(tenRules.map((rule) => compileRule(rule, vocabulary).needs));
  const ids = Array.from({ length: sampled }, (_, i) => customerId(i * Math.floor(customers / sampled)));
  const everybody = [...(await createFactReader(database.reader).many(ids, needs, datasetNow)).values()];
  const one = await live([eight], everybody);
  const ten = await live(tenRules, everybody);
  const engineAll = one.engineWall * customers;
  return [
    {
      what: `preview, 8 conditions with an aggregate (${on})`,
      value: preview.compiled,
      unit: 'ms',
      alternative: {
        name: `json-rules-engine per customer (from a sample of ${sampled})`,
        value: engineAll,
        ratio: engineAll / preview.compiled,
      },
      target: '< 300 ms, ≥ 500 ×',
      met: preview.compiled < 300 && engineAll / preview.compiled >= 500,
      memoryMb: memoryMb(),
    },
    inSql(`the same (${database.dialect})`, preview),
    {
      what: `preview of "≥ 3 orders in 90 days" alone (${on})`,
      value: lone.compiled,
      unit: 'ms',
    },
    inSql(`the same (${database.dialect})`, lone),
    {
      what: `one customer, 10 rules live by closures (${database.dialect}, ${sampled} customers)`,
      value: ten.closures * 1000,
      unit: 'µs CPU',
      alternative: {
        name: 'json-rules-engine, µs',
        value: ten.engine * 1000,
        ratio: ten.engine / ten.closures,
      },
      target: '≥ 300 ×',
      met: ten.engine / ten.closures >= 300,
      memoryMb: memoryMb(),
    },
  ];
};

export const segmentBench = defineBench({
  name: 'segments',
  title: 'a segment over a million customers: SQL, closures, json-rules-engine',
  run: async ({ customers = 1_000_000 }) => {
    const folder = mkdtempSync(join(tmpdir(), 'rapport-bench-'));
    const postgres = await startPostgres();
    try {
      const rows: Row[] = [];
      for (const url of [`sqlite:${folder}/rapport.db`, postgres.url]) {
        const database = await openDatabase(url);
        await migrate(database);
        await createDataset(database, { customers, orders: customers * 5 });
        rows.push(...(await measure(database, customers)));
        await database.close();
      }
      return rows;
    } finally {
      await postgres.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  },
});
