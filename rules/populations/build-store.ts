// Set-based membership: a chunk of customers by id, compared with what the compiled conditions select. Customers do not pass through JavaScript.
import { type Db, dialectOf, query } from '../../core/index.ts';
import type { CompiledSql } from '../language/index.ts';

/** Customers with `after < id <= upTo`. */
export type Span = { after: string; upTo: string };

/** The conditions as SQL: a select of `customer_id`. */
type Wanted = CompiledSql;

const within = 'customer_id > ? and customer_id <= ?';

export const createBuildStore = (db: Db) => ({
  /** The id at which a chunk of `size` customers after `after` ends; null when there are no more. */
  findChunkEnd: async (after: string, size: number): Promise<string | null> => {
    const [row] = await query<{ id: string | null }>(
      db,
      'select max(id) as id from (select id from customers where id > ? order by id limit ?) c',
      [after, size],
    );
    return row?.id ?? null;
  },
  /**
   * Whoever writes one of these customers waits until the chunk is done, and the chunk waits for those who are writing, so
   * that neither works on what the other has not committed. SQLite has one writer. Gives up soon rather than stand in a circle.
   */
  lockChunk: async (span: Span): Promise<void> => {
    if (dialectOf(db) !== 'postgres') return;
    await db.raw("set local lock_timeout = '400ms'");
    await db.raw('select 1 from customers where id > ? and id <= ? order by id for no key update', [
      span.after,
      span.upTo,
    ]);
  },
  leaveUnwanted: async (
    segment: string,
    wanted: Wanted | null,
    span: Span,
    row: { version: number; reason: string; now: number },
  ): Promise<number> => {
    const gone = wanted
      ? `segment = ? and ${within} and customer_id not in (select customer_id from (${wanted.sql}) w where ${within})`
      : `segment = ? and ${within}`;
    const bindings = [segment, span.after, span.upTo, ...(wanted ? [...wanted.bindings, span.after, span.upTo] : [])];
    await db.raw(
      `insert into past_members (customer_id, segment, version, reason, entered_at, left_at)
       select customer_id, segment, cast(? as integer), ?, entered_at, cast(? as bigint) from segment_members where ${gone}`,
      [row.version, row.reason, row.now, ...bindings],
    );
    return countOf(await db.raw(`delete from segment_members where ${gone} ${returning(db)}`, bindings));
  },
  enterWanted: async (
    segment: string,
    wanted: Wanted,
    span: Span,
    row: { version: number; reason: string; now: number },
  ): Promise<number> =>
    countOf(
      await db.raw(
        `insert into segment_members (segment, customer_id, version, reason, entered_at)
         select ?, customer_id, cast(? as integer), ?, cast(? as bigint) from (${wanted.sql}) w
         where ${within} and customer_id not in (select customer_id from segment_members where segment = ? and ${within})
         on conflict do nothing ${returning(db)}`,
        [
          segment,
          row.version,
          row.reason,
          row.now,
          ...wanted.bindings,
          span.after,
          span.upTo,
          segment,
          span.after,
          span.upTo,
        ],
      ),
    ),
  listLiving: (span: Span): Promise<{ id: string }[]> =>
    query(db, 'select id from customers where id > ? and id <= ? and merged_into is null and erased_at is null', [
      span.after,
      span.upTo,
    ]),
  clearNext: (rule: string, span: Span): Promise<unknown> =>
    db.raw(`delete from metrics where rule = ? and ${within}`, [rule, span.after, span.upTo]),
  setNext: async (rule: string, rows: readonly { customerId: string; at: number }[]): Promise<void> => {
    for (let i = 0; i < rows.length; i += 500) {
      const chunk = rows.slice(i, i + 500);
      await db.raw(
        `insert into metrics (customer_id, rule, next_change_at) values ${chunk.map(() => '(?, ?, ?)').join(', ')}`,
        chunk.flatMap((row) => [row.customerId, rule, row.at]),
      );
    }
  },
  /** The job at work on a rule, as far as it has come. */
  findBuild: async (kind: string, key: string): Promise<{ payload: string; progress: string | null } | undefined> => {
    const [row] = await query<{ payload: string; progress: string | null }>(
      db,
      `select j.payload, j.progress from rules r join jobs j on j.id = r.build_job
       where r.kind = ? and r.key = ? and j.status in ('waiting', 'running')`,
      [kind, key],
    );
    return row;
  },
  /** For the planner, after many came or went. */
  analyzeMembers: async (): Promise<void> => {
    if (dialectOf(db) === 'sqlite') await db.raw('pragma analysis_limit = 10000');
    await db.raw('analyze segment_members');
  },
  countCustomers: async (): Promise<number> => {
    const [row] = await query<{ count: number }>(db, 'select count(*) as count from customers');
    return Number(row?.count ?? 0);
  },
  copyMembers: async (from: string, into: string, reason: string, now: number): Promise<number> =>
    countOf(
      await db.raw(
        `insert into segment_members (segment, customer_id, version, reason, entered_at)
         select ?, customer_id, 1, ?, cast(? as bigint) from segment_members where segment = ? ${returning(db)}`,
        [into, reason, now, from],
      ),
    ),
  /** Customers that the conditions and the membership do not agree on, some of each kind. */
  listDifferences: async (
    segment: string,
    wanted: Wanted,
    limit: number,
  ): Promise<{ customer_id: string; wanted: number }[]> =>
    query(
      db,
      `select customer_id, 1 as wanted from (select customer_id from (${wanted.sql}) w
         except select customer_id from segment_members where segment = ? limit ?) missing
       union all select customer_id, 0 from (select customer_id from segment_members where segment = ?
         except select customer_id from (${wanted.sql}) v limit ?) extra`,
      [...wanted.bindings, segment, limit, segment, ...wanted.bindings, limit],
    ),
});

const returning = (db: Db): string => (dialectOf(db) === 'postgres' ? '' : 'returning 1 as one');

// PostgreSQL says how many; SQLite through knex.raw does not, so it returns the rows' ones.
const countOf = (result: unknown): number =>
  Array.isArray(result) ? result.length : ((result as { rowCount?: number }).rowCount ?? 0);
