// Serves the built console: hashed assets for ever, index.html always asked for again, and nothing made up for a missing asset.
// Not a general file server: only what was in the folder at start is served.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Context, Middleware } from 'koa';
import { RouteNotFound } from '../../core/index.ts';

/** The Content-Security-Policy of the console: nothing from elsewhere, and no script that is not a file of its own. */
const policy = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "frame-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

const types: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};
const packed = new Set(['.css', '.html', '.js', '.json', '.svg']);
const others = /^\/(api|oauth|\.well-known|metrics|healthz|readyz)(\/|$)/;

type Asset = { bytes: Buffer; type: string; etag: string; zipped?: Promise<Buffer> | undefined; extension: string };

/** The console built into `folder`, or pages that say it is not built. */
export const createConsole = (folder: string): Middleware => {
  const assets = existsSync(join(folder, 'index.html')) ? read(folder) : new Map<string, Asset>();
  const index = assets.get('/index.html');
  return async (ctx, next) => {
    if ((ctx.method !== 'GET' && ctx.method !== 'HEAD') || others.test(ctx.path)) return next();
    const asset = assets.get(ctx.path);
    if (asset && asset !== index) return send(ctx, asset, ctx.path.startsWith('/assets/'));
    if (ctx.path.startsWith('/assets/')) throw new RouteNotFound(ctx.path);
    if (!ctx.accepts('html')) return next();
    if (!index) return notBuilt(ctx);
    return send(ctx, index, false);
  };
};

const read = (folder: string): Map<string, Asset> =>
  new Map(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter(
        (entry) =>
          entry.isFile() &&
          types[extname(entry.name)] &&
          !/[\\/]\./.test(join(entry.parentPath, entry.name).slice(folder.length)),
      )
      .map((entry) => {
        const file = join(entry.parentPath, entry.name);
        const bytes = readFileSync(file);
        const extension = extname(file);
        const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;
        const path = file.slice(folder.length).replaceAll('\\', '/');
        return [path, { bytes, etag, extension, type: types[extension]! }];
      }),
  );

const zip = promisify(gzip);

const send = async (ctx: Context, asset: Asset, hashed: boolean): Promise<void> => {
  ctx.set({
    'Cache-Control': hashed ? 'public, max-age=31536000, immutable' : 'no-cache',
    'Content-Security-Policy': policy,
    ETag: asset.etag,
    Vary: 'Accept-Encoding',
  });
  ctx.status = 200;
  ctx.type = asset.type;
  if (ctx.fresh) {
    ctx.status = 304;
    return;
  }
  if (packed.has(asset.extension) && ctx.acceptsEncodings('gzip', 'identity') === 'gzip') {
    asset.zipped ??= zip(asset.bytes, { level: 9 });
    ctx.set('Content-Encoding', 'gzip');
    ctx.body = await asset.zipped;
  } else ctx.body = asset.bytes;
};

const notBuilt = (ctx: Context): void => {
  ctx.status = 503;
  ctx.type = 'text/plain; charset=utf-8';
  ctx.body = 'The console is not built. "npm start" builds it; the API runs without it.';
};
