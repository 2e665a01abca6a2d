// The sign-in and consent pages: what a person sees, what an attacker cannot do with them.
import { expect } from 'vitest';
import { testApp } from '../support/app.ts';
import { eachDatabase } from '../support/databases.ts';
import {
  answerConsent,
  authorizeQuery,
  codeClient,
  exchange,
  hidden,
  obtainCode,
  pkce,
  redirectUri,
} from '../support/oauth.ts';

eachDatabase('somebody not signed in signs in first, without script, and comes to consent', async (on) => {
  await using app = await testApp(on);
  const client = await codeClient(app);
  const { verifier, challenge } = pkce();
  const visitor = app.as('anonymous');
  const page = await visitor.get(`/oauth/authorize?${authorizeQuery(client, challenge)}`);
  expect(page.status).toBe(200);
  expect(page.body).toContain('action="/oauth/sign-in"');
  expect(page.body).not.toContain('<script');
  const submit = (password: string, headers: Record<string, string> = {}) => {
    const form = { request: hidden(page.body, 'request'), email: 'owner@example.com', password, totp: '' };
    return visitor.post('/oauth/sign-in', new URLSearchParams(form), headers);
  };
  const wrong = await submit('wrong guess');
  expect(wrong.status).toBe(401);
  expect(wrong.body).toContain('role="alert"');
  expect(wrong.body).toContain('value="owner@example.com"');
  expect(wrong.body).not.toContain('wrong guess');
  expect((await submit('correct horse battery', { Origin: 'https://evil.example' })).status).toBe(403);
  const right = await submit('correct horse battery', { Origin: app.url });
  expect(right.status).toBe(303);
  const location = right.headers.get('location')!;
  expect(location).toMatch(/^\/oauth\/authorize\?/);
  const headers = { Cookie: right.headers.get('set-cookie')!.split(';')[0]! };
  const consent = await visitor.get(location, headers);
  const form = { request: hidden(consent.body, 'request'), csrf: hidden(consent.body, 'csrf'), decision: 'allow' };
  const allowed = await visitor.post('/oauth/authorize', new URLSearchParams(form), { ...headers, Origin: app.url });
  const code = new URL(allowed.headers.get('location')!).searchParams.get('code')!;
  expect((await exchange(app, client, { code, verifier })).status).toBe(200);
});

eachDatabase(
  'the consent page says who asks for what, in the language of the reader, and cannot be framed',
  async (on) => {
    await using app = await testApp(on);
    const client = await codeClient(app);
    const { cookie } = await app.signIn('owner');
    const show = (language: string) =>
      app.as('anonymous').get(`/oauth/authorize?${authorizeQuery(client, pkce().challenge, { state: '"><b>' })}`, {
        Cookie: `${cookie.name}=${cookie.value}`,
        'Accept-Language': language,
      });
    const english = await show('de, en;q=0.5');
    expect(english.body).toContain('<html lang="en">');
    expect(english.body).toContain('Shop &lt;sync&gt;');
    expect(english.body).toContain('See customers');
    expect(english.body).toContain('owner@example.com');
    expect(english.body).not.toContain('"><b>');
    expect(english.headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; style-src 'sha256-[\w+/=]+'; form-action 'self' https:\/\/app\.example; base-uri 'none'; frame-ancestors 'none'$/,
    );
    expect(english.headers.get('x-frame-options')).toBe('DENY');
    expect(english.headers.get('cache-control')).toBe('no-store');
    const chinese = await show('zh-CN,zh;q=0.9');
    expect(chinese.body).toContain('<html lang="zh">');
    expect(chinese.body).toContain('查看客户');
  },
);

eachDatabase('an answer without the token of the page, or from elsewhere, allows nothing', async (on) => {
  await using app = await testApp(on);
  const client = await codeClient(app);
  const query = authorizeQuery(client, pkce().challenge);
  const other = await app.signIn('admin');
  const answers: Parameters<typeof answerConsent>[2][] = [
    { csrf: 'x' },
    { csrf: other.csrfToken },
    { headers: { Origin: 'https://evil.example' } },
    { headers: { 'Sec-Fetch-Site': 'cross-site' } },
  ];
  for (const answer of answers) {
    const reply = await answerConsent(app, query, answer);
    expect(reply.status).toBe(403);
    expect(reply.headers.get('location')).toBeNull();
  }
  expect(await app.rapport.platform.database.writer('oauth_codes')).toEqual([]);
});

eachDatabase('an address that is not registered, exactly, is shown and never followed', async (on) => {
  await using app = await testApp(on);
  const registered = [redirectUri, 'http://127.0.0.1/cb', 'http://localhost:3000/cb', 'com.example.app:/cb'];
  const client = await codeClient(app, { redirectUris: registered });
  const ask = async (uri: string) => {
    const query = authorizeQuery(client, pkce().challenge, { redirect_uri: uri });
    return (await app.as('anonymous').get(`/oauth/authorize?${query}`)).status;
  };
  for (const good of [...registered, 'http://127.0.0.1:53124/cb']) expect([good, await ask(good)]).toEqual([good, 200]);
  for (const bad of [
    'https://app.example/callback',
    'https://app.example/callback?tenant=7&x=1',
    'https://app.example/callback?tenant=7#x',
    'https://app.example.evil.example/callback?tenant=7',
    'https://APP.example/callback?tenant=7',
    'http://127.0.0.1:53124/cb/../cb',
    'http://127.0.0.1:53124@evil.example/cb',
    'http://127.0.0.1.evil.example/cb',
    'http://localhost:3001/cb',
    'javascript:alert(1)',
    'nonsense',
  ])
    expect([bad, await ask(bad)]).toEqual([bad, 400]);
  const page = await app.as('anonymous').get('/oauth/authorize?client_id=%3Cb%3E&response_type=code');
  expect(page.status).toBe(400);
  expect(page.body).not.toContain('<b>');
  const twice = `${authorizeQuery(client, pkce().challenge)}&redirect_uri=https://evil.example/`;
  expect((await app.as('anonymous').get(`/oauth/authorize?${twice}`)).status).toBe(400);
  const state = `${authorizeQuery(client, pkce().challenge)}&state=second`;
  const repeated = await app.as('anonymous').get(`/oauth/authorize?${state}`);
  const told = new URL(repeated.headers.get('location')!).searchParams;
  expect([told.get('error'), told.get('state')]).toEqual(['invalid_request', null]);
});

eachDatabase('a person gives no more than they hold, and what they gave can be seen and taken back', async (on) => {
  await using app = await testApp(on);
  const client = await codeClient(app, { scopes: ['customers:read', 'users:write', 'pii'] });
  const query = authorizeQuery(client, pkce().challenge, { scope: 'users:write' });
  const nothing = await app.as('viewer').get(`/oauth/authorize?${query}`);
  expect(new URL(nothing.headers.get('location')!).searchParams.get('error')).toBe('access_denied');
  const { verifier, challenge } = pkce();
  const wide = authorizeQuery(client, challenge, { scope: 'customers:read users:write pii' });
  const answer = await answerConsent(app, wide, { role: 'service' });
  const code = new URL(answer.headers.get('location')!).searchParams.get('code')!;
  const { body } = await exchange(app, client, { code, verifier });
  expect(body.scope).toBe('customers:read pii');
  const call = (path: string) => app.as('anonymous').get(path, { Authorization: `Bearer ${body.access_token}` });
  expect((await call('/customers')).status).toBe(200);
  expect((await call('/users')).status).toBe(403);
  expect((await call('/me')).status).toBe(403);

  // A smaller role counts at once.
  const { userId } = await app.signIn('service');
  await app.as('owner').patch(`/users/${userId}`, { role: 'reviewer' });
  expect((await call('/customers')).status).toBe(403);
  await app.as('owner').patch(`/users/${userId}`, { role: 'service' });
  expect((await call('/customers')).status).toBe(200);

  const given = (await app.as('service').get('/me/grants')).body.data;
  expect(given).toMatchObject([{ client: { id: client.id }, scopes: ['customers:read', 'pii'] }]);
  expect((await app.as('owner').delete(`/me/grants/${given[0].id}`)).status).toBe(404);
  expect((await app.as('service').delete(`/me/grants/${given[0].id}`)).status).toBe(204);
  expect((await call('/customers')).status).toBe(401);
  expect((await app.as('service').get('/me/grants')).body.data).toEqual([]);
});

eachDatabase('asking again adds to the one grant', async (on) => {
  await using app = await testApp(on);
  const client = await codeClient(app);
  await obtainCode(app, client, { scope: 'customers:read' });
  await obtainCode(app, client, { scope: 'orders:read' });
  const given = (await app.as('owner').get('/me/grants')).body.data;
  expect(given).toMatchObject([{ scopes: ['customers:read', 'orders:read'] }]);
});

eachDatabase('the metadata names what there is', async (on) => {
  await using app = await testApp(on);
  const { body, status } = await app.as('anonymous').get('/.well-known/oauth-authorization-server');
  expect(status).toBe(200);
  expect(body).toMatchObject({
    issuer: app.url,
    token_endpoint: `${app.url}/oauth/token`,
    code_challenge_methods_supported: ['S256'],
    response_types_supported: ['code'],
    authorization_response_iss_parameter_supported: true,
  });
  expect(body.grant_types_supported).not.toContain('password');
});
