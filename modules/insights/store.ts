// Rows of scores, and of the customers a scorer is asked about.

import type { Score } from '@rapport/sdk/schemas';
import { type CustomerRead, type Db, fromJson, query, toIso } from '../../core/index.ts';

export type ScoreRow = {
  customer_id: string;
  scorer: string;
  value: number;
  label: string | null;
  reasons: string;
  version: string;
  computed_at: number;
};

export type ProductCard = {
  sku: string;
  name: string;
  category: string | null;
  price: number | null;
  currency: string | null;
};

const insertAtOnce = 100;

export const createInsightStore = (db: Db) => ({
  listScores: async (customerId: string): Promise<Score[]> => {
    const rows = (await db('scores').where({ customer_id: customerId }).orderBy('scorer')) as ScoreRow[];
    return rows.map(toScore);
  },
  upsertScores: async (rows: ScoreRow[]): Promise<void> => {
    for (let i = 0; i < rows.length; i += insertAtOnce) {
      const chunk = rows.slice(i, i + insertAtOnce);
      await db('scores').insert(chunk).onConflict(['customer_id', 'scorer']).merge();
    }
  },
  /** Scores of an earlier run that this run did not renew: nobody is kept by a figure that no longer holds. */
  deleteStale: (scorer: string, before: number): Promise<number> =>
    db('scores').where({ scorer }).where('computed_at', '<', before).delete(),
  describe: async (scorer: string) => {
    const [row] = await query<{
      customers: number;
      minimum: number | null;
      average: number | null;
      maximum: number | null;
      last: number | null;
    }>(
      db,
      'select count(*) as customers, min(value) as minimum, avg(value) as average, max(value) as maximum, max(computed_at) as last from scores where scorer = ?',
      [scorer],
    );
    return row!;
  },
  countLabels: (scorer: string): Promise<{ label: string; customers: number }[]> =>
    query(
      db,
      'select label, count(*) as customers from scores where scorer = ? and label is not null group by label order by count(*) desc, label limit 200',
      [scorer],
    ),
  findProducts: async (skus: string[]): Promise<Map<string, ProductCard>> => {
    const rows = (await db('products')
      .select('sku', 'name', 'category', 'price', 'currency')
      .whereIn('sku', skus)) as ProductCard[];
    return new Map(rows.map((row) => [row.sku, row]));
  },
  findCustomer: async (id: string): Promise<CustomerRead | undefined> => living(db).where({ id }).first(),
  listCustomersAfter: (id: string, limit: number): Promise<CustomerRead[]> =>
    living(db).where('id', '>', id).orderBy('id').limit(limit),
});

// Without personal members: a scorer is asked about figures.
const columns = [
  'id',
  'external_id',
  'type',
  'city',
  'region',
  'country',
  'language',
  'time_zone',
  'source',
  'stage',
  'level',
  'created_at',
  'last_seen_at',
];

const living = (db: Db) => db('customers').select(columns).whereNull('merged_into').whereNull('erased_at');

const toScore = (row: ScoreRow): Score => ({
  scorer: row.scorer,
  value: row.value,
  label: row.label,
  reasons: fromJson<string[]>(row.reasons),
  version: row.version,
  computedAt: toIso(Number(row.computed_at)),
});
