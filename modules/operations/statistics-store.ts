// What the planner of the database knows of the tables. Without it SQLite guesses, and PostgreSQL learns of a large import only
// when autovacuum comes by.
import { type Consumer, type Db, dialectOf, type Platform, query, transact } from '../../core/index.ts';

// Rows looked at for each index: the order of magnitude decides, and the one writer of SQLite is held for a moment only.
const analysisLimit = 10_000;

/** After many rows of these tables came or went; those this database has not are left out. Tables one by one, so that writers get their turn. */
const refreshStatistics = async (writer: Db, tables: readonly string[]): Promise<void> => {
  const postgres = dialectOf(writer) === 'postgres';
  const there = await query<{ name: string }>(
    writer,
    postgres
      ? "select relname as name from pg_class where relkind in ('r', 'p') and pg_table_is_visible(oid)"
      : "select name from sqlite_schema where type = 'table' and sql not like 'create virtual %'",
  );
  const known = new Set(there.map(({ name }) => name));
  const present = tables.filter((table) => known.has(table));
  if (postgres) {
    for (const table of present) await writer.raw('analyze ??', [table]);
    return;
  }
  await writer.raw(`pragma analysis_limit = ${analysisLimit}`);
  for (const table of present) await writer.raw('analyze ??', [table]);
  // Other connections read statistics with the schema only: a change of the schema makes them read both again.
  await transact(writer, async (trx) => {
    await trx.raw('create table statistics_read (x)');
    await trx.raw('drop table statistics_read');
  });
};

/** After an import. A build that moves many sees to its own table. */
export const statisticsAfterImports = ({ database, declared }: Platform): Consumer => ({
  name: 'statistics',
  topics: ['import.finished'],
  concurrency: 1,
  handle: () =>
    refreshStatistics(
      database.writer,
      declared.tables().flatMap(({ table, owner }) => (owner === 'machinery' ? [] : [table])),
    ),
});
