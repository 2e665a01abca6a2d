// Rows of events. One statement stores thousands: the rows travel as one JSON text, built by hand because a row's properties
// are JSON already.
import { type Db, type Dialect, dialectOf } from '../data/database.ts';
import { rowSet } from '../data/row-set.ts';
import { query } from '../data/rows.ts';

export type EventRow = {
  id: string;
  customer_id: string;
  type: string;
  occurred_at: number;
  received_at: number;
  source: string;
  dedupe_key: string | null;
  /** JSON text on the way in; text or a value on the way out, see fromJson. */
  properties: string;
};

const into =
  'insert into events (id, customer_id, type, occurred_at, received_at, source, dedupe_key, properties) select';
const statements: Record<Dialect, string> = {
  sqlite: `${into} value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value -> 7 from json_each(?) where true`,
  postgres: `${into} i, c, t, o, r, s, k, p from json_to_recordset(?::json) as given(i text, c text, t text, o bigint, r bigint, s text, k text, p jsonb)`,
};
const once = ' on conflict (source, dedupe_key) do nothing returning id';

const text = JSON.stringify;
const encode: Record<Dialect, (row: EventRow) => string> = {
  sqlite: (r) =>
    `["${r.id}",${text(r.customer_id)},"${r.type}",${r.occurred_at},${r.received_at},"${r.source}",${text(r.dedupe_key)},${r.properties}]`,
  postgres: (r) =>
    `{"i":"${r.id}","c":${text(r.customer_id)},"t":"${r.type}","o":${r.occurred_at},"r":${r.received_at},"s":"${r.source}","k":${text(r.dedupe_key)},"p":${r.properties}}`,
};

export const createEventStore = (db: Db) => {
  const dialect = dialectOf(db);
  const textOf = (rows: readonly EventRow[]): string => `[${rows.map(encode[dialect]).join(',')}]`;

  /** The rows that hold these keys already, by `source\nkey`. */
  const findByKeys = async (
    keys: readonly (readonly [source: string, key: string])[],
  ): Promise<Map<string, { id: string; customer_id: string }>> => {
    const set = rowSet(dialect, 'given', [
      ['source', 'text'],
      ['dedupe_key', 'text'],
    ]);
    const rows = await query<{ id: string; customer_id: string; source: string; dedupe_key: string }>(
      db,
      `select e.id, e.customer_id, e.source, e.dedupe_key from ${set.sql} join events e on e.source = given.source and e.dedupe_key = given.dedupe_key`,
      [set.bind(keys)],
    );
    return new Map(rows.map((row) => [`${row.source}\n${row.dedupe_key}`, row]));
  };

  // SQLite's writer is alone, so looking first is exact, and cheaper than handing back the id of every row.
  const withoutKnown = async (rows: readonly EventRow[]): Promise<EventRow[]> => {
    const keyed = rows.filter((row) => row.dedupe_key !== null);
    const known = new Set((await findByKeys(keyed.map((row) => [row.source, row.dedupe_key!] as const))).keys());
    return rows.filter((row) => {
      if (row.dedupe_key === null) return true;
      const key = `${row.source}\n${row.dedupe_key}`;
      if (known.has(key)) return false;
      known.add(key);
      return true;
    });
  };

  return {
    findByKeys,
    /** Ids of the rows that were stored: those whose (source, dedupe_key) was new. */
    insertMany: async (rows: readonly EventRow[]): Promise<ReadonlySet<string>> => {
      const keyed = rows.some((row) => row.dedupe_key !== null);
      if (keyed && dialect === 'postgres') {
        const stored = await query<{ id: string }>(db, statements.postgres + once, [textOf(rows)]);
        return new Set(stored.map(({ id }) => id));
      }
      const fresh = keyed ? await withoutKnown(rows) : rows;
      if (fresh.length > 0) await db.raw(statements[dialect], [textOf(fresh)]);
      return new Set(fresh.map(({ id }) => id));
    },
    listTypes: (): Promise<{ type: string; last_at: number }[]> =>
      // Hops from type to type over the index (type, occurred_at, customer_id): its cost is the number of types, not of events.
      query(
        db,
        `with recursive types(type) as (
           select min(type) from events
           union all
           select (select min(type) from events where type > types.type) from types where types.type is not null
         )
         select type, (select max(occurred_at) from events e where e.type = types.type) as last_at
         from types where type is not null limit 500`,
      ),
    rows: () => db('events'),
  };
};
