// The real server with a small shop, and one Chromium that is signed in to its console. A page reports everything it complained of.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { createGzip } from 'node:zlib';
import type { RoleName } from '@rapport/sdk/schemas';
import type { BrowserContext, Page, Request } from 'playwright-core';
import tar from 'tar-stream';
import { type TestApp, testApp } from '../support/app.ts';
import { launchChromium } from '../support/chromium.ts';
import { createTestDatabase } from '../support/databases.ts';
import { makeShop } from './shop.ts';

export type Look = { width?: 390 | 1360; colours?: 'light' | 'dark'; language?: 'en' | 'zh'; role?: RoleName };
export type Console = Awaited<ReturnType<typeof startConsole>>;

const root = join(import.meta.dirname, '..', '..');

export const startConsole = async () => {
  if (!existsSync(join(root, 'console', 'dist', 'index.html')))
    throw new Error('The console is not built: run "node setup.mjs" first, as npm test does.');
  const on = await createTestDatabase('sqlite');
  const app = await testApp(on);
  const shop = await makeShop(app.as('owner'), Date.now());
  const browser = await launchChromium();
  return {
    app,
    shop,
    /** A page of a signed-in person; `complaints` are its errors, warnings of the CSP and failed answers of the server. */
    open: async (path: string, look: Look = {}) => {
      const context = await browser.newContext({
        baseURL: app.url,
        viewport: { width: look.width ?? 1360, height: look.width === 390 ? 844 : 900 },
        colorScheme: look.colours ?? 'light',
        reducedMotion: 'reduce',
        acceptDownloads: true,
      });
      await context.addInitScript(
        (language) => localStorage.setItem('rapport-language', language),
        look.language ?? 'en',
      );
      await signIn(context, app, look.role ?? 'owner');
      const page = await context.newPage();
      const complaints = listen(page);
      await page.goto(path);
      await settled(page);
      return { page, context, complaints };
    },
    stop: async () => {
      await browser.close();
      await app[Symbol.asyncDispose]();
      await on[Symbol.asyncDispose]();
    },
  };
};

const signIn = async (context: BrowserContext, app: TestApp, role: RoleName): Promise<void> => {
  const { cookie } = await app.signIn(role);
  await context.addCookies([{ ...cookie, url: app.url, httpOnly: true, sameSite: 'Lax' }]);
};

const listen = (page: Page): string[] => {
  const complaints: string[] = [];
  const requests = new Set<Request>();
  underWay.set(page, requests);
  page.on('request', (request) => requests.add(request));
  page.on('requestfinished', (request) => requests.delete(request));
  page.on('requestfailed', (request) => requests.delete(request));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning')
      complaints.push(`${message.text()} ${message.location().url}`.trim());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  return complaints;
};

const underWay = new WeakMap<Page, Set<Request>>();
const quietMs = 80;
const patienceMs = 15_000;

/** Nothing is loading any more, and nothing says that it is. */
export const settled = async (page: Page): Promise<void> => {
  const requests = underWay.get(page)!;
  const end = Date.now() + patienceMs;
  for (let quietSince = Date.now(); Date.now() - quietSince < quietMs; await delay(15)) {
    if (requests.size > 0) quietSince = Date.now();
    if (Date.now() > end) throw new Error(`Still loading: ${[...requests].map((request) => request.url()).join(', ')}`);
  }
  // On a busy machine nothing may be loading because nothing has begun yet: a page is there when its title is.
  await page.locator('main h1').first().waitFor();
  await page.locator('[role=status][aria-label]').first().waitFor({ state: 'detached' });
};

/** A bundled plugin as somebody else would publish it: ids under `rapport/` are the release's own. */
export const archiveOf = async (name: string): Promise<Buffer> => {
  const folder = join(root, 'plugins', name);
  const pack = tar.pack();
  for (const file of readdirSync(folder).filter((each) => !each.endsWith('.test.ts'))) {
    const text = readFileSync(join(folder, file), 'utf8');
    pack.entry({ name: file }, file === 'plugin.json' ? text.replace('"rapport/', '"acme/') : text);
  }
  pack.finalize();
  return buffer(pack.pipe(createGzip()));
};
