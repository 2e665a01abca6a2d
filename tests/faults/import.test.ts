// A process that imports is killed (SIGKILL) and the same command is run again: the totals are those of an import nobody disturbed.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type RetailTotals, writeRetailFile } from '../../bench/import-files.ts';
import { openDatabase, query } from '../../core/index.ts';
import { createTestDatabase, dialects, eachDatabase, type TestDatabase } from '../support/databases.ts';
import { isSoak, retailFile, retailPart, retailSlice, wholeRetail } from '../support/retail.ts';

type Outcome = { code: number | null; signal: string | null; json: ReturnType<typeof JSON.parse>; errors: string };

const start = (on: TestDatabase, args: string[], environment: Record<string, string> = {}): ChildProcess =>
  spawn(process.execPath, ['main.ts', 'import', ...args, '--json'], {
    env: {
      ...process.env,
      NODE_ENV: 'test',
      DATABASE_URL: on.url,
      RAPPORT_DATA_DIR: on.folder,
      RAPPORT_LOG_LEVEL: 'error',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });

const finished = async (child: ChildProcess): Promise<Outcome> => {
  let out = '';
  let errors = '';
  child.stdout!.on('data', (chunk) => (out += chunk));
  child.stderr!.on('data', (chunk) => (errors += chunk));
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  return { code, signal, json: out.startsWith('{') ? JSON.parse(out) : undefined, errors };
};

const run = (on: TestDatabase, args: string[], environment?: Record<string, string>): Promise<Outcome> =>
  finished(start(on, args, environment));

/** What the database holds, counted by itself and not by the import. */
const inDatabase = async (on: TestDatabase) => {
  const database = await openDatabase(on.url);
  const one = async (sql: string) => (await query<Record<string, number>>(database.writer, sql))[0]!;
  try {
    return {
      ...(await one('select count(*) as customers from customers')),
      ...(await one('select count(*) as orders, sum(total) as total, sum(quantity) as quantity from orders')),
      ...(await one(
        'select count(*) as lines, sum(total) as line_total, sum(quantity) as line_quantity from order_lines',
      )),
      ...(await one('select count(*) as products from products')),
      ...(await one(
        'select count(*) as wrong from orders o where o.subtotal <> (select sum(l.total) from order_lines l where l.order_id = o.id)',
      )),
    };
  } finally {
    await database.close();
  }
};

const expectTotals = async (on: TestDatabase, expected: RetailTotals): Promise<void> => {
  expect(await inDatabase(on)).toMatchObject({
    customers: expected.customers,
    orders: expected.orders,
    lines: expected.accepted,
    total: expected.total,
    line_total: expected.total,
    wrong: 0,
  });
};

/** The file of refused rows holds each once, in order. */
const expectRejects = (path: string, rejected: number): void => {
  const rows = readFileSync(path, 'utf8')
    .split('\r\n')
    .slice(1, -1)
    .map((line) => Number(line.split(',')[0]));
  expect(rows).toHaveLength(rejected);
  expect(rows).toEqual([...new Set(rows)].toSorted((a, b) => a - b));
};

/** Waits until the file of refused rows is longer than `length` and gives how long it is. */
const grown = async (folder: string, length: number): Promise<number> => {
  const end = Date.now() + 20_000;
  while (Date.now() < end) {
    const name = existsSync(folder) ? readdirSync(folder).find((file) => file.endsWith('.rejects.csv')) : undefined;
    const size = name ? statSync(join(folder, name)).size : 0;
    if (size > length) return size;
    await wait(5);
  }
  throw new Error('the import did not get on');
};

eachDatabase(
  'an import killed at any time goes on where it was, and the same file again changes nothing',
  async (on) => {
    const file = join(on.folder, 'retail.csv.gz');
    const expected = await writeRetailFile(file, 1500);
    let length = 0;
    for (const ms of [0, 40, 90]) {
      const child = start(on, ['retail', file]);
      const ended = finished(child);
      // Not before it has got further than the one before it.
      length = await grown(join(on.folder, 'imports'), length);
      await wait(ms);
      child.kill('SIGKILL');
      expect((await ended).signal).toBe('SIGKILL');
    }
    const last = await run(on, ['retail', file]);
    expect(last.errors).toBe('');
    expect(last.code).toBe(0);
    expect(last.json.resumedAt).toBeGreaterThan(0);
    expect(last.json).toMatchObject({ read: expected.read, accepted: expected.accepted, status: 'done' });
    expect(last.json.accepted + last.json.rejected).toBe(expected.read);
    await expectTotals(on, expected);
    expectRejects(last.json.rejectsFile, last.json.rejected);

    const before = await inDatabase(on);
    const again = await run(on, ['retail', file]);
    expect(again.json).toMatchObject({ read: expected.read, accepted: expected.accepted, created: {}, updated: {} });
    expect(await inDatabase(on)).toEqual(before);
  },
  120_000,
);

for (const dialect of dialects) {
  test(`a kill before or after the commit of any chunk neither loses nor repeats a row (${dialect})`, async () => {
    await using on = await createTestDatabase(dialect);
    const file = join(on.folder, 'retail.csv');
    const expected = await writeRetailFile(file, 120, 7);
    let resumed = 0;
    for (const point of ['import.written', 'import.committed']) {
      for (const pass of [1, 2, 3]) {
        const killed = await run(on, ['retail', file], { FAULT: `${point}:${pass}:kill` });
        if (killed.code === 0) continue;
        expect(killed.signal).toBe('SIGKILL');
        resumed++;
      }
    }
    expect(resumed).toBeGreaterThan(2);
    const last = await run(on, ['retail', file]);
    expect(last.json).toMatchObject({ read: expected.read, accepted: expected.accepted, status: 'done' });
    await expectTotals(on, expected);
    expectRejects(last.json.rejectsFile, expected.read - expected.accepted);
  });
}

const part = isSoak ? wholeRetail : retailSlice;
for (const dialect of dialects) {
  test.skipIf(!retailFile)(
    `${part.read} rows of the Online Retail file come to their totals, killed half-way too (${dialect}); skipped where RAPPORT_DATA has no online_retail.csv.gz`,
    { timeout: 600_000 },
    async () => {
      await using on = await createTestDatabase(dialect);
      const file = await retailPart(part, on.folder);
      const killed = await run(on, ['retail', file], { FAULT: `import.committed:${isSoak ? 150 : 5}:kill` });
      expect(killed.signal).toBe('SIGKILL');
      const last = await run(on, ['retail', file]);
      const { read, accepted, customers, orders, total, rejectedBy } = part;
      expect(last.json.resumedAt).toBeGreaterThan(0);
      expect(last.json.resumedAt).toBeLessThan(read);
      const totals = { lines: accepted, customers, orders, total };
      expect(last.json).toMatchObject({ read, accepted, rejectedBy, totals });
      await expectTotals(on, part);
      const again = await run(on, ['retail', file]);
      expect(again.json).toMatchObject({ accepted, created: {}, updated: {} });
    },
  );
}
