// The authorization pages in a real browser: openid-client as the app, a person who signs in and allows, no script anywhere.
import { createServer } from 'node:http';
import { AxeBuilder } from '@axe-core/playwright';
import * as oauth from 'openid-client';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { testApp } from '../support/app.ts';
import { launchChromium } from '../support/chromium.ts';
import { createTestDatabase } from '../support/databases.ts';

/** The app's own server: keeps the address the browser comes back to. */
const startApp = async () => {
  const seen: string[] = [];
  const server = createServer((req, res) => {
    seen.push(req.url ?? '');
    res.end('Welcome back');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return { redirectUri: `http://127.0.0.1:${port}/callback`, seen, [Symbol.dispose]: () => void server.close() };
};

const expectAccessible = async (page: Page): Promise<void> => {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => [id, nodes.map((node) => node.html)])).toEqual([]);
  expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
};

for (const colorScheme of ['light', 'dark'] as const) {
  test(`a person signs in, allows, and the app reads with the code's token (${colorScheme})`, async () => {
    await using on = await createTestDatabase('sqlite');
    await using app = await testApp(on);
    using back = await startApp();
    const client = await app.registerClient({
      name: 'Desk',
      grants: ['authorization_code', 'refresh_token'],
      scopes: ['customers:read', 'orders:read', 'pii'],
      redirectUris: ['http://127.0.0.1/callback'],
    });
    const server = await oauth.discovery(new URL(app.url), client.id, client.secret, undefined, {
      algorithm: 'oauth2',
      execute: [oauth.allowInsecureRequests],
    });
    const pkceCodeVerifier = oauth.randomPKCECodeVerifier();
    const expectedState = oauth.randomState();
    const start = oauth.buildAuthorizationUrl(server, {
      redirect_uri: back.redirectUri,
      scope: 'customers:read pii',
      code_challenge: await oauth.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
      state: expectedState,
    });

    const browser = await launchChromium();
    try {
      const context = await browser.newContext({ colorScheme, viewport: { width: 390, height: 800 } });
      const page = await context.newPage();
      await page.goto(start.href);
      await expectAccessible(page);
      await page.getByLabel('E-mail').fill('owner@example.com');
      await page.getByLabel('Password').fill('wrong guess');
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('alert').waitFor();
      await expectAccessible(page);
      await page.getByLabel('Password').fill('correct horse battery');
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('heading', { name: 'Allow access?' }).waitFor();
      expect(await page.getByRole('listitem').allTextContents()).toEqual([
        'See customers',
        'See names, addresses, e-mails and phone numbers unmasked',
      ]);
      await expectAccessible(page);
      await page.getByRole('button', { name: 'Allow', exact: true }).click();
      await page.getByText('Welcome back').waitFor();
    } finally {
      await browser.close();
    }

    const tokens = await oauth.authorizationCodeGrant(server, new URL(back.seen[0]!, back.redirectUri), {
      pkceCodeVerifier,
      expectedState,
    });
    const read = (token: string) => app.as('anonymous').get('/customers', { Authorization: `Bearer ${token}` });
    expect((await read(tokens.access_token)).status).toBe(200);
    const renewed = await oauth.refreshTokenGrant(server, tokens.refresh_token!);
    expect((await read(renewed.access_token)).status).toBe(200);
    await oauth.tokenRevocation(server, renewed.refresh_token!);
    expect((await read(renewed.access_token)).status).toBe(401);
  });
}
