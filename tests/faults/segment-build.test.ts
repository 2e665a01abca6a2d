// The server is killed (SIGKILL) while it builds a segment: when it runs again the build goes on, and ends with what is true and sound.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect } from 'vitest';
import { createPlatform, query, silentLog, system } from '../../core/index.ts';
import { createRapport } from '../../rapport.ts';
import { eachDatabase, type TestDatabase } from '../support/databases.ts';
import { expectDrained, expectSound } from '../support/invariants.ts';
import { testConfig } from '../support/platform.ts';
import { startProcess } from '../support/process.ts';

const start = (on: TestDatabase, fault: string): ChildProcess =>
  spawn(process.execPath, ['main.ts', 'start'], {
    env: {
      ...process.env,
      PORT: '0',
      NODE_ENV: 'test',
      DATABASE_URL: on.url,
      RAPPORT_DATA_DIR: on.folder,
      RAPPORT_LOG_LEVEL: 'error',
      RAPPORT_OWNER_EMAIL: 'owner@example.com',
      RAPPORT_OWNER_PASSWORD: 'correct horse battery',
      FAULT: fault,
    },
    stdio: 'ignore',
  });

const look = async <T>(on: TestDatabase, sql: string): Promise<T[]> => {
  const platform = await createPlatform(testConfig(on), silentLog);
  try {
    return await query<T>(platform.database.writer, sql);
  } finally {
    await platform.close();
  }
};

// Chunks grow at most fourfold each, so two of them never reach everybody.
const people = 24_000;

for (const fault of ['build.chunk:2:kill', 'build.committed:2:kill']) {
  eachDatabase(`killed at ${fault}, a build ends with what is true after a new start`, async (on) => {
    const { platform, rules, stop } = await createRapport(testConfig(on), silentLog);
    const rows = Array.from({ length: people }, (_, n) => ({
      id: `c${String(n).padStart(5, '0')}`,
      country: n % 4 === 0 ? 'GB' : 'DE',
      created_at: 0,
      updated_at: 0,
    }));
    await platform.database.writer.batchInsert('customers', rows, 100);
    const conditions = { all: [{ fact: 'customer.country', operator: 'equal', value: 'GB' }] };
    await rules.populations.segments.create({ key: 'here', name: 'Here', conditions }, system);
    await rules.populations.segments.activate('here', undefined, system);
    await stop();

    const killed = start(on, fault);
    const late = setTimeout(() => killed.kill('SIGTERM'), 30_000);
    const [, signal] = await once(killed, 'exit');
    clearTimeout(late);
    expect(signal).toBe('SIGKILL');
    const count = 'select count(*) as count from segment_members';
    const half = Number((await look<{ count: number }>(on, count))[0]!.count);
    expect(half).toBeGreaterThan(0);
    expect(half).toBeLessThan(people / 4);

    // The dead process's hold on the job would run out by itself; the test does not wait for that.
    await look(on, "update jobs set lease_until = 0 where status = 'running' returning id");
    await using server = await startProcess(on);
    await expectDrained(on, 60_000);
    const members = await look<{ id: string }>(on, 'select customer_id as id from segment_members order by 1');
    expect(members.map(({ id }) => id)).toEqual(rows.filter(({ country }) => country === 'GB').map(({ id }) => id));
    expect(await look(on, "select build_job from rules where key = 'here'")).toEqual([{ build_job: null }]);
    expect(await server.stop()).toBe(0);
    await expectSound(on);
  });
}
