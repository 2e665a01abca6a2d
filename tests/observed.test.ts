// What modules declare of their own health and their figures: a check is a line of `rapport doctor`, a metric is at /metrics, and
// every check and every metric of the product is seen to say something here. One that is declared and not shown fails.
import { chmod, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { commandsOf } from '../commands.ts';
import {
  type AnyModule,
  defineCounter,
  defineModule,
  type Finding,
  type Platform,
  problem,
  well,
} from '../core/index.ts';
import { nodeCheck } from '../modules/operations/doctor/checks.ts';
import { modules } from '../rapport.ts';
import { type TestApp, testApp } from './support/app.ts';
import { createTestDatabase, eachDatabase, type TestDatabase } from './support/databases.ts';
import { withPlatform } from './support/invariants.ts';
import { testConfig } from './support/platform.ts';
import { installPlugin } from './support/plugins.ts';

const all = modules as readonly unknown[] as readonly AnyModule[];
afterEach(() => void vi.unstubAllEnvs());

type Report = { ok: boolean; findings: (Finding & { name: string; remedy?: string })[] };

/** `rapport doctor --json` in this process, over these modules. */
const runDoctor = async (
  on: TestDatabase,
  installed: readonly AnyModule[],
  environment: Record<string, string> = {},
) => {
  const { RAPPORT_DATA_DIR = on.folder, ...more } = environment;
  const settings = { RAPPORT_DATA_DIR, DATABASE_URL: on.url, NODE_ENV: 'test', ...more };
  for (const [name, value] of Object.entries(settings)) vi.stubEnv(name, value);
  const said = vi.spyOn(console, 'log').mockImplementation(() => {});
  try {
    const doctor = commandsOf(installed).find(({ name }) => name === 'doctor')!;
    const code = await doctor.run(['--json']);
    return { code, ...(JSON.parse(String(said.mock.lastCall?.[0])) as Report) };
  } finally {
    said.mockRestore();
    vi.unstubAllEnvs();
  }
};

/** Rows whose references are not looked at. */
const withoutReferences = async (on: TestDatabase, insert: (platform: Platform) => Promise<unknown>): Promise<void> =>
  withPlatform(on, async (platform) => {
    const { writer } = platform.database;
    if (on.dialect === 'sqlite') {
      await writer.raw('pragma foreign_keys = off');
      await insert(platform);
      return;
    }
    await writer.transaction(async (trx) => {
      await trx.raw('set local session_replication_role = replica');
      await insert({ ...platform, database: { ...platform.database, writer: trx } });
    });
  });

eachDatabase(
  'a planted module shows its check in the command and its metrics at /metrics, with nothing else changed',
  async (on) => {
    let isWell = true;
    const visits = defineCounter({ name: 'planted_visits_total', help: 'Visits by place.', labels: ['place'] });
    const planted = defineModule({
      name: 'planted',
      create: ({ metrics }: Platform, _deps: object) => ({
        visit: (place: string) => metrics.count(visits, { place }),
        seats: new Map([['hall', 7]]),
      }),
      tables: [],
      metrics: [
        visits,
        {
          kind: 'gauge',
          name: 'planted_seats',
          help: 'Seats now, by place.',
          labels: ['place'],
          collect: ({ seats }) => [...seats].map(([place, value]) => ({ value, labels: { place } })),
        },
        {
          kind: 'gauge',
          name: 'planted_broken',
          help: 'Cannot be read.',
          collect: () => Promise.reject(new Error('no')),
        },
      ],
      doctor: [
        {
          name: 'planted',
          promise: 'the plant is watered',
          needs: 'database',
          run: async ({ database }) =>
            isWell ? well(`${(await database.reader('customers')).length} customers`) : problem('dry', 'water it'),
        },
        {
          name: 'throwing',
          promise: 'a check that throws is a finding',
          run: () => {
            if (!isWell) throw new Error('it broke');
            return well('fine');
          },
        },
      ],
    });
    await withPlatform(on, async () => {});
    const installed = [...all, planted as unknown as AnyModule];
    const fine = await runDoctor(on, installed);
    expect(fine).toMatchObject({ code: 0, ok: true });
    expect(fine.findings).toContainEqual({ name: 'planted', ok: true, detail: '0 customers' });
    isWell = false;
    const ill = await runDoctor(on, installed);
    expect(ill).toMatchObject({ code: 1, ok: false });
    expect(ill.findings.filter(({ ok }) => !ok)).toEqual([
      { name: 'throwing', ok: false, detail: 'it broke' },
      { name: 'planted', ok: false, detail: 'dry', remedy: 'water it' },
    ]);

    let service: { visit: (place: string) => void; seats: Map<string, number> } | undefined;
    await using app = await testApp(on, {
      prepare: ({ core }) => {
        service = core.modules.install(planted, {});
      },
    });
    const scrape = async (): Promise<string> => (await app.as('anonymous').get('/metrics')).body as string;
    service!.visit('hall');
    service!.visit('hall');
    const shown = await scrape();
    expect(shown).toContain('# TYPE planted_visits_total counter\nplanted_visits_total{place="hall"} 2\n');
    expect(shown).toContain('# HELP planted_seats Seats now, by place.\n');
    expect(shown).toContain('planted_seats{place="hall"} 7\n');
    // One that cannot be read keeps none of the others from being shown.
    expect(shown).not.toMatch(/^planted_broken \d/m);
    service!.seats.delete('hall');
    service!.seats.set('roof', 2);
    const later = await scrape();
    expect(later).toContain('planted_seats{place="roof"} 2\n');
    expect(later).not.toContain('planted_seats{place="hall"}');
  },
);

/** How each check of the product is made to find something. Environment answered is given to the command. */
const breakages: Record<string, (on: TestDatabase) => Promise<unknown>> = {
  'data folder': async (on) => {
    const file = join(on.folder, 'file');
    await writeFile(file, '');
    return { RAPPORT_DATA_DIR: file, RAPPORT_SECRET_KEY: Buffer.alloc(32).toString('base64') };
  },
  'secret key': (on) => chmod(join(on.folder, 'secret.key'), 0o644),
  // Nobody listens on the port for discarding.
  'mail server': async () => ({ SMTP_URL: 'smtp://127.0.0.1:9' }),
  integrity: (on) =>
    withoutReferences(on, ({ database }) =>
      database
        .writer('identities')
        .insert({ kind: 'email', value: 'a@example.com', customer_id: 'gone', created_at: 0 }),
    ),
  schema: (on) =>
    withPlatform(on, async ({ database }) => {
      await database.writer('knex_migrations').where('name', 'like', '0009%').delete();
    }),
  tables: (on) =>
    withPlatform(on, async ({ database }) => {
      await database.writer.raw('create table strangers (id text primary key)');
    }),
  orphans: (on) =>
    withoutReferences(on, ({ database }) =>
      database.writer('outbox').insert({ id: 'o1', topic: 't', customer_id: 'gone', payload: '{}', created_at: 0 }),
    ),
  jobs: (on) =>
    withPlatform(on, async ({ database, jobs }) => {
      jobs.work({ queue: 'planted', handle: async () => {} });
      await jobs.enqueue(database.writer, { queue: 'planted', payload: 1 });
      await database.writer('jobs').update({ run_at: Date.now() - 2 * 3_600_000 });
    }),
  plugins: (on) =>
    withPlatform(on, async ({ database }) => {
      const run = { plugin: 'acme/slow', version: '1.0.0', hook: 'score', provider: '', reason: null };
      const times = { wall_ms: 1, slowest_ms: 1, cpu_ms: 1, at: Date.now() };
      await database.writer('plugin_runs').insert([
        { id: 'r1', ...run, ...times, outcome: 'timeout', count: 3 },
        { id: 'r2', ...run, ...times, outcome: 'ok', count: 2 },
      ]);
    }),
};
// SQLite answers for what it keeps in its file; PostgreSQL guards its own pages and references.
const ofSqlite = new Set(['integrity']);

const checks = all.flatMap(({ doctor = [] }) => [...doctor]);

test('the checks of the product have names of their own, and each promises something', () => {
  expect(checks.length).toBeGreaterThan(5);
  expect(new Set(checks.map(({ name }) => name)).size).toBe(checks.length);
  for (const { promise } of checks) expect(promise).toMatch(/^\S+ .+[^.]$/);
});

test('the manual names every check with its promise, and every metric with its labels', async () => {
  const manual = (await readFile('docs/operations.md', 'utf8')).split('\n').map((line) => line.replace(/\s+/g, ' '));
  for (const { name, promise } of checks) expect(manual).toContain(`| \`${name}\` | ${promise} |`);
  for (const { name, kind, labels = [] } of all.flatMap(({ metrics = [] }) => [...metrics]))
    expect(manual).toContainEqual(expect.stringContaining(`| \`${name}\` | ${kind} | ${labels.join(', ')} |`));
});

test('too old a runtime is found', async () => {
  const tools = { config: testConfig({ folder: '/none', url: 'sqlite:none' } as TestDatabase), now: 0, tables: [] };
  for (const [version, ok] of [
    ['24.9.0', false],
    ['9.0.0', false],
    ['26.0.0', true],
    ['100.1.0', true],
  ] as const)
    expect({
      version,
      ...(await (nodeCheck(version) as { run: (given: typeof tools) => Finding }).run(tools)),
    }).toMatchObject({ version, ok });
});

for (const { name } of checks.filter((check) => check.name !== 'node'))
  for (const dialect of ofSqlite.has(name) ? (['sqlite'] as const) : (['sqlite', 'postgres'] as const))
    test(`the check "${name}" finds what it is for, and says what to do (${dialect})`, async () => {
      await using on = await createTestDatabase(dialect, { migrated: true });
      await withPlatform(on, async () => {});
      const before = await runDoctor(on, all);
      expect(before.findings.filter(({ ok }) => !ok)).toEqual([]);
      const breakage = breakages[name];
      expect(breakage, `no test shows what the check "${name}" finds`).toBeDefined();
      const environment = await breakage!(on);
      const found = await runDoctor(on, all, (environment ?? {}) as Record<string, string>);
      expect(found.code).toBe(1);
      const finding = found.findings.find((each) => each.name === name)!;
      expect(finding.ok).toBe(false);
      expect(finding.detail).not.toBe('');
      // What cannot be reached at all says so in the words of the system.
      if (name !== 'data folder') expect(finding.remedy).toBeTruthy();
    });

test('where nothing is the doctor makes nothing, and still runs what needs no database', async () => {
  await using on = await createTestDatabase('sqlite');
  await rm(on.folder, { recursive: true });
  const found = await runDoctor(on, all);
  const problems = found.findings.filter(({ ok }) => !ok);
  expect(problems.map(({ name }) => name).toSorted()).toEqual(['data folder', 'database', 'secret key']);
  expect(problems.map(({ remedy }) => remedy)).toEqual(problems.map(() => 'the first start makes it'));
  expect(found.findings.map(({ name }) => name)).not.toContain('schema');
});

type Shown = RegExp;
/** What of each metric of the product must be shown after what `live` does below. */
const shownAfterLife: Record<string, Shown> = {
  rapport_http_request_seconds:
    /^rapport_http_request_seconds_count\{method="POST",route="\/messages",status="202"\} 1$/m,
  rapport_jobs_total: /^rapport_jobs_total\{queue="messages",outcome="done"\} 1$/m,
  rapport_queue_jobs: /^rapport_queue_jobs\{queue="later",status="waiting"\} 1$/m,
  rapport_plugin_calls_total:
    /^rapport_plugin_calls_total\{plugin="acme\/channel",hook="message.send",outcome="ok"\} 1$/m,
  rapport_messages_total: /^rapport_messages_total\{channel="sms",outcome="sent"\} 1$/m,
};

/** A message goes out through a plugin, and a job is left waiting. */
const live = async (app: TestApp): Promise<void> => {
  const { core, platform } = app.rapport;
  await installPlugin(
    core.plugins as never,
    { id: 'acme/channel', provides: { channels: [{ key: 'sms', title: 'SMS', address: 'phone' }] } },
    "export default { send: async () => ({ status: 'sent' }) };",
  );
  const message = { to: '+491701234567', channel: 'sms', purpose: 'staff', content: { text: 'Hello' } };
  expect((await app.as('owner').post('/messages', message)).status).toBe(202);
  await platform.jobs.enqueue(platform.database.writer, { queue: 'later', payload: 1, runAt: Date.now() + 3_600_000 });
};

eachDatabase('every metric of the product shows what happened', async (on) => {
  const declared = all.flatMap(({ metrics = [] }) => [...metrics]);
  expect(declared.length).toBeGreaterThan(3);
  await using app = await testApp(on, {
    prepare: ({ platform }) => platform.jobs.work({ queue: 'later', handle: async () => {} }),
  });
  await live(app);
  for (const { name, help, kind } of declared) {
    const shown = shownAfterLife[name];
    expect(shown, `no test shows the metric ${name}`).toBeDefined();
    const scrape = async (): Promise<string> => (await app.as('anonymous').get('/metrics')).body as string;
    await expect.poll(scrape, { timeout: 15_000 }).toMatch(shown!);
    expect(await scrape()).toContain(`# HELP ${name} ${help}\n# TYPE ${name} ${kind}\n`);
  }
  // What is at /metrics and nobody declares is counted past the declarations.
  const text = (await app.as('anonymous').get('/metrics')).body as string;
  const ours = [...text.matchAll(/^# TYPE (rapport_\w+) /gm)].map(([, name]) => name!);
  expect(ours.toSorted()).toEqual(declared.map(({ name }) => name).toSorted());
});
