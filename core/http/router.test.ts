// The edges of finding a route: precedence, escapes, slashes, HEAD, 405 with Allow. Asked of a real Koa over HTTP.
import { once } from 'node:events';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import Koa from 'koa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Failure } from '../errors.ts';
import { createRouting } from './router.ts';

const endpoints = [
  ['GET', '/healthz'],
  ['GET', '/'],
  ['GET', '/.well-known/oauth-authorization-server'],
  ['GET', '/api/v1/customers'],
  ['POST', '/api/v1/customers'],
  ['GET', '/api/v1/customers/:id'],
  ['PATCH', '/api/v1/customers/:id'],
  ['POST', '/api/v1/customers/upsert'],
  ['GET', '/api/v1/customers/:id/orders/:order'],
  ['POST', '/api/v1/plugins/:id/http/*path'],
  ['GET', '/api/v1/plugins/:id/http/status'],
  ['POST', '/api/v1/plugins/:id/http/status'],
].map(([method, path]) => ({
  method: method!,
  path: path!,
  handle: async (ctx: Koa.Context, params: Record<string, string>) => {
    ctx.body = { found: `${method} ${path}`, params };
  },
}));

const app = new Koa();
app.use((ctx, next) =>
  next().catch((error: Failure) => {
    ctx.status = error.status;
    ctx.set(error.headers);
    ctx.body = { code: error.code };
  }),
);
app.use(createRouting(endpoints));
app.use((ctx) => {
  ctx.body = { found: 'nothing' };
});
const server = app.listen(0, '127.0.0.1');
beforeAll(async () => void (server.listening || (await once(server, 'listening'))));
afterAll(() => void server.close());

// Not `fetch`: it would mend the path on its way.
const ask = async (method: string, path: string) => {
  const { port } = server.address() as AddressInfo;
  const sent = request({ host: '127.0.0.1', port, method, path }).end();
  const [reply] = await once(sent, 'response');
  let text = '';
  for await (const chunk of reply) text += chunk;
  return { status: reply.statusCode, allow: reply.headers.allow, body: text && JSON.parse(text) };
};

describe('a route is found', () => {
  test.each([
    ['GET', '/', 'GET /', {}],
    ['GET', '/healthz', 'GET /healthz', {}],
    ['GET', '/.well-known/oauth-authorization-server', 'GET /.well-known/oauth-authorization-server', {}],
    ['GET', '/api/v1/customers/', 'GET /api/v1/customers', {}],
    ['GET', '/api/v1/customers/7', 'GET /api/v1/customers/:id', { id: '7' }],
    ['GET', '/api/v1/customers/7/', 'GET /api/v1/customers/:id', { id: '7' }],
    ['GET', '/api/v1/customers/a%20b%2Fc', 'GET /api/v1/customers/:id', { id: 'a b/c' }],
    ['GET', '/api/v1/customers/%2525', 'GET /api/v1/customers/:id', { id: '%25' }],
    ['GET', '/api/v1/customers/100%', 'GET /api/v1/customers/:id', { id: '100%' }],
    ['GET', '/api/v1/customers/__proto__', 'GET /api/v1/customers/:id', { id: '__proto__' }],
    ['POST', '/api/v1/customers/upsert', 'POST /api/v1/customers/upsert', {}],
    // The fixed segment has no GET, so this asks for the customer of that name.
    ['GET', '/api/v1/customers/upsert', 'GET /api/v1/customers/:id', { id: 'upsert' }],
    [
      'GET',
      '/api/v1/customers/7/orders/8',
      'GET /api/v1/customers/:id/orders/:order',
      {
        id: '7',
        order: '8',
      },
    ],
    ['POST', '/api/v1/plugins/shop/http/a/b/c', 'POST /api/v1/plugins/:id/http/*path', { id: 'shop', path: 'a/b/c' }],
    ['GET', '/api/v1/plugins/shop/http/status', 'GET /api/v1/plugins/:id/http/status', { id: 'shop' }],
    // Registered after the wildcard, and still first.
    ['POST', '/api/v1/plugins/shop/http/status', 'POST /api/v1/plugins/:id/http/status', { id: 'shop' }],
  ])('%s %s is %s', async (method, path, found, params) => {
    expect(await ask(method, path)).toMatchObject({ status: 200, body: { found, params } });
  });

  test('GET answers HEAD, without a body', async () => {
    expect(await ask('HEAD', '/api/v1/customers/7')).toEqual({ status: 200, allow: undefined, body: '' });
  });
});

describe('nothing is found', () => {
  test.each([
    ['GET', '/nowhere'],
    ['GET', '/api/v1/customers//orders/8'],
    ['GET', '/api/v1/Customers'],
    ['GET', '/api/v1/CUSTOMERS/7'],
    ['GET', '/api/v2/customers'],
    ['GET', '/api/v1/'],
    ['GET', '/customers'],
    ['POST', '/api/v1/plugins/shop/http'],
    ['POST', '/api/v1/plugins/shop/http/'],
    ['GET', '/__proto__'],
    ['GET', '/constructor'],
    // Not of the API: a browser's way, where other methods belong to nobody.
    ['POST', '/healthz'],
  ])('%s %s', async (method, path) => {
    expect(await ask(method, path)).toMatchObject({ status: 200, body: { found: 'nothing' } });
  });
});

describe('another method is refused', () => {
  test.each([
    ['DELETE', '/api/v1/customers', ['GET', 'HEAD', 'POST']],
    ['DELETE', '/api/v1/customers/upsert', ['GET', 'HEAD', 'PATCH', 'POST']],
    ['OPTIONS', '/api/v1/customers/7', ['GET', 'HEAD', 'PATCH']],
    ['GET', '/api/v1/plugins/shop/http/a', ['POST']],
  ])('%s %s, naming those there are', async (method, path, allowed) => {
    const { status, allow, body } = await ask(method, path);
    expect({ status, body }).toEqual({ status: 405, body: { code: 'METHOD_NOT_ALLOWED' } });
    expect(allow!.split(', ').toSorted()).toEqual(allowed);
  });
});

test('the same route twice is a mistake of ours', () => {
  expect(() => createRouting([...endpoints, endpoints[0]!])).toThrow('Two routes are GET /healthz');
});
