// Which lost races are run again, how often, and that nothing of a lost try stays.
import { expect, test } from 'vitest';
import { createTestDatabase, eachDatabase } from '../../tests/support/databases.ts';
import { testPlatform } from '../../tests/support/platform.ts';
import { Conflict } from '../errors.ts';
import type { Db } from './database.ts';
import { transactRetrying } from './retry.ts';
import { transact } from './transact.ts';

const put = (db: Db, key: string, value = '0') => db('settings').insert({ key, value, updated_at: 0 });
const failing = (code?: string): Error =>
  Object.assign(new Error(`failed with ${code}`), code !== undefined && { code });

eachDatabase(
  'races are run again until they are won, five times at most; other failures are told at once',
  async (on) => {
    await using platform = await testPlatform(on);
    const { writer, reader } = platform.database;
    const tried = async (error: unknown, wonAt: number) => {
      let tries = 0;
      const outcome = await transactRetrying(writer, async (trx) => {
        tries++;
        await put(trx, `r:${tries}`);
        if (tries < wonAt) throw error;
        return 'won';
      }).catch((thrown: unknown) => thrown);
      const left = await reader('settings').whereLike('key', 'r:%').pluck('key');
      await writer('settings').whereLike('key', 'r:%').delete();
      return { tries, outcome, left };
    };
    for (const code of ['40001', '40P01', '23505']) {
      expect(await tried(failing(code), 3), code).toEqual({ tries: 3, outcome: 'won', left: ['r:3'] });
      expect(await tried(failing(code), 5), code).toEqual({ tries: 5, outcome: 'won', left: ['r:5'] });
      const lost = failing(code);
      expect(await tried(lost, 6), code).toEqual({ tries: 5, outcome: lost, left: [] });
    }
    const others: unknown[] = [
      ...['23503', '23502', '22001', '25P02', '57014', '57P01', 'SQLITE_CONSTRAINT', 'SQLITE_BUSY', ''].map(failing),
      failing(),
      new Conflict('It is taken.'),
      new TypeError('a mistake of ours'),
    ];
    for (const error of others)
      expect(await tried(error, 2), String(error)).toEqual({ tries: 1, outcome: error, left: [] });
  },
);

eachDatabase('inside a transaction it is tried once: only the whole of it could be run again', async (on) => {
  await using platform = await testPlatform(on);
  const { writer, reader } = platform.database;
  let tries = 0;
  await expect(
    transact(writer, async (trx) => {
      await put(trx, 'outer');
      await transactRetrying(trx, async (inner) => {
        tries++;
        await put(inner, 'inner');
        throw failing('40P01');
      });
    }),
  ).rejects.toMatchObject({ code: '40P01' });
  expect(tries).toBe(1);
  expect(await reader('settings').whereIn('key', ['outer', 'inner'])).toEqual([]);
});

test('two that take the same rows in opposite order both get through on PostgreSQL', async () => {
  await using on = await createTestDatabase('postgres', { migrated: true });
  await using platform = await testPlatform(on);
  const { writer } = platform.database;
  await put(writer, 'a');
  await put(writer, 'b');
  const both = Promise.withResolvers<void>();
  const oneDone = Promise.withResolvers<void>();
  let tries = 0;
  let holding = 0;
  const add = (first: string, second: string) =>
    transactRetrying(writer, async (trx) => {
      // Who was refused goes on after the other.
      if (++tries > 2) await oneDone.promise;
      await trx.raw(`set local deadlock_timeout = '${first === 'a' ? 5 : 300}ms'`);
      const increment = (key: string) =>
        trx('settings')
          .where({ key })
          .update({ value: trx.raw('(value::int + 1)::text') });
      await increment(first);
      // Each holds one row before it asks for the other's: a deadlock, which the database ends by refusing one of them.
      if (++holding === 2) both.resolve();
      await both.promise;
      await increment(second);
    }).then(oneDone.resolve);
  await Promise.all([add('a', 'b'), add('b', 'a')]);
  expect(tries).toBe(3);
  expect(await writer('settings').whereIn('key', ['a', 'b']).pluck('value')).toEqual(['2', '2']);
});

test('what was read and then changed by another is read again on PostgreSQL, so that no change is lost', async () => {
  await using on = await createTestDatabase('postgres', { migrated: true });
  await using platform = await testPlatform(on);
  const { writer } = platform.database;
  await put(writer, 'sum', '10');
  let tries = 0;
  await transactRetrying(writer, async (trx) => {
    await trx.raw('set transaction isolation level repeatable read');
    const { value } = await trx('settings').where({ key: 'sum' }).first();
    if (++tries === 1) await writer('settings').where({ key: 'sum' }).update({ value: '15' });
    await trx('settings')
      .where({ key: 'sum' })
      .update({ value: String(Number(value) + 1) });
  });
  expect(tries).toBe(2);
  expect(await writer('settings').where({ key: 'sum' }).first()).toMatchObject({ value: '16' });
});

test('of two who make the same thing at once one finds it made by the other, on PostgreSQL', async () => {
  await using on = await createTestDatabase('postgres', { migrated: true });
  await using platform = await testPlatform(on);
  const { writer } = platform.database;
  const both = Promise.withResolvers<void>();
  let looked = 0;
  const findOrMake = (by: string): Promise<string> =>
    transactRetrying(writer, async (trx) => {
      const found = await trx('settings').where({ key: 'one' }).first();
      if (found) return found.value as string;
      if (++looked === 2) both.resolve();
      await both.promise;
      await put(trx, 'one', by);
      return by;
    });
  const [ada, bob] = await Promise.all([findOrMake('ada'), findOrMake('bob')]);
  expect(ada).toBe(bob);
  expect(await writer('settings').where({ key: 'one' }).pluck('value')).toEqual([ada]);
});
