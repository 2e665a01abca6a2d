// Scorers for tests: plugins of any publisher installed in a real server, and what came of their runs.
import { expect, vi } from 'vitest';
import { system } from '../../core/index.ts';
import type { LooseJson, TestApp } from './app.ts';
import { manifestOf } from './plugins.ts';

export const asks = (...scopes: string[]) => ({
  required: scopes.map((scope) => ({ scope, reason: 'For this test.' })),
});
const scorerScopes = ['customers:read', 'hook:customers.score', 'hook:model.train'];

/** Value: what the customer spent, in whole units; nobody who bought nothing. */
export const spendCode = `export default {
  train: async ({ at }, ctx) => { await ctx.kv.set('trained', at); return { version: 'model of ' + at }; },
  score: async (customers) => customers
    .filter(({ purchases }) => purchases.orders > 0)
    .map(({ id, purchases }) => ({ customer: id, value: purchases.total / 100, reasons: [purchases.orders + ' orders'] })),
};`;

export const installPlugin = async (app: TestApp, manifest: Record<string, unknown>, code: string): Promise<void> => {
  const { plugins } = app.rapport.core;
  const whole = manifestOf(manifest);
  const files = new Map([
    ['plugin.json', Buffer.from(JSON.stringify(whole))],
    ['index.ts', Buffer.from(code)],
  ]);
  await plugins.installFiles(files, 'folder', system);
  await plugins.consent(whole.id as string, { enable: true }, system);
};

/** A plugin with one scorer; `declared` are the members of its entry in the manifest. */
export const installScorer = (
  app: TestApp,
  key: string,
  made: { id?: string; declared?: Record<string, unknown>; code?: string; manifest?: Record<string, unknown> } = {},
): Promise<void> =>
  installPlugin(
    app,
    {
      id: made.id ?? `acme/${key}`,
      provides: { scorers: [{ key, title: key, ...made.declared }] },
      scopes: asks(...scorerScopes),
      ...made.manifest,
    },
    made.code ?? spendCode,
  );

export const addCustomer = async (app: TestApp, name: string): Promise<string> => {
  const made = await app.as('admin').post('/customers', { name, email: `${name.toLowerCase()}@example.com` });
  expect(made.status).toBe(201);
  return made.body.id;
};

/** `units` are whole units of money. */
export const addOrder = async (app: TestApp, customer: string, units: number): Promise<void> => {
  const lines = [{ sku: 'A', name: 'Apple', quantity: 1, unitPrice: units * 100 }];
  const made = await app.as('admin').post('/orders', { customer: { id: customer }, currency: 'EUR', lines });
  expect(made.status).toBe(201);
};

export const reportOf = async (app: TestApp, scorer: string): Promise<LooseJson> => {
  const { status, body } = await app.as('admin').get(`/scorers/${scorer}/report`);
  expect(status).toBe(200);
  return body;
};

/** Waits until the newest run of a scorer is in this state; answers it. */
export const runIn = async (app: TestApp, scorer: string, status: string, timeout = 30_000): Promise<LooseJson> =>
  vi.waitFor(
    async () => {
      const [run] = (await reportOf(app, scorer)).runs;
      expect(run, JSON.stringify(run)).toMatchObject({ status });
      return run;
    },
    { timeout, interval: 25 },
  );

/** A run over everybody, to its end. */
export const runScorer = async (app: TestApp, scorer: string, body: object = {}): Promise<LooseJson> => {
  const { status, body: reply } = await app.as('admin').post(`/scorers/${scorer}/run`, body);
  expect(status).toBe(202);
  return vi.waitFor(
    async () => {
      const run = (await reportOf(app, scorer)).runs.find(({ id }: { id: string }) => id === reply.job);
      expect(run, JSON.stringify(run)).toMatchObject({ status: 'done' });
      return run;
    },
    { timeout: 30_000, interval: 25 },
  );
};

export const scoreOf = async (app: TestApp, customer: string, scorer: string): Promise<number | undefined> => {
  const { body } = await app.as('admin').get(`/customers/${customer}/scores`);
  return body.data.find((score: { scorer: string }) => score.scorer === scorer)?.value;
};

/** A segment of everybody whose score is at least `least`, active and built. */
export const addScoreSegment = async (app: TestApp, key: string, scorer: string, least: number): Promise<void> => {
  const admin = app.as('admin');
  const conditions = { all: [{ fact: `score.${scorer}`, operator: 'greaterThanInclusive', value: least }] };
  expect((await admin.post('/segments', { key, name: key, conditions })).status).toBe(201);
  expect((await admin.post(`/segments/${key}/activate`, {})).status).toBe(200);
  await vi.waitFor(async () => expect((await admin.get(`/segments/${key}`)).body.buildJob).toBeNull(), 20_000);
};

export const membersOf = async (app: TestApp, segment: string): Promise<string[]> =>
  (await app.as('admin').get(`/segments/${segment}/members`)).body.data
    .map(({ customerId }: { customerId: string }) => customerId)
    .sort();

/** A plugin that writes down every notice of these topics; answers what it was told so far. */
export const installListener = async (app: TestApp, topics: readonly string[]) => {
  const code = `const note = (notice, ctx) => ctx.log.info(notice.topic, notice.payload);
export default { on: { ${topics.map((topic) => `'${topic}': note`).join(', ')} } };`;
  const scopes = asks(...topics.map((topic) => `hook:${topic}`));
  await installPlugin(app, { id: 'acme/listener', provides: { hooks: topics }, scopes }, code);
  return async (): Promise<{ topic: string; payload: LooseJson }[]> => {
    await app.rapport.core.plugins.flushRuns();
    const { body } = await app.as('admin').get('/plugins/acme~listener/logs?limit=200');
    return body.data.map(({ message, fields }: LooseJson) => ({ topic: message, payload: fields })).reverse();
  };
};
