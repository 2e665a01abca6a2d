// Every member of a manifest has an effect. This walks the published schema and is red for a member that no test below names; the tests
// install manifests and look at what the member does.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { customersScore, httpRequest } from '@rapport/sdk/hooks';
import { Manifest } from '@rapport/sdk/schemas';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { system } from '../../core/index.ts';
import { readManifest } from '../../core/plugins/packages/manifest.ts';
import { type TestApp, testApp } from '../support/app.ts';
import { createTestDatabase, type TestDatabase } from '../support/databases.ts';
import { filesOf, installPlugin, manifestOf } from '../support/plugins.ts';

type Schema = {
  type?: string;
  properties?: Record<string, Schema>;
  patternProperties?: Record<string, Schema>;
  items?: Schema;
  anyOf?: Schema[];
};

/** `provides.scorers[].minimum`; a text in several languages is one member, a named property is `*`. */
const membersOf = (schema: Schema, at = ''): string[] => {
  const named = (name: string): string => (at ? `${at}.${name}` : name);
  if (schema.anyOf?.some(({ properties }) => properties?.en)) return [at];
  if (schema.properties) return Object.entries(schema.properties).flatMap(([name, of]) => membersOf(of, named(name)));
  if (schema.patternProperties)
    return Object.values(schema.patternProperties).flatMap((of) => membersOf(of, named('*')));
  if (schema.items?.properties) return membersOf(schema.items, `${at}[]`);
  return [at];
};

let database: TestDatabase;
let app: TestApp;
beforeAll(async () => {
  database = await createTestDatabase('sqlite');
  app = await testApp(database, { environment: { RAPPORT_ALLOW_PRIVATE_HOSTS: 'yes' } });
});
afterAll(async () => {
  await app[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

const admin = () => app.as('admin');
const plugins = () => app.rapport.core.plugins;
const install = (manifest: Record<string, unknown>, code = 'export default {};') =>
  installPlugin(plugins(), manifest, code);
const shown = async (id: string) => (await admin().get(`/plugins/${id.replace('/', '~')}`)).body;
const refusal = (manifest: Record<string, unknown>): { code?: string; pointer?: string } => {
  try {
    readManifest(JSON.stringify(manifestOf(manifest)), new Set(['customers:read', 'orders:read']));
    return {};
  } catch (error) {
    return error as { code: string; pointer: string };
  }
};
const providersOf = async (hook: string, plugin: string) => {
  const services = (await admin().get('/services')).body.data as { hook: string; providers: { plugin: string }[] }[];
  return services.find((service) => service.hook === hook)!.providers.filter((one) => one.plugin === plugin);
};
/** An endpoint that runs its body as a function of `ctx`: what a plugin sees. */
const http = [{ method: 'POST', path: '/run', summary: 'Runs.' }];
const seen = async (id: string): Promise<unknown> =>
  (await fetch(`${app.url}/api/v1/plugins/${id.replace('/', '~')}/http/run`, { method: 'POST', body: '{}' })).json();

const properties = (at: string, ...names: string[]): string[] => names.map((name) => `${at}.${name}`);
const keywords = [
  'type',
  'default',
  'enum',
  'minLength',
  'maxLength',
  'minimum',
  'maximum',
  'pattern',
  'format',
  'maxItems',
];

/** One property for each keyword, with a value that only this keyword refuses. */
const limited: Record<string, { property: Record<string, unknown>; wrong: unknown; right: unknown }> = {
  type: { property: { type: 'integer' }, wrong: 'x', right: 1 },
  enum: { property: { type: 'string', enum: ['a', 'b'] }, wrong: 'c', right: 'b' },
  minLength: { property: { type: 'string', minLength: 2 }, wrong: '茶', right: '绿茶' },
  maxLength: { property: { type: 'string', maxLength: 2 }, wrong: 'tea', right: '🍵🍵' },
  minimum: { property: { type: 'number', minimum: 0.5 }, wrong: 0.4, right: 0.5 },
  maximum: { property: { type: 'integer', maximum: 3 }, wrong: 4, right: 3 },
  pattern: { property: { type: 'string', pattern: '^[A-Z]{2}$' }, wrong: 'de', right: 'DE' },
  format: { property: { type: 'string', format: 'date' }, wrong: '2026-02-30', right: '2026-02-28' },
  maxItems: { property: { type: 'array', maxItems: 1 }, wrong: [1, 2], right: [1] },
};
const limitedSchema = {
  type: 'object',
  properties: Object.fromEntries(Object.entries(limited).map(([name, { property }]) => [name, property])),
};

type Effect = [names: string[], what: string, shows: () => Promise<void>];

const effects: Effect[] = [
  [
    ['$schema'],
    'is for editors, and no other schema is taken',
    async () => {
      expect(refusal({ $schema: 'https://rapport.dev/schemas/plugin.json' })).toEqual({});
      expect(refusal({ $schema: 'https://else.example/x.json' })).toMatchObject({ pointer: '/$schema' });
    },
  ],
  [
    ['id', 'version', 'title', 'description', 'license'],
    'are what people are shown',
    async () => {
      const said = {
        id: 'acme/said',
        version: '2.3.4',
        title: { en: 'Said', zh: '说' },
        description: 'What.',
        license: 'ISC',
      };
      await install(said);
      expect(await shown('acme/said')).toMatchObject({ ...said, publisher: 'acme' });
    },
  ],
  [
    ['rapport'],
    'says for which platform it is',
    async () => {
      expect(refusal({ rapport: '^1.0' })).toEqual({});
      for (const rapport of ['^2.0', '^1.99', '^0.9'])
        expect(refusal({ rapport })).toMatchObject({ code: 'PLUGIN_INCOMPATIBLE', pointer: '/rapport' });
    },
  ],
  [
    ['entry'],
    'is the file that runs',
    async () => {
      const files = filesOf({ id: 'acme/entry', entry: 'src/start.ts', provides: { http } }, 'export default {};');
      files.set('src/start.ts', Buffer.from(`export default { http: () => ({ body: { from: 'start' } }) };`));
      await plugins().installFiles(files, 'folder', system);
      await plugins().consent('acme/entry', { enable: true }, system);
      expect(await seen('acme/entry')).toEqual({ from: 'start' });
      files.set('plugin.json', Buffer.from(JSON.stringify(manifestOf({ id: 'acme/entry', entry: 'src/none.ts' }))));
      await expect(plugins().installFiles(files, 'folder', system)).rejects.toMatchObject({ pointer: '/entry' });
    },
  ],
  [
    properties('provides.recommenders[]', 'key', 'title', 'description', 'train'),
    'name a shelf, and say when its model is built',
    async () => {
      const recommenders = [
        { key: 'shelf', title: 'Shelf', description: 'On it.', train: '0 3 * * *' },
        { key: 'bare', title: 'Bare' },
      ];
      await install(
        { id: 'acme/shelf', provides: { recommenders } },
        `export default { recommend: {
      shelf: () => [{ customer: null, items: [{ sku: 'TEA', score: 1, reason: 'r' }] }], bare: () => [] } };`,
      );
      expect(await shown('acme/shelf')).toMatchObject({ provides: { recommenders } });
      expect(await providersOf('customers.recommend', 'acme/shelf')).toMatchObject([
        { provider: 'shelf', title: 'Shelf' },
        { provider: 'bare' },
      ]);
      expect(await providersOf('model.train', 'acme/shelf')).toMatchObject([{ provider: 'shelf' }]);
      expect(refusal({ provides: { recommenders: [{ ...recommenders[0], train: 'often' }] } })).toMatchObject({
        pointer: '/provides/recommenders/0/train',
      });
    },
  ],
  [
    properties(
      'provides.scorers[]',
      'key',
      'title',
      'description',
      'train',
      'score',
      'incremental',
      'minimum',
      'maximum',
    ),
    'name a score, its times, its touches and its bounds',
    async () => {
      const scorers = [
        {
          key: 'warm',
          title: 'Warm',
          description: 'How warm.',
          train: '0 4 * * *',
          score: '30 * * * *',
          incremental: ['orders'],
          minimum: 0,
          maximum: 10,
        },
      ];
      await install(
        {
          id: 'acme/warm',
          provides: { scorers },
          scopes: { required: [{ scope: 'customers:read', reason: 'To score.' }] },
        },
        `export default { score: (customers) => customers.map(({ id }) => ({ customer: id, value: Number(id) })) };`,
      );
      const listed = (await admin().get('/scorers')).body.data.find(
        ({ scorer }: { scorer: string }) => scorer === 'warm',
      );
      expect(listed).toMatchObject({
        title: 'Warm',
        plugin: 'acme/warm',
        trains: true,
        incremental: ['orders'],
        minimum: 0,
        maximum: 10,
      });
      expect((await admin().get('/scorers/warm/report')).body.schedule).toMatchObject({
        train: '0 4 * * *',
        score: '30 * * * *',
      });
      expect((await shown('acme/warm')).provides.scorers[0].description).toBe('How warm.');
      const at = '2026-05-04T12:00:00.000Z';
      const ask = (id: string) =>
        plugins().call(customersScore, { at, customers: [{ id } as never] }, { plugin: 'acme/warm', provider: 'warm' });
      for (const [value, kind] of [
        ['0', 'ok'],
        ['10', 'ok'],
        ['-0.1', 'invalid_result'],
        ['10.1', 'invalid_result'],
      ] as const)
        expect({ value, kind: (await ask(value)).kind }).toEqual({ value, kind });
    },
  ],
  [
    properties('provides.channels[]', 'key', 'title', 'description', 'address'),
    'name a channel and its address (channel-address.test.ts)',
    async () => {
      const channels = [{ key: 'pigeon', title: 'Pigeon', description: 'By air.', address: 'phone' }];
      await install(
        { id: 'acme/pigeon', provides: { channels } },
        `export default { send: () => ({ status: 'sent' }) };`,
      );
      expect(await providersOf('message.send', 'acme/pigeon')).toMatchObject([{ provider: 'pigeon', title: 'Pigeon' }]);
      expect(app.rapport.core.hooks.providersOf('message.send', { address: 'phone' })).toMatchObject([
        { provider: 'pigeon' },
      ]);
      expect(app.rapport.core.hooks.providersOf('message.send', { address: 'email' })).toEqual([]);
      expect((await shown('acme/pigeon')).provides).toMatchObject({ channels });
    },
  ],
  [
    ['provides.hooks'],
    'is what it is told of and asked about',
    async () => {
      await install({ id: 'acme/hears', provides: { hooks: ['order.placed'] } });
      expect(await providersOf('order.placed', 'acme/hears')).toHaveLength(1);
      expect(await providersOf('order.paid', 'acme/hears')).toEqual([]);
      expect(refusal({ provides: { hooks: ['customers.score'] } })).toMatchObject({ pointer: '/provides/hooks/0' });
    },
  ],
  [
    [
      ...properties('provides.recordTypes[]', 'key', 'title', 'description', 'schema.required', 'schema.type'),
      ...properties('provides.recordTypes[].schema.properties.*', ...keywords, 'title', 'description', 'secret'),
    ],
    'declare rows and what fits into them',
    async () => {
      const schema = {
        ...limitedSchema,
        properties: {
          ...limitedSchema.properties,
          colour: { type: 'string', title: 'Colour', description: 'Of it.', default: 'red' },
          must: { type: 'boolean' },
        },
        required: ['must'],
      };
      await install({
        id: 'acme/rows',
        provides: { recordTypes: [{ key: 'thing', title: { en: 'Thing', zh: '物' }, description: 'Things.', schema }] },
      });
      const type = (await admin().get('/record-types')).body.data.find((one: { type: string }) => one.type === 'thing');
      expect(type).toMatchObject({ plugin: 'acme/rows', title: 'Thing', titleZh: '物', schema });
      expect((await shown('acme/rows')).provides.recordTypes[0].description).toBe('Things.');
      const put = (data: Record<string, unknown>) => admin().post('/records/thing', { data: { must: true, ...data } });
      for (const [name, { wrong, right }] of Object.entries(limited)) {
        expect({ name, body: (await put({ [name]: wrong })).body }).toMatchObject({
          name,
          body: { pointer: `/data/${name}` },
        });
        expect({ name, status: (await put({ [name]: right })).status }).toEqual({ name, status: 201 });
      }
      expect((await put({})).body.data).toEqual({ must: true, colour: 'red' });
      expect((await put({ colour: 'blue' })).body.data).toEqual({ must: true, colour: 'blue' });
      expect((await put({ must: null })).body).toMatchObject({ pointer: '/data/must' });
      expect((await put({ else: 1 })).body).toMatchObject({ pointer: '/data/else' });
      const sealed = { type: 'object', properties: { token: { type: 'string', secret: true } } };
      expect(refusal({ provides: { recordTypes: [{ key: 'x', title: 'X', schema: sealed }] } })).toMatchObject({
        pointer: '/provides/recordTypes/0/schema/properties/token/secret',
      });
      expect(
        refusal({ provides: { recordTypes: [{ key: 'x', title: 'X', schema: { type: 'array', properties: {} } }] } })
          .pointer,
      ).toMatch(/schema/);
    },
  ],
  [
    properties('provides.schedules[]', 'key', 'title', 'description', 'cron'),
    'name a clock of its own (it runs: plugin-waiting.test.ts)',
    async () => {
      const schedules = [{ key: 'pull', title: 'Pull', description: 'Each hour.', cron: '5 * * * *' }];
      await install({ id: 'acme/clock', provides: { schedules } });
      expect(await providersOf('schedule.run', 'acme/clock')).toMatchObject([{ provider: 'pull', title: 'Pull' }]);
      expect((await shown('acme/clock')).provides).toMatchObject({ schedules });
      for (const cron of ['* * * * * *', '61 * * * *'])
        expect(refusal({ provides: { schedules: [{ ...schedules[0], cron }] } })).toMatchObject({
          pointer: '/provides/schedules/0/cron',
        });
    },
  ],
  [
    properties('provides.http[]', 'method', 'path', 'summary'),
    'are endpoints, and nothing beside them is',
    async () => {
      await install(
        { id: 'acme/ends', provides: { http: [{ method: 'PUT', path: '/a/b', summary: 'A b.' }] } },
        `export default { http: ({ method, path }) => ({ body: { method, path } }) };`,
      );
      const ask = async (method: string, path: string) =>
        fetch(`${app.url}/api/v1/plugins/acme~ends/http${path}`, { method });
      expect(await (await ask('PUT', '/a/b')).json()).toEqual({ method: 'PUT', path: '/a/b' });
      for (const [method, path] of [
        ['POST', '/a/b'],
        ['PUT', '/a'],
        ['PUT', '/a/b/c'],
      ] as const)
        expect((await ask(method, path)).status).toBe(404);
      expect(await providersOf(httpRequest.name, 'acme/ends')).toMatchObject([{ provider: 'PUT /a/b', title: 'A b.' }]);
    },
  ],
  [
    ['required', 'optional'].flatMap((list) => properties(`scopes.${list}[]`, 'scope', 'reason')),
    'are asked for, with their reasons; the optional ones can be declined',
    async () => {
      const scopes = {
        required: [{ scope: 'customers:read', reason: 'To see.' }],
        optional: [{ scope: 'orders:read', reason: { en: 'To count.' } }],
      };
      await plugins().installFiles(filesOf({ id: 'acme/asks', scopes }, 'export default {};'), 'folder', system);
      const missing = await admin().post('/plugins/acme~asks/consent', { scopes: ['orders:read'] });
      expect(missing).toMatchObject({ status: 422, body: { code: 'CONSENT_INCOMPLETE', pointer: '/scopes' } });
      const { body } = await admin().post('/plugins/acme~asks/consent', { scopes: ['customers:read'] });
      expect(body.scopes).toMatchObject([
        { scope: 'customers:read', reason: 'To see.', required: true, granted: true },
        { scope: 'orders:read', reason: { en: 'To count.' }, required: false, granted: false },
      ]);
    },
  ],
  [
    properties('hosts[]', 'origin', 'methods', 'reason'),
    'are what it may reach, and how',
    async () => {
      const server = createServer((_, reply) => reply.end('here')).listen(0, '127.0.0.1');
      await new Promise((resolve) => server.once('listening', resolve));
      const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const hosts = [{ origin, methods: ['GET'], reason: 'To read.' }];
      await install(
        { id: 'acme/reach', provides: { http }, hosts },
        `export default { http: async (_, ctx) => {
      const tries = [['${origin}/x', 'GET'], ['${origin}/x', 'POST'], ['http://127.0.0.1:1/', 'GET']];
      const said = [];
      for (const [url, method] of tries)
        said.push(await ctx.fetch(url, { method }).then(({ body }) => body, ({ code }) => code));
      return { body: said };
    } };`,
      );
      expect(await seen('acme/reach')).toEqual(['here', 'DENIED', 'DENIED']);
      expect((await shown('acme/reach')).hosts).toEqual(hosts);
      server.close();
    },
  ],
  [
    [
      'settings.type',
      'settings.required',
      ...properties('settings.properties.*', ...keywords, 'title', 'description', 'secret'),
    ],
    'are what an administrator may set',
    async () => {
      const settings = {
        ...limitedSchema,
        properties: {
          ...limitedSchema.properties,
          greeting: { type: 'string', title: 'Greeting', description: 'First.', default: 'hi' },
          token: { type: 'string', secret: true },
          must: { type: 'boolean' },
        },
        required: ['must'],
      };
      const code = `export default { http: async (_, ctx) => ({ body: { ...ctx.settings, token: await ctx.secrets.get('token') } }) };`;
      await plugins().installFiles(filesOf({ id: 'acme/set', provides: { http }, settings }, code), 'folder', system);
      await plugins().consent('acme/set', {}, system);
      expect(await admin().post('/plugins/acme~set/enable')).toMatchObject({
        status: 422,
        body: { pointer: '/settings/must' },
      });
      const set = (more: Record<string, unknown>) =>
        admin().put('/plugins/acme~set/settings', { settings: { must: true, ...more } });
      for (const [name, { wrong, right }] of Object.entries(limited)) {
        expect({ name, body: (await set({ [name]: wrong })).body }).toMatchObject({
          name,
          body: { pointer: `/settings/${name}` },
        });
        expect({ name, status: (await set({ [name]: right })).status }).toEqual({ name, status: 200 });
      }
      await set({ token: 's3cret' });
      await admin().post('/plugins/acme~set/enable');
      expect(await seen('acme/set')).toMatchObject({ greeting: 'hi', must: true, token: 's3cret' });
      const { body } = await admin().get('/plugins/acme~set');
      expect(body).toMatchObject({ settingsSchema: settings, settings: { token: true, greeting: 'hi' } });
      expect(refusal({ settings: { type: 'array', properties: {} } })).toMatchObject({ pointer: '/settings/type' });
    },
  ],
  [
    ['limits.memoryMb'],
    'is the memory that its calls have',
    async () => {
      const code = `export default { http: () => ({ body: Array.from({ length: 3e6 }, (_, n) => ({ n })).length }) };`;
      for (const memoryMb of [16, 256])
        await install({ id: `acme/memory-${memoryMb}`, provides: { http }, limits: { memoryMb } }, code);
      const ask = async (id: string) =>
        (
          await plugins().call(
            httpRequest,
            { method: 'POST', path: '/run', query: {}, headers: {}, body: '' },
            { plugin: id, provider: 'POST /run' },
          )
        ).kind;
      expect(await ask('acme/memory-16')).toBe('memory');
      expect(await ask('acme/memory-256')).toBe('ok');
    },
  ],
];

test.each(
  effects.map(([names, what, shows]) => ({
    names: names.map((name) => name.split('.').at(-1)).join(', '),
    what,
    shows,
  })),
)('$names $what', { timeout: 30_000 }, async ({ shows }) => shows());

test('every member of the schema has a test of its effect, and every test is about members that are there', () => {
  const members = membersOf(Manifest as unknown as Schema).toSorted();
  expect(members.length).toBeGreaterThan(60);
  expect(effects.flatMap(([names]) => names).toSorted()).toEqual(members);
});

test.each([
  [{ type: 'integer', pattern: '^a' }, 'pattern'],
  [{ type: 'string', minimum: 1 }, 'minimum'],
  [{ type: 'boolean', enum: ['a'] }, 'enum'],
  [{ type: 'object', maxItems: 1 }, 'maxItems'],
  [{ type: 'number', maxLength: 1 }, 'maxLength'],
  [{ type: 'array', format: 'date' }, 'format'],
  [{ type: 'integer', default: 'many' }, 'default'],
  [{ type: 'string', enum: ['a'], default: 'b' }, 'default'],
  [{ type: 'string', pattern: '^[A-Z]$', default: 'a' }, 'default'],
  [{ type: 'string', secret: true, default: 'x' }, 'default'],
  [{ type: 'string', pattern: '(?=a)' }, 'pattern'],
])('a keyword without effect, or a default that does not fit, is refused: %j', (property, keyword) => {
  for (const [at, manifest] of [
    ['/settings', { settings: { type: 'object', properties: { x: property } } }],
    [
      '/provides/recordTypes/0/schema',
      {
        provides: { recordTypes: [{ key: 'x', title: 'X', schema: { type: 'object', properties: { x: property } } }] },
      },
    ],
  ] as const)
    expect(refusal(manifest)).toMatchObject({
      code: 'MANIFEST_INVALID',
      pointer: expect.stringMatching(`^${at}/properties/x/(${keyword}|secret)$`),
    });
});
