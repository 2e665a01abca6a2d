// Reads of segments for people: counts, samples, members, a customer's segments. Not the hot path (see members-store.ts).
import type { CustomerSegment, SampleCustomer, SegmentMember } from '@rapport/sdk/schemas';
import { type Db, type Page, page, query, toIso, toIsoOrNull } from '../../core/index.ts';
import type { CompiledSql } from '../language/index.ts';
import type { Query } from './interruptible-store.ts';

type Row = Record<string, unknown>;

const sampleColumns = 'c.id, c.name, c.city, c.country';

/** Statements that run where they can be interrupted. */
export const createPopulationReads = (run: Query) => ({
  count: async (wanted: CompiledSql): Promise<number> => {
    const [row] = await run<{ count: number }>(`select count(*) as count from (${wanted.sql}) w`, wanted.bindings);
    return Number(row?.count ?? 0);
  },
  sample: (wanted: CompiledSql, limit: number): Promise<SampleCustomer[]> =>
    run(
      `select ${sampleColumns} from (select customer_id from (${wanted.sql}) w limit ?) s
       join customers c on c.id = s.customer_id`,
      [...wanted.bindings, limit],
    ),
  sampleOf: (ids: readonly string[]): Promise<SampleCustomer[]> =>
    ids.length === 0
      ? Promise.resolve([])
      : run(`select ${sampleColumns} from customers c where c.id in (${ids.map(() => '?').join(', ')})`, ids),
  /** How many come and go between the membership and the conditions, and how many each has. */
  compare: async (
    segment: string,
    wanted: CompiledSql,
  ): Promise<{ before: number; after: number; entering: number; leaving: number }> => {
    const [row] = await run<Record<'before' | 'after' | 'entering' | 'leaving', number>>(
      `with w as (${wanted.sql}), m as (select customer_id from segment_members where segment = ?)
       select (select count(*) from m) as before, (select count(*) from w) as after,
         (select count(*) from (select customer_id from w except select customer_id from m) e) as entering,
         (select count(*) from (select customer_id from m except select customer_id from w) l) as leaving`,
      [...wanted.bindings, segment],
    );
    const number = (name: 'before' | 'after' | 'entering' | 'leaving'): number => Number(row?.[name] ?? 0);
    return {
      before: number('before'),
      after: number('after'),
      entering: number('entering'),
      leaving: number('leaving'),
    };
  },
  sampleEntering: (segment: string, wanted: CompiledSql, limit: number): Promise<SampleCustomer[]> =>
    run(
      `select ${sampleColumns} from (select customer_id from (${wanted.sql}) w
         except select customer_id from segment_members where segment = ? limit ?) s
       join customers c on c.id = s.customer_id`,
      [...wanted.bindings, segment, limit],
    ),
  sampleLeaving: (segment: string, wanted: CompiledSql, limit: number): Promise<SampleCustomer[]> =>
    run(
      `select ${sampleColumns} from (select customer_id from segment_members where segment = ?
         except select customer_id from (${wanted.sql}) w limit ?) s
       join customers c on c.id = s.customer_id`,
      [segment, ...wanted.bindings, limit],
    ),
});

export const createSegmentReads = (db: Db) => ({
  countMembers: async (segments: readonly string[]): Promise<Map<string, number>> => {
    if (segments.length === 0) return new Map();
    const rows = await query<{ segment: string; count: number }>(
      db,
      `select segment, count(*) as count from segment_members where segment in (${segments.map(() => '?').join(', ')}) group by segment`,
      segments,
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
  findMember: async (segment: string, customerId: string): Promise<{ enteredAt: number } | undefined> => {
    const row = (await db('segment_members').where({ segment, customer_id: customerId }).first()) as Row | undefined;
    return row && { enteredAt: Number(row.entered_at) };
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
