// `npm run demo` whatever the hour, and what is left of it after an error: nothing.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { changeProduct, listProducts } from '@rapport/sdk/routes';
import type { Product } from '@rapport/sdk/schemas';
import { expect, test } from 'vitest';
import { type Api, signIn } from '../../demo/api.ts';
import { playHour } from '../../demo/play.ts';
import { createChance } from '../../demo/random.ts';
import { makeShop } from '../../demo/shop.ts';
import { createTestDatabase, type TestDatabase } from '../support/databases.ts';
import { demoAt, hourMs, weekOfDemo } from '../support/demo.ts';

// Midnight, the hours of the scorer's and the recommender's schedules, the end of a day, the change to summer time.
const hours = [0, 2, 23, 6 * 24 + 1];

test.each(hours)('the demo comes up at hour %i of a week, on a shop that has orders', async (hour) => {
  await using on = await createTestDatabase('sqlite');
  const demo = await demoAt(on, weekOfDemo + hour * hourMs + 15 * 60_000);
  try {
    expect(demo.url).toMatch(/^http:/);
    expect(demo.played.orders).toBeGreaterThan(0);
    expect((await demo.rapport.insights.report('rfm')).state).toBe('done');
  } finally {
    await demo.stop();
  }
});

const readProducts = async (api: Api): Promise<Product[]> => {
  const all: Product[] = [];
  let cursor: string | undefined;
  do {
    const page = await api.call(listProducts, { query: { limit: 200, cursor } });
    all.push(...page.data);
    cursor = page.next ?? undefined;
  } while (cursor);
  return all;
};

test('an hour is played to its end when the shop runs out of everything: nobody is sold what is not there', async () => {
  await using on = await createTestDatabase('sqlite');
  const at = weekOfDemo + 9 * hourMs;
  const demo = await demoAt(on, at);
  try {
    const api = await signIn(demo.url, demo.owner);
    for (const [n, { id }] of (await readProducts(api)).entries())
      await api.call(changeProduct, { params: { id }, body: { stock: n < 60 ? 1 : 0 } });
    // More orders than there are things left.
    const { orders } = await playHour(api, at + hourMs, 240);
    expect(orders).toBeGreaterThan(0);
    expect((await readProducts(api)).filter(({ stock }) => stock !== 0)).toEqual([]);
  } finally {
    await demo.stop();
  }
});

test('one seed makes one shop, another makes another', () => {
  const shopOf = (seed: number) => {
    const shop = makeShop(weekOfDemo, { seed, customers: 30, days: 200 });
    return JSON.stringify([shop.products, [...shop.people()]]);
  };
  expect(shopOf(7)).toBe(shopOf(7));
  expect(shopOf(7)).not.toBe(shopOf(8));
  expect(createChance(7).next()).toBe(createChance(7).next());
});

/** `rapport demo` as a process whose clock starts at `at`. */
const runDemo = (on: TestDatabase, at: number, args: string[] = []) => {
  const preload = `${pathToFileURL(join(import.meta.dirname, '../support/moved-clock.mjs'))}?at=${at}`;
  const child = spawn(
    process.execPath,
    ['--import', preload, 'main.ts', 'demo', '--customers', '40', '--days', '90', ...args],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env.PATH ?? '',
        NODE_ENV: 'test',
        PORT: '0',
        DATABASE_URL: on.url,
        RAPPORT_DATA_DIR: on.folder,
      },
    },
  );
  const out: string[] = [];
  let err = '';
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString();
  });
  const lines = createInterface({ input: child.stdout });
  const ended = once(child, 'close').then(([code]) => code as number | null);
  const ready = new Promise<void>((resolve, reject) => {
    lines.on('line', (line) => {
      out.push(line);
      if (line.startsWith('Rapport is ready at')) resolve();
    });
    void ended.then((code) => reject(new Error(`It ended with ${code}.\n${err}`)));
  });
  ready.catch(() => {});
  return { child, ready, ended, out: () => out, err: () => err };
};

test('the command ends with the address and the login, and with 0 when it is stopped', async () => {
  await using on = await createTestDatabase('sqlite');
  const demo = runDemo(on, Date.parse('2026-10-25T00:59:30Z'), ['--seed', '11']);
  await demo.ready;
  expect(demo.out().slice(-2)).toEqual([
    'Sign in as demo@example.com with the password rapport-demo-shop',
    expect.stringMatching(/^Rapport is ready at http:\/\/\S+:\d+$/),
  ]);
  demo.child.kill('SIGTERM');
  expect(await demo.ended).toBe(0);
  expect(demo.err()).toBe('');
});

test('an error after it listens stops everything: one line, exit 1', async () => {
  await using on = await createTestDatabase('sqlite');
  // Where the shop's files are to be written, a file is in the way.
  writeFileSync(join(on.folder, 'demo'), 'in the way');
  const demo = runDemo(on, weekOfDemo);
  expect(await demo.ended).toBe(1);
  expect(demo.err().trim().split('\n')).toEqual([expect.stringContaining('EEXIST')]);
});

test('a number that is none is refused with a sentence', async () => {
  await using on = await createTestDatabase('sqlite');
  const demo = runDemo(on, weekOfDemo, ['--seed', 'many']);
  expect(await demo.ended).toBe(1);
  expect(demo.err().trim()).toBe('--seed takes a whole number from 0 to 10000000, not "many".');
});
