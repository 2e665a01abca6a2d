// Rows about a person in whatever table a module declares: found, given to another, given back, removed, emptied, searched. The
// statements are the same for every table; what happens to which is the table's policy (core/declared.ts).
import { type Db, dialectOf } from '../data/database.ts';
import { type RowColumn, rowSet } from '../data/row-set.ts';
import { query } from '../data/rows.ts';

export type Row = Record<string, unknown>;
export type KeyRow = Record<string, string | number>;

const asciiLower = (text: string): string => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

export const createPeopleStore = (db: Db) => {
  const dialect = dialectOf(db);
  const whose = (table: string, columns: readonly string[], ids: readonly string[]) =>
    db(table).where((any) => {
      for (const column of columns) any.orWhereIn(column, [...ids]);
    });
  /** Rows of `table` that have these keys and are `owner`'s, as the tail of an update or a delete. */
  const byKeys = (table: string, given: readonly KeyRow[]) => {
    const columns = Object.entries(given[0]!).map(
      ([name, value]): RowColumn => [name, typeof value === 'number' ? 'integer' : 'text'],
    );
    const set = rowSet(dialect, 'given', columns);
    return {
      set: set.sql,
      same: columns.map(([name]) => `${table}.${name} = given.${name}`).join(' and '),
      bound: set.bind(given.map((row) => columns.map(([name]) => row[name]))),
    };
  };
  return {
    rowsOf: (table: string, columns: readonly string[], customerIds: readonly string[]): Promise<Row[]> =>
      whose(table, columns, customerIds),
    /** Gives the rows to another customer; returns their keys. */
    move: (table: string, column: string, key: readonly string[], from: string, into: string): Promise<KeyRow[]> =>
      query<KeyRow>(db, `update ${table} set ${column} = ? where ${column} = ? returning ${key.join(', ')}`, [
        into,
        from,
      ]),
    /** Gives the rows with these keys back, as far as they are still with `from`. */
    moveBack: async (table: string, column: string, given: readonly KeyRow[], from: string, into: string) => {
      if (given.length === 0) return;
      const { set, same, bound } = byKeys(table, given);
      await db.raw(`update ${table} set ${column} = ? from ${set} where ${same} and ${table}.${column} = ?`, [
        into,
        bound,
        from,
      ]);
    },
    /** Gives those rows to another customer whose key it does not have yet; the others go. Returns the rest of their keys. */
    unite: async (table: string, column: string, rest: readonly string[], from: string, into: string) => {
      const same = rest.map((name) => `o.${name} = ${table}.${name}`).join(' and ') || '1 = 1';
      const added = await query<KeyRow>(
        db,
        `update ${table} set ${column} = ? where ${column} = ?
         and not exists (select 1 from ${table} o where o.${column} = ? and ${same})
         returning ${[...rest, column].join(', ')}`,
        [into, from, into],
      );
      await db(table).where(column, from).delete();
      return added.map((row) => Object.fromEntries(rest.map((name) => [name, row[name]!])));
    },
    /** Takes from `owner` the rows with these keys. */
    removeKeys: async (table: string, column: string, owner: string, given: readonly KeyRow[]): Promise<void> => {
      for (const key of given)
        await db(table)
          .where({ ...key, [column]: owner })
          .delete();
    },
    insert: async (table: string, rows: readonly Row[]): Promise<void> => {
      const plain = rows.map((row) =>
        Object.fromEntries(
          Object.entries(row).map(([name, value]) => [
            name,
            typeof value === 'object' && value !== null ? JSON.stringify(value) : value,
          ]),
        ),
      );
      await db.batchInsert(table, plain, 50);
    },
    remove: (table: string, columns: readonly string[], customerIds: readonly string[]): Promise<number> =>
      whose(table, columns, customerIds).delete(),
    /** Empties columns of the person's rows. */
    clear: (table: string, columns: readonly string[], customerIds: readonly string[], cleared: readonly string[]) =>
      whose(table, columns, customerIds).update(Object.fromEntries(cleared.map((column) => [column, null]))),
    /** Removes rows in which one of the texts occurs, as it is or as JSON writes it. */
    removeNaming: async (table: string, columns: readonly string[], texts: readonly string[]): Promise<void> => {
      // SQLite folds the case of ASCII only: other letters are searched for in both cases.
      const spellings = texts.flatMap((text) => [text, text.toLowerCase(), text.toUpperCase()]);
      const patterns = new Set(spellings.flatMap((text) => [text, JSON.stringify(text).slice(1, -1)]).map(asciiLower));
      for (const text of patterns)
        await db(table)
          .where((any) => {
            for (const column of columns)
              if (dialect === 'sqlite') any.orWhereRaw('instr(lower(??), ?) > 0', [column, text]);
              else any.orWhereRaw('position(lower(?) in lower(??)) > 0', [text, column]);
          })
          .delete();
    },
    /** Leaves of a customer's row what `kept` names. */
    blank: async (customerIds: readonly string[], kept: ReadonlySet<string>, at: number): Promise<void> => {
      const rows = (await db('customers').whereIn('id', [...customerIds])) as Row[];
      for (const row of rows) {
        const blank = Object.keys(row).filter((column) => !kept.has(column));
        await db('customers')
          .where({ id: row.id })
          .update({
            ...Object.fromEntries(blank.map((column) => [column, null])),
            version: Number(row.version) + 1,
            updated_at: at,
            erased_at: at,
          });
      }
    },
    /** A merge stays as a row that says who went into whom; what both were is gone, so it cannot be undone. */
    forgetMerges: async (customerIds: readonly string[]): Promise<void> => {
      await whose('merges', ['from_id', 'into_id'], customerIds).update({ before: '{}' });
    },
    listMergedInto: async (customerId: string): Promise<string[]> =>
      ((await db('customers').where({ merged_into: customerId }).select('id')) as { id: string }[]).map(({ id }) => id),
    updateCustomer: (id: string, columns: Record<string, unknown>) => db('customers').where({ id }).update(columns),
    repoint: (ids: readonly string[], into: string) => db('customers').whereIn('id', ids).update({ merged_into: into }),
  };
};
