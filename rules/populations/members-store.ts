// Rows of membership, past membership, and of when time alone will change it. `segment` and `rule` are a segment's key or `alert:<key>`.
import { type Db, dialectOf, query } from '../../core/index.ts';

export type MemberRow = { segment: string; customer_id: string; version: number; reason: string; entered_at: number };
export type Departure = {
  customer_id: string;
  segment: string;
  version: number;
  reason: string;
  entered_at: number;
  left_at: number;
};
export type NextChange = { customer_id: string; rule: string; next_change_at: number };

/** What is stored about one customer: when they entered what, and when which rule is due. */
export type MemberState = { entered: Map<string, number>; next: Map<string, number> };

const atOnce = 400;

const inChunks = async <T>(rows: readonly T[], work: (chunk: T[]) => Promise<unknown>): Promise<void> => {
  for (let i = 0; i < rows.length; i += atOnce) await work(rows.slice(i, i + atOnce));
};
const marks = (count: number): string => Array.from({ length: count }, () => '?').join(', ');
const tuples = (count: number, width: number): string =>
  Array.from({ length: count }, () => `(${marks(width)})`).join(', ');

const lists = `select key from rules where kind = 'segment' and variant in ('static', 'snapshot')`;

export const createMembersStore = (db: Db) => ({
  /** Two writers of one customer evaluate one after the other, the second seeing what the first wrote. SQLite has one writer. */
  lockCustomers: async (ids: readonly string[]): Promise<void> => {
    if (dialectOf(db) === 'postgres')
      await query(db, 'select id from customers where id = any(?::text[]) order by id for no key update', [ids]);
  },
  readStates: async (ids: readonly string[]): Promise<Map<string, MemberState>> => {
    const states = new Map<string, MemberState>(ids.map((id) => [id, { entered: new Map(), next: new Map() }]));
    await inChunks(ids, async (chunk) => {
      const rows = await query<{ what: string; customer_id: string; rule: string; at: number }>(
        db,
        `select 'in' as what, customer_id, segment as rule, entered_at as at from segment_members where customer_id in (${marks(chunk.length)})
         union all select 'due', customer_id, rule, next_change_at from metrics where customer_id in (${marks(chunk.length)})`,
        [...chunk, ...chunk],
      );
      for (const row of rows) {
        const state = states.get(row.customer_id)!;
        (row.what === 'in' ? state.entered : state.next).set(row.rule, Number(row.at));
      }
    });
    return states;
  },
  enter: (rows: readonly MemberRow[]): Promise<void> =>
    inChunks(rows, (chunk) =>
      db.raw(
        `insert into segment_members (segment, customer_id, version, reason, entered_at) values ${tuples(chunk.length, 5)}
         on conflict do nothing`,
        chunk.flatMap((row) => [row.segment, row.customer_id, row.version, row.reason, row.entered_at]),
      ),
    ),
  leave: (rows: readonly Departure[]): Promise<void> =>
    inChunks(rows, async (chunk) => {
      await db.raw(
        `insert into past_members (customer_id, segment, version, reason, entered_at, left_at) values ${tuples(chunk.length, 6)}`,
        chunk.flatMap((row) => [row.customer_id, row.segment, row.version, row.reason, row.entered_at, row.left_at]),
      );
      await db.raw(
        `delete from segment_members where (segment, customer_id) in (values ${tuples(chunk.length, 2)})`,
        chunk.flatMap((row) => [row.segment, row.customer_id]),
      );
    }),
  setNext: (rows: readonly NextChange[]): Promise<void> =>
    inChunks(rows, (chunk) =>
      db.raw(
        `insert into metrics (customer_id, rule, next_change_at) values ${tuples(chunk.length, 3)}
         on conflict (customer_id, rule) do update set next_change_at = excluded.next_change_at`,
        chunk.flatMap((row) => [row.customer_id, row.rule, row.next_change_at]),
      ),
    ),
  clearNext: (rows: readonly Pick<NextChange, 'customer_id' | 'rule'>[]): Promise<void> =>
    inChunks(rows, (chunk) =>
      db.raw(
        `delete from metrics where (customer_id, rule) in (values ${tuples(chunk.length, 2)})`,
        chunk.flatMap((row) => [row.customer_id, row.rule]),
      ),
    ),
  clearRule: (rule: string): Promise<number> => db('metrics').where({ rule }).delete(),

  listDue: (now: number, limit: number): Promise<Pick<NextChange, 'customer_id' | 'rule'>[]> =>
    query(db, 'select customer_id, rule from metrics where next_change_at <= ? order by next_change_at limit ?', [
      now,
      limit,
    ]),
  findNextDue: async (): Promise<number | null> => {
    const [row] = await query<{ at: number | null }>(db, 'select min(next_change_at) as at from metrics');
    return row?.at == null ? null : Number(row.at);
  },
  /** Held by the one node that works what is due; false when another holds it. */
  tryLockDue: async (): Promise<boolean> => {
    if (dialectOf(db) !== 'postgres') return true;
    const [row] = await query<{ held: boolean }>(db, 'select pg_try_advisory_xact_lock(7421011) as held');
    return row?.held ?? false;
  },

  /** Customers merged into one of these. */
  listMergedInto: async (ids: readonly string[]): Promise<{ id: string; into: string }[]> =>
    query(db, `select id, merged_into as into_id from customers where merged_into in (${marks(ids.length)})`, ids).then(
      (rows) => (rows as { id: string; into_id: string }[]).map(({ id, into_id }) => ({ id, into: into_id })),
    ),
  /** Lists go with the person: a static membership of a merged customer becomes that of the one who lives on. */
  moveLists: async (from: string, into: string): Promise<void> => {
    await db.raw(
      `insert into segment_members (segment, customer_id, version, reason, entered_at)
       select segment, cast(? as text), version, 'merged', entered_at from segment_members
       where customer_id = ? and segment in (${lists}) on conflict do nothing`,
      [into, from],
    );
  },
  /** After a merge was undone: who came back has its lists again, and the other loses those it had only by the merge. */
  restoreLists: async (ids: readonly string[]): Promise<void> => {
    const back = `from past_members where reason = 'merged' and customer_id in (${marks(ids.length)}) and segment in (${lists})`;
    await db.raw(
      `delete from segment_members where reason = 'merged' and customer_id in (${marks(ids.length)})
       and segment in (select segment ${back})`,
      [...ids, ...ids],
    );
    await db.raw(
      `insert into segment_members (segment, customer_id, version, reason, entered_at)
       select segment, customer_id, version, 'list', min(entered_at) ${back} group by segment, customer_id, version
       on conflict do nothing`,
      [...ids],
    );
    await db.raw(`delete ${back}`, [...ids]);
  },
  /** The customer is in nothing any more; where they were stays as history. */
  leaveAll: async (customerId: string, reason: string, now: number): Promise<void> => {
    await db.raw(
      `insert into past_members (customer_id, segment, version, reason, entered_at, left_at)
       select customer_id, segment, version, ?, entered_at, cast(? as bigint) from segment_members where customer_id = ?`,
      [reason, now, customerId],
    );
    await db('segment_members').where({ customer_id: customerId }).delete();
    await db('metrics').where({ customer_id: customerId }).delete();
  },
  /** Nothing about the customer stays: memberships, their history, and the facts that firings saw. */
  forget: async (customerId: string): Promise<void> => {
    for (const table of ['segment_members', 'past_members', 'metrics', 'alert_cooldowns', 'firings'])
      await db(table).where({ customer_id: customerId }).delete();
  },
});
