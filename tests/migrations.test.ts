// The schema is one, whatever the engine and whatever version the data comes from: nothing is lost on the way up.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Database, type Dialect, listPendingMigrations, migrate, openDatabase } from '../core/index.ts';
import { createTestDatabase, dialects } from './support/databases.ts';
import { countRows, fillTables, listColumns, listIndexes } from './support/schema.ts';

const directory = join(import.meta.dirname, '..', 'migrations');
const files = readdirSync(directory).sort();

const withDatabase = async (
  dialect: Dialect,
  migrated: boolean,
  work: (database: Database) => Promise<void>,
): Promise<void> => {
  await using on = await createTestDatabase(dialect, { migrated });
  // One connection, so that what a session switches off stays off for its statements.
  const database = await openDatabase(on.url, { poolSize: 1 });
  try {
    await work(database);
  } finally {
    await database.close();
  }
};

const step = async (database: Database): Promise<void> => {
  await database.writer.migrate.up({ directory, extension: 'ts', loadExtensions: ['.ts'] });
};

test('both engines have the same tables, columns, kinds, defaults and needs', async () => {
  const seen: Record<string, string[]> = {};
  for (const dialect of dialects)
    await withDatabase(dialect, true, async (database) => {
      seen[dialect] = (await listColumns(database))
        .map(
          ({ table, name, kind, nullable, hasDefault }) =>
            `${table}.${name}: ${kind}${nullable ? '' : ', needed'}${hasDefault ? ', with a default' : ''}`,
        )
        .sort();
    });
  expect(seen.sqlite!.length).toBeGreaterThan(400);
  expect(seen.postgres).toEqual(seen.sqlite!.filter((column) => !ofSqlite.includes(column)));
});

test('what is unique on one engine is unique on the other', async () => {
  const seen: Record<string, string[]> = {};
  for (const dialect of dialects)
    await withDatabase(dialect, true, async (database) => {
      const unique = (await listIndexes(database)).filter((index) => index.unique);
      seen[dialect] = [...new Set(unique.map(({ table, columns }) => `${table} (${columns})`))].sort();
    });
  expect(seen.sqlite!.length).toBeGreaterThan(50);
  expect(seen.postgres).toEqual(seen.sqlite);
});

describe.each(dialects)('on %s', (dialect) => {
  test('an upgrade keeps the rows of every table, from whatever version it begins', { timeout: 60_000 }, async () => {
    await withDatabase(dialect, false, async (database) => {
      const least = new Map<string, number>();
      // At each version one more row in every table that it knows; the next migration may change them, and must not drop them.
      for (const [index, file] of files.entries()) {
        await step(database);
        const tables = new Set((await listColumns(database)).map(({ table }) => table));
        for (const [table, count] of least) {
          const known = tables.has(table);
          if (known && emptied[file] !== table)
            expect(await countRows(database, table), `${table} after ${file}`).toBeGreaterThanOrEqual(count);
          if (!known) expect(dropped, `${table} after ${file}`).toContain(table);
        }
        for (const [table, count] of await fillTables(database, index + 1)) least.set(table, count);
      }
      expect(await listPendingMigrations(database)).toEqual([]);
    });
  });

  test('every migration can be taken back, and then made again with the same schema', async () => {
    await withDatabase(dialect, true, async (database) => {
      const before = await listColumns(database);
      await database.writer.migrate.rollback({ directory, extension: 'ts', loadExtensions: ['.ts'] }, true);
      expect(await listColumns(database)).toEqual([]);
      expect(await listPendingMigrations(database)).toEqual(files);
      expect(await migrate(database)).toEqual(files);
      const sorted = (columns: typeof before): string[] => columns.map((column) => JSON.stringify(column)).sort();
      expect(sorted(await listColumns(database))).toEqual(sorted(before));
    });
  });
});

/** Tables that a migration removed on purpose, because nothing read them any more. */
const dropped: readonly string[] = ['rule_generations'];

/** Keys that were claimed and never answered belong to nobody. */
const emptied: Record<string, string> = { '0011_idempotency_headers.ts': 'idempotency_keys' };

/** The full-text index of SQLite refers to rows by number. */
const ofSqlite: readonly string[] = ['customers.row_no: whole number, needed'];
