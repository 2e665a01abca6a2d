import { expect } from 'vitest';
import { eachDatabase } from '../../tests/support/databases.ts';
import { testPlatform } from '../../tests/support/platform.ts';
import { createPointReader } from './point-reader.ts';

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
