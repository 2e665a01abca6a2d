// Every hole a textbook model over the library has, each a promise here. Black box, over HTTP.
import { expect } from 'vitest';
import { type TestReply, testApp } from '../support/app.ts';
import { eachDatabase } from '../support/databases.ts';
import {
  answerConsent,
  authorizeQuery,
  basic,
  codeClient,
  exchange,
  isAlive,
  obtainCode,
  pkce,
  postToken,
  redirectUri,
  refresh,
} from '../support/oauth.ts';

const expectRefusal = (reply: TestReply, status: number, error: string): void => {
  expect(reply.body).toMatchObject({ error });
  expect(reply.status).toBe(status);
  expect(reply.headers.get('cache-control')).toBe('no-store');
  expect(reply.headers.get('pragma')).toBe('no-cache');
  expect(Object.keys(reply.body)).toEqual(['error', 'error_description']);
};

eachDatabase('an app with a secret must show it, with a PKCE verifier too', async (on) => {
  await using app = await testApp(on);
  const client = await codeClient(app);
  const got = await obtainCode(app, client);
  const form = {
    grant_type: 'authorization_code',
    code: got.code,
    code_verifier: got.verifier,
    redirect_uri: redirectUri,
    client_id: client.id,
  };
  expectRefusal(await postToken(app, form), 401, 'invalid_client');
  expectRefusal(await postToken(app, { ...form, client_secret: 'wrong' }), 401, 'invalid_client');
  // The code was not spent by strangers.
  expect((await exchange(app, client, got)).status).toBe(200);
});

eachDatabase('of ten redemptions of one code at once, one succeeds', async (on) => {
  await using app = await testApp(on);
  const client = await codeClient(app);
  const got = await obtainCode(app, client);
  const replies = await Promise.all(Array.from({ length: 10 }, () => exchange(app, client, got)));
  expect(replies.map((reply) => reply.status).sort()).toEqual([200, ...Array(9).fill(400)]);
  for (const reply of replies) if (reply.status === 400) expectRefusal(reply, 400, 'invalid_grant');
});

eachDatabase('a code used again ends the tokens of its first use', async (on) => {
  await using app = await testApp(on);
  const client = await codeClient(app);
  const got = await obtainCode(app, client);
  const first = await exchange(app, client, got);
  expect(await isAlive(app, first.body.access_token)).toBe(true);
  expectRefusal(await exchange(app, client, got), 400, 'invalid_grant');
  expect(await isAlive(app, first.body.access_token)).toBe(false);
  expectRefusal(await refresh(app, client, first.body.refresh_token), 400, 'invalid_grant');
});

eachDatabase('a refresh token used again ends its whole family', async (on) => {
  await using app = await testApp(on);
  const client = await codeClient(app);
  const first = await exchange(app, client, await obtainCode(app, client));
  const second = await refresh(app, client, first.body.refresh_token);
  expect(second.status).toBe(200);
  expectRefusal(await refresh(app, client, first.body.refresh_token), 400, 'invalid_grant');
  expect(await isAlive(app, second.body.access_token)).toBe(false);
  expectRefusal(await refresh(app, client, second.body.refresh_token), 400, 'invalid_grant');
});

eachDatabase('of ten refreshes at once, at most one succeeds', async (on) => {
  await using app = await testApp(on);
  const client = await codeClient(app);
  const first = await exchange(app, client, await obtainCode(app, client));
  const all = Array.from({ length: 10 }, () => refresh(app, client, first.body.refresh_token));
  const statuses = (await Promise.all(all)).map((reply) => reply.status);
  expect(statuses.filter((status) => status === 200)).toHaveLength(1);
});

eachDatabase('a refresh for too wide a scope costs nothing; a narrower one keeps the first scope', async (on) => {
  await using app = await testApp(on);
  const client = await codeClient(app);
  const both = { scope: 'customers:read orders:read' };
  const first = await exchange(app, client, await obtainCode(app, client, both));
  const wide = await refresh(app, client, first.body.refresh_token, { scope: 'customers:read users:write' });
  expectRefusal(wide, 400, 'invalid_scope');
  const narrow = await refresh(app, client, first.body.refresh_token, { scope: 'orders:read' });
  expect(narrow.body.scope).toBe('orders:read');
  const again = await refresh(app, client, narrow.body.refresh_token);
  expect(again.body.scope).toBe(both.scope);
});

eachDatabase('another redirect address at the token endpoint is invalid_grant, and spends the code', async (on) => {
  await using app = await testApp(on);
  const client = await codeClient(app);
  const got = await obtainCode(app, client);
  const elsewhere = await exchange(app, client, got, { redirect_uri: 'https://evil.example/' });
  expectRefusal(elsewhere, 400, 'invalid_grant');
  expectRefusal(await exchange(app, client, got), 400, 'invalid_grant');
});

eachDatabase('PKCE cannot be left out, weakened or guessed', async (on) => {
  await using app = await testApp(on);
  const client = await codeClient(app);
  const { challenge } = pkce();
  for (const [member, value] of [
    ['code_challenge', ''],
    ['code_challenge', 'short'],
    ['code_challenge_method', ''],
    ['code_challenge_method', 'plain'],
  ] as const) {
    const query = authorizeQuery(client, challenge, { [member]: value });
    const reply = await app.as('anonymous').get(`/oauth/authorize?${query}`);
    expect(reply.status).toBe(303);
    expect(new URL(reply.headers.get('location')!).searchParams.get('error')).toBe('invalid_request');
  }
  for (const verifier of [undefined, pkce().verifier]) {
    const got = await obtainCode(app, client);
    const form = { grant_type: 'authorization_code', code: got.code, redirect_uri: redirectUri };
    const reply = await postToken(app, { ...form, ...(verifier && { code_verifier: verifier }) }, basic(client));
    expectRefusal(reply, 400, 'invalid_grant');
    expectRefusal(await exchange(app, client, got), 400, 'invalid_grant');
  }
});

eachDatabase('a code is for one app, and for one minute', async (on) => {
  await using app = await testApp(on, { clock: '2026-03-01T12:00:00Z' });
  const client = await codeClient(app);
  const other = await codeClient(app);
  const got = await obtainCode(app, client);
  expectRefusal(await exchange(app, other, got), 400, 'invalid_grant');
  app.clock.advance(61_000);
  expectRefusal(await exchange(app, client, got), 400, 'invalid_grant');
});

eachDatabase('tokens end: access after an hour, refresh after thirty days', async (on) => {
  await using app = await testApp(on, { clock: '2026-03-01T12:00:00Z' });
  const client = await codeClient(app);
  const got = await exchange(app, client, await obtainCode(app, client));
  expect(got.body.expires_in).toBe(3600);
  app.clock.advance(3599_000);
  expect(await isAlive(app, got.body.access_token)).toBe(true);
  app.clock.advance(2000);
  expect(await isAlive(app, got.body.access_token)).toBe(false);
  app.clock.advance(30 * 24 * 3600_000);
  expectRefusal(await refresh(app, client, got.body.refresh_token), 400, 'invalid_grant');
});

eachDatabase('error redirects keep the query of the address, the error, the state and the issuer', async (on) => {
  await using app = await testApp(on);
  const client = await codeClient(app);
  const { challenge } = pkce();
  const bad = await app
    .as('anonymous')
    .get(`/oauth/authorize?${authorizeQuery(client, challenge, { scope: 'users:write' })}`);
  const denied = await answerConsent(app, authorizeQuery(client, challenge), { decision: 'deny' });
  for (const [reply, error] of [
    [bad, 'invalid_scope'],
    [denied, 'access_denied'],
  ] as const) {
    const location = reply.headers.get('location')!;
    expect(location).toMatch(/^https:\/\/app\.example\/callback\?tenant=7&error=/);
    expect(Object.fromEntries(new URL(location).searchParams)).toMatchObject({
      tenant: '7',
      error,
      state: 'a b&c',
      iss: app.url,
    });
    expect(reply.headers.get('cache-control')).toBe('no-store');
  }
  const { location } = await obtainCode(app, client);
  expect(Object.fromEntries(location.searchParams)).toMatchObject({ tenant: '7', state: 'a b&c', iss: app.url });
});

eachDatabase('Basic credentials are form-decoded, in any case of the scheme', async (on) => {
  await using app = await testApp(on);
  const client = await app.registerClient();
  const encoded = [client.id, client.secret].map((part) =>
    [...part].map((c) => (/[A-Za-z0-9]/.test(c) ? c : `%${c.charCodeAt(0).toString(16).toUpperCase()}`)).join(''),
  );
  const form = { grant_type: 'client_credentials' };
  for (const scheme of ['Basic', 'basic', 'BASIC']) {
    const header = `${scheme} ${Buffer.from(encoded.join(':')).toString('base64')}`;
    expect((await postToken(app, form, { Authorization: header })).status).toBe(200);
  }
  for (const broken of ['Basic', 'Basic !!', `Basic ${Buffer.from('%zz:x').toString('base64')}`, 'Digest x']) {
    const reply = await postToken(app, form, { Authorization: broken });
    expectRefusal(reply, 401, 'invalid_client');
    expect(reply.headers.get('www-authenticate')).toMatch(/^Basic realm=/);
  }
});

eachDatabase('credentials come in one place, members once', async (on) => {
  await using app = await testApp(on);
  const client = await app.registerClient();
  const both = { grant_type: 'client_credentials', client_id: client.id, client_secret: client.secret };
  expectRefusal(await postToken(app, both, basic(client)), 400, 'invalid_request');
  const twice = [
    ['grant_type', 'client_credentials'],
    ['grant_type', 'client_credentials'],
  ];
  expectRefusal(await postToken(app, twice, basic(client)), 400, 'invalid_request');
  const other = { grant_type: 'client_credentials', client_id: 'somebody' };
  expectRefusal(await postToken(app, other, basic(client)), 400, 'invalid_request');
  expect((await postToken(app, { ...other, client_id: client.id }, basic(client))).status).toBe(200);
});

eachDatabase('nonsense is answered in OAuth words, without a word of the inside', async (on) => {
  await using app = await testApp(on);
  const client = await app.registerClient();
  const credentials = basic(client);
  const cases: [Record<string, string>, string][] = [
    [{}, 'invalid_request'],
    [{ grant_type: 'password', username: 'a', password: 'b' }, 'unsupported_grant_type'],
    [{ grant_type: 'authorization_code', code: 'x' }, 'unauthorized_client'],
    [{ grant_type: 'client_credentials', scope: 'users:write' }, 'invalid_scope'],
    [{ grant_type: 'client_credentials', scope: 'customers:read\u0000' }, 'invalid_request'],
    [{ grant_type: "' or 1=1 --" }, 'unsupported_grant_type'],
    [{ grant_type: '__proto__' }, 'unsupported_grant_type'],
  ];
  for (const [form, error] of cases) expectRefusal(await postToken(app, form, credentials), 400, error);
  const json = await app.as('anonymous').post('/oauth/token', { grant_type: 'client_credentials' }, credentials);
  expectRefusal(json, 400, 'invalid_request');
  const unknown = { id: 'x\u0000', secret: 'y' };
  expectRefusal(await postToken(app, { grant_type: 'client_credentials' }, basic(unknown)), 401, 'invalid_client');
  const huge = await postToken(app, { grant_type: 'x'.repeat(70_000) }, credentials);
  expectRefusal(huge, 413, 'invalid_request');
});

eachDatabase('a failing database is not quoted to the app', async (on) => {
  await using app = await testApp(on);
  const client = await app.registerClient();
  await app.rapport.platform.database.writer.schema.renameTable('oauth_tokens', 'oauth_tokens_gone');
  const reply = await postToken(app, { grant_type: 'client_credentials' }, basic(client));
  expectRefusal(reply, 500, 'server_error');
  expect(JSON.stringify(reply.body)).not.toMatch(/oauth_tokens|insert|relation|sqlite/i);
  await app.rapport.platform.database.writer.schema.renameTable('oauth_tokens_gone', 'oauth_tokens');
});

eachDatabase('401 and 403 of the API follow RFC 6750', async (on) => {
  await using app = await testApp(on);
  const token = await app.bearerToken(['customers:read']);
  const get = (Authorization?: string) => app.as('anonymous').get('/users', Authorization ? { Authorization } : {});
  const none = await get();
  expect(none.status).toBe(401);
  expect(none.headers.get('www-authenticate')).toBe('Bearer realm="rapport"');
  const wrong = await get('Bearer nonsense');
  expect(wrong.status).toBe(401);
  expect(wrong.headers.get('www-authenticate')).toContain('error="invalid_token"');
  const malformed = await get('Bearer two words');
  expect(malformed.status).toBe(400);
  expect(malformed.headers.get('www-authenticate')).toContain('error="invalid_request"');
  const narrow = await get(`Bearer ${token}`);
  expect(narrow.status).toBe(403);
  expect(narrow.headers.get('www-authenticate')).toContain('error="insufficient_scope", scope="users:read"');
  for (const scheme of ['bearer', 'BEARER']) expect((await get(`${scheme} ${token}`)).status).toBe(403);
  expect((await app.as('anonymous').get(`/users?access_token=${token}`)).status).toBe(401);
});

eachDatabase('an app neither ends nor sees the tokens of another; secrets lie hashed', async (on) => {
  await using app = await testApp(on);
  const client = await codeClient(app);
  const other = await app.registerClient();
  const got = await obtainCode(app, client);
  const { access_token, refresh_token } = (await exchange(app, client, got)).body;
  const form = new URLSearchParams({ token: access_token });
  expect((await app.as('anonymous').post('/oauth/revoke', form, basic(other))).status).toBe(200);
  expect((await app.as('anonymous').post('/oauth/introspect', form, basic(other))).body).toEqual({ active: false });
  expect(await isAlive(app, access_token)).toBe(true);
  const db = app.rapport.platform.database.writer;
  const rows = [];
  for (const table of ['oauth_tokens', 'oauth_codes', 'oauth_clients', 'sessions', 'users', 'audit'])
    rows.push(...(await db(table)));
  const stored = JSON.stringify(rows);
  for (const secret of [access_token, refresh_token, got.code, client.secret, got.verifier])
    expect(stored).not.toContain(secret);
});
