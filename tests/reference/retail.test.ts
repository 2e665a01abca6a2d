// Known figures on the public "Online Retail" data, where a machine has it: one number from four ways of counting a segment, and
// the RFM cell that others found too.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Condition } from '@rapport/sdk/schemas';
import { describe, expect, test } from 'vitest';
import { query } from '../../core/index.ts';
import { createFactReader } from '../../rules/language/fact-store.ts';
import { compileRule } from '../../rules/language/predicate.ts';
import { type TestApp, testApp } from '../support/app.ts';
import { createTestDatabase, dialects } from '../support/databases.ts';

const snapshot = '2011-12-10T00:00:00.000Z';
const file = [process.env.RAPPORT_DATA, '../shared/data']
  .flatMap((folder) => (folder ? [join(folder, 'online_retail.csv.gz')] : []))
  .find(existsSync); // RAPPORT_DATA

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

const countByClosure = async (app: TestApp): Promise<number> => {
  const { database } = app.rapport.platform;
  const { test: holds, needs } = compileRule(conditions, await app.rapport.rules.vocabulary.current());
  const now = Date.parse(snapshot);
  let count = 0;
  for await (const batch of createFactReader(database.reader).scan(needs, now))
    count += batch.filter((facts) => holds(facts, now)).length;
  return count;
};

describe('on the Online Retail data (skipped where RAPPORT_DATA has no online_retail.csv.gz)', () => {
  for (const dialect of dialects) {
    test.skipIf(!file)(
      `a segment counts the same four ways, and RFM puts 348 customers into 555 (${dialect})`,
      { timeout: 400_000 },
      async () => {
        await using on = await createTestDatabase(dialect);
        await using app = await testApp(on, { clock: snapshot, environment: { RAPPORT_RATE_LIMIT: '0' } });
        await app.rapport.core.plugins.installBundled();
        const owner = app.as('owner');
        await app.rapport.imports.runFile(
          { what: 'retail', path: file!, fileName: 'online_retail.csv.gz', settings: {}, dryRun: false },
          {},
        );
        expect(await app.rapport.imports.retailTotals()).toMatchObject({
          customers: 4338,
          orders: 18_532,
          lines: 397_884,
        });

        const now = Date.parse(snapshot);
        const [hand] = await query<{ n: number }>(app.rapport.platform.database.reader, byHand, [
          now - 90 * 86_400_000,
          now,
        ]);
        const preview = await owner.post('/segments/preview', { conditions });
        expect((await owner.post('/segments', { key: 'uk-regulars', name: 'UK regulars', conditions })).status).toBe(
          201,
        );
        const activated = await owner.post('/segments/uk-regulars/activate', {});
        if (activated.body.buildJob) await jobDone(app, activated.body.buildJob);
        const { body: segment } = await owner.get('/segments/uk-regulars');
        expect({ preview: preview.body.count, members: segment.members, closure: await countByClosure(app) }).toEqual({
          preview: Number(hand!.n),
          members: Number(hand!.n),
          closure: Number(hand!.n),
        });
        expect(Number(hand!.n)).toBeGreaterThan(300);

        const run = await owner.post('/scorers/rfm/run', { at: snapshot });
        await jobDone(app, run.body.job);
        const { body: report } = await owner.get('/scorers/rfm/report');
        expect(report.customers).toBe(4338);
        expect(report.labels.find(({ label }: { label: string }) => label === '555')).toEqual({
          label: '555',
          customers: 348,
        });
      },
    );
  }
});
