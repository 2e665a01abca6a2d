// What must hold after any crash: the audit chain verifies, no lease is left, the outbox drains, the file is sound.
import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'vitest';
import { createPlatform, type Platform, silentLog } from '../../core/index.ts';
import type { TestDatabase } from './databases.ts';
import { testConfig } from './platform.ts';

/** Opens the database beside a running server (or none) and closes it afterwards. */
export const withPlatform = async <T>(on: TestDatabase, look: (platform: Platform) => Promise<T>): Promise<T> => {
  const platform = await createPlatform(testConfig(on), silentLog);
  try {
    return await look(platform);
  } finally {
    await platform.close();
  }
};

export const expectSound = (on: TestDatabase): Promise<void> =>
  withPlatform(on, async ({ audit, database }) => {
    expect((await audit.verify(database.reader)).firstBad).toBeNull();
    if (on.dialect === 'sqlite') {
      const [check] = (await database.reader.raw('pragma integrity_check')) as { integrity_check: string }[];
      expect(check?.integrity_check).toBe('ok');
    }
  });

/** Waits until nothing is on its way any more: outbox empty, no job waiting now or running. */
export const expectDrained = (on: TestDatabase, withinMs = 30_000): Promise<void> =>
  withPlatform(on, async ({ database }) => {
    const end = Date.now() + withinMs;
    for (;;) {
      const outbox = await database.reader('outbox').count({ n: '*' }).first();
      const jobs = await database
        .reader('jobs')
        .whereIn('status', ['waiting', 'running'])
        .where('run_at', '<=', Date.now())
        .select('queue', 'status', 'last_error');
      if (Number(outbox?.n) === 0 && jobs.length === 0) return;
      if (Date.now() > end)
        throw new Error(`still on its way: ${String(outbox?.n)} in the outbox, ${JSON.stringify(jobs.slice(0, 3))}`);
      await wait(100);
    }
  });
