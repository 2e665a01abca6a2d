// Single rows by key: read together, right in every call, and after failures.
import { expect } from 'vitest';
import { eachDatabase } from '../../tests/support/databases.ts';
import { testPlatform } from '../../tests/support/platform.ts';
import { createPointReader } from './point-reader.ts';
import { transact, unite } from './transact.ts';

eachDatabase(
  'reads together what is asked together, sees what was committed, and survives a new column',
  async (on) => {
    await using platform = await testPlatform(on);
    const { writer } = platform.database;
    const reader = createPointReader<{ key: string; title: string; more?: string }>(platform.database, {
      sql: {
        sqlite: 'select * from levels where key in (select value from json_each(?))',
        postgres: 'select * from levels where key = any(?::text[])',
      },
      keyOf: ({ key }) => key,
    });
    await writer('levels').insert([
      { key: 'a', title: 'A', rank: 1 },
      { key: 'b', title: 'B', rank: 2 },
    ]);
    const rows = await Promise.all(['a', 'b', 'none', 'a'].map((key) => reader.find(key)));
    expect(rows.map((row) => row?.title)).toEqual(['A', 'B', undefined, 'A']);
    await writer('levels').where({ key: 'a' }).update({ title: 'A2' });
    expect((await reader.find('a'))?.title).toBe('A2');
    await writer.raw('alter table levels add column more text');
    await writer('levels').where({ key: 'a' }).update({ more: 'yes' });
    expect((await reader.find('a'))?.more).toBe('yes');
  },
);

const levels = {
  sqlite: 'select * from levels where key in (select value from json_each(?))',
  postgres: 'select * from levels where key = any(?::text[])',
};

eachDatabase('a call that is one transaction reads what it wrote; others read what was there before', async (on) => {
  await using platform = await testPlatform(on);
  const { writer } = platform.database;
  const reader = createPointReader<{ key: string; title: string }>(platform.database, {
    sql: levels,
    keyOf: ({ key }) => key,
  });
  await writer('levels').insert({ key: 'gold', title: 'Gold', rank: 1 });
  const written = Promise.withResolvers<void>();
  const seen = Promise.withResolvers<void>();
  const ends = { first: async () => {}, last: async () => {} };
  const call = unite(writer, ends, async () => {
    // Before its first `transact` there is nothing of its own to see.
    expect((await reader.find('gold'))?.title).toBe('Gold');
    await transact(writer, async (trx) => {
      await trx('levels').where({ key: 'gold' }).update({ title: '金卡' });
      await trx('levels').insert({ key: 'new', title: 'New', rank: 2 });
    });
    expect((await reader.find('gold'))?.title).toBe('金卡');
    expect((await reader.find('new'))?.title).toBe('New');
    expect(await reader.find('none')).toBeUndefined();
    written.resolve();
    await seen.promise;
    throw new Error('undone');
  });
  const outcome = call.catch((error: Error) => error.message);
  await Promise.race([written.promise, outcome]);
  expect((await reader.find('gold'))?.title).toBe('Gold');
  expect(await reader.find('new')).toBeUndefined();
  seen.resolve();
  expect(await outcome).toBe('undone');
  expect((await reader.find('gold'))?.title).toBe('Gold');
});

eachDatabase(
  'hundreds at once get each its own row in few reads, and a read that fails fails only its own',
  async (on) => {
    await using platform = await testPlatform(on);
    const { database } = platform;
    const keys = Array.from({ length: 450 }, (_, n) => (n % 90 === 0 ? `o'${n}"?` : `k${n}`));
    for (let i = 0; i < keys.length; i += 50)
      await database
        .writer('levels')
        .insert(keys.slice(i, i + 50).map((key, n) => ({ key, title: `T ${key}`, rank: n })));
    const reader = createPointReader<{ key: string; title: string }>(database, {
      sql: levels,
      keyOf: ({ key }) => key,
    });
    const rows = await Promise.all(keys.map((key) => reader.find(key)));
    expect(rows.map((row) => row?.title)).toEqual(keys.map((key) => `T ${key}`));

    const broken = createPointReader<{ key: string }>(database, {
      sql: { sqlite: 'select * from nowhere where key = ?', postgres: 'select * from nowhere where key = any(?)' },
      keyOf: ({ key }) => key,
    });
    const failed = await Promise.allSettled(['a', 'b'].map((key) => broken.find(key)));
    for (const result of failed) expect(String((result as PromiseRejectedResult).reason)).toContain('nowhere');
    // The table is there the next time: what failed once is not kept as failed.
    await database.writer.schema.createTable('nowhere', (table) => void table.text('key'));
    expect(await broken.find('a')).toBeUndefined();
    expect((await reader.find('k1'))?.title).toBe('T k1');
  },
);
