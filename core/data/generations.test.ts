import { rmSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import { createTestDatabase, eachDatabase } from '../../tests/support/databases.ts';
import { testPlatform } from '../../tests/support/platform.ts';
import { transact } from './transact.ts';

eachDatabase(
  'a change that was answered is seen at once, by nodes that run and by those that never started',
  async (on) => {
    await using a = await testPlatform(on);
    await using b = await testPlatform(on);
    await using cold = await testPlatform(on);
    const all = [a, b, cold];
    for (const { generations } of all) generations.declare('test', 'things');
    await a.generations.start();
    await b.generations.start();
    for (let n = 1; n <= 60; n++) {
      const changing = all[n % 3]!;
      await transact(changing.database.writer, (trx) => changing.generations.raise(trx, 'things'));
      for (const { generations } of all) {
        await generations.current();
        expect(generations.valueOf('things')).toBe(n);
      }
    }
  },
);

eachDatabase('while nothing changes, no query is made: the answer is there without a wait', async (on) => {
  await using a = await testPlatform(on);
  a.generations.declare('test', 'things');
  await a.generations.start();
  await transact(a.database.writer, (trx) => a.generations.raise(trx, 'things'));
  expect(a.generations.current()).toBeUndefined();
});

eachDatabase(
  'what was rolled back changed nothing; what the transaction itself raised is not kept by anybody',
  async (on) => {
    await using a = await testPlatform(on);
    a.generations.declare('test', 'things');
    await a.generations.start();
    const undone = transact(a.database.writer, async (trx) => {
      await a.generations.raise(trx, 'things');
      expect(await a.generations.valueIn(trx, 'things')).toBeUndefined();
      throw new Error('undone');
    });
    await expect(undone).rejects.toThrow('undone');
    await a.generations.current();
    expect(a.generations.valueOf('things')).toBe(0);
  },
);

eachDatabase('listeners of the other node are called without being asked', async (on) => {
  await using a = await testPlatform(on);
  await using b = await testPlatform(on);
  const heard = vi.fn();
  for (const { generations } of [a, b]) generations.declare('test', 'things');
  b.generations.onChange('things', heard);
  await a.generations.start();
  await b.generations.start();
  await transact(a.database.writer, (trx) => a.generations.raise(trx, 'things'));
  await vi.waitFor(() => expect(heard).toHaveBeenCalledTimes(1), 5000);
});

eachDatabase('callers share one reading, and nobody gets one that began before the caller came', async (on) => {
  await using a = await testPlatform(on);
  await using b = await testPlatform(on);
  for (const { generations } of [a, b]) generations.declare('test', 'things');
  // b never started: on PostgreSQL each of its readings is a query.
  for (let n = 1; n <= 20; n++) {
    const early = b.generations.current();
    await transact(a.database.writer, (trx) => a.generations.raise(trx, 'things'));
    const late = [1, 2, 3].map(async () => {
      await b.generations.current();
      return b.generations.valueOf('things');
    });
    expect(await Promise.all(late)).toEqual([n, n, n]);
    await early;
  }
});

eachDatabase('a name that no module declares is refused, and so is a second owner', async (on) => {
  await using a = await testPlatform(on);
  await expect(a.generations.raise(a.database.writer, 'nobody')).rejects.toThrow('No module declares');
  a.generations.declare('test', 'things');
  expect(() => a.generations.declare('other', 'things')).toThrow('declared by test and by other');
});

test('a lost connection to PostgreSQL costs a reading per use, and is made again', async () => {
  await using on = await createTestDatabase('postgres');
  await using a = await testPlatform(on);
  await using b = await testPlatform(on);
  for (const { generations } of [a, b]) generations.declare('test', 'things');
  await a.generations.start();
  await b.generations.start();
  // Sessions that hold advisory locks: the nodes' own.
  await a.database.writer.raw(
    "select pg_terminate_backend(pid) from (select distinct pid from pg_locks where locktype = 'advisory') locks",
  );
  await vi.waitFor(() => expect(b.generations.current()).toBeDefined(), { interval: 1 });
  await transact(a.database.writer, (trx) => a.generations.raise(trx, 'things'));
  await b.generations.current();
  expect(b.generations.valueOf('things')).toBe(1);
  await vi.waitFor(() => expect(b.generations.current()).toBeUndefined(), 10_000);
});

test('on SQLite the file beside the database may be removed while nodes run: no change is missed', async () => {
  await using on = await createTestDatabase('sqlite', { migrated: true });
  await using a = await testPlatform(on);
  await using b = await testPlatform(on);
  for (const { generations } of [a, b]) generations.declare('test', 'things');
  await a.generations.start();
  await b.generations.start();
  const raise = () => transact(a.database.writer, (trx) => a.generations.raise(trx, 'things'));
  const seenByB = async (): Promise<number> => {
    await b.generations.current();
    return b.generations.valueOf('things');
  };
  await raise();
  expect(await seenByB()).toBe(1);
  rmSync(`${on.url.slice('sqlite:'.length)}-generations`);
  await raise();
  expect(await seenByB()).toBe(2);
  await raise();
  expect(await seenByB()).toBe(3);
});
