// Reads of segments for people: counts, samples, members, a customer's segments. Not the hot path (see members-store.ts).
import type { CustomerSegment, SampleCustomer, SegmentImpact, SegmentMember } from '@rapport/sdk/schemas';
import { type Db, type Dialect, type Page, page, query, toIso, toIsoOrNull } from '../../core/index.ts';
import type { CompiledSql } from '../language/index.ts';
import type { Query } from './interruptible-store.ts';

type Row = Record<string, unknown>;

const sampleColumns = 'c.id, c.name, c.city, c.country';

type Sampled = { [K in keyof SampleCustomer]: SampleCustomer[K] | null };
export type Comparison = Omit<SegmentImpact, 'version' | 'tookMs'>;

const toSample = ({ id, name, city, country }: Sampled): SampleCustomer[] =>
  id === null ? [] : [{ id, name, city, country }];

/** Customers known by id as a selection like that of conditions, however many they are: one binding. */
export const toSelection = (ids: readonly string[], dialect: Dialect): CompiledSql => ({
  sql:
    dialect === 'postgres'
      ? 'select jsonb_array_elements_text(?::jsonb) as customer_id'
      : 'select value as customer_id from json_each(?)',
  bindings: [JSON.stringify(ids)],
});

/** Statements that run where they can be interrupted. */
export const createPopulationReads = (run: Query) => ({
  /** How many and some of them, in one run of the conditions. */
  countAndSample: async (wanted: CompiledSql, limit: number): Promise<{ count: number; sample: SampleCustomer[] }> => {
    if (limit === 0) {
      const [row] = await run<{ count: number }>(`select count(*) as count from (${wanted.sql}) w`, wanted.bindings);
      return { count: Number(row?.count ?? 0), sample: [] };
    }
    const rows = await run<Sampled & { count: number }>(
      `with w as materialized (${wanted.sql})
       select k.count, ${sampleColumns} from (select count(*) as count from w) k
       left join (select customer_id from w limit ?) s on 1 = 1 left join customers c on c.id = s.customer_id`,
      [...wanted.bindings, limit],
    );
    return { count: Number(rows[0]?.count ?? 0), sample: rows.flatMap(toSample) };
  },
  sampleOf: (ids: readonly string[]): Promise<SampleCustomer[]> =>
    ids.length === 0
      ? Promise.resolve([])
      : run(`select ${sampleColumns} from customers c where c.id in (${ids.map(() => '?').join(', ')})`, ids),
  /** How many come and go between the membership and the conditions, how many each has, and some of either, in one run. */
  compare: async (segment: string, wanted: CompiledSql, limit: number): Promise<Comparison> => {
    const rows = await run<
      Sampled & Record<'before' | 'after' | 'entering' | 'leaving', number> & { side: string | null }
    >(
      `with w as materialized (${wanted.sql}), m as materialized (select customer_id from segment_members where segment = ?),
         e as materialized (select customer_id from w except select customer_id from m),
         l as materialized (select customer_id from m except select customer_id from w)
       select k.*, s.side, ${sampleColumns} from
         (select (select count(*) from m) as before, (select count(*) from w) as after,
            (select count(*) from e) as entering, (select count(*) from l) as leaving) k
       left join (select 'entering' as side, customer_id from (select customer_id from e limit ?) a
         union all select 'leaving', customer_id from (select customer_id from l limit ?) b) s on 1 = 1
       left join customers c on c.id = s.customer_id`,
      [...wanted.bindings, segment, limit, limit],
    );
    const number = (name: 'before' | 'after' | 'entering' | 'leaving'): number => Number(rows[0]?.[name] ?? 0);
    const side = (name: 'entering' | 'leaving') => ({
      count: number(name),
      sample: rows.filter((row) => row.side === name).flatMap(toSample),
    });
    return { before: number('before'), after: number('after'), entering: side('entering'), leaving: side('leaving') };
  },
});

export const createSegmentReads = (db: Db) => ({
  /** Exact, in one query for all of them; 0 for a segment that has none. */
  countMembers: async (segments: readonly string[]): Promise<Map<string, number>> => {
    if (segments.length === 0) return new Map();
    // A count a segment reads one range of the primary key each; grouped, SQLite reads them three to ten times slower.
    const each = 'select cast(? as text) as segment, (select count(*) from segment_members where segment = ?) as count';
    const rows = await query<{ segment: string; count: number }>(
      db,
      segments.map(() => each).join(' union all '),
      segments.flatMap((segment) => [segment, segment]),
    );
    return new Map(rows.map((row) => [row.segment, Number(row.count)]));
  },
  listMembers: async (segment: string, options: { limit: number; cursor?: string }): Promise<Page<SegmentMember>> => {
    const found = db('segment_members as m')
      .join('customers as c', 'c.id', 'm.customer_id')
      .where('m.segment', segment)
      .select('m.customer_id', 'c.name', 'c.city', 'c.country', 'm.entered_at', 'm.version', 'm.reason');
    const sort = { column: 'm.customer_id', direction: 'asc' as const };
    const rows = await page<Row>(found, { sort, id: 'm.customer_id', ...options });
    return { data: rows.data.map(toMember), next: rows.next };
  },
  /** As of `at`; now without it. */
  findMember: async (segment: string, customerId: string, at?: number): Promise<{ enteredAt: number } | undefined> => {
    const [row] = await query<Row>(
      db,
      `select entered_at from segment_members where segment = ? and customer_id = ?${at === undefined ? '' : ' and entered_at <= ?'}`,
      [segment, customerId, ...(at === undefined ? [] : [at])],
    );
    if (row) return { enteredAt: Number(row.entered_at) };
    if (at === undefined) return undefined;
    const [past] = await query<Row>(
      db,
      'select entered_at from past_members where segment = ? and customer_id = ? and entered_at <= ? and left_at > ?',
      [segment, customerId, at, at],
    );
    return past && { enteredAt: Number(past.entered_at) };
  },
  listOfCustomer: async (customerId: string, limit: number): Promise<CustomerSegment[]> => {
    const rows = await query<Row>(
      db,
      `select m.segment, r.name, m.entered_at, null as left_at, m.version, m.reason from segment_members m
         join rules r on r.kind = 'segment' and r.key = m.segment where m.customer_id = ?
       union all
       select p.segment, r.name, p.entered_at, p.left_at, p.version, p.reason from
         (select * from past_members where customer_id = ? order by left_at desc limit ?) p
         join rules r on r.kind = 'segment' and r.key = p.segment`,
      [customerId, customerId, limit],
    );
    return rows.map(toCustomerSegment).sort(newestFirst);
  },
  customerExists: async (id: string): Promise<boolean> =>
    (await query(db, 'select 1 as one from customers where id = ?', [id])).length > 0,
  listLivingOf: async (ids: readonly string[]): Promise<Set<string>> => {
    if (ids.length === 0) return new Set();
    const rows = await query<{ id: string }>(
      db,
      `select id from customers where merged_into is null and erased_at is null and id in (${ids.map(() => '?').join(', ')})`,
      ids,
    );
    return new Set(rows.map(({ id }) => id));
  },
  listMembersAmong: async (segment: string, ids: readonly string[]): Promise<Map<string, number>> => {
    if (ids.length === 0) return new Map();
    const rows = await query<{ customer_id: string; entered_at: number }>(
      db,
      `select customer_id, entered_at from segment_members where segment = ? and customer_id in (${ids.map(() => '?').join(', ')})`,
      [segment, ...ids],
    );
    return new Map(rows.map((row) => [row.customer_id, Number(row.entered_at)]));
  },
});

const text = (value: unknown): string | null => (value as string | null) ?? null;

const toMember = (row: Row): SegmentMember => ({
  customerId: row.customer_id as string,
  name: text(row.name),
  city: text(row.city),
  country: text(row.country),
  enteredAt: toIso(Number(row.entered_at)),
  version: Number(row.version),
  reason: row.reason as string,
});

const toCustomerSegment = (row: Row): CustomerSegment => ({
  key: row.segment as string,
  name: row.name as string,
  enteredAt: toIso(Number(row.entered_at)),
  leftAt: toIsoOrNull(row.left_at == null ? null : Number(row.left_at)),
  version: Number(row.version),
  reason: row.reason as string,
});

const newestFirst = (a: CustomerSegment, b: CustomerSegment): number =>
  (b.leftAt ?? '9999').localeCompare(a.leftAt ?? '9999') || b.enteredAt.localeCompare(a.enteredAt);
