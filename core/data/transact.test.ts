// `unite`: many transactions of one call as one, with savepoints, hooks at the one commit, and retries inside.
import { expect } from 'vitest';
import { eachDatabase } from '../../tests/support/databases.ts';
import { testPlatform } from '../../tests/support/platform.ts';
import type { Db } from './database.ts';
import { createGroupCommit } from './group-commit.ts';
import { transactRetrying } from './retry.ts';
import { afterCommit, beforeCommit, isUnited, transact, unite } from './transact.ts';

const ends = { first: async () => {}, last: async () => {} };
const put = (db: Db, key: string) => db('settings').insert({ key, value: '1', updated_at: 0 });

eachDatabase(
  'the transactions of a call are one: its hooks run at its end, in order, and not for parts that failed',
  async (on) => {
    await using platform = await testPlatform(on);
    const { writer, reader } = platform.database;
    const ran: string[] = [];
    const part = (name: string, fails = false) =>
      transact(writer, async (trx) => {
        await put(trx, name);
        afterCommit(trx, () => void ran.push(`after ${name}`));
        await beforeCommit(trx, async (last) => {
          await put(last, `${name}, last`);
          ran.push(`before ${name}`);
        });
        if (fails) throw new Error(name);
      });
    await unite(writer, { ...ends, last: async (_trx, result) => void ran.push(`last ${result}`) }, async () => {
      await part('a');
      await expect(part('b', true)).rejects.toThrow('b');
      // Within a part as between two: one transaction, seen by every handle of the call.
      await transact(writer, async () => {
        await part('c');
        expect(await reader('settings').pluck('key')).toEqual(expect.arrayContaining(['a', 'c']));
      });
      expect(ran).toEqual([]);
      return 'done';
    });
    expect(ran).toEqual(['last done', 'before a', 'before c', 'after a', 'after c']);
    const keys = ['a', 'a, last', 'c', 'c, last'];
    expect(
      (
        await reader('settings')
          .whereIn('key', [...keys, 'b', 'b, last'])
          .pluck('key')
      ).toSorted(),
    ).toEqual(keys);
    // After the call its context is no transaction any more.
    expect(isUnited(writer)).toBe(false);
  },
);

eachDatabase('what fails at the end of a call undoes all of its parts, and nothing is told of them', async (on) => {
  await using platform = await testPlatform(on);
  const { writer, reader } = platform.database;
  const ran: string[] = [];
  const last = async () => {
    throw new Error('no reply');
  };
  await expect(
    unite(writer, { ...ends, last }, () =>
      transact(writer, async (trx) => {
        await put(trx, 'a');
        afterCommit(trx, () => void ran.push('after'));
      }),
    ),
  ).rejects.toThrow('no reply');
  expect(ran).toEqual([]);
  expect(await reader('settings').where({ key: 'a' })).toEqual([]);
  // The connection is free again and clean.
  await transact(writer, (trx) => put(trx, 'a'));
});

eachDatabase('a part that lost a race is tried again by itself', async (on) => {
  await using platform = await testPlatform(on);
  const { writer, reader } = platform.database;
  let tries = 0;
  await unite(writer, ends, async () => {
    await transact(writer, (trx) => put(trx, 'kept'));
    await transactRetrying(writer, async (trx) => {
      await put(trx, `try ${++tries}`);
      if (tries < 3) throw Object.assign(new Error('deadlock'), { code: '40P01' });
    });
  });
  expect((await reader('settings').whereLike('key', 'try%').orWhere({ key: 'kept' }).pluck('key')).toSorted()).toEqual([
    'kept',
    'try 3',
  ]);
});

eachDatabase('a call that is one transaction joins no group, and a group is part of no call', async (on) => {
  await using platform = await testPlatform(on);
  const { writer, reader } = platform.database;
  const commits: string[][] = [];
  const group = createGroupCommit<string, string>({
    db: writer,
    most: 10,
    sizeOf: () => 1,
    commit: (keys) =>
      transact(writer, async (trx) => {
        commits.push([...keys]);
        for (const key of keys) await put(trx, key);
        return keys;
      }),
  });
  const [united] = await Promise.allSettled([
    unite(writer, ends, async () => {
      await group.add('mine');
      throw new Error('undone');
    }),
    group.add('other 1'),
    group.add('other 2'),
  ]);
  expect(united).toMatchObject({ status: 'rejected', reason: { message: 'undone' } });
  expect(commits).toContainEqual(['mine']);
  const found = await reader('settings').whereIn('key', ['mine', 'other 1', 'other 2']).pluck('key');
  expect(found.toSorted()).toEqual(['other 1', 'other 2']);
});
