// A hook is declared once. Here a new one is put on the list, and nothing else is touched: the manifest takes it, consent asks for
// it, the registry knows who provides it, the sandbox keeps its limits, its personal members are given and the others masked.
import { defineHook, type HookSpec, offersOf } from '@rapport/sdk';
import { type AnyHook, hooks } from '@rapport/sdk/hooks';
import { checkHook, createTestContext } from '@rapport/sdk/testing';
import { Type } from 'typebox';
import { Check } from 'typebox/value';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { system } from '../../core/index.ts';
import { generateDocs } from '../../docs/generate.ts';
import { type TestApp, testApp } from '../support/app.ts';
import { createTestDatabase } from '../support/databases.ts';
import { manifestOf } from '../support/plugins.ts';

const basketCheck = defineHook({
  name: 'basket.check',
  kind: 'filter',
  summary: 'Change a basket before it is priced, or refuse it.',
  handler: 'basket',
  argument: 'basket',
  providedBy: ['hooks'],
  wallMs: 1500,
  cpuMs: 500,
  limits: { resultChars: 200, hostCalls: 1 },
  personal: ['note'],
  input: Type.Object({
    note: Type.String(),
    email: Type.String(),
    basket: Type.Object({ skus: Type.Array(Type.String()) }),
  }),
  output: Type.Object({ refuse: Type.Optional(Type.String()), seen: Type.Optional(Type.Unknown()) }),
  examples: [
    { input: { note: 'For Ada', email: 'a***@***', basket: { skus: ['A'] } }, output: { refuse: 'Sold out.' } },
  ],
});
const greet = defineHook({
  ...basketCheck,
  name: 'basket.greet',
  kind: 'collect',
  summary: 'Say something about a basket.',
  handler: 'greet',
  argument: undefined,
});

const list = hooks as HookSpec[];
beforeAll(() => void list.push(basketCheck, greet));
afterAll(() => void list.splice(list.length - 2, 2));

const install = async (app: TestApp, code: string): Promise<void> => {
  const manifest = manifestOf({ provides: { hooks: ['basket.check', 'basket.greet'] } });
  const files = new Map([
    ['plugin.json', Buffer.from(JSON.stringify(manifest))],
    ['index.ts', Buffer.from(code)],
  ]);
  await app.rapport.core.plugins.installFiles(files, 'folder', system);
};
const input = { note: 'For Ada', email: 'ada@example.com', basket: { skus: ['A', 'B'] } };

test('a hook on the list is known everywhere', async () => {
  await using on = await createTestDatabase('sqlite');
  await using app = await testApp(on);
  const admin = app.as('admin');
  await install(
    app,
    `export default {
      basket: async (basket, ctx) => {
        if (basket.skus.length > 5) { await ctx.kv.get('a'); await ctx.kv.get('b'); }
        return basket.skus.length > 3 ? { refuse: 'x'.repeat(500) } : { refuse: basket.skus.join('+') };
      },
      greet: (given, ctx) => ({ seen: { given, provider: ctx.provider } }),
    };`,
  );
  const shown = await admin.get('/plugins/acme~hello');
  expect(shown.body.scopes).toMatchObject([
    { scope: 'hook:basket.check', reason: basketCheck.summary, required: true, personal: ['note'] },
    { scope: 'hook:basket.greet', required: true },
  ]);
  await admin.post('/plugins/acme~hello/consent', { enable: true });
  const services = (await admin.get('/services')).body.data as { hook: string; timeoutMs: number }[];
  expect(services.find(({ hook }) => hook === 'basket.check')).toMatchObject({
    timeoutMs: 1500,
    providers: [{ plugin: 'acme/hello', provider: '', healthy: true }],
  });

  const bus = app.rapport.core.hooks;
  expect(await bus.filter(basketCheck, input)).toMatchObject({ refused: { plugin: 'acme/hello', reason: 'A+B' } });
  const [greeted] = await bus.collect(greet, input);
  expect(greeted).toMatchObject({
    kind: 'ok',
    value: { seen: { given: { note: 'For Ada', email: 'a***@***', basket: { skus: ['A', 'B'] } }, provider: '' } },
  });
  const many = (n: number) => ({ ...input, basket: { skus: Array.from({ length: n }, () => 'A') } });
  expect((await bus.filter(basketCheck, many(4))).outcomes).toMatchObject([{ kind: 'result_too_large' }]);
  expect((await bus.filter(basketCheck, many(6))).outcomes).toMatchObject([{ kind: 'limit' }]);
  const settings = await admin.put('/plugins/acme~hello/settings', { settings: {}, failClosed: ['basket.check'] });
  expect(settings).toMatchObject({ status: 200, body: { failClosed: ['basket.check'] } });
});

test('the docs, the test harness and the types of handlers know it too', async () => {
  expect((await generateDocs())['hooks.md']).toContain('## basket.check');
  const plugin = { basket: (basket: { skus: string[] }) => ({ refuse: basket.skus.join() }) };
  const ctx = createTestContext();
  expect(await checkHook(basketCheck, plugin as never, ctx, input)).toEqual({ refuse: 'A,B' });
  const long = { basket: () => ({ refuse: 'x'.repeat(500) }) };
  await expect(checkHook(basketCheck, long as never, ctx, input)).rejects.toThrow('more than 200 characters');
  await expect(checkHook(basketCheck, { basket: () => 1 } as never, ctx, input)).rejects.toThrow('do not fit');
  await expect(checkHook(basketCheck, {} as never, ctx, input)).rejects.toThrow('no handler basket');
});

test('where keys come from is read from the declaration', () => {
  const of = (name: AnyHook['name']) => hooks.find((hook) => hook.name === name)!;
  const provides = {
    channels: [{ key: 'sms', title: 'SMS' }],
    recommenders: [{ key: 'r', title: 'R' }],
    scorers: [{ key: 's', title: 'S', train: '0 3 * * *' }],
    schedules: [{ key: 'n', title: 'N', cron: '0 4 * * *' }],
    http: [{ method: 'GET', path: '/x', summary: 'X' }],
    hooks: ['message.filter'],
  };
  const offers = Object.fromEntries(hooks.map((hook) => [hook.name, offersOf(hook, provides)]));
  expect(Object.fromEntries(Object.entries(offers).filter(([, found]) => found.length > 0))).toEqual({
    'message.send': [{ member: 'channels', key: 'sms', title: 'SMS', cron: undefined }],
    'customers.recommend': [{ member: 'recommenders', key: 'r', title: 'R', cron: undefined }],
    'customers.score': [{ member: 'scorers', key: 's', title: 'S', cron: undefined }],
    'model.train': [{ member: 'scorers', key: 's', title: 'S', cron: '0 3 * * *' }],
    'schedule.run': [{ member: 'schedules', key: 'n', title: 'N', cron: '0 4 * * *' }],
    'http.request': [{ member: 'http', key: 'GET /x', title: 'X', cron: undefined }],
    'message.filter': [{ member: 'hooks', key: '', title: null, cron: undefined }],
  });
  expect(offersOf(of('order.placed'), provides)).toEqual([]);
});

describe('the examples of a hook fit its schemas', () => {
  test.each(hooks.map((hook) => [hook.name, hook] as const))('%s', (_name, hook) => {
    expect(hook.examples.length).toBeGreaterThan(0);
    for (const { input: given, output } of hook.examples) {
      expect(Check(hook.input, given)).toBe(true);
      expect(Check(hook.output, output)).toBe(true);
    }
    const members = Object.keys((hook.input as unknown as { properties: object }).properties);
    expect(members).toEqual(expect.arrayContaining([...hook.personal, ...hook.asGiven]));
    expect(hook.cpuMs).toBeLessThanOrEqual(hook.wallMs);
  });
});
