// A database of its own for each test, on both engines: `eachDatabase('a promise', async ({ database }) => …)`.
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import knex from 'knex';
import { inject, test } from 'vitest';
import type { Dialect } from '../../core/index.ts';

export const dialects: readonly Dialect[] = ['sqlite', 'postgres'];

export type TestDatabase = {
  dialect: Dialect;
  url: string;
  folder: string;
  [Symbol.asyncDispose]: () => Promise<void>;
};

let made = 0;

/** A database and a data folder; both are gone when disposed. Empty, or with the schema already there: that is quicker. */
export const createTestDatabase = async (
  dialect: Dialect,
  { migrated = false }: { migrated?: boolean } = {},
): Promise<TestDatabase> => {
  const folder = mkdtempSync(join(tmpdir(), 'rapport-test-'));
  const clean = () => rmSync(folder, { recursive: true, force: true });
  if (dialect === 'sqlite') {
    if (migrated) copyFileSync(inject('templates').sqlite, join(folder, 'rapport.db'));
    return { dialect, folder, url: `sqlite:${folder}/rapport.db`, [Symbol.asyncDispose]: async () => clean() };
  }
  const server = inject('postgresUrl');
  const name = `test_${process.pid}_${Date.now()}_${made++}`;
  await onServer(
    server,
    `create database ${name}${migrated ? ` template ${inject('templates').postgres} strategy file_copy` : ''}`,
  );
  return {
    dialect,
    folder,
    url: server.replace(/\/postgres$/, `/${name}`),
    [Symbol.asyncDispose]: async () => {
      clean();
      await onServer(server, `drop database if exists ${name} with (force)`);
    },
  };
};

/** One test per engine, each with a fresh database that has the schema and no rows of its own. */
export const eachDatabase = (name: string, run: (on: TestDatabase) => Promise<void>, timeoutMs?: number): void => {
  for (const dialect of dialects) {
    test(`${name} (${dialect})`, { timeout: timeoutMs }, async () => {
      await using on = await createTestDatabase(dialect, { migrated: true });
      await run(on);
    });
  }
};

const onServer = async (url: string, sql: string): Promise<void> => {
  const connection = knex({ client: 'pg', connection: url });
  try {
    await connection.raw(sql);
  } finally {
    await connection.destroy();
  }
};
