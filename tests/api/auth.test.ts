// Signing in, sessions, CSRF, people: what is promised over HTTP.
import { expect } from 'vitest';
import { testApp } from '../support/app.ts';
import { eachDatabase } from '../support/databases.ts';

eachDatabase('the first start makes the owner, who signs in and sees who they are', async (on) => {
  await using app = await testApp(on);
  const reply = await app
    .as('anonymous')
    .post('/login', { email: 'Owner@Example.com', password: 'correct horse battery' });
  expect(reply.status).toBe(200);
  expect(reply.body.user).toMatchObject({ email: 'owner@example.com', role: 'owner', status: 'active' });
  const cookie = reply.headers.get('set-cookie')!;
  expect(cookie).toMatch(/^rapport=rap_ss_[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/);
  const me = await app.as('anonymous').get('/me', { Cookie: cookie.split(';')[0]! });
  expect(me.body).toEqual(reply.body);
  expect(me.headers.get('cache-control')).toBe('no-store');
});

eachDatabase('roles and tokens reach what they may, and nothing else', async (on) => {
  await using app = await testApp(on);
  expect((await app.as('owner').get('/users')).status).toBe(200);
  expect((await app.as(['users:read']).get('/users')).status).toBe(200);
  expect((await app.as('viewer').get('/users')).body).toMatchObject({ status: 403, code: 'INSUFFICIENT_SCOPE' });
  expect((await app.as('anonymous').get('/users')).body).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
  expect((await app.as(['users:read']).get('/me')).status).toBe(403);
});
