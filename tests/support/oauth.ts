// Walks the authorization code flow the way a browser does, against the real pages: ask, allow, follow, exchange.
import { createHash, randomBytes } from 'node:crypto';
import type { RoleName } from '@rapport/sdk/schemas';
import type { TestApp, TestReply } from './app.ts';

export type TestOAuthClient = { id: string; secret: string };

export const redirectUri = 'https://app.example/callback?tenant=7';

export const codeClient = (
  app: TestApp,
  more: Parameters<TestApp['registerClient']>[0] = {},
): Promise<TestOAuthClient> =>
  app.registerClient({
    name: 'Shop <sync>',
    grants: ['authorization_code', 'refresh_token'],
    scopes: ['customers:read', 'orders:read'],
    redirectUris: [redirectUri],
    ...more,
  });

export const pkce = () => {
  const verifier = randomBytes(32).toString('base64url');
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') };
};

export const authorizeQuery = (client: TestOAuthClient, challenge: string, more: Record<string, string> = {}) =>
  new URLSearchParams({
    response_type: 'code',
    client_id: client.id,
    redirect_uri: redirectUri,
    scope: 'customers:read',
    state: 'a b&c',
    code_challenge: challenge,
    code_challenge_method: 'S256',
    ...more,
  });

export const hidden = (page: string, name: string): string => {
  const value = new RegExp(`name="${name}" value="([^"]*)"`).exec(page)?.[1] ?? '';
  return value.replaceAll('&amp;', '&').replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&gt;', '>');
};

/** Opens the consent page as this role and answers it. */
export const answerConsent = async (
  app: TestApp,
  query: URLSearchParams | string,
  answer: { decision?: string; role?: RoleName; csrf?: string; headers?: Record<string, string> } = {},
): Promise<TestReply> => {
  const { cookie } = await app.signIn(answer.role ?? 'owner');
  const headers = { Cookie: `${cookie.name}=${cookie.value}` };
  const page = await app.as('anonymous').get(`/oauth/authorize?${query}`, headers);
  const form = new URLSearchParams({
    request: hidden(page.body, 'request'),
    csrf: answer.csrf ?? hidden(page.body, 'csrf'),
    decision: answer.decision ?? 'allow',
  });
  return app.as('anonymous').post('/oauth/authorize', form, { ...headers, ...answer.headers });
};

/** A fresh code with its verifier. */
export const obtainCode = async (app: TestApp, client: TestOAuthClient, more: Record<string, string> = {}) => {
  const { verifier, challenge } = pkce();
  const reply = await answerConsent(app, authorizeQuery(client, challenge, more));
  const location = new URL(reply.headers.get('location') ?? 'about:blank');
  return { code: location.searchParams.get('code') ?? '', verifier, location };
};

export const basic = (client: TestOAuthClient): Record<string, string> => ({
  Authorization: `Basic ${Buffer.from(`${client.id}:${client.secret}`).toString('base64')}`,
});

export const postToken = (
  app: TestApp,
  form: Record<string, string> | string[][],
  headers: Record<string, string> = {},
): Promise<TestReply> => app.as('anonymous').post('/oauth/token', new URLSearchParams(form), headers);

export const exchange = (
  app: TestApp,
  client: TestOAuthClient,
  got: { code: string; verifier: string },
  more: Record<string, string> = {},
): Promise<TestReply> =>
  postToken(
    app,
    {
      grant_type: 'authorization_code',
      code: got.code,
      code_verifier: got.verifier,
      redirect_uri: redirectUri,
      ...more,
    },
    basic(client),
  );

export const refresh = (app: TestApp, client: TestOAuthClient, token: string, more: Record<string, string> = {}) =>
  postToken(app, { grant_type: 'refresh_token', refresh_token: token, ...more }, basic(client));

/** True while the API takes the token. */
export const isAlive = async (app: TestApp, token: string): Promise<boolean> =>
  (await app.as('anonymous').get('/roles', { Authorization: `Bearer ${token}` })).status === 200;
