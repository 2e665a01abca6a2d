// Accounts, invitations, resets and OAuth apps over HTTP, and that nobody gives what they do not hold.
import { expect } from 'vitest';
import { type TestApp, testApp } from '../support/app.ts';
import { eachDatabase } from '../support/databases.ts';
import { openMailServer } from '../support/mail-server.ts';
import { basic, isAlive, postToken } from '../support/oauth.ts';

const signInStatus = async (app: TestApp, email: string, password: string): Promise<number> =>
  (await app.as('anonymous').post('/login', { email, password })).status;

eachDatabase('an invitation lets one person choose a password, once, within a week', async (on) => {
  await using app = await testApp(on, { clock: '2026-03-01T08:00:00Z' });
  const made = await app.as('admin').post('/invitations', { email: 'Grace@Example.com', role: 'sales' });
  expect(made.status).toBe(201);
  expect(made.body.user).toMatchObject({ email: 'grace@example.com', role: 'sales', status: 'invited' });
  expect(made.body.link).toContain(`/invitation?token=${made.body.token}`);
  const accept = (token: string) =>
    app.as('anonymous').post('/invitations/accept', { token, name: 'Grace', password: 'grace has a password' });
  expect((await accept('x'.repeat(30))).body).toMatchObject({ status: 410, code: 'LINK_INVALID' });
  expect((await accept(made.body.token)).status).toBe(200);
  expect((await accept(made.body.token)).status).toBe(410);
  expect(await signInStatus(app, 'grace@example.com', 'grace has a password')).toBe(200);
  expect(
    (await app.as('owner').post('/invitations', { email: 'grace@example.com', role: 'sales' })).body,
  ).toMatchObject({
    code: 'EMAIL_TAKEN',
    pointer: '/email',
  });
  const late = await app.as('owner').post('/invitations', { email: 'late@example.com', role: 'viewer' });
  app.clock.advance(7 * 24 * 3600_000 + 1);
  expect((await accept(late.body.token)).status).toBe(410);
});

eachDatabase('a reset goes by mail, works once, ends sessions, and tells strangers nothing', async (on) => {
  await using smtp = await openMailServer();
  await using app = await testApp(on, { environment: { SMTP_URL: smtp.url } });
  const session = await app.as('owner').credentials();
  const ask = (email: string) => app.as('anonymous').post('/password/reset', { email });
  const [known, unknown] = [await ask('owner@example.com'), await ask('nobody@example.com')];
  expect([known.status, known.body]).toEqual([unknown.status, unknown.body]);
  await expect.poll(() => smtp.mails.length, { timeout: 5000 }).toBe(1);
  const token = /password-reset\?token=(rap_ln_[\w-]+)/.exec(
    smtp.mails[0]!.replace(/=\r?\n/g, '').replaceAll('=3D', '='),
  )![1]!;
  const confirm = () =>
    app.as('anonymous').post('/password/reset/confirm', { token, password: 'a password after reset' });
  expect((await confirm()).status).toBe(200);
  expect((await confirm()).status).toBe(410);
  expect((await app.as('anonymous').get('/me', session)).status).toBe(401);
  expect(await signInStatus(app, 'owner@example.com', 'a password after reset')).toBe(200);
  const rows = await app.rapport.platform.database.writer('account_links');
  expect(JSON.stringify(rows)).not.toContain(token);
});

eachDatabase('the page behind a link sets the password without the console', async (on) => {
  await using app = await testApp(on);
  const visitor = app.as('anonymous');
  const { token } = (await app.as('owner').post('/invitations', { email: 'ida@example.com', role: 'viewer' })).body;
  const page = await visitor.get(`/invitation?token=${token}`);
  expect(page.status).toBe(200);
  expect(page.body).toContain(`value="${token}"`);
  expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  expect((await visitor.get('/invitation?token="><script>')).body).not.toContain('<script');
  const choose = (password: string, headers: Record<string, string> = {}, path = '/invitation') =>
    visitor.post(path, new URLSearchParams({ token, password }), headers);
  expect((await choose('too short')).status).toBe(400);
  expect((await choose('ida has a password', { Origin: 'https://evil.example' })).status).toBe(403);
  expect((await choose('ida has a password', {}, '/password-reset')).status).toBe(410);
  const done = await choose('ida has a password', { 'Accept-Language': 'zh' });
  expect([done.status, done.body.includes('密码已设置')]).toEqual([200, true]);
  expect((await choose('ida has a password')).status).toBe(410);
  expect(await signInStatus(app, 'ida@example.com', 'ida has a password')).toBe(200);
});

eachDatabase('accounts are listed, changed and suspended; suspending ends sessions and tokens', async (on) => {
  await using app = await testApp(on);
  const made = await app
    .as('admin')
    .post('/users', { email: 'lin@example.com', name: 'Lin', role: 'viewer', password: 'lin has a password' });
  expect(made.status).toBe(201);
  const login = await app.as('anonymous').post('/login', { email: 'lin@example.com', password: 'lin has a password' });
  const session = { Cookie: login.headers.get('set-cookie')!.split(';')[0]! };
  const change = (body: object) => app.as('admin').patch(`/users/${made.body.id}`, body);
  expect((await change({ role: 'service' })).body.role).toBe('service');
  expect((await app.as('anonymous').get('/me', session)).body.scopes).toContain('pii');
  expect((await change({ status: 'suspended' })).body.status).toBe('suspended');
  expect((await app.as('anonymous').get('/me', session)).status).toBe(401);
  expect((await change({ status: 'active' })).status).toBe(200);
  expect((await app.as('anonymous').get('/me', session)).status).toBe(401);
  const page = await app.as('admin').get('/users?limit=1');
  expect(page.body.data).toHaveLength(1);
  expect((await app.as('admin').get(`/users?limit=1&cursor=${page.body.next}`)).body.data).toHaveLength(1);
  expect(JSON.stringify(page.body)).not.toMatch(/argon2|hash/);
  expect((await app.as('admin').get('/users/nobody')).body).toMatchObject({ status: 404, code: 'USER_NOT_FOUND' });
  const reset = await app.as('admin').post(`/users/${made.body.id}/reset-link`);
  const chosen = { token: reset.body.token, password: 'lin has another one' };
  expect((await app.as('anonymous').post('/password/reset/confirm', chosen)).status).toBe(200);
});

eachDatabase('owners are made and unmade by owners only, and one stays', async (on) => {
  await using app = await testApp(on);
  const owner = (await app.as('owner').get('/me')).body.user.id;
  const newcomer = { email: 'two@example.com', role: 'owner', password: 'a second owner here' };
  expect((await app.as('admin').post('/users', newcomer)).body.code).toBe('FORBIDDEN');
  expect((await app.as('admin').patch(`/users/${owner}`, { role: 'viewer' })).body.code).toBe('FORBIDDEN');
  expect((await app.as('admin').post(`/users/${owner}/reset-link`)).body.code).toBe('FORBIDDEN');
  for (const change of [{ role: 'admin' }, { status: 'suspended' }])
    expect((await app.as('owner').patch(`/users/${owner}`, change)).body.code).toBe('LAST_OWNER');
  expect((await app.as('owner').post('/users', newcomer)).status).toBe(201);
  expect((await app.as('owner').patch(`/users/${owner}`, { role: 'admin' })).body.role).toBe('admin');
  const weak = await app.as(['users:write']).post('/users', { ...newcomer, email: 'x@example.com', role: 'viewer' });
  expect(weak.body).toMatchObject({ status: 403, code: 'SCOPE_NOT_HELD', pointer: '/role' });
});

eachDatabase('an app is registered, used, given a new secret, narrowed, disabled, removed', async (on) => {
  await using app = await testApp(on);
  const owner = app.as('owner');
  const made = await owner.post('/clients', {
    name: 'Warehouse',
    grants: ['client_credentials'],
    scopes: ['orders:read', 'orders:write'],
  });
  expect(made.status).toBe(201);
  const { id } = made.body.client;
  const client = { id, secret: made.body.clientSecret };
  const token = async (of = client) => postToken(app, { grant_type: 'client_credentials' }, basic(of));
  const first = (await token()).body.access_token;
  expect(await isAlive(app, first)).toBe(true);
  expect((await owner.get(`/clients/${id}`)).body).not.toHaveProperty('clientSecret');
  const rotated = { id, secret: (await owner.post(`/clients/${id}/secret`)).body.clientSecret };
  expect((await token()).status).toBe(401);
  expect((await token(rotated)).status).toBe(200);
  expect((await owner.patch(`/clients/${id}`, { scopes: ['orders:read'] })).body.scopes).toEqual(['orders:read']);
  expect(await isAlive(app, first)).toBe(false);
  const narrow = (await token(rotated)).body;
  expect(narrow.scope).toBe('orders:read');
  await owner.patch(`/clients/${id}`, { status: 'disabled' });
  expect(await isAlive(app, narrow.access_token)).toBe(false);
  expect((await token(rotated)).status).toBe(401);
  expect((await owner.delete(`/clients/${id}`)).status).toBe(204);
  expect((await owner.get(`/clients/${id}`)).body).toMatchObject({ status: 404, code: 'CLIENT_NOT_FOUND' });
});

eachDatabase('an app is never stronger than who registers, changes or re-keys it', async (on) => {
  await using app = await testApp(on);
  const strong = await app.registerClient({ scopes: ['pii', 'users:write'] });
  const developer = app.as('developer');
  const make = (scopes: string[]) =>
    developer.post('/clients', { name: 'Mine', grants: ['client_credentials'], scopes });
  expect((await make(['plugins:read'])).status).toBe(201);
  expect((await make(['pii'])).body).toMatchObject({ status: 403, code: 'SCOPE_NOT_HELD' });
  expect((await developer.post(`/clients/${strong.id}/secret`)).body.code).toBe('SCOPE_NOT_HELD');
  expect((await developer.patch(`/clients/${strong.id}`, { redirectUris: [] })).body.code).toBe('SCOPE_NOT_HELD');
  expect((await developer.delete(`/clients/${strong.id}`)).body.code).toBe('SCOPE_NOT_HELD');
});

eachDatabase('an app whose parts do not fit together is refused with a pointer', async (on) => {
  await using app = await testApp(on);
  const base = {
    name: 'x',
    grants: ['authorization_code'],
    scopes: ['orders:read'],
    redirectUris: ['https://a.example/'],
  };
  const cases: [object, string, string][] = [
    [{ redirectUris: [] }, 'INVALID_CLIENT_SETTINGS', '/redirectUris'],
    [{ redirectUris: ['http://a.example/'] }, 'INVALID_REQUEST', '/redirectUris/0'],
    [{ redirectUris: ['https://a.example/', 'https://a.example/#x'] }, 'INVALID_REQUEST', '/redirectUris/1'],
    [{ redirectUris: ['javascript:alert(1)'] }, 'INVALID_REQUEST', '/redirectUris/0'],
    [{ redirectUris: ['https://*.example/'] }, 'INVALID_REQUEST', '/redirectUris/0'],
    [{ kind: 'public', grants: ['client_credentials'] }, 'INVALID_CLIENT_SETTINGS', '/grants'],
    [{ grants: ['refresh_token'] }, 'INVALID_CLIENT_SETTINGS', '/grants'],
    [{ grants: ['password'] }, 'INVALID_REQUEST', '/grants/0'],
    [{ scopes: ['everything'] }, 'INVALID_REQUEST', '/scopes/0'],
    [{ scopes: ['hook:recommend'] }, 'INVALID_REQUEST', '/scopes/0'],
    [{ name: 'nul\u0000' }, 'MALFORMED_JSON', ''],
  ];
  for (const [change, code, pointer] of cases) {
    const { body } = await app.as('owner').post('/clients', { ...base, ...change });
    expect([change, body.code, body.pointer ?? '']).toEqual([change, code, pointer]);
  }
  expect((await app.as('owner').get('/users/%00')).status).toBe(400);
});
