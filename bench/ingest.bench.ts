// Event ingestion over HTTP, answered after commit: single events and batches of 1000, on SQLite (synchronous=FULL) and PostgreSQL,
// against one transaction per event over the same table.

import { createIds, openDatabase, systemClock, systemRandom, transact } from '../core/index.ts';
import { startPostgres } from '../tests/support/postgres-server.ts';
import { defineBench, median, memoryMb, type Row, underLoad } from './bench.ts';
import { createDriver, type Driver } from './load.ts';
import { bearer, startServer } from './server.ts';

const rounds = 5;
const lanes = 64;

export const ingest = defineBench({
  name: 'ingest',
  title: 'events per second, answered after commit',
  run: async (): Promise<Row[]> => {
    const rows = await measure('SQLite', {}, { single: 8000, batch: 40_000 });
    const postgres = await startPostgres();
    try {
      rows.push(...(await measure('PostgreSQL', { DATABASE_URL: postgres.url }, { batch: 25_000 })));
    } finally {
      await postgres.stop();
    }
    return rows;
  },
});

const measure = async (
  name: string,
  environment: Record<string, string>,
  targets: { single?: number; batch: number },
): Promise<Row[]> => {
  const server = await startServer(environment);
  const driver = createDriver(
    server.url,
    await bearer(server.url, ['events:write', 'customers:write', 'customers:read']),
    lanes,
  );
  let sent = 0;
  const event = () => ({
    type: 'page.viewed',
    customer: { externalId: `c${sent % 500}` },
    properties: { path: `/p/${sent % 97}`, n: sent },
    id: `e${sent++}`,
  });
  await post(driver, Array.from({ length: 1000 }, event));

  const single: number[] = [];
  const batch: number[] = [];
  for (let round = -1; round < rounds; round++) {
    const ones = 6000;
    const a = ones / (await underLoad(lanes, ones, () => post(driver, event())));
    const batches = 30;
    const b = (batches * 1000) / (await underLoad(4, batches, () => post(driver, Array.from({ length: 1000 }, event))));
    if (round >= 0) {
      single.push(a);
      batch.push(b);
    }
  }
  const memory = memoryMb(server.pid, 'VmHWM');
  driver.close();
  const alternative = await oneTransactionEach(environment.DATABASE_URL ?? `sqlite:${server.folder}/rapport.db`);
  await server.stop();
  const against = (value: number) => ({
    name: 'one transaction per event, no HTTP',
    value: alternative,
    ratio: value / alternative,
  });
  const s = median(single);
  const m = median(batch);
  return [
    {
      what: `${name}: single events, ${lanes} connections`,
      value: s,
      unit: 'events/s',
      alternative: against(s),
      ...(targets.single && { target: `${targets.single}`, met: s >= targets.single }),
      memoryMb: memory,
    },
    {
      what: `${name}: batches of 1000`,
      value: m,
      unit: 'events/s',
      alternative: against(m),
      target: `${targets.batch}`,
      met: m >= targets.batch,
      memoryMb: memory,
    },
  ];
};

const post = async (driver: Driver, body: unknown): Promise<void> => {
  const { status, body: text } = await driver.send('POST', '/api/v1/events', JSON.stringify(body));
  if (status >= 300) throw new Error(`POST /events answered ${status}: ${text.slice(0, 300)}`);
};

const oneTransactionEach = async (url: string): Promise<number> => {
  const database = await openDatabase(url);
  const ids = createIds(systemClock, systemRandom);
  const { id: customer } = (await database.writer('customers').select('id').first()) as { id: string };
  const total = 1500;
  const seconds = await underLoad(lanes, total, (n) =>
    transact(database.writer, async (trx) => {
      const now = Date.now();
      await trx('events').insert({
        id: ids.next(),
        customer_id: customer,
        type: 'page.viewed',
        occurred_at: now,
        received_at: now,
        source: 'bench',
        dedupe_key: `alt${n}`,
        properties: '{}',
      });
    }),
  );
  await database.close();
  return total / seconds;
};
