// Group commit: who is stored with whom, in which order, and that nobody is refused for what another one asked.
import { expect } from 'vitest';
import { eachDatabase, type TestDatabase } from '../../tests/support/databases.ts';
import { testPlatform } from '../../tests/support/platform.ts';
import { atDepth, causedDepth } from '../causes.ts';
import { Conflict, type Failure } from '../errors.ts';
import { createGroupCommit } from './group-commit.ts';
import { transact } from './transact.ts';

type Row = { key: string; value: string; weight?: number };

/** Stores settings in groups of at most 10; a `conflict` is refused by the commit itself, without a write. */
const setUp = async (on: TestDatabase) => {
  const platform = await testPlatform(on);
  const { writer, reader } = platform.database;
  const commits: { keys: string[]; depth: number }[] = [];
  const group = createGroupCommit<Row, string>({
    db: writer,
    most: 10,
    sizeOf: ({ weight }) => weight ?? 1,
    commit: (rows) =>
      transact(writer, async (trx) => {
        commits.push({ keys: rows.map(({ key }) => key), depth: causedDepth() });
        const answers: (string | Failure)[] = [];
        for (const { key, value } of rows) {
          if (value === 'conflict') answers.push(new Conflict(`${key} clashes.`));
          else {
            await trx('settings').insert({ key, value, updated_at: 0 });
            answers.push(`stored ${key}`);
          }
        }
        return answers;
      }),
  });
  const stored = async (): Promise<string[]> =>
    (await reader('settings').whereLike('key', 'g:%').pluck('key')).toSorted() as string[];
  return { platform, group, commits, stored };
};

const row = (key: string, more: Partial<Row> = {}): Row => ({ key: `g:${key}`, value: '1', ...more });

eachDatabase('of a group that one request breaks, the others are stored and only that one is refused', async (on) => {
  const { platform, group, commits, stored } = await setUp(on);
  await using _ = platform;
  await group.add(row('taken'));
  const results = await Promise.allSettled(['a', 'b', 'taken', 'c', 'd'].map((key) => group.add(row(key))));
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
  const { reason } = results[2] as PromiseRejectedResult;
  expect(reason.code).toMatch(/^(SQLITE_CONSTRAINT|23505)$/);
  expect(await stored()).toEqual(['g:a', 'g:b', 'g:c', 'g:d', 'g:taken']);
  // First together, then each by itself, in the order in which they came.
  expect(commits.slice(1).map(({ keys }) => keys)).toEqual(
    [['a', 'b', 'taken', 'c', 'd'], ['a'], ['b'], ['taken'], ['c'], ['d']].map((keys) => keys.map((k) => `g:${k}`)),
  );
});

eachDatabase('a Failure among the answers refuses its own request, and the group stays one commit', async (on) => {
  const { platform, group, commits, stored } = await setUp(on);
  await using _ = platform;
  const [first, refused, last] = await Promise.allSettled([
    group.add(row('a')),
    group.add(row('b', { value: 'conflict' })),
    group.add(row('c')),
  ]);
  expect(first).toEqual({ status: 'fulfilled', value: 'stored g:a' });
  expect(refused).toMatchObject({ status: 'rejected', reason: { code: 'CONFLICT', message: 'g:b clashes.' } });
  expect(last).toEqual({ status: 'fulfilled', value: 'stored g:c' });
  expect(commits).toHaveLength(1);
  expect(await stored()).toEqual(['g:a', 'g:c']);
});

eachDatabase('groups hold at most so much, in the order of arrival; what is larger goes alone', async (on) => {
  const { platform, group, commits } = await setUp(on);
  await using _ = platform;
  const weights = [4, 4, 3, 25, 9, 1, 1];
  await Promise.all(weights.map((weight, n) => group.add(row(String(n), { weight }))));
  expect(commits.map(({ keys }) => keys.map((key) => Number(key.slice(2))))).toEqual([[0, 1], [2], [3], [4, 5], [6]]);
});

eachDatabase('what an answer says is stored can be read at once; what came meanwhile is the next group', async (on) => {
  const { platform, group, commits, stored } = await setUp(on);
  await using _ = platform;
  const later: Promise<string>[] = [];
  const first = group.add(row('first')).then(async () => {
    expect(await stored()).toContain('g:first');
  });
  // Asked while the first commit runs: its transaction has begun, and is not over.
  await expect.poll(() => commits.length, { interval: 1 }).toBeGreaterThan(0);
  later.push(...['x', 'y', 'z'].map((key) => group.add(row(key))));
  await first;
  await Promise.all(later);
  expect(commits.flatMap(({ keys }) => keys)).toEqual(['g:first', 'g:x', 'g:y', 'g:z']);
  expect(commits.length).toBe(2);
});

eachDatabase('what plugins caused is in no transaction with what they did not, and is told how deep', async (on) => {
  const { platform, group, commits } = await setUp(on);
  await using _ = platform;
  const asked: [key: string, depth: number][] = [
    ['person 1', 0],
    ['person 2', 0],
    ['plugin 1', 2],
    ['plugin 2', 2],
    ['plugin 3', 3],
    ['person 3', 0],
  ];
  await Promise.all(asked.map(([key, depth]) => atDepth(depth, () => group.add(row(key)))));
  expect(commits).toEqual([
    { keys: ['g:person 1', 'g:person 2'], depth: 0 },
    { keys: ['g:plugin 1', 'g:plugin 2'], depth: 2 },
    { keys: ['g:plugin 3'], depth: 3 },
    { keys: ['g:person 3'], depth: 0 },
  ]);
});
