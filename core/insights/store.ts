// Rows of scores, and the customers a scorer is asked about with what they bought.
import type { PluginCustomer } from '@rapport/sdk/hooks';
import type { Score } from '@rapport/sdk/schemas';
import { fromJson, toIso, toIsoOrNull } from '../data/column.ts';
import type { Db } from '../data/database.ts';
import { query } from '../data/rows.ts';

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
  findCustomer: async (id: string, at: number): Promise<PluginCustomer | undefined> =>
    (await listCustomers(db, 'c.id = ?', id, 1, at))[0],
  listCustomersAfter: (id: string, limit: number, at: number): Promise<PluginCustomer[]> =>
    listCustomers(db, 'c.id > ?', id, limit, at),
});

type Row = {
  id: string;
  external_id: string | null;
  type: string;
  city: string | null;
  region: string | null;
  country: string | null;
  language: string | null;
  time_zone: string | null;
  source: string | null;
  stage: string | null;
  level: string | null;
  created_at: number;
  last_seen_at: number | null;
  orders: number;
  quantity: number | null;
  total: number | null;
  currency: string | null;
  first_at: number | null;
  last_at: number | null;
};

const columns =
  'id, external_id, type, city, region, country, language, time_zone, source, stage, level, created_at, last_seen_at';

// Without personal members: a scorer is asked about figures. Purchases are those before `at`, cancelled ones left out.
const listCustomers = async (
  db: Db,
  where: 'c.id = ?' | 'c.id > ?',
  id: string,
  limit: number,
  at: number,
): Promise<PluginCustomer[]> => {
  const rows = await query<Row>(
    db,
    `select c.*, count(o.id) as orders, sum(o.quantity) as quantity, sum(o.total - o.refunded) as total,
            min(o.currency) as currency, min(o.ordered_at) as first_at, max(o.ordered_at) as last_at
     from (select ${columns} from customers c where ${where} and c.merged_into is null and c.erased_at is null order by c.id limit ?) c
     left join orders o on o.customer_id = c.id and o.ordered_at < ? and o.status <> 'cancelled'
     group by ${columns
       .split(', ')
       .map((name) => `c.${name}`)
       .join(', ')} order by c.id`,
    [id, limit, at],
  );
  return rows.map(toPluginCustomer);
};

const toPluginCustomer = (row: Row): PluginCustomer => ({
  id: row.id,
  externalId: row.external_id,
  type: row.type,
  name: null,
  firstName: null,
  lastName: null,
  company: null,
  email: null,
  phone: null,
  birthday: null,
  gender: null,
  address: null,
  postalCode: null,
  city: row.city,
  region: row.region,
  country: row.country,
  language: row.language,
  timeZone: row.time_zone,
  source: row.source,
  stage: row.stage,
  level: row.level,
  createdAt: toIso(Number(row.created_at)),
  lastSeenAt: toIsoOrNull(row.last_seen_at === null ? null : Number(row.last_seen_at)),
  purchases: {
    orders: Number(row.orders),
    quantity: Number(row.quantity ?? 0),
    total: Number(row.total ?? 0),
    currency: row.currency,
    firstAt: toIsoOrNull(row.first_at === null ? null : Number(row.first_at)),
    lastAt: toIsoOrNull(row.last_at === null ? null : Number(row.last_at)),
  },
});

const toScore = (row: ScoreRow): Score => ({
  scorer: row.scorer,
  value: row.value,
  label: row.label,
  reasons: fromJson<string[]>(row.reasons),
  version: row.version,
  computedAt: toIso(Number(row.computed_at)),
});
