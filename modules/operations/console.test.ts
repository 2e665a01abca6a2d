import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Koa from 'koa';
import { afterEach, expect, test } from 'vitest';
import { failures } from '../../core/http/failures.ts';
import { silentLog } from '../../core/index.ts';
import { createConsole } from './console.ts';

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

const serving = async (files: Record<string, string>): Promise<string> => {
  const folder = mkdtempSync(join(tmpdir(), 'rapport-console-'));
  mkdirSync(join(folder, 'assets'));
  mkdirSync(join(folder, '.vite'));
  for (const [path, text] of Object.entries(files)) writeFileSync(join(folder, path), text);
  const app = new Koa();
  app.silent = true;
  app.use(failures(silentLog));
  app.use(createConsole(folder));
  const server = createServer(app.callback());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

const built = {
  'index.html': '<!doctype html>console',
  'icon.svg': '<svg/>',
  'assets/app-1.js': 'run()',
  '.vite/manifest.json': '{"inside":1}',
};
const html = { headers: { accept: 'text/html' } };

test('every address of the console is the same page, asked for again each time, under a strict policy', async () => {
  const url = await serving(built);
  for (const path of ['/', '/customers', '/segments/loyal?at=1']) {
    const reply = await fetch(url + path, html);
    expect(reply.status).toBe(200);
    expect(await reply.text()).toContain('console');
    expect(reply.headers.get('cache-control')).toBe('no-cache');
    expect(reply.headers.get('content-security-policy')).toMatch(/script-src 'self';/);
    expect(reply.headers.get('content-security-policy')).not.toMatch(/unsafe-eval|script-src[^;]*unsafe-inline/);
  }
});

test('a hashed asset is kept for ever and an unchanged page costs nothing', async () => {
  const url = await serving(built);
  const asset = await fetch(`${url}/assets/app-1.js`);
  expect(asset.headers.get('cache-control')).toContain('immutable');
  expect(asset.headers.get('content-type')).toContain('text/javascript');
  const first = await fetch(`${url}/`, html);
  // fetch would add `no-cache`, which asks for the page itself.
  const asked = { ...html.headers, 'if-none-match': first.headers.get('etag')!, 'cache-control': 'max-age=0' };
  const again = await fetch(`${url}/`, { headers: asked });
  expect(again.status).toBe(304);
});

test('a missing asset is a 404, never the page', async () => {
  const url = await serving(built);
  const missing = await fetch(`${url}/assets/app-0.js`, html);
  expect(missing.status).toBe(404);
  expect(await missing.json()).toMatchObject({ code: 'ROUTE_NOT_FOUND' });
});

test('addresses of the API, writes and files outside are not the console', async () => {
  const url = await serving(built);
  expect((await fetch(`${url}/api/v1/nothing`, html)).status).toBe(404);
  expect((await fetch(`${url}/oauth/nothing`, html)).status).toBe(404);
  expect(await (await fetch(`${url}/.vite/manifest.json`, html)).text()).not.toContain('inside');
  expect((await fetch(`${url}/`, { method: 'POST', ...html })).status).toBe(404);
  expect(await (await fetch(`${url}/..%2f..%2fetc%2fpasswd`, html)).text()).not.toContain('root:');
});

test('without a build it says so instead of failing', async () => {
  const url = await serving({});
  const reply = await fetch(`${url}/`, html);
  expect(reply.status).toBe(503);
  expect(await reply.text()).toContain('not built');
});
