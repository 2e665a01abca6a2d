// Deletes many rows without stopping anybody: found beside the writer, deleted in transactions of a few milliseconds each.
import { setImmediate as others } from 'node:timers/promises';
import type { Knex } from 'knex';
import { type Database, type Db, dialectOf } from './database.ts';
import { transact } from './transact.ts';

/** Most rows in one transaction. */
export const sweptAtOnce = 500;

/** Answers how many went. Whatever no longer fits when its turn comes stays. */
export const deleteInSteps = async (
  db: Db,
  table: string,
  fitting: (rows: Knex.QueryBuilder) => Knex.QueryBuilder,
  signal: AbortSignal,
  reader: Db = db,
): Promise<number> => {
  const isSqlite = dialectOf(db) === 'sqlite';
  // Where the row lies in the table: there is no key that all tables have.
  const place = isSqlite ? 'rowid' : 'ctid';
  let gone = 0;
  for (;;) {
    signal.throwIfAborted();
    const found = (await fitting(reader(table).select({ place: reader.raw(place) })).limit(sweptAtOnce)) as {
      place: number | string;
    }[];
    if (found.length === 0) return gone;
    const places = found.map((row) => row.place);
    const lies = isSqlite
      ? db.raw('rowid in (select value from json_each(?))', [JSON.stringify(places)])
      : db.raw('ctid = any(?::tid[])', [places as never]);
    gone += await transact(db, (trx) => fitting(trx(table)).where(lies).delete() as unknown as Promise<number>);
    if (found.length < sweptAtOnce) return gone;
    await others();
  }
};

/** Rows whose `column` is below `before` and whose other columns have one of the values that `where` gives. */
export const deleteOlder = (
  { writer, reader }: Database,
  table: string,
  old: { column: string; before: number | string; where?: Record<string, string | readonly string[]> },
  signal: AbortSignal,
): Promise<number> => {
  const fitting = (rows: Knex.QueryBuilder): Knex.QueryBuilder => {
    rows.where(old.column, '<', old.before);
    for (const [name, values] of Object.entries(old.where ?? {})) rows.whereIn(name, [values].flat());
    return rows;
  };
  return deleteInSteps(writer, table, fitting, signal, reader);
};
