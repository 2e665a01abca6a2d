// Signing in, sessions, CSRF, brute force, the second factor: what is promised over HTTP.
import { expect } from 'vitest';
import { codeAt, stepOf } from '../../core/auth/totp.ts';
import { type TestApp, testApp } from '../support/app.ts';
import { eachDatabase } from '../support/databases.ts';

const password = 'correct horse battery';

const login = (app: TestApp, body: Record<string, string>, headers: Record<string, string> = {}) =>
  app.as('anonymous').post('/login', body, headers);

/** Signs in over HTTP, as a browser does. */
const browse = async (app: TestApp, email = 'owner@example.com', given = password) => {
  const reply = await login(app, { email, password: given });
  expect(reply.status).toBe(200);
  const cookie = reply.headers.get('set-cookie')!.split(';')[0]!;
  const read = { Cookie: cookie };
  return { cookie, read, write: { ...read, 'X-CSRF-Token': reply.body.csrfToken as string } };
};

eachDatabase('the first start makes the owner, who signs in and sees who they are', async (on) => {
  await using app = await testApp(on);
  const reply = await login(app, { email: 'Owner@Example.com', password });
  expect(reply.status).toBe(200);
  expect(reply.body.user).toMatchObject({ email: 'owner@example.com', role: 'owner', status: 'active' });
  const cookie = reply.headers.get('set-cookie')!;
  expect(cookie).toMatch(/^rapport=rap_ss_[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/);
  const me = await app.as('anonymous').get('/me', { Cookie: cookie.split(';')[0]! });
  expect(me.body).toEqual(reply.body);
  expect(me.headers.get('cache-control')).toBe('no-store');
});

eachDatabase('without a given password the first owner gets one, told once', async (on) => {
  await using app = await testApp(on, { environment: { RAPPORT_OWNER_PASSWORD: '' } });
  const owner = app.rapport.core.auth.takeFirstOwner();
  expect(owner?.password).toMatch(/^[\w-]{20}$/);
  expect(app.rapport.core.auth.takeFirstOwner()).toBeUndefined();
  await browse(app, owner!.email, owner!.password);
});

eachDatabase('over https the cookie is __Host- and Secure, and only that site may sign in', async (on) => {
  await using app = await testApp(on, { environment: { RAPPORT_BASE_URL: 'https://crm.example' } });
  const body = { email: 'owner@example.com', password };
  const reply = await login(app, body, { Origin: 'https://crm.example' });
  expect(reply.headers.get('set-cookie')).toMatch(/^__Host-rapport=[^;]+; Path=\/; HttpOnly; SameSite=Lax; Secure$/);
  const elsewhere = await login(app, body, { Origin: 'https://evil.example' });
  expect(elsewhere.body).toMatchObject({ status: 403, code: 'CSRF_REFUSED' });
  expect(elsewhere.headers.get('set-cookie')).toBeNull();
});

eachDatabase('a wrong password, an unknown account and a suspended one get one answer', async (on) => {
  await using app = await testApp(on);
  const { id } = await app.addUser('viewer');
  await app.as('owner').patch(`/users/${id}`, { status: 'suspended' });
  const bodies = await Promise.all(
    [
      { email: 'owner@example.com', password: 'wrong' },
      { email: 'nobody@example.com', password },
      { email: 'viewer@example.com', password },
    ].map(async (body) => (await login(app, body)).body),
  );
  for (const body of bodies) expect(body).toEqual(bodies[0]);
  expect(bodies[0]).toMatchObject({ status: 401, code: 'INVALID_CREDENTIALS' });
});

eachDatabase('writes with the cookie need the CSRF token and our own origin', async (on) => {
  await using app = await testApp(on);
  const { read, write } = await browse(app);
  const rename = (headers: Record<string, string>) => app.as('anonymous').patch('/me', { name: 'Ada' }, headers);
  expect((await rename(read)).body).toMatchObject({ status: 403, code: 'CSRF_REFUSED' });
  expect((await rename({ ...read, 'X-CSRF-Token': 'x' })).body.code).toBe('CSRF_REFUSED');
  expect((await rename({ ...write, Origin: 'https://evil.example' })).body.code).toBe('CSRF_REFUSED');
  expect((await rename({ ...write, Origin: 'null' })).body.code).toBe('CSRF_REFUSED');
  expect((await rename({ ...write, 'Sec-Fetch-Site': 'cross-site' })).body.code).toBe('CSRF_REFUSED');
  const other = await browse(app);
  expect((await rename({ ...read, 'X-CSRF-Token': other.write['X-CSRF-Token']! })).body.code).toBe('CSRF_REFUSED');
  expect((await rename({ ...write, Origin: app.url })).body).toMatchObject({ name: 'Ada' });
  // A public route goes on, as nobody.
  expect((await login(app, { email: 'owner@example.com', password }, read)).status).toBe(200);
});

eachDatabase('each login is a new session; sign-out, sleep and age end it', async (on) => {
  await using app = await testApp(on, { clock: '2026-03-01T08:00:00Z' });
  const first = await browse(app);
  const second = await browse(app);
  expect(first.cookie).not.toBe(second.cookie);
  const list = (await app.as('anonymous').get('/me/sessions', second.read)).body.data;
  expect(list.map((s: { current: boolean }) => s.current).sort()).toEqual([false, true]);
  const status = async (who: typeof first) => (await app.as('anonymous').get('/me', who.read)).status;
  const ended = list.find((s: { current: boolean }) => !s.current).id;
  expect((await app.as('anonymous').delete(`/me/sessions/${ended}`, undefined, second.write)).status).toBe(204);
  expect(await status(first)).toBe(401);
  const out = await app.as('anonymous').post('/logout', undefined, second.write);
  expect(out.headers.get('set-cookie')).toMatch(/^rapport=; .*Max-Age=0$/);
  expect(await status(second)).toBe(401);

  const sleeper = await browse(app);
  app.clock.advance(12 * 3600_000 + 1000);
  expect(await status(sleeper)).toBe(401);
  const busy = await browse(app);
  for (let hours = 0; hours < 7 * 24; hours += 8) {
    expect(await status(busy)).toBe(200);
    app.clock.advance(8 * 3600_000);
  }
  expect(await status(busy)).toBe(401);
});

eachDatabase('a password change ends every session and starts one here', async (on) => {
  await using app = await testApp(on);
  const here = await browse(app);
  const there = await browse(app);
  const change = (currentPassword: string, next: string) =>
    app.as('anonymous').post('/me/password', { currentPassword, password: next }, here.write);
  expect((await change('wrong', 'another long password')).body.code).toBe('INVALID_CREDENTIALS');
  expect((await change(password, 'short')).body).toMatchObject({ status: 400, pointer: '/password' });
  const changed = await change(password, 'another long password');
  const fresh = { Cookie: changed.headers.get('set-cookie')!.split(';')[0]! };
  expect((await app.as('anonymous').get('/me', fresh)).body.csrfToken).toBe(changed.body.csrfToken);
  for (const old of [here, there]) expect((await app.as('anonymous').get('/me', old.read)).status).toBe(401);
  await browse(app, 'owner@example.com', 'another long password');
});

eachDatabase('guessing has to wait, longer each time, also in parallel and with the right password', async (on) => {
  await using app = await testApp(on, { clock: '2026-03-01T08:00:00Z' });
  const guess = () => login(app, { email: 'owner@example.com', password: 'wrong guess' });
  const replies = await Promise.all(Array.from({ length: 20 }, guess));
  expect(replies.filter((reply) => reply.status === 401)).toHaveLength(6);
  const refused = replies.find((reply) => reply.status === 429)!;
  expect(refused.body.code).toBe('TOO_MANY_REQUESTS');
  expect(refused.headers.get('retry-after')).toBe('1');
  expect((await login(app, { email: 'owner@example.com', password })).status).toBe(429);
  app.clock.advance(1001);
  expect((await guess()).status).toBe(401);
  expect((await guess()).headers.get('retry-after')).toBe('2');
  app.clock.advance(2001);
  await browse(app);
  expect((await guess()).status).toBe(401);
});

eachDatabase('an address that guesses at many accounts has to wait too', async (on) => {
  await using app = await testApp(on, { clock: '2026-03-01T08:00:00Z' });
  for (let i = 0; i <= 50; i++)
    expect((await login(app, { email: `somebody${i}@example.com`, password: 'guess' })).status).toBe(401);
  expect((await login(app, { email: 'owner@example.com', password })).status).toBe(429);
});

eachDatabase(
  'many good sign-ins from one address are no attack; a proxy is believed only where configured',
  async (on) => {
    await using app = await testApp(on, { clock: '2026-03-01T08:00:00Z' });
    for (let i = 0; i < 60; i++) await browse(app);
    for (let i = 0; i <= 50; i++)
      await login(app, { email: `somebody${i}@example.com`, password: 'guess' }, { 'X-Forwarded-For': `192.0.2.${i}` });
    expect((await login(app, { email: 'owner@example.com', password })).status).toBe(429);
  },
);

eachDatabase('behind a proxy each address waits for itself', async (on) => {
  const environment = { RAPPORT_TRUSTED_PROXIES: '1' };
  await using app = await testApp(on, { clock: '2026-03-01T08:00:00Z', environment });
  const from = (address: string) => ({ 'X-Forwarded-For': `203.0.113.9, ${address}` });
  for (let i = 0; i <= 50; i++)
    await login(app, { email: `somebody${i}@example.com`, password: 'guess' }, from('192.0.2.1'));
  expect((await login(app, { email: 'owner@example.com', password }, from('192.0.2.1'))).status).toBe(429);
  expect((await login(app, { email: 'owner@example.com', password }, from('192.0.2.2'))).status).toBe(200);
});

eachDatabase('a second factor is asked for once confirmed; a code works once', async (on) => {
  await using app = await testApp(on, { clock: '2026-03-01T08:00:00Z' });
  const { write } = await browse(app);
  const post = (path: string, body: object) => app.as('anonymous').post(path, body, write);
  const enrolled = (await post('/me/totp', { password })).body;
  expect(enrolled.uri).toContain(`secret=${enrolled.secret}`);
  const bits = [...enrolled.secret].map((c) =>
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
      .indexOf(c as string)
      .toString(2)
      .padStart(5, '0'),
  );
  const key = Buffer.from(
    bits
      .join('')
      .match(/.{8}/g)!
      .map((byte) => Number.parseInt(byte, 2)),
  );
  const code = () => codeAt(key, stepOf(app.clock.now()));
  expect((await post('/me/totp/confirm', { code: '000000' })).body).toMatchObject({ status: 400, pointer: '/code' });
  expect((await login(app, { email: 'owner@example.com', password })).status).toBe(200);
  expect((await post('/me/totp/confirm', { code: code() })).body.totpEnabled).toBe(true);

  const signIn = (totp?: string) => login(app, { email: 'owner@example.com', password, ...(totp && { totp }) });
  expect((await signIn()).body.code).toBe('TOTP_REQUIRED');
  expect((await signIn(code())).body.code).toBe('INVALID_CREDENTIALS');
  app.clock.advance(30_000);
  const twice = await Promise.all([signIn(code()), signIn(code())]);
  expect(twice.map((reply) => reply.status).sort()).toEqual([200, 401]);
  const stored = await app.rapport.platform.database.writer('users').first('totp_key');
  expect(stored.totp_key).not.toContain(key.toString('base64'));
  expect((await post('/me/totp/disable', { password })).body.totpEnabled).toBe(false);
  expect((await signIn()).status).toBe(200);
});

eachDatabase('what happens to accounts is in the audit, without secrets', async (on) => {
  await using app = await testApp(on);
  await browse(app);
  await login(app, { email: 'owner@example.com', password: 'wrong guess' });
  const rows = await app.rapport.platform.database.writer('audit').orderBy('seq');
  const actions = rows.map((row: { action: string }) => row.action);
  expect(actions).toEqual(['user.created', 'user.signed-in', 'user.sign-in-refused']);
  expect(JSON.stringify(rows)).not.toMatch(/wrong guess|correct horse|rap_ss/);
  expect(await app.rapport.platform.audit.verify(app.rapport.platform.database.writer)).toEqual({
    rows: 3,
    firstBad: null,
  });
});
