import { request } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, vi } from 'vitest';
import { query } from '../../core/index.ts';
import { type TestApp, testApp } from '../support/app.ts';
import { eachDatabase } from '../support/databases.ts';

const british = { all: [{ fact: 'customer.country', operator: 'equal', value: 'GB' }] };
const buyers = { all: [{ fact: 'orders', operator: 'greaterThanInclusive', value: 1 }] };

const built = async (app: TestApp, path: string): Promise<void> => {
  for (let i = 0; i < 500; i++) {
    const { body } = await app.as('owner').get(path);
    if (body.buildJob === null) return;
    await wait(10);
  }
  throw new Error(`${path} was not built`);
};

const customer = async (app: TestApp, given: Record<string, unknown> = {}): Promise<string> =>
  (await app.as('owner').post('/customers', given)).body.id;

eachDatabase('a segment is drafted, previewed, weighed, activated and rolled back', async (on) => {
  await using app = await testApp(on);
  const owner = app.as('owner');
  const ada = await customer(app, { name: 'Ada', country: 'GB' });
  const bob = await customer(app, { name: 'Bob', country: 'DE' });

  const preview = await owner.post('/segments/preview', { conditions: british });
  expect(preview.status).toBe(200);
  expect(preview.body).toMatchObject({ count: 1, sample: [{ id: ada, name: 'Ada', country: 'GB' }] });

  const made = await owner.post('/segments', { key: 'here', name: 'Here', conditions: british });
  expect(made.status).toBe(201);
  expect(made.body).toMatchObject({ key: 'here', type: 'dynamic', status: 'draft', version: 1, members: 0 });
  const active = await owner.post('/segments/here/activate', {});
  expect(active.body).toMatchObject({ status: 'active', activeVersion: 1 });
  await built(app, '/segments/here');
  expect((await owner.get('/segments/here/members')).body.data).toMatchObject([
    { customerId: ada, name: 'Ada', version: 1, reason: 'version 1' },
  ]);

  const german = { all: [{ fact: 'customer.country', operator: 'equal', value: 'DE' }] };
  const etag = (await owner.get('/segments/here')).headers.get('etag')!;
  const saved = await owner.patch('/segments/here', { conditions: german }, { 'If-Match': etag });
  expect(saved.body).toMatchObject({ version: 2, activeVersion: 1, members: 1 });
  const stale = await owner.patch('/segments/here', { name: 'There' }, { 'If-Match': etag });
  expect(stale).toMatchObject({ status: 412, body: { code: 'VERSION_CONFLICT' } });

  const impact = await owner.post('/segments/here/impact', {});
  expect(impact.body).toMatchObject({
    version: 2,
    before: 1,
    after: 1,
    entering: { count: 1, sample: [{ id: bob }] },
    leaving: { count: 1, sample: [{ id: ada }] },
  });
  await owner.post('/segments/here/activate', {});
  await built(app, '/segments/here');
  expect((await owner.get('/segments/here/members')).body.data).toMatchObject([{ customerId: bob, version: 2 }]);
  await owner.post('/segments/here/activate', { version: 1 });
  await built(app, '/segments/here');
  expect((await owner.get('/segments/here/members')).body.data).toMatchObject([{ customerId: ada }]);
  const { versions, activations } = (await owner.get('/segments/here/versions')).body;
  expect(versions.map((row: { version: number; active: boolean }) => [row.version, row.active])).toEqual([
    [2, false],
    [1, true],
  ]);
  expect(activations).toMatchObject([{ version: 1, from: 2 }, { version: 2, from: 1 }, { version: 1 }]);

  expect((await owner.get(`/customers/${ada}/segments`)).body.data).toMatchObject([
    { key: 'here', leftAt: null },
    { key: 'here', leftAt: expect.any(String), reason: 'version 2' },
  ]);
  expect((await owner.delete('/segments/here')).status).toBe(204);
  await built(app, '/segments/here');
  expect((await owner.get('/segments/here')).body).toMatchObject({ status: 'archived', members: 0 });
});

eachDatabase('what is wrong with a segment is said with a code and a pointer', async (on) => {
  await using app = await testApp(on);
  const owner = app.as('owner');
  const make = (body: Record<string, unknown>) => owner.post('/segments', { key: 'x', name: 'X', ...body });
  const unknown = await make({ conditions: { all: [{ fact: 'customer.shoe', operator: 'equal', value: 1 }] } });
  expect(unknown.status).toBe(422);
  expect(unknown.body.pointer).toBe('/conditions/all/0/fact');
  expect(await make({})).toMatchObject({ status: 422, body: { code: 'RULE_WITHOUT_CONDITIONS' } });
  expect((await make({ conditions: { all: [] } })).status).toBe(422);
  expect((await make({ conditions: { all: [] }, confirmEveryone: true })).status).toBe(201);
  expect(await make({ conditions: british })).toMatchObject({ status: 409, body: { code: 'RULE_EXISTS' } });
  expect(await owner.get('/segments/none')).toMatchObject({ status: 404, body: { code: 'RULE_NOT_FOUND' } });
  expect((await owner.post('/segments/preview', { conditions: { any: [] } })).status).toBe(422);
  expect((await owner.post('/segments/preview', { conditions: 'all' })).status).toBe(400);
  expect((await owner.get('/segments/x/explain?customer=nobody')).body.code).toBe('CUSTOMER_NOT_FOUND');
  expect((await owner.post('/segments/x/activate', { version: 7 })).body.code).toBe('RULE_VERSION_NOT_FOUND');
});

eachDatabase('a stored test that fails keeps a segment from being activated', async (on) => {
  await using app = await testApp(on);
  const owner = app.as('owner');
  const tests = [
    { facts: { 'customer.country': 'GB' }, expected: true },
    { facts: { 'customer.country': 'DE' }, expected: true, note: 'Germans too' },
  ];
  await owner.post('/segments', { key: 'here', name: 'Here', conditions: british, tests });
  const refused = await owner.post('/segments/here/activate', {});
  expect(refused).toMatchObject({ status: 422, body: { code: 'RULE_TEST_FAILED', pointer: '/tests/1' } });
  await owner.patch('/segments/here', { tests: tests.slice(0, 1) });
  expect((await owner.post('/segments/here/activate', {})).status).toBe(200);
});

eachDatabase('names are masked for those who may not read personal data, and scopes hold', async (on) => {
  await using app = await testApp(on);
  await customer(app, { name: 'Ada', country: 'GB' });
  const reader = app.as(['segments:read']);
  const { body } = await reader.post('/segments/preview', { conditions: british });
  expect(body.sample).toMatchObject([{ name: '***', country: 'GB' }]);
  expect((await reader.post('/segments', { key: 'x', name: 'X', conditions: british })).status).toBe(403);
  expect((await app.as('anonymous').get('/segments')).status).toBe(401);
});

eachDatabase('a list is edited by hand, a snapshot keeps what was, and rules follow a list', async (on) => {
  await using app = await testApp(on);
  const owner = app.as('owner');
  const ada = await customer(app, { name: 'Ada' });
  await owner.post('/segments', { key: 'staff', name: 'Staff', type: 'static' });
  await owner.post('/segments', {
    key: 'not-staff',
    name: 'Not staff',
    conditions: { all: [{ fact: 'segment.staff', operator: 'equal', value: false }] },
  });
  await owner.post('/segments/not-staff/activate', {});
  await built(app, '/segments/not-staff');
  const count = async (key: string) => (await owner.get(`/segments/${key}`)).body.members;
  expect(await count('not-staff')).toBe(1);
  expect((await owner.post('/segments/staff/members', { add: [ada] })).body).toEqual({ added: 1, removed: 0 });
  expect((await owner.post('/segments/staff/members', { add: [ada] })).body).toEqual({ added: 0, removed: 0 });
  expect([await count('staff'), await count('not-staff')]).toEqual([1, 0]);
  const frozen = await owner.post('/segments/staff/snapshot', { key: 'staff-then', name: 'Staff then' });
  expect(frozen.body).toMatchObject({ type: 'snapshot', source: 'staff', members: 1, status: 'active' });
  await owner.post('/segments/staff/members', { remove: [ada] });
  expect([await count('staff'), await count('not-staff'), await count('staff-then')]).toEqual([0, 1, 1]);
  const unknown = await owner.post('/segments/staff/members', { add: [ada, 'nobody'] });
  expect(unknown).toMatchObject({ status: 404, body: { code: 'CUSTOMER_NOT_FOUND', pointer: '/add/1' } });
  expect((await owner.post('/segments/not-staff/members', { add: [ada] })).body.code).toBe('SEGMENT_IS_RULE');
  expect((await owner.delete('/segments/staff')).body.code).toBe('RULE_IN_USE');
});

eachDatabase('the explanation says what is, what is needed, how near, and what was then', async (on) => {
  await using app = await testApp(on);
  const owner = app.as('owner');
  const ada = await customer(app, { name: 'Ada', country: 'GB' });
  await owner.post('/segments', { key: 'buyers', name: 'Buyers', conditions: buyers });
  await owner.post('/segments/buyers/activate', {});
  await built(app, '/segments/buyers');
  const before = await owner.get(`/segments/buyers/explain?customer=${ada}`);
  expect(before.body).toMatchObject({ matches: false, member: false, explanation: { result: false } });
  expect(before.body.explanation.conditions.all[0]).toMatchObject({ fact: 'orders', actual: 0 });
  const order = { customer: { id: ada }, currency: 'EUR', lines: [{ sku: 'a', quantity: 1, unitPrice: 500 }] };
  expect((await owner.post('/orders', order)).status).toBe(201);
  const after = await owner.get(`/segments/buyers/explain?customer=${ada}`);
  expect(after.body).toMatchObject({ matches: true, member: true, explanation: { result: true } });
  expect(after.body.explanation.conditions.all[0].evidence).toHaveLength(1);
  const past = new Date(Date.now() - 86_400_000).toISOString();
  const then = await owner.get(`/segments/buyers/explain?customer=${ada}&at=${past}`);
  expect(then.body).toMatchObject({ matches: false, member: false, enteredAt: null });
});

eachDatabase('templates can be made into segments as they are', async (on) => {
  await using app = await testApp(on);
  const owner = app.as('owner');
  const { data } = (await owner.get('/segments/templates')).body;
  expect(data.length).toBeGreaterThan(15);
  for (const { key, title, conditions } of data) {
    const made = await owner.post('/segments', { key, name: title, conditions });
    expect({ key, status: made.status }).toEqual({ key, status: 201 });
    expect((await owner.post('/segments/preview', { conditions })).status).toBe(200);
  }
});

eachDatabase(
  'a preview whose caller goes away is interrupted in the database',
  async (on) => {
    await using app = await testApp(on);
    const { writer } = app.rapport.platform.database;
    // Enough customers, each looked at through a slow enough condition, to run for seconds.
    await query(
      writer,
      on.dialect === 'postgres'
        ? `insert into customers (id, created_at, updated_at) select 'c' || n, 0, 0 from generate_series(1, 80000) n`
        : `with recursive s(n) as (select 1 union all select n + 1 from s where n < 80000)
         insert into customers (id, created_at, updated_at) select 'c' || n, 0, 0 from s`,
    );
    const slow = {
      all: Array.from({ length: 300 }, (_, n) => ({ fact: 'tags', operator: 'doesNotContain', value: `t${n}` })),
    };
    const credentials = await app.as('owner').credentials();
    const body = JSON.stringify({ conditions: slow });
    const call = request(`${app.url}/api/v1/segments/preview`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body), ...credentials },
    });
    const ended = new Promise<string>((resolve) => {
      call.on('error', () => resolve('gone'));
      call.on('response', () => resolve('answered'));
    });
    call.end(body);
    const readers = (app.rapport.platform.database.reader.client as { pool: { numUsed: () => number } }).pool;
    await vi.waitFor(() => expect(readers.numUsed()).toBe(1), { timeout: 10_000, interval: 2 });
    call.destroy();
    expect(await ended).toBe('gone');
    const started = Date.now();
    // All readers are free at once: three more than there are would wait for the slow one.
    const counts = await Promise.all(
      Array.from({ length: 6 }, () => app.as('owner').post('/segments/preview', { conditions: british, sample: 0 })),
    );
    expect(counts.map(({ status }) => status)).toEqual(Array(6).fill(200));
    expect(Date.now() - started).toBeLessThan(3000);
    if (on.dialect === 'postgres') {
      const running = async () => {
        const rows = await query<{ count: number }>(
          writer,
          "select count(*) as count from pg_stat_activity where state = 'active' and query like '%customer_tags%' and pid <> pg_backend_pid()",
        );
        return Number(rows[0]?.count);
      };
      await vi.waitFor(async () => expect(await running()).toBe(0), 3000);
    }
  },
  60_000,
);
