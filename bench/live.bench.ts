// Rules while things happen: ten rules on one event by closures and by json-rules-engine; then ten thousand active rules in a real
// Rapport, of which the index picks the hundred that an event concerns. CPU of the process, the event's own commit included.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AlertTrigger, Condition } from '@rapport/sdk/schemas';
import { Engine, type RuleProperties } from 'json-rules-engine';
import { type Db, readConfig, silentLog, system } from '../core/index.ts';
import { memberFacts } from '../modules/loyalty/facts.ts';
import { createRapport, type Rapport } from '../rapport.ts';
import { compileRule, createVocabulary, type Facts, noFacts } from '../rules/language/index.ts';
import { defineBench, median, memoryMb, type Row } from './bench.ts';

const now = Date.parse('2026-06-15T12:00:00Z');
const rounds = 7;
const leaf = (fact: string, operator: string, value: unknown): Condition => ({ fact, operator, value });

export const live = defineBench({
  name: 'live',
  title: 'rules on one event: closures beside json-rules-engine, and 10,000 active rules',
  run: async (): Promise<Row[]> => [await tenRules(), ...(await tenThousand())],
});

/** Half of them hold for the customer below. */
const ten: Condition[] = Array.from({ length: 10 }, (_, n) => ({
  all: [
    leaf('customer.country', 'equal', 'GB'),
    leaf('customer.stage', 'in', ['active', 'new']),
    {
      any: [leaf('customer.city', 'equal', n % 2 ? 'London' : 'Leeds'), leaf('member.points', 'greaterThan', 500 + n)],
    },
    { not: leaf('customer.language', 'equal', 'de') },
  ],
}));

const tenRules = async (): Promise<Row> => {
  const facts: Facts = {
    ...noFacts,
    customerId: 'c1',
    customer: { country: 'GB', stage: 'active', city: 'London', language: 'en' },
    declared: new Map([['member.points', 40]]),
  };
  const vocabulary = createVocabulary({ declared: memberFacts([]) });
  const closures = ten.map((conditions) => compileRule(conditions, vocabulary).test);
  const engine = new Engine();
  for (const [n, conditions] of ten.entries())
    engine.addRule({ conditions: conditions as RuleProperties['conditions'], event: { type: `rule-${n}` } });
  const given = {
    'customer.country': 'GB',
    'customer.stage': 'active',
    'customer.city': 'London',
    'customer.language': 'en',
    'member.points': 40,
  };
  let byClosure = 0;
  const ours = await perCall(20_000, () => {
    byClosure = closures.reduce((held, test) => held + (test(facts, now) ? 1 : 0), 0);
  });
  let byEngine = 0;
  const theirs = await perCall(400, async () => {
    byEngine = (await engine.run(given)).events.length;
  });
  if (byClosure !== byEngine) throw new Error(`${byClosure} rules hold by closures, ${byEngine} by the engine.`);
  return {
    what: `10 rules on one event (${byClosure} hold), facts in memory`,
    value: ours,
    unit: 'µs',
    alternative: { name: 'json-rules-engine', value: theirs, ratio: theirs / ours },
    target: '≥ 300 ×',
    met: theirs / ours >= 300,
  };
};

const concerned = { segments: 90, alerts: 10 };
const customers = 200;
const others = { segments: 9000, alerts: 900 };

const tenThousand = async (): Promise<Row[]> => {
  const folder = mkdtempSync(join(tmpdir(), 'rapport-bench-'));
  const rapport = await createRapport(
    readConfig({ RAPPORT_DATA_DIR: folder, PORT: '0', RAPPORT_LOG_LEVEL: 'silent', NODE_ENV: 'test' }),
    silentLog,
  );
  const ids: string[] = [];
  for (let n = 0; n < customers; n++)
    ids.push((await rapport.core.customers.create({ name: `Ada ${n}`, city: 'London' }, system)).id);
  const without = await recording(rapport, ids);
  await insertRules(rapport.platform.database.writer);
  const started = performance.now();
  await record(rapport, ids[0]!);
  const loading = performance.now() - started;
  const withRules = await recording(rapport, ids);
  const memory = memoryMb();
  await rapport.stop();
  rmSync(folder, { recursive: true, force: true });
  const total = concerned.segments + concerned.alerts + others.segments + others.alerts;
  return [
    {
      what: `one event stored, ${total.toLocaleString('en')} active rules of which it concerns ${concerned.segments + concerned.alerts} (cost factor)`,
      value: withRules / 1000,
      unit: 'ms',
      alternative: { name: 'without rules', value: without / 1000, ratio: withRules / without },
      target: '< 5 ms',
      met: withRules < 5000,
      memoryMb: memory,
    },
    {
      what: `first event after a start: ${total.toLocaleString('en')} rules read and compiled`,
      value: loading,
      unit: 'ms',
    },
  ];
};

const record = (rapport: Rapport, id: string): Promise<unknown> =>
  rapport.core.events.record(
    { type: 'page.viewed', customer: { id }, properties: { path: '/tea', seconds: 3 } },
    system,
  );

const recording = (rapport: Rapport, ids: readonly string[]): Promise<number> => {
  let next = 0;
  return perCall(100, () => record(rapport, ids[next++ % ids.length]!));
};

/** CPU microseconds of the process for one call: the median of several rounds. */
const perCall = async (calls: number, work: () => unknown): Promise<number> => {
  const spent: number[] = [];
  for (let round = -2; round < rounds; round++) {
    const before = process.cpuUsage();
    for (let n = 0; n < calls; n++) {
      const result = work();
      if (result instanceof Promise) await result;
    }
    const { user, system: kernel } = process.cpuUsage(before);
    if (round >= 0) spent.push((user + kernel) / calls);
  }
  return median(spent);
};

// Written straight into the tables: activating ten thousand rules one by one is another bench.
const insertRules = async (db: Db): Promise<void> => {
  const seconds = { fact: 'event.properties', path: '$.seconds', operator: 'greaterThan', value: 1_000_000 };
  const alert = (trigger: AlertTrigger) => ({ trigger, cooldown: null, actions: [{ kind: 'tag', tag: 'seen' }] });
  const range = (length: number): number[] => Array.from({ length }, (_, n) => n);
  await insert(db, [
    ...range(concerned.segments).map((n) => ({
      key: `concerned-${n}`,
      kind: 'segment',
      conditions: {
        all: [{ fact: 'events', params: { type: 'page.viewed' }, operator: 'greaterThan', value: 1_000_000 + n }],
      },
      params: {},
    })),
    ...range(others.segments).map((n) => ({
      key: `other-${n}`,
      kind: 'segment',
      conditions: { all: [leaf('customer.city', 'equal', `City ${n}`), leaf('customer.country', 'equal', 'GB')] },
      params: {},
    })),
    ...range(concerned.alerts).map((n) => ({
      key: `heard-${n}`,
      kind: 'alert',
      conditions: { all: [seconds] },
      params: alert({ kind: 'event', types: ['page.viewed'] }),
    })),
    ...range(others.alerts).map((n) => ({
      key: `unheard-${n}`,
      kind: 'alert',
      conditions: { all: [seconds] },
      params: alert({ kind: 'event', types: [`other.type-${n % 90}`] }),
    })),
  ]);
};

type Written = { key: string; kind: string; conditions: unknown; params: unknown };

const insert = async (db: Db, rules: readonly Written[]): Promise<void> => {
  const both = { priority: 1, version: 1, created_at: now };
  const rows = rules.map(({ key, kind }) => ({
    ...both,
    key,
    kind,
    name: key,
    variant: kind === 'segment' ? 'dynamic' : 'event',
    status: 'active',
    active_version: 1,
    revision: 1,
    updated_at: now,
  }));
  const versions = rules.map(({ key, kind, conditions, params }) => ({
    ...both,
    key,
    kind,
    name: key,
    conditions: JSON.stringify(conditions),
    params: JSON.stringify(params),
    tests: '[]',
    dependencies: '[]',
    author: 'bench',
  }));
  await db.batchInsert('rules', rows, 60);
  await db.batchInsert('rule_versions', versions, 60);
  await db('generations').where({ name: 'rules' }).increment('value', 1);
};
