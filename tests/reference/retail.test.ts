// Known figures on the public "Online Retail" data, where a machine has it: one number from four ways of counting a segment, and
// the RFM cell that others found too.
import { setTimeout as wait } from 'node:timers/promises';
import type { Condition } from '@rapport/sdk/schemas';
import { describe, expect, test } from 'vitest';
import { type Dialect, query } from '../../core/index.ts';
import { createFactReader } from '../../rules/language/fact-store.ts';
import { compileRule } from '../../rules/language/predicate.ts';
import { type TestApp, testApp } from '../support/app.ts';
import { createTestDatabase, dialects } from '../support/databases.ts';
import { isSoak, type RetailPart, retailFile, retailPart, retailSlice, wholeRetail } from '../support/retail.ts';

const conditions: Condition = {
  all: [
    { fact: 'customer.country', operator: 'equal', value: 'GB' },
    { fact: 'orders', params: { within: 'P90D' }, operator: 'greaterThanInclusive', value: 3 },
  ],
};

const byHand = `
  select count(*) as n from customers c where c.country = 'GB' and
    (select count(*) from orders o where o.customer_id = c.id and o.ordered_at >= ? and o.ordered_at < ?) >= 3`;

const jobDone = async (app: TestApp, id: string): Promise<void> => {
  for (let i = 0; i < 1200; i++) {
    const { status, body } = await app.as('owner').get(`/jobs/${id}`);
    if (status === 404 || body.status === 'done') return;
    if (body.status === 'dead') throw new Error(body.lastError);
    await wait(100);
  }
  throw new Error('the job did not end');
};

const countByClosure = async (app: TestApp, now: number): Promise<number> => {
  const { database } = app.rapport.platform;
  const { test: holds, needs } = compileRule(conditions, await app.rapport.rules.vocabulary.current());
  let count = 0;
  for await (const batch of createFactReader(database.reader).scan(needs, now))
    count += batch.filter((facts) => holds(facts, now)).length;
  return count;
};

/** Imports that part, counts one segment four ways and answers how many are in it, and the RFM report of that day. */
const countedOn = async (dialect: Dialect, part: RetailPart, day: string) => {
  await using on = await createTestDatabase(dialect);
  await using app = await testApp(on, { clock: day, environment: { RAPPORT_RATE_LIMIT: '0' } });
  await app.rapport.core.plugins.installBundled();
  const owner = app.as('owner');
  const path = await retailPart(part, on.folder);
  await app.rapport.imports.runFile(
    { what: 'retail', path, fileName: 'online_retail.csv.gz', settings: {}, dryRun: false },
    {},
  );
  const { customers, orders, accepted } = part;
  expect(await app.rapport.imports.retailTotals()).toMatchObject({ customers, orders, lines: accepted });

  const now = Date.parse(day);
  const { reader } = app.rapport.platform.database;
  const [hand] = await query<{ n: number }>(reader, byHand, [now - 90 * 86_400_000, now]);
  const preview = await owner.post('/segments/preview', { conditions });
  expect((await owner.post('/segments', { key: 'uk-regulars', name: 'UK regulars', conditions })).status).toBe(201);
  const activated = await owner.post('/segments/uk-regulars/activate', {});
  if (activated.body.buildJob) await jobDone(app, activated.body.buildJob);
  const { body: segment } = await owner.get('/segments/uk-regulars');
  const counted = Number(hand!.n);
  expect({
    preview: preview.body.count,
    members: segment.members,
    closure: await countByClosure(app, now),
  }).toEqual({ preview: counted, members: counted, closure: counted });

  const run = await owner.post('/scorers/rfm/run', { at: day });
  await jobDone(app, run.body.job);
  const { body: report } = await owner.get('/scorers/rfm/report');
  expect(report.customers).toBe(customers);
  return { counted, labels: report.labels as { label: string; customers: number }[] };
};

describe('on the Online Retail data (skipped where RAPPORT_DATA has no online_retail.csv.gz; as a whole with `npm run soak`)', () => {
  // The whole file on both databases with `npm run soak`; the gate counts its first rows.
  test.each(dialects)(
    'a segment counts the same four ways, and RFM puts 348 customers into 555 (%s)',
    { timeout: 400_000, skip: !retailFile || !isSoak },
    async (dialect) => {
      const { counted, labels } = await countedOn(dialect, wholeRetail, '2011-12-10T00:00:00.000Z');
      expect(counted).toBeGreaterThan(300);
      expect(labels.find(({ label }) => label === '555')).toEqual({ label: '555', customers: 348 });
    },
  );

  test.skipIf(!retailFile)(
    'its first rows count the same on both databases, in a segment and in every RFM cell',
    async () => {
      const sqlite = await countedOn('sqlite', retailSlice, '2010-12-22T00:00:00.000Z');
      expect(sqlite.counted).toBe(82);
      expect(sqlite.labels.reduce((sum, { customers }) => sum + customers, 0)).toBe(retailSlice.customers);
      expect(await countedOn('postgres', retailSlice, '2010-12-22T00:00:00.000Z')).toEqual(sqlite);
    },
  );
});
