// Nothing grows for ever: for every table that declares how long its rows are kept, an old row goes and a young one stays, in
// small steps, beside writers.
import { expect } from 'vitest';
import { type Age, agesOf, type Db, query, silentLog, system } from '../core/index.ts';
import { createRetention } from '../modules/operations/retention.ts';
import { createRapport } from '../rapport.ts';
import { eachDatabase, type TestDatabase } from './support/databases.ts';
import { testClock, testConfig } from './support/platform.ts';

const now = Date.parse('2026-03-01T12:00:00Z');
const { signal } = new AbortController();

type Column = { name: string; type: string; needed: boolean };

const columnsOf = async (db: Db, { dialect }: TestDatabase, table: string): Promise<Column[]> =>
  dialect === 'sqlite'
    ? (
        await query<{ name: string; type: string; notnull: number; dflt_value: unknown }>(
          db,
          `pragma table_info(${table})`,
        )
      ).map(({ name, type, notnull, dflt_value }) => ({ name, type, needed: notnull === 1 && dflt_value === null }))
    : (
        await query<{ name: string; type: string; needed: boolean }>(
          db,
          `select column_name as name, data_type as type, is_nullable = 'NO' and column_default is null as needed
           from information_schema.columns where table_schema = current_schema() and table_name = ?`,
          [table],
        )
      ).map((column) => column);

const valueFor = ({ type, name }: Column, n: number): unknown => {
  if (/int|double|real|numeric|float/i.test(type)) return n;
  if (/bool/i.test(type)) return false;
  if (/json/i.test(type)) return '{}';
  return `${name}-${n}`;
};

/** Rows of any table, without the rows that they refer to. */
const plant = async (
  db: Db,
  on: TestDatabase,
  table: string,
  rows: readonly Record<string, unknown>[],
): Promise<void> => {
  const columns = (await columnsOf(db, on, table)).filter(({ needed }) => needed);
  const whole = rows.map((row, n) => ({
    ...Object.fromEntries(columns.map((column) => [column.name, valueFor(column, n)])),
    ...row,
  }));
  if (on.dialect === 'sqlite') await db.raw('pragma foreign_keys = off');
  await db.transaction(async (trx) => {
    if (on.dialect === 'postgres') await trx.raw('set local session_replication_role = replica');
    await trx.batchInsert(table, whole, 50);
  });
  if (on.dialect === 'sqlite') await db.raw('pragma foreign_keys = on');
};

const timeOf = ({ as }: Age, at: number): number | string =>
  as === 'day' ? new Date(at).toISOString().slice(0, 10) : at;
const dayMs = 86_400_000;

const setUp = async (on: TestDatabase) => {
  const rapport = await createRapport(testConfig(on), silentLog, testClock(now));
  const { sweep } = createRetention(rapport.platform);
  const { platform } = rapport;
  return { sweep, platform, db: platform.database.writer, [Symbol.asyncDispose]: () => rapport.stop() };
};

eachDatabase(
  'of every table with an age an old row goes, and a young one and one that is not over stay',
  async (on) => {
    await using world = await setUp(on);
    const { sweep, platform, db } = world;
    const swept = platform.declared.tables().filter((policy) => agesOf(policy).length > 0);
    expect(swept.length).toBeGreaterThan(10);
    for (const policy of swept) {
      const { table } = policy;
      for (const age of agesOf(policy)) {
        const { column, ms, where = {} } = age;
        const over = Object.fromEntries(Object.entries(where).map(([name, values]) => [name, [values].flat()[0]]));
        // Other ages of the table look at other columns: those are young.
        const young = Object.fromEntries(agesOf(policy).map((each) => [each.column, timeOf(each, now + dayMs)]));
        const old = timeOf(age, now - ms - (age.as === 'day' ? dayMs : 1));
        const rows = [
          { ...young, ...over, [column]: old },
          { ...young, ...over, [column]: timeOf(age, now - ms) },
          ...(Object.keys(where).length > 0
            ? [{ ...young, ...Object.fromEntries(Object.keys(where).map((name) => [name, 'other'])), [column]: old }]
            : []),
        ];
        await db(table).delete();
        await plant(db, on, table, rows);
        expect([table, age, await sweep(signal)]).toEqual([table, age, { [table]: 1 }]);
        const left = await db(table).select(column, ...Object.keys(where));
        expect([table, age, left]).toEqual([
          table,
          age,
          expect.arrayContaining(
            rows
              .slice(1)
              .map((row) =>
                expect.objectContaining(
                  Object.fromEntries(Object.keys(left[0]!).map((name) => [name, row[name as keyof typeof row]])),
                ),
              ),
          ),
        ]);
        expect(left).toHaveLength(rows.length - 1);
        await db(table).delete();
      }
    }
  },
);

eachDatabase('thousands of old rows go in steps of at most 500, and others write between them', async (on) => {
  await using world = await setUp(on);
  const { sweep, db } = world;
  const old = Array.from({ length: 1700 }, (_, n) => ({ actor: 'a', key: `k${n}`, created_at: now - 2 * dayMs }));
  await plant(db, on, 'idempotency_keys', [...old, { actor: 'a', key: 'young', created_at: now }]);
  const steps: number[] = [];
  const written: number[] = [];
  db.on('query-response', (response: unknown, { sql }: { sql: string }) => {
    if (/^delete from .idempotency_keys/.test(sql))
      steps.push(typeof response === 'number' ? response : (response as { rowCount: number }).rowCount);
    if (/^insert into .settings/.test(sql)) written.push(steps.length);
  });
  const sweeping = sweep(signal);
  let isSwept = false;
  const others = (async () => {
    for (let n = 0; !isSwept; n++) await db('settings').insert({ key: `other ${n}`, value: '1', updated_at: now });
  })();
  expect(await sweeping).toEqual({ idempotency_keys: 1700 });
  isSwept = true;
  await others;
  expect(await db('idempotency_keys').pluck('key')).toEqual(['young']);
  expect(steps.length).toBeGreaterThanOrEqual(4);
  // Somebody else's write came in between two of them.
  expect(written.some((after) => after > 0 && after < steps.length)).toBe(true);
});

eachDatabase('a sweep that is told to stop stops after the step it is in', async (on) => {
  await using world = await setUp(on);
  const { sweep, db } = world;
  const old = Array.from({ length: 1200 }, (_, n) => ({ actor: 'a', key: `k${n}`, created_at: now - 2 * dayMs }));
  await plant(db, on, 'idempotency_keys', old);
  const stopping = new AbortController();
  db.on('query', ({ sql }: { sql: string }) => {
    if (/^delete from .idempotency_keys/.test(sql)) stopping.abort(new Error('shutting down'));
  });
  await expect(sweep(stopping.signal)).rejects.toThrow('shutting down');
  expect(await db('idempotency_keys')).toHaveLength(700);
});

eachDatabase('a session and a token go when they have ended, a used refresh token when it would have', async (on) => {
  const clock = testClock(now);
  const { core, platform, stop } = await createRapport(testConfig(on), silentLog, clock);
  try {
    const { writer } = platform.database;
    const { sweep } = createRetention(platform);
    const { auth } = core;
    const user = await auth.users.create(
      { email: 'a@example.com', role: 'viewer', password: 'viewer has one' },
      system,
    );
    const app = { name: 'App', grants: ['client_credentials' as const], scopes: ['orders:read' as const] };
    const clientId = (await auth.clients.create(app, system)).client.id;
    const issue = (refresh: boolean) =>
      auth.tokens.issue(writer, {
        clientId,
        userId: null,
        grantId: null,
        scopes: ['orders:read'],
        ...(refresh && { refreshScopes: ['orders:read'] }),
      });
    const from = { address: '127.0.0.1', userAgent: 'test' };
    await auth.sessions.start(writer, user.id, from);
    await issue(true);
    await writer('oauth_tokens').where({ kind: 'refresh' }).update({ used_at: now });
    clock.advance(13 * 3600_000);
    const live = await auth.sessions.start(writer, user.id, from);
    const { accessToken } = await issue(false);
    expect(await sweep(signal)).toEqual({ sessions: 1, oauth_tokens: 1 });
    expect(await writer('oauth_tokens').where({ kind: 'refresh' })).toHaveLength(1);
    expect(await auth.sessions.find(live.secret)).toMatchObject({ user_id: user.id });
    expect(await auth.bearer.find(accessToken)).toMatchObject({ id: clientId });
    expect(await sweep(signal)).toEqual({});
  } finally {
    await stop();
  }
});

eachDatabase(
  'a queue that keeps its finished jobs for less has them deleted sooner; others stay the week',
  async (on) => {
    await using world = await setUp(on);
    const { sweep, platform, db } = world;
    const hourly = 'schedule:retention';
    expect(platform.jobs.ages()).toContainEqual({ queue: hourly, ms: dayMs });
    const job = (id: string, queue: string, status: string, finished_at: number) => ({
      id,
      queue,
      status,
      finished_at,
      run_at: finished_at,
    });
    await plant(db, on, 'jobs', [
      job('old', hourly, 'done', now - dayMs - 1),
      job('young', hourly, 'done', now - dayMs + 1),
      job('dead', hourly, 'dead', now - dayMs - 1),
      job('kept', 'rules:build', 'done', now - dayMs - 1),
    ]);
    expect(await sweep(signal)).toEqual({ jobs: 1 });
    expect((await db('jobs').pluck('id')).toSorted()).toEqual(['dead', 'kept', 'young']);
  },
);
