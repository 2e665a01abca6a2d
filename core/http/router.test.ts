import { describe, expect, test } from 'vitest';
import { createRouter } from './router.ts';

const router = createRouter<string>();
for (const [method, path] of [
  ['GET', '/healthz'],
  ['GET', '/'],
  ['GET', '/customers'],
  ['POST', '/customers'],
  ['GET', '/customers/:id'],
  ['PATCH', '/customers/:id'],
  ['POST', '/customers/upsert'],
  ['GET', '/customers/:id/orders/:order'],
  ['POST', '/plugins/:id/http/*path'],
  ['GET', '/plugins/:id/http/status'],
] as const)
  router.add(method, path, `${method} ${path}`);

describe('router', () => {
  test.each([
    ['GET', '/', 'GET /', {}],
    ['GET', '/healthz', 'GET /healthz', {}],
    ['GET', '/customers/', 'GET /customers', {}],
    ['HEAD', '/customers', 'GET /customers', {}],
    ['GET', '/customers/7', 'GET /customers/:id', { id: '7' }],
    ['GET', '/customers/a%20b%2Fc', 'GET /customers/:id', { id: 'a b/c' }],
    ['GET', '/customers/100%', 'GET /customers/:id', { id: '100%' }],
    ['POST', '/customers/upsert', 'POST /customers/upsert', {}],
    // The fixed segment has no GET, so this asks for the customer of that name.
    ['GET', '/customers/upsert', 'GET /customers/:id', { id: 'upsert' }],
    ['GET', '/customers/7/orders/8', 'GET /customers/:id/orders/:order', { id: '7', order: '8' }],
    ['POST', '/plugins/shop/http/a/b/c', 'POST /plugins/:id/http/*path', { id: 'shop', path: 'a/b/c' }],
    ['GET', '/plugins/shop/http/status', 'GET /plugins/:id/http/status', { id: 'shop' }],
    ['POST', '/plugins/shop/http/status', 'POST /plugins/:id/http/*path', { id: 'shop', path: 'status' }],
  ])('%s %s is %s', (method, path, found, params) => {
    expect(router.match(method, path)).toEqual({ found, params });
  });

  test.each([
    ['GET', '/nowhere'],
    ['GET', '/customers//orders/8'],
    ['DELETE', '/customers'],
    ['GET', 'customers'],
    ['GET', '/plugins/shop/http'],
    ['GET', '/__proto__'],
    ['GET', '/constructor'],
  ])('%s %s is nothing', (method, path) => {
    expect(router.match(method, path)).toBeUndefined();
  });

  test('a path knows its methods, those of parameters too', () => {
    expect(router.methodsOf('/customers/upsert').toSorted()).toEqual(['GET', 'HEAD', 'PATCH', 'POST']);
    expect(router.methodsOf('/healthz')).toEqual(['HEAD', 'GET']);
    expect(router.methodsOf('/nowhere')).toEqual([]);
  });

  test('the same route twice is a mistake of ours', () => {
    expect(() => router.add('GET', '/customers/:key', 'again')).toThrow('Two routes');
  });
});
