// Rows of scores, and of the customers a scorer is asked about.

import type { Score } from '@rapport/sdk/schemas';
import { type CustomerRead, type Db, dialectOf, fromJson, query, toIso } from '../../core/index.ts';

export type ScoreRow = {
  customer_id: string;
  scorer: string;
  value: number;
  label: string | null;
  reasons: string;
  version: string;
  /** When the customer was read for it (ms): a score read earlier never replaces one read later. */
  computed_at: number;
};
export type KnownScore = Pick<ScoreRow, 'customer_id' | 'value' | 'label' | 'computed_at'>;

/** `price` in minor units of `currency`. */
export type ProductCard = {
  sku: string;
  name: string;
  category: string | null;
  price: number | null;
  currency: string | null;
};

const insertAtOnce = 100;
const idsAtOnce = 500;

export const createInsightStore = (db: Db) => {
  const inChunks = async <T>(
    ids: readonly string[],
    read: (chunk: readonly string[]) => Promise<T[]>,
  ): Promise<T[]> => {
    const rows: T[] = [];
    for (let i = 0; i < ids.length; i += idsAtOnce) rows.push(...(await read(ids.slice(i, i + idsAtOnce))));
    return rows;
  };
  return {
    listScores: async (customerId: string): Promise<Score[]> => {
      const rows = (await db('scores').where({ customer_id: customerId }).orderBy('scorer')) as ScoreRow[];
      return rows.map(toScore);
    },
    /** Locks those of these customers who are neither merged away nor erased, until the end of the transaction. */
    lockLiving: async (ids: readonly string[]): Promise<Set<string>> => {
      // In the order in which everybody locks customers, so that nobody waits in a deadlock. SQLite has one writer.
      const lock = dialectOf(db) === 'postgres' ? 'for no key update' : '';
      const rows = await inChunks(ids.toSorted(), (chunk) =>
        query<{ id: string }>(
          db,
          `select id from customers where id in (${marks(chunk)}) and merged_into is null and erased_at is null order by id ${lock}`,
          [...chunk],
        ),
      );
      return new Set(rows.map(({ id }) => id));
    },
    listKnown: (scorer: string, ids: readonly string[]): Promise<KnownScore[]> =>
      inChunks(ids, (chunk) =>
        query<KnownScore>(
          db,
          `select customer_id, value, label, computed_at from scores where scorer = ? and customer_id in (${marks(chunk)})`,
          [scorer, ...chunk],
        ),
      ),
    upsertScores: async (rows: readonly ScoreRow[]): Promise<void> => {
      for (let i = 0; i < rows.length; i += insertAtOnce)
        await db('scores')
          .insert(rows.slice(i, i + insertAtOnce))
          .onConflict(['customer_id', 'scorer'])
          .merge();
    },
    deleteScores: async (scorer: string, ids: readonly string[]): Promise<void> => {
      for (let i = 0; i < ids.length; i += idsAtOnce)
        await db('scores')
          .where({ scorer })
          .whereIn('customer_id', ids.slice(i, i + idsAtOnce))
          .delete();
    },
    describe: async (scorer: string) => {
      const [row] = await query<{
        customers: number;
        minimum: number | null;
        average: number | null;
        maximum: number | null;
      }>(
        db,
        'select count(*) as customers, min(value) as minimum, avg(value) as average, max(value) as maximum from scores where scorer = ?',
        [scorer],
      );
      return row!;
    },
    /** The 200 most frequent. */
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
    countLiving: async (): Promise<number> => {
      const [row] = await query<{ count: number }>(
        db,
        'select count(*) as count from customers where merged_into is null and erased_at is null',
        [],
      );
      return Number(row!.count);
    },
    /** By id, from the one after `id`; neither merged away nor erased. */
    listCustomersAfter: (id: string, limit: number): Promise<CustomerRead[]> =>
      living(db).where('id', '>', id).orderBy('id').limit(limit),
    listCustomersOf: (ids: readonly string[]): Promise<CustomerRead[]> =>
      inChunks(ids, (chunk) => living(db).whereIn('id', [...chunk])),
  };
};

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

const marks = (values: readonly unknown[]): string => values.map(() => '?').join(', ');

const toScore = (row: ScoreRow): Score => ({
  scorer: row.scorer,
  value: row.value,
  label: row.label,
  reasons: fromJson<string[]>(row.reasons),
  version: row.version,
  computedAt: toIso(Number(row.computed_at)),
});
