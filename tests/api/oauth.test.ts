// OAuth 2 as a standard client library sees it.
import * as oauth from 'openid-client';
import { expect } from 'vitest';
import { type TestApp, testApp } from '../support/app.ts';
import { eachDatabase } from '../support/databases.ts';
import { answerConsent, codeClient, isAlive, type TestOAuthClient } from '../support/oauth.ts';

// openid-client takes the redirect address from the answer without its query, so this one has none.
const redirectUri = 'https://app.example/callback';

const discover = (app: TestApp, client: TestOAuthClient, method: oauth.ClientAuth): Promise<oauth.Configuration> =>
  oauth.discovery(new URL(app.url), client.id, client.secret, method, {
    algorithm: 'oauth2',
    execute: [oauth.allowInsecureRequests],
  });

for (const [name, method] of [
  ['basic', oauth.ClientSecretBasic],
  ['post', oauth.ClientSecretPost],
] as const) {
  eachDatabase(`openid-client gets a token with client credentials (${name}), uses it, revokes it`, async (on) => {
    await using app = await testApp(on);
    const client = await app.registerClient({ scopes: ['customers:read', 'orders:read'] });
    const server = await discover(app, client, method(client.secret));
    const tokens = await oauth.clientCredentialsGrant(server, { scope: 'customers:read' });
    expect(tokens).toMatchObject({ token_type: 'bearer', scope: 'customers:read', expires_in: 3600 });
    expect(tokens.refresh_token).toBeUndefined();
    const seen = await oauth.tokenIntrospection(server, tokens.access_token);
    expect(seen).toMatchObject({ active: true, client_id: client.id, scope: 'customers:read', iss: app.url });
    expect(await isAlive(app, tokens.access_token)).toBe(true);
    await oauth.tokenRevocation(server, tokens.access_token);
    expect(await isAlive(app, tokens.access_token)).toBe(false);
    expect(await oauth.tokenIntrospection(server, tokens.access_token)).toEqual({ active: false });
  });
}

eachDatabase('openid-client takes a code with PKCE through consent, refreshes, revokes, is refused', async (on) => {
  await using app = await testApp(on);
  const client = await codeClient(app, { redirectUris: [redirectUri] });
  const server = await discover(app, client, oauth.ClientSecretBasic(client.secret));
  const pkceCodeVerifier = oauth.randomPKCECodeVerifier();
  const expectedState = oauth.randomState();
  const start = oauth.buildAuthorizationUrl(server, {
    redirect_uri: redirectUri,
    scope: 'customers:read orders:read',
    code_challenge: await oauth.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    state: expectedState,
  });
  const answer = await answerConsent(app, start.search.slice(1), { role: 'service' });
  expect(answer.status).toBe(303);
  const back = new URL(answer.headers.get('location')!);
  expect(back.searchParams.get('iss')).toBe(app.url);
  const first = await oauth.authorizationCodeGrant(server, back, { pkceCodeVerifier, expectedState });
  expect(first.scope).toBe('customers:read orders:read');
  const second = await oauth.refreshTokenGrant(server, first.refresh_token!);
  expect(second.refresh_token).not.toBe(first.refresh_token);
  expect(await isAlive(app, second.access_token)).toBe(true);
  await oauth.tokenRevocation(server, second.refresh_token!);
  expect(await isAlive(app, second.access_token)).toBe(false);
  await expect(oauth.refreshTokenGrant(server, second.refresh_token!)).rejects.toMatchObject({
    error: 'invalid_grant',
  });
});

eachDatabase('a public app takes a code without a secret', async (on) => {
  await using app = await testApp(on);
  const client = await codeClient(app, { kind: 'public', redirectUris: [redirectUri] });
  const server = await discover(app, { ...client, secret: '' }, oauth.None());
  const pkceCodeVerifier = oauth.randomPKCECodeVerifier();
  const start = oauth.buildAuthorizationUrl(server, {
    redirect_uri: redirectUri,
    code_challenge: await oauth.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
  });
  const answer = await answerConsent(app, start.search.slice(1));
  const tokens = await oauth.authorizationCodeGrant(server, new URL(answer.headers.get('location')!), {
    pkceCodeVerifier,
  });
  expect(await isAlive(app, tokens.access_token)).toBe(true);
});
