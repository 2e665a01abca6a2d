// Conditions on what is inside orders and events, and on other segments: SKU, category, property, membership. Compiled SQL beside
// SQL written by hand, for everybody of a shop.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Condition } from '@rapport/sdk/schemas';
import { type Database, migrate, openDatabase, query } from '../core/index.ts';
import { compileSql, createVocabulary } from '../rules/language/index.ts';
import { startPostgres } from '../tests/support/postgres-server.ts';
import { defineBench, median, memoryMb, type Row } from './bench.ts';
import { createDataset, datasetNow } from './dataset.ts';

const vocabulary = createVocabulary({
  eventTypes: ['viewed', 'clicked', 'complained'],
  segments: [{ key: 'some', name: 'Some', conditions: null }],
});

const living = 'SELECT COUNT(*) AS n FROM customers WHERE merged_into IS NULL AND erased_at IS NULL AND id IN';
const bought = (filter: string, least: number): string =>
  `${living} (SELECT o.customer_id FROM orders o WHERE o.ordered_at < ${datasetNow} AND o.status <> 'cancelled'
     AND o.id IN (SELECT order_id FROM order_lines WHERE ${filter}) GROUP BY o.customer_id HAVING COUNT(*) >= ${least})`;

type Case = { name: string; leaf: Record<string, unknown>; byHand: (database: Database) => string };

const cases: Case[] = [
  {
    name: 'orders of one SKU ≥ 1',
    leaf: { fact: 'orders', params: { sku: 'SKU042' }, operator: 'greaterThanInclusive', value: 1 },
    byHand: () => bought("sku = 'SKU042'", 1),
  },
  {
    name: 'orders of one category ≥ 2',
    leaf: { fact: 'orders', params: { category: 'cat07' }, operator: 'greaterThanInclusive', value: 2 },
    byHand: () => bought("category = 'cat07'", 2),
  },
  {
    name: 'events with a property ≥ 2',
    leaf: {
      fact: 'events',
      params: { type: 'viewed', where: [{ property: 'value', operator: 'greaterThan', value: 3 }] },
      operator: 'greaterThanInclusive',
      value: 2,
    },
    byHand: ({ dialect }) => {
      const property =
        dialect === 'postgres' ? "CAST(properties ->> 'value' AS numeric)" : "json_extract(properties, '$.value')";
      return `${living} (SELECT customer_id FROM events WHERE type = 'viewed' AND occurred_at < ${datasetNow}
        AND ${property} > 3 GROUP BY customer_id HAVING COUNT(*) >= 2)`;
    },
  },
  {
    name: 'in another segment',
    leaf: { fact: 'segment.some', operator: 'equal', value: true },
    byHand: () => `${living} (SELECT customer_id FROM segment_members WHERE segment = 'some')`,
  },
];

/** Medians in ms of the compiled SQL and of the same by hand, in turn; both must count the same. */
const beside = async (database: Database, { name, leaf, byHand }: Case) => {
  const compiled = compileSql({ all: [leaf] } as Condition, vocabulary, database.dialect, datasetNow);
  const counts = new Set<number>();
  const count = async (text: string, values: readonly unknown[] = []): Promise<number> => {
    const started = performance.now();
    const [row] = await query<{ n: number }>(database.reader, text, values);
    counts.add(Number(row!.n));
    return performance.now() - started;
  };
  const ours: number[] = [];
  const hand: number[] = [];
  for (let i = 0; i < 7; i++) {
    ours.push(await count(`SELECT COUNT(*) AS n FROM (${compiled.sql}) m`, compiled.bindings));
    hand.push(await count(byHand(database)));
  }
  if (counts.size !== 1 || counts.has(0)) throw new Error(`${name}: the counts are ${[...counts].join(', ')}`);
  return { ours: median(ours.slice(2)), hand: median(hand.slice(2)) };
};

const measure = async (database: Database, customers: number): Promise<Row[]> => {
  const rows: Row[] = [];
  for (const each of cases) {
    const { ours, hand } = await beside(database, each);
    rows.push({
      what: `${each.name} (${database.dialect}, ${customers.toLocaleString('en')} customers)`,
      value: ours,
      unit: 'ms',
      alternative: { name: 'hand-written SQL, ms', value: hand, ratio: hand / ours },
      memoryMb: memoryMb(),
    });
  }
  return rows;
};

export const historyBench = defineBench({
  name: 'history',
  title: 'SKU, category, property and membership over everybody',
  run: async ({ customers = 100_000 }) => {
    const folder = mkdtempSync(join(tmpdir(), 'rapport-bench-'));
    const postgres = await startPostgres();
    try {
      const rows: Row[] = [];
      for (const url of [`sqlite:${folder}/rapport.db`, postgres.url]) {
        const database = await openDatabase(url);
        await migrate(database);
        await createDataset(database, { customers, orders: customers * 5, events: customers * 5, lines: true });
        await database.writer.raw(
          `INSERT INTO segment_members (segment, customer_id, version, reason, entered_at)
           SELECT 'some', id, 1, 'bench', 0 FROM customers WHERE country = 'SE'`,
        );
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
