// Plugins over HTTP, through the real sandbox: install, consent, settings, on and off, their runs, logs and endpoints.
import { gzipSync } from 'node:zlib';
import { customersRecommend } from '@rapport/sdk/hooks';
import { describe, expect, test } from 'vitest';
import { type TestApp, testApp } from '../support/app.ts';
import { createTestDatabase, eachDatabase } from '../support/databases.ts';
import { manifestOf, packageOf, tarOf, tgz } from '../support/plugins.ts';

const id = 'acme~hello';
const upload = async (app: TestApp, archive: Buffer) => {
  const reply = await fetch(`${app.url}/api/v1/plugins`, {
    method: 'POST',
    body: new Uint8Array(archive),
    headers: { 'content-type': 'application/gzip', ...(await app.as('admin').credentials()) },
  });
  return { status: reply.status, body: (await reply.json()) as Record<string, never> };
};

eachDatabase('a plugin is uploaded, waits for consent, runs, and shows what it did', async (on) => {
  await using app = await testApp(on);
  const admin = app.as('admin');
  const archive = await tgz(
    packageOf({
      manifest: {
        provides: { recommenders: [{ key: 'one', title: 'One' }] },
        scopes: {
          required: [{ scope: 'hook:customers.recommend', reason: 'It recommends.' }],
          optional: [{ scope: 'orders:read', reason: 'To count.' }],
        },
        settings: {
          type: 'object',
          properties: { greeting: { type: 'string', default: 'hi' }, token: { type: 'string', secret: true } },
        },
      },
      code: `import { definePlugin } from '@rapport/sdk';
        export default definePlugin({ recommend: { one: async (input, ctx) => {
          ctx.log.info('asked', { shelf: input.shelf });
          const reason = ctx.settings.greeting + ' ' + (await ctx.secrets.get('token'));
          return [{ customer: null, items: [{ sku: 'A', score: 1, reason }] }];
        } } });`,
    }),
  );
  const installed = await upload(app, archive);
  expect(installed).toMatchObject({ status: 201, body: { id: 'acme/hello', status: 'waiting-for-consent' } });
  expect(await admin.post(`/plugins/${id}/enable`)).toMatchObject({ status: 409, body: { code: 'CONSENT_MISSING' } });
  expect(await admin.post(`/plugins/${id}/consent`, { scopes: [] })).toMatchObject({
    status: 422,
    body: { code: 'CONSENT_INCOMPLETE', pointer: '/scopes' },
  });
  expect(await admin.post(`/plugins/${id}/consent`, { enable: true })).toMatchObject({
    status: 200,
    body: { status: 'enabled' },
  });
  const settings = await admin.put(`/plugins/${id}/settings`, { settings: { greeting: 'hello', token: 's3cret' } });
  expect(settings).toMatchObject({ status: 200, body: { settings: { greeting: 'hello', token: true } } });
  expect(JSON.stringify((await admin.get('/plugins')).body)).not.toContain('s3cret');

  const input = { shelf: 'home', limit: 3, at: new Date().toISOString(), customers: [] };
  const [outcome] = await app.rapport.core.hooks.collect(customersRecommend, input);
  expect(outcome).toMatchObject({ kind: 'ok', plugin: 'acme/hello', value: [{ items: [{ reason: 'hello s3cret' }] }] });
  expect((await admin.get(`/plugins/${id}/runs`)).body.data).toMatchObject([
    { hook: 'customers.recommend', provider: 'one', outcome: 'ok', count: 1 },
  ]);
  expect((await admin.get(`/plugins/${id}/logs`)).body.data).toMatchObject([
    { level: 'info', message: 'asked', fields: { shelf: 'home' } },
  ]);
  const services = (await admin.get('/services')).body.data as { hook: string; providers: unknown[] }[];
  expect(services.find(({ hook }) => hook === 'customers.recommend')?.providers).toMatchObject([
    { plugin: 'acme/hello', provider: 'one', healthy: true, calls: 1, failures: 0 },
  ]);

  expect(await admin.post(`/plugins/${id}/disable`)).toMatchObject({ status: 200, body: { status: 'disabled' } });
  expect(await app.rapport.core.hooks.collect(customersRecommend, input)).toEqual([]);
  expect((await admin.delete(`/plugins/${id}`)).status).toBe(204);
  expect(await admin.get(`/plugins/${id}`)).toMatchObject({ status: 404, body: { code: 'PLUGIN_NOT_FOUND' } });
});

describe('an archive is refused with a code and a pointer, and nothing is installed:', () => {
  const manifest = JSON.stringify(manifestOf());
  const ok = { name: 'plugin.json', body: manifest };
  const cases: [string, () => Promise<Buffer>, number, string, string | undefined][] = [
    [
      'a path that climbs',
      async () => gzipSync(await tarOf([ok, { name: '../../evil.ts', body: 'x' }])),
      400,
      'ARCHIVE_INVALID',
      '/..~1..~1evil.ts',
    ],
    [
      'a path that climbs inside',
      async () => gzipSync(await tarOf([ok, { name: 'a/../../evil.ts', body: 'x' }])),
      400,
      'ARCHIVE_INVALID',
      '/a~1..~1..~1evil.ts',
    ],
    [
      'an absolute path',
      async () => gzipSync(await tarOf([ok, { name: '/etc/evil', body: 'x' }])),
      400,
      'ARCHIVE_INVALID',
      '/~1etc~1evil',
    ],
    [
      'a symbolic link',
      async () => gzipSync(await tarOf([ok, { name: 'index.ts', type: 'symlink', linkname: '/etc/passwd' }])),
      400,
      'ARCHIVE_INVALID',
      '/index.ts',
    ],
    [
      'a hard link',
      async () => gzipSync(await tarOf([ok, { name: 'index.ts', type: 'link', linkname: '/etc/passwd' }])),
      400,
      'ARCHIVE_INVALID',
      '/index.ts',
    ],
    ['the same file twice', async () => gzipSync(await tarOf([ok, ok])), 400, 'ARCHIVE_INVALID', undefined],
    [
      'too many files',
      async () => gzipSync(await tarOf([ok, ...Array.from({ length: 600 }, (_, i) => ({ name: `f${i}`, body: 'x' }))])),
      413,
      'ARCHIVE_TOO_LARGE',
      undefined,
    ],
    [
      'a bomb',
      async () => gzipSync(await tarOf([ok, { name: 'zeros', body: Buffer.alloc(40 * 1024 * 1024) }])),
      413,
      'ARCHIVE_TOO_LARGE',
      undefined,
    ],
    ['not gzip', async () => Buffer.from('hello'), 400, 'ARCHIVE_INVALID', undefined],
    ['damaged gzip', async () => gzipSync(await tarOf([ok])).subarray(0, 60), 400, 'ARCHIVE_INVALID', undefined],
    ['not tar', async () => gzipSync(Buffer.from('x'.repeat(2000))), 400, 'ARCHIVE_INVALID', undefined],
    ['nothing at all', async () => Buffer.alloc(0), 400, 'ARCHIVE_INVALID', undefined],
    ['too large', async () => Buffer.alloc(11 * 1024 * 1024, 1), 413, 'BODY_TOO_LARGE', undefined],
    ['no manifest', async () => tgz({ 'index.ts': '' }), 400, 'ARCHIVE_INVALID', '/plugin.json'],
    [
      'a manifest that is no JSON',
      async () => tgz({ 'plugin.json': '{', 'index.ts': '' }),
      422,
      'MANIFEST_INVALID',
      '',
    ],
    [
      'a manifest with __proto__',
      async () => tgz({ 'plugin.json': `{"__proto__":{},${manifest.slice(1)}`, 'index.ts': '' }),
      422,
      'MANIFEST_INVALID',
      '',
    ],
    ['an unknown member', async () => tgz(packageOf({ manifest: { evil: 1 } })), 422, 'MANIFEST_INVALID', '/evil'],
    [
      'a member without effect',
      async () => tgz(packageOf({ manifest: { icon: 'a.svg' } })),
      422,
      'MANIFEST_INVALID',
      '/icon',
    ],
    ['a bad id', async () => tgz(packageOf({ manifest: { id: '../x' } })), 422, 'MANIFEST_INVALID', '/id'],
    [
      'a stranger under the name of Rapport',
      async () => tgz(packageOf({ manifest: { id: 'rapport/scorer-rfm', version: '9.9.9' } })),
      422,
      'PUBLISHER_RESERVED',
      '/id',
    ],
    [
      'an unknown scope',
      async () => tgz(packageOf({ manifest: { scopes: { required: [{ scope: 'users:write', reason: 'x' }] } } })),
      422,
      'PLUGIN_SCOPE_UNKNOWN',
      '/scopes/required/0/scope',
    ],
    [
      'an unknown field of a scope',
      async () =>
        tgz(packageOf({ manifest: { scopes: { optional: [{ scope: 'customers:read[password]', reason: 'x' }] } } })),
      422,
      'PLUGIN_SCOPE_UNKNOWN',
      '/scopes/optional/0/scope',
    ],
    [
      'an unknown hook',
      async () => tgz(packageOf({ manifest: { provides: { hooks: ['server.stop'] } } })),
      422,
      'MANIFEST_INVALID',
      '/provides/hooks/0',
    ],
    [
      'a bad cron',
      async () =>
        tgz(
          packageOf({ manifest: { provides: { schedules: [{ key: 'a', title: 'A', cron: 'every now and then' }] } } }),
        ),
      422,
      'MANIFEST_INVALID',
      '/provides/schedules/0/cron',
    ],
    [
      'a key twice',
      async () =>
        tgz(
          packageOf({
            manifest: {
              provides: {
                scorers: [
                  { key: 'a', title: 'A' },
                  { key: 'a', title: 'A' },
                ],
              },
            },
          }),
        ),
      422,
      'MANIFEST_INVALID',
      '/provides/scorers/1/key',
    ],
    [
      'a pattern that is none',
      async () =>
        tgz(
          packageOf({
            manifest: { settings: { type: 'object', properties: { a: { type: 'string', pattern: '(?=x)' } } } },
          }),
        ),
      422,
      'MANIFEST_INVALID',
      '/settings/properties/a/pattern',
    ],
    [
      'a $ref in settings',
      async () =>
        tgz(
          packageOf({
            manifest: { settings: { type: 'object', properties: { a: { $ref: 'https://evil.example/schema' } } } },
          }),
        ),
      422,
      'MANIFEST_INVALID',
      undefined,
    ],
    [
      'a host from a setting that is not there',
      async () => tgz(packageOf({ manifest: { hosts: [{ origin: 'setting:url', methods: ['GET'], reason: 'x' }] } })),
      422,
      'MANIFEST_INVALID',
      '/hosts/0/origin',
    ],
    [
      'another platform',
      async () => tgz(packageOf({ manifest: { rapport: '^9.0' } })),
      422,
      'PLUGIN_INCOMPATIBLE',
      '/rapport',
    ],
    [
      'an entry that is missing',
      async () => tgz(packageOf({ manifest: { entry: 'other.ts' } })),
      422,
      'PLUGIN_BUNDLE_REFUSED',
      '/entry',
    ],
    [
      'code that imports Node',
      async () => tgz(packageOf({ code: "import 'node:fs'; export default {};" })),
      422,
      'PLUGIN_BUNDLE_REFUSED',
      '/entry',
    ],
  ];
  test('each of them', { timeout: 60_000 }, async () => {
    await using on = await createTestDatabase('sqlite');
    await using app = await testApp(on);
    for (const [name, make, status, code, pointer] of cases) {
      const reply = await upload(app, await make());
      expect({ name, ...reply }).toMatchObject({
        name,
        status,
        body: { code, ...(pointer !== undefined && { pointer }) },
      });
    }
    expect((await app.as('admin').get('/plugins')).body.data).toEqual([]);
  });
});

test('a version does not change once uploaded; a wider one waits for consent, a narrower one goes on', async () => {
  await using on = await createTestDatabase('sqlite');
  await using app = await testApp(on);
  const admin = app.as('admin');
  const hosts = [{ origin: 'https://a.example', methods: ['GET'], reason: 'x' }];
  const put = async (version: string, more: object, code?: string) =>
    upload(app, await tgz(packageOf({ manifest: { version, ...more }, code })));
  expect((await put('1.0.0', { hosts })).status).toBe(201);
  await admin.post(`/plugins/${id}/consent`, { enable: true });
  expect((await put('1.0.0', { hosts })).body).toMatchObject({ status: 'enabled' });
  expect(await put('1.0.0', { hosts }, 'export default { other: 1 };')).toMatchObject({
    status: 409,
    body: { code: 'PLUGIN_VERSION_TAKEN' },
  });
  expect((await put('1.0.1', {})).body).toMatchObject({ status: 'enabled', version: '1.0.1' });
  expect((await put('1.1.0', { hosts })).body).toMatchObject({ status: 'waiting-for-consent' });
});

test('settings that do not fit are refused with a pointer, and secrets are kept unless given', async () => {
  await using on = await createTestDatabase('sqlite');
  await using app = await testApp(on);
  const admin = app.as('admin');
  const settings = {
    type: 'object',
    properties: {
      url: { type: 'string', format: 'uri' },
      size: { type: 'integer', minimum: 1 },
      key: { type: 'string', secret: true },
    },
    required: ['url'],
  };
  await upload(app, await tgz(packageOf({ manifest: { settings } })));
  expect(await admin.post(`/plugins/${id}/consent`, { enable: true })).toMatchObject({
    status: 422,
    body: { code: 'PLUGIN_SETTINGS_INVALID', pointer: '/settings/url' },
  });
  const bad: [Record<string, unknown>, string][] = [
    [{ url: 'javascript:alert(1)' }, '/settings/url'],
    [{ url: 'https://a.example', size: 0 }, '/settings/size'],
    [{ url: 'https://a.example', other: 1 }, '/settings/other'],
    [{ size: 3 }, '/settings/url'],
  ];
  for (const [given, pointer] of bad)
    expect(await admin.put(`/plugins/${id}/settings`, { settings: given })).toMatchObject({
      status: 422,
      body: { pointer },
    });
  await admin.put(`/plugins/${id}/settings`, { settings: { url: 'https://a.example', key: 'k1' } });
  const after = await admin.put(`/plugins/${id}/settings`, { settings: { url: 'https://b.example', key: true } });
  expect(after.body.settings).toEqual({ url: 'https://b.example', size: null, key: true });
  const row = await app.rapport.platform.database.writer('plugins').first('settings');
  expect(row.settings).not.toContain('k1');
});

test('an endpoint of a plugin gets no cookie and no Authorization, and answers in a box', async () => {
  await using on = await createTestDatabase('sqlite');
  await using app = await testApp(on);
  const code = `export default { http: { 'POST /hook': (request) => ({ status: 201, body: request,
    headers: { 'set-cookie': 'a=b', 'content-type': 'application/json', 'x-evil': '1' } }) } };`;
  const provides = { http: [{ method: 'POST', path: '/hook', summary: 'A hook' }] };
  await upload(app, await tgz(packageOf({ manifest: { provides }, code })));
  await app.as('admin').post(`/plugins/${id}/consent`, { enable: true });
  const reply = await fetch(`${app.url}/api/v1/plugins/${id}/http/hook?x=1`, {
    method: 'POST',
    body: 'hello',
    headers: { 'content-type': 'text/plain', ...(await app.as(['customers:read']).credentials()) },
  });
  expect(reply.status).toBe(201);
  const heard = (await reply.json()) as { headers: Record<string, string> };
  expect(heard).toMatchObject({ method: 'POST', path: '/hook', query: { x: '1' }, body: 'hello' });
  expect(Object.keys(heard.headers)).not.toEqual(expect.arrayContaining(['authorization']));
  expect(JSON.stringify(heard)).not.toMatch(/bearer|cookie/i);
  expect(reply.headers.get('content-security-policy')).toMatch(/^sandbox/);
  expect([reply.headers.get('set-cookie'), reply.headers.get('x-evil')]).toEqual([null, null]);
  expect((await fetch(`${app.url}/api/v1/plugins/${id}/http/other`, { method: 'POST' })).status).toBe(404);
});

test('the bundled plugins install, are switched on once, and stay as the admin leaves them', async () => {
  await using on = await createTestDatabase('sqlite');
  await using app = await testApp(on);
  const { plugins } = app.rapport.core;
  await plugins.installBundled();
  const states = (await plugins.list()).map(({ id: plugin, status }) => `${plugin} ${status}`);
  expect(states).toEqual(
    expect.arrayContaining([
      'rapport/channel-email enabled',
      // Needs an address first.
      'rapport/channel-webhook disabled',
      'rapport/recommender enabled',
      'rapport/scorer-rfm enabled',
    ]),
  );
  await app.as('admin').post('/plugins/rapport~scorer-rfm/disable');
  await plugins.installBundled();
  expect((await plugins.get('rapport/scorer-rfm')).status).toBe('disabled');
});
