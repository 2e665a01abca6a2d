// Routes that no feature's test calls by itself: lists, single things, records, files in and out, pages and what machines read. Each is called
// with success and refused once for its own reason.
import { expect, test } from 'vitest';
import { system } from '../../core/index.ts';
import { testApp } from '../support/app.ts';
import { createTestDatabase, eachDatabase } from '../support/databases.ts';
import { filesOf, installPlugin } from '../support/plugins.ts';

const conditions = { all: [{ fact: 'customer.city', operator: 'equal', value: 'London' }] };
const notFound = (code: string) => ({ status: 404, body: { code } });

eachDatabase(
  'what a customer agreed to, earned and was merged from is listed, and asked of nobody is refused',
  async (on) => {
    await using app = await testApp(on);
    const owner = app.as('owner');
    const ada = (await owner.post('/customers', { name: 'Ada', email: 'ada@example.com' })).body.id;
    const twin = (await owner.post('/customers', { name: 'Ada L.' })).body.id;
    const consent = {
      channel: 'email',
      purpose: 'marketing',
      status: 'granted',
      source: 'form',
      proof: 'box 3 of form 7',
    };
    await owner.put(`/customers/${ada}/consents`, { consents: [consent] });
    expect((await owner.get(`/customers/${ada}/consents`)).body.data).toMatchObject([consent]);
    const masked = (await app.as('viewer').get(`/customers/${ada}/consents`)).body.data[0];
    expect(masked).toMatchObject({ channel: 'email', status: 'granted' });
    expect(masked.proof).not.toContain('form 7');

    expect((await owner.put('/levels/gold', { title: 'Gold', titleZh: '金卡', rank: 3 })).status).toBe(200);
    await owner.put('/levels/base', { title: 'Base', rank: 1 });
    expect((await owner.get('/levels')).body.data.map(({ key }: { key: string }) => key).sort()).toEqual([
      'base',
      'gold',
    ]);
    expect(await owner.put('/levels/Gold!', { title: 'Gold', rank: 3 })).toMatchObject({ status: 400 });

    await owner.post(`/customers/${ada}/points`, { kind: 'earn', points: 120, reason: 'welcome' });
    await owner.post(`/customers/${ada}/points`, { kind: 'spend', points: 20 });
    const { data } = (await owner.get(`/customers/${ada}/points`)).body;
    expect(data.map(({ kind, points }: { kind: string; points: number }) => [kind, points])).toEqual([
      ['spend', -20],
      ['earn', 120],
    ]);

    const merge = (await owner.post(`/customers/${twin}/merge`, { into: ada })).body;
    const merges = (await owner.get(`/customers/${ada}/merges`)).body.data;
    expect(merges).toMatchObject([{ fromId: twin, intoId: ada, undoneAt: null }]);
    expect(merge.id).toBe(merges[0].id);
    await owner.post(`/customers/${ada}/unmerge`, { mergeId: merge.id });
    expect((await owner.get(`/customers/${ada}/merges`)).body.data[0].undoneAt).not.toBeNull();

    for (const what of ['consents', 'points', 'merges', 'timeline', 'membership'])
      expect(await owner.get(`/customers/nobody/${what}`), what).toMatchObject(notFound('CUSTOMER_NOT_FOUND'));
    expect((await app.as(['orders:read']).get(`/customers/${ada}/consents`)).status).toBe(403);
  },
);

eachDatabase('lists show what was made, a page at a time', async (on) => {
  await using app = await testApp(on, { email: true });
  const owner = app.as('owner');
  const content = { subject: 'Hi', text: 'Hi' };
  const action = { kind: 'message', channel: 'email', to: 'desk@example.com', content };
  const made: [path: string, bodies: object[], member: string][] = [
    [
      '/alerts',
      ['a', 'b', 'c'].map((key) => ({ key, name: key, trigger: { kind: 'change' }, conditions, actions: [action] })),
      'key',
    ],
    [
      '/templates',
      ['a', 'b', 'c'].map((key) => ({
        key,
        title: key,
        channel: 'email',
        defaultLanguage: 'en',
        contents: { en: content },
      })),
      'key',
    ],
    [
      '/webhooks',
      ['a', 'b', 'c'].map((name) => ({ url: `https://${name}.example`, topics: ['customer.created'] })),
      'url',
    ],
    [
      '/clients',
      ['a', 'b', 'c'].map((name) => ({
        name,
        kind: 'confidential',
        grants: ['client_credentials'],
        scopes: ['customers:read'],
      })),
      'name',
    ],
    ['/products', ['a', 'b', 'c'].map((sku) => ({ sku, name: sku, price: 100, currency: 'EUR' })), 'sku'],
  ];
  for (const [path, bodies, member] of made) {
    for (const body of bodies) expect((await owner.post(path, body)).status, path).toBe(201);
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const { status, body } = await owner.get(`${path}?limit=2${cursor ? `&cursor=${cursor}` : ''}`);
      expect(status, path).toBe(200);
      expect(body.data.length, path).toBeLessThanOrEqual(2);
      seen.push(...body.data.map((one: Record<string, string>) => one[member]));
      cursor = body.next;
    } while (cursor);
    for (const body of bodies) expect(seen, path).toContain((body as Record<string, string>)[member]);
    expect(new Set(seen).size, path).toBe(seen.length);
    expect(await owner.get(`${path}?limit=0`), path).toMatchObject({ status: 400, body: { pointer: '/query/limit' } });
    expect(await owner.get(`${path}?cursor=%20`), path).toMatchObject({ status: 400 });
  }
  // The same by the paths as they stand in the contract.
  for (const reply of [
    await owner.get('/alerts'),
    await owner.get('/templates'),
    await owner.get('/webhooks'),
    await owner.get('/clients'),
  ])
    expect(reply.body.data.length).toBeGreaterThanOrEqual(3);
  const [product] = (await owner.get('/products?sku=b')).body.data;
  expect((await owner.get(`/products/${product.id}`)).body).toEqual(product);
  expect(await owner.get('/products/none')).toMatchObject(notFound('PRODUCT_NOT_FOUND'));
  expect((await owner.get('/alerts/a/versions')).body.versions).toHaveLength(1);
  expect((await owner.delete('/alerts/a')).status).toBe(204);
  expect((await owner.get('/alerts/a')).body.status).toBe('archived');
  expect(await owner.delete('/alerts/none')).toMatchObject({ status: 404 });
  await owner.post('/events', [
    { type: 'page.viewed', customer: { externalId: 'c1' }, occurredAt: '2026-01-01T10:00:00Z' },
    { type: 'page.viewed', customer: { externalId: 'c2' }, occurredAt: '2026-01-02T10:00:00Z' },
    { type: 'cart.abandoned', customer: { externalId: 'c1' }, occurredAt: '2026-01-01T10:00:00Z' },
  ]);
  expect((await owner.get('/events/types')).body.data).toEqual([
    { type: 'cart.abandoned', lastAt: '2026-01-01T10:00:00.000Z' },
    { type: 'page.viewed', lastAt: '2026-01-02T10:00:00.000Z' },
  ]);
  expect((await app.as(['customers:read']).get('/events/types')).status).toBe(403);
});

eachDatabase('a segment pauses with its members and follows again after a rebuild', async (on) => {
  await using app = await testApp(on);
  const owner = app.as('owner');
  const add = (name: string) => owner.post('/customers', { name, city: 'London' });
  await add('Ada');
  await owner.post('/segments', { key: 'london', name: 'London', conditions });
  await owner.post('/segments/london/activate', {});
  const size = async () => {
    const { body } = await owner.get('/segments/london/members');
    return body.data.length as number;
  };
  await expect.poll(size, { timeout: 15_000 }).toBe(1);
  expect((await owner.post('/segments/london/pause', {})).body.status).toBe('paused');
  await add('Bob');
  expect(await size()).toBe(1);
  expect(await owner.post('/segments/london/rebuild', {})).toMatchObject({ status: 409 });
  await owner.post('/segments/london/activate', {});
  expect((await owner.post('/segments/london/rebuild', {})).status).toBe(202);
  await expect.poll(size, { timeout: 15_000 }).toBe(2);
  expect(await owner.post('/segments/none/pause', {})).toMatchObject({ status: 404 });
});

const desk = {
  id: 'acme/desk',
  provides: {
    recordTypes: [
      {
        key: 'ticket',
        title: { en: 'Ticket', zh: '工单' },
        schema: { type: 'object', properties: { subject: { type: 'string', maxLength: 50 } }, required: ['subject'] },
      },
    ],
  },
};

eachDatabase('a record is read, changed against its version, and deleted, over HTTP', async (on) => {
  await using app = await testApp(on);
  const owner = app.as('owner');
  await installPlugin(app.rapport.core.plugins, desk, 'export default {};');
  const made = await owner.post('/records/ticket', { key: 'T1', data: { subject: 'Late' } });
  expect(made.status).toBe(201);
  const { id } = made.body;
  expect((await owner.get(`/records/ticket/${id}`)).body).toEqual(made.body);
  const changed = await owner.patch(`/records/ticket/${id}`, { data: { subject: 'Later' } }, { 'If-Match': '"1"' });
  expect(changed.body).toMatchObject({ version: 2, data: { subject: 'Later' } });
  expect((await owner.patch(`/records/ticket/${id}`, { data: {} }, { 'If-Match': '"1"' })).status).toBe(412);
  expect(await owner.patch(`/records/ticket/${id}`, { data: { subject: 7 } })).toMatchObject({
    body: { pointer: '/data/subject' },
  });
  expect((await app.as('viewer').delete(`/records/ticket/${id}`)).status).toBe(403);
  expect((await owner.delete(`/records/ticket/${id}`)).status).toBe(204);
  expect(await owner.get(`/records/ticket/${id}`)).toMatchObject(notFound('RECORD_NOT_FOUND'));
  expect(await owner.get('/records/nothing')).toMatchObject(notFound('RECORD_TYPE_NOT_FOUND'));
});

eachDatabase(
  'a file is looked into before it is imported, and a table goes out with personal data only to whom may see it',
  async (on) => {
    await using app = await testApp(on);
    const owner = app.as('owner');
    const csv = { 'Content-Type': 'text/csv' };
    const seen = await owner.post('/imports/customers/inspect', 'E-Mail;Name\nada@example.com;Ada\n', csv);
    expect(seen.body).toMatchObject({ format: 'csv', delimiter: ';', encoding: 'utf-8' });
    expect(await owner.post('/imports/nothing/inspect', 'a\n', csv)).toMatchObject({ status: 400 });
    await owner.post('/customers', { name: 'Ada Lovelace', email: 'ada@example.com', city: 'London' });
    const table = await owner.get('/exports/customers');
    expect(table.headers.get('content-type')).toContain('text/csv');
    expect(String(table.body)).toContain('ada@example.com');
    const masked = await app.as(['exports:read', 'customers:read']).get('/exports/customers');
    expect(String(masked.body)).toContain('London');
    expect(String(masked.body)).not.toContain('ada@example.com');
    expect((await app.as('viewer').get('/exports/customers')).status).toBe(403);
  },
);

test('what machines and people read at the root: health, figures, the API as a document and as a page', async () => {
  await using on = await createTestDatabase('sqlite', { migrated: true });
  await using app = await testApp(on);
  const nobody = app.as('anonymous');
  expect((await nobody.get('/readyz')).status).toBe(200);
  expect((await nobody.get('/healthz')).status).toBe(200);
  expect(String((await nobody.get('/metrics')).body)).toMatch(/^# HELP /m);
  expect((await nobody.get('/api/openapi.json')).body).toMatchObject({ openapi: '3.1.0' });
  const page = await nobody.get('/api/docs');
  expect(page.headers.get('content-type')).toContain('text/html');
  for (const path of ['/readyz', '/metrics', '/api/openapi.json', '/api/docs'])
    expect([404, 405], path).toContain((await nobody.post(path, {})).status);
  const form = (fields: Record<string, string>) => new URLSearchParams(fields);
  for (const path of ['/password-reset', '/invitation']) {
    const shown = await nobody.get(`${path}?token=rap_ln_none`);
    // Whoever only looks learns nothing of a link: it is the form that is refused.
    expect(shown.status, path).toBeLessThan(500);
    expect(String(shown.body), path).not.toContain('<script>');
  }
  expect(
    (await nobody.post('/password-reset', form({ token: 'rap_ln_none', password: 'a long new password' }))).status,
  ).toBeGreaterThanOrEqual(400);
  expect(
    (await nobody.post('/invitation', form({ token: 'rap_ln_none', name: 'X', password: 'a long new password' })))
      .status,
  ).toBeGreaterThanOrEqual(400);
});

test('the pages behind links of mails take the new password once', async () => {
  await using on = await createTestDatabase('sqlite', { migrated: true });
  await using app = await testApp(on);
  const owner = app.as('owner');
  const nobody = app.as('anonymous');
  const { token, user } = (await owner.post('/invitations', { email: 'ida@example.com', role: 'viewer' })).body;
  expect((await nobody.get(`/invitation?token=${token}`)).status).toBe(200);
  const accept = () =>
    nobody.post('/invitation', new URLSearchParams({ token, name: 'Ida', password: 'ida has a password' }));
  expect((await accept()).status).toBeLessThan(400);
  expect((await accept()).status).toBeGreaterThanOrEqual(400);
  const login = (password: string) => nobody.post('/login', { email: 'ida@example.com', password });
  expect((await login('ida has a password')).status).toBe(200);
  const { link } = (await owner.post(`/users/${user.id}/reset-link`, {})).body;
  const reset = new URL(link).searchParams.get('token')!;
  expect((await nobody.get(`/password-reset?token=${reset}`)).status).toBe(200);
  const change = () =>
    nobody.post('/password-reset', new URLSearchParams({ token: reset, password: 'ida has another one' }));
  expect((await change()).status).toBeLessThan(400);
  expect((await change()).status).toBeGreaterThanOrEqual(400);
  expect((await login('ida has a password')).status).toBe(401);
  expect((await login('ida has another one')).status).toBe(200);
});

test('a plugin that is bundled says so', async () => {
  await using on = await createTestDatabase('sqlite', { migrated: true });
  await using app = await testApp(on);
  await app.rapport.core.plugins.installBundled();
  await app.rapport.core.plugins.installFiles(filesOf(desk, 'export default {};'), 'folder', system);
  const origins = new Map(
    (await app.as('owner').get('/plugins')).body.data.map(({ id, origin }: { id: string; origin: string }) => [
      id,
      origin,
    ]),
  );
  expect(origins.get('acme/desk')).toBe('folder');
  expect([...origins.values()]).toContain('bundled');
});
