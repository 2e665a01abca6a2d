import { customersRecommend } from '@rapport/sdk/hooks';
import { expect } from 'vitest';
import { testApp } from '../support/app.ts';
import { eachDatabase } from '../support/databases.ts';
import { packageOf, tgz } from '../support/plugins.ts';

const id = 'acme~hello';
const upload = async (app: Awaited<ReturnType<typeof testApp>>, archive: Buffer) => {
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
