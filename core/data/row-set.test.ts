// Many rows as one bound text: a thousand of them, with texts that quote, escape or write from right to left, come back as they went in.
import { expect } from 'vitest';
import { eachDatabase } from '../../tests/support/databases.ts';
import { testPlatform } from '../../tests/support/platform.ts';
import { type RowColumn, rowSet } from './row-set.ts';
import { query } from './rows.ts';

const columns: readonly RowColumn[] = [
  ['place', 'integer'],
  ['label', 'text'],
  ['amount', 'integer'],
  ['rate', 'real'],
  ['open', 'boolean'],
];

const oddTexts = [
  '',
  ' ',
  'null',
  'true',
  '0012',
  '1e400',
  `it's "quoted"`,
  'a ? b ?? c :d $1 %s',
  'back\\slash \\u0041 \\n',
  'line\nbreak\r\n\ttab',
  "'); drop table settings; --",
  '{"a":[1,null]}',
  '[]',
  '王小明 · 客户',
  'שלום ‮abc‬ مرحبا',
  '👩‍👩‍👧‍👦 🇨🇭',
  'e\u0301 is not é',
  '\u2028\u2029\u00a0\ufeff',
  'İstanbul ıI ß',
  '\u0001\u001f\u007f',
  '𝒳'.repeat(3000),
];

eachDatabase('a thousand rows come back as they went in, with types, odd texts and what is absent', async (on) => {
  await using platform = await testPlatform(on);
  const { reader, dialect } = platform.database;
  const rows = Array.from({ length: 1000 }, (_, n): unknown[] => [
    n,
    n % 50 === 49 ? null : oddTexts[n % oddTexts.length],
    n % 3 === 0 ? undefined : (n % 2 === 0 ? 1 : -1) * (Number.MAX_SAFE_INTEGER - n),
    n % 4 === 0 ? null : n / 8 - 60,
    n % 5 === 0 ? null : n % 2 === 0,
  ]);
  const set = rowSet(dialect, 'given', columns);
  const found = await query<Record<string, unknown>>(
    reader,
    `select place, label, amount, rate, open from ${set.sql} order by place`,
    [set.bind(rows)],
  );
  // SQLite has no boolean: 1 and 0 are what it keeps.
  const flag = (value: unknown) => (value === null || dialect === 'postgres' ? value : Number(value));
  expect(found).toHaveLength(1000);
  for (const [n, [place, label, amount, rate, open]] of rows.entries())
    expect(found[n]).toEqual({ place, label, amount: amount ?? null, rate, open: flag(open) });
});

eachDatabase('no rows are no rows, and the set joins what is stored', async (on) => {
  await using platform = await testPlatform(on);
  const { writer, dialect } = platform.database;
  await writer('settings').insert(['a', "o'b", 'ü'].map((key) => ({ key, value: `old ${key}`, updated_at: 0 })));
  const set = rowSet(dialect, 'given', [
    ['key', 'text'],
    ['fresh', 'text'],
  ]);
  const join = (rows: string[][]) =>
    query(
      writer,
      `select settings.key, given.fresh from ${set.sql} join settings on settings.key = given.key order by given.fresh`,
      [set.bind(rows)],
    );
  expect(await join([])).toEqual([]);
  const rows = [
    ['ü', '3'],
    ['nowhere', '4'],
    ["o'b", '2'],
    ['a', '1'],
  ];
  expect(await join(rows)).toEqual([
    { key: 'a', fresh: '1' },
    { key: "o'b", fresh: '2' },
    { key: 'ü', fresh: '3' },
  ]);
});

eachDatabase('JSON travels as text, and is JSON again where it is used', async (on) => {
  await using platform = await testPlatform(on);
  const { reader, dialect } = platform.database;
  const document = { name: '王 "the" O\'Neil', tags: ['a', null, 1.5], deep: { '?': '\\' } };
  const set = rowSet(dialect, 'given', [['document', 'text']]);
  const name = dialect === 'sqlite' ? "document ->> '$.name'" : "document::jsonb ->> 'name'";
  const [found] = await query<{ document: string; name: string }>(
    reader,
    `select document, ${name} as name from ${set.sql}`,
    [set.bind([[JSON.stringify(document)]])],
  );
  expect(found?.name).toBe(document.name);
  expect(JSON.parse(found!.document)).toEqual(document);
});
