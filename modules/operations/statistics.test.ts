import { expect } from 'vitest';
import { createCore, query, transact } from '../../core/index.ts';
import { eachDatabase } from '../../tests/support/databases.ts';
import { testPlatform } from '../../tests/support/platform.ts';
import { operationsModule } from './index.ts';

eachDatabase('after an import the planner knows the tables, on every connection', async (on) => {
  await using platform = await testPlatform(on);
  const core = createCore(platform);
  core.modules.install(operationsModule, { ...core, version: '0', isReady: () => true, routes: () => [] });
  const { writer, reader } = platform.database;
  const rows = Array.from({ length: 2000 }, (_, n) => ({
    id: `c${String(n).padStart(5, '0')}`,
    country: 'GB',
    stage: n % 2 ? 'new' : 'lead',
    created_at: 0,
    updated_at: 0,
  }));
  await writer.batchInsert('customers', rows, 100);
  const known = async (): Promise<number> => {
    const [row] = await query<{ rows: number }>(
      reader,
      on.dialect === 'postgres'
        ? "select reltuples as rows from pg_class where relname = 'customers'"
        : "select max(cast(stat as integer)) as rows from sqlite_stat1 where tbl = 'customers'",
    ).catch(() => []);
    return Number(row?.rows ?? 0);
  };
  const schema = async (): Promise<unknown> =>
    on.dialect === 'sqlite' ? (await query<{ schema_version: number }>(reader, 'pragma schema_version'))[0] : undefined;
  expect(await known()).toBeLessThan(1000);
  const before = await schema();
  await platform.jobs.start();
  platform.outbox.start();
  await transact(writer, (trx) =>
    platform.outbox.emit(trx, { topic: 'import.finished', payload: { what: 'customers', facts: [] } }),
  );
  await expect.poll(known, { timeout: 15_000 }).toBe(2000);
  if (on.dialect === 'sqlite') await expect.poll(schema, { timeout: 15_000 }).not.toEqual(before);
  await core.modules.stop();
});
