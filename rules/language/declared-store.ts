// Reads facts that modules declare: one query a table and column of keys, whatever the number of facts, for some customers now or
// for one at a past instant.
import { type Db, type DeclaredFact, type DeclaredFactValue, dialectOf, query } from '../../core/index.ts';

type Row = Record<string, unknown>;
type Values = Map<string, DeclaredFactValue>;

/** By customer, then by fact; what is null is left out. */
export const readDeclared = async (
  db: Db,
  facts: Iterable<DeclaredFact>,
  ids: readonly string[],
): Promise<Map<string, Values>> => {
  const found = new Map<string, Values>();
  const onePostgres = dialectOf(db) === 'postgres';
  const given = onePostgres ? ids : JSON.stringify(ids);
  const tables = Map.groupBy(facts, ({ table, customerColumn, key }) => `${table} ${customerColumn} ${key?.column}`);
  for (const together of tables.values()) {
    const { table, customerColumn = 'customer_id', key } = together[0]!;
    const columns = [...new Set(together.map(({ column }) => column))];
    const keys = [...new Set(together.flatMap((fact) => (fact.key ? [fact.key.value] : [])))];
    const rows = await query<Row>(
      db,
      `SELECT ${customerColumn} AS fact_customer, ${key ? `${key.column} AS fact_key, ` : ''}${columns.join(', ')} FROM ${table}
       WHERE ${customerColumn} ${onePostgres ? '= ANY(?)' : 'IN (SELECT value FROM json_each(?))'}
       ${key ? `AND ${key.column} IN (${keys.map(() => '?').join(', ')})` : ''}`,
      [given, ...keys],
    );
    for (const row of rows) {
      const id = row.fact_customer as string;
      const values = found.get(id) ?? new Map<string, DeclaredFactValue>();
      found.set(id, values);
      for (const fact of together)
        if (row[fact.column] !== null && (!fact.key || fact.key.value === row.fact_key))
          values.set(fact.id, plain(row[fact.column], fact.type));
    }
  }
  return found;
};

/** Numbers of 64 bits are texts on PostgreSQL, truth is a number on SQLite. */
const plain = (held: unknown, type: DeclaredFact['type']): DeclaredFactValue => {
  if (type === 'text' || type === 'day') return String(held);
  return type === 'boolean' ? Boolean(held) : Number(held);
};

/** Values of one customer at a past instant, and the ids of those that are known to have been so. */
export const readDeclaredPast = async (
  db: Db,
  facts: Iterable<DeclaredFact>,
  { customerId, at, isBefore }: { customerId: string; at: number; isBefore: boolean },
): Promise<{ values: Values; known: Set<string> }> => {
  const all = [...facts];
  const now = (await readDeclared(db, all, [customerId])).get(customerId) ?? new Map();
  const values: Values = new Map();
  const known = new Set<string>();
  const put = (id: string, value: DeclaredFactValue | undefined): void => {
    known.add(id);
    if (value !== null && value !== undefined) values.set(id, value);
  };
  for (const fact of all) {
    const { id, past } = fact;
    if (typeof past === 'function') put(id, await past(db, customerId, at));
    // There was no customer yet, and so nothing of theirs.
    else if (isBefore) put(id, null);
    else if (past && (await isSince(db, fact, past.since, customerId, at))) put(id, now.get(id));
  }
  return { values, known };
};

const isSince = async (
  db: Db,
  { table, customerColumn = 'customer_id', key }: DeclaredFact,
  since: string,
  customerId: string,
  at: number,
): Promise<boolean> => {
  const rows = await query(
    db,
    `SELECT 1 AS found FROM ${table} WHERE ${customerColumn} = ? AND ${since} <= ?${key ? ` AND ${key.column} = ?` : ''}`,
    [customerId, at, ...(key ? [key.value] : [])],
  );
  return rows.length > 0;
};
