// The application around every handler: what any failure looks like, who named the request, and the headers that no reply lacks.
import type { AddressInfo } from 'node:net';
import { defineRoute, type Scope } from '@rapport/sdk';
import { Type } from 'typebox';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../tests/support/databases.ts';
import { type TestPlatform, testPlatform } from '../../tests/support/platform.ts';
import { Conflict, InvalidRequest, LinkInvalid } from '../errors.ts';
import { createFaults } from '../faults.ts';
import type { Actor } from './actor.ts';
import { createApp } from './app.ts';
import { createIdempotency } from './idempotency.ts';
import { Reply, serve } from './serve.ts';

const secret = 'secret-of-the-inside';
const coded = (code: string): Error => Object.assign(new Error(secret), { code });

/** What a handler may throw, by name. */
const thrown: Record<string, () => unknown> = {
  failure: () =>
    new Conflict('It is taken.', {
      pointer: '/names/0',
      headers: { 'Retry-After': '7' },
      members: { holder: 'ada' },
      cause: new Error(secret),
    }),
  gone: () => new LinkInvalid({ cause: secret }),
  error: () => new Error(secret),
  text: () => secret,
  number: () => 42,
  nothing: () => undefined,
  null: () => null,
  symbol: () => Symbol(secret),
  bare: () => Object.assign(Object.create(null), { message: secret }),
  exposed: () => Object.assign(new Error(secret), { status: 200, statusCode: 200, expose: true }),
  rejected: () => new AggregateError([new Error(secret)], secret),
  timeout: () => Object.assign(new Error(secret), { name: 'KnexTimeoutError' }),
  constraint: () => coded('SQLITE_CONSTRAINT'),
};
const passing =
  'SQLITE_BUSY SQLITE_LOCKED SQLITE_FULL SQLITE_READONLY SQLITE_IOERR 57P01 57P02 57P03 53300 53100 25006';
for (const code of [...passing.split(' '), 'ECONNREFUSED', 'ECONNRESET']) thrown[code] = () => coded(code);

const get = { method: 'GET', scope: 'public', tag: 'test', summary: 'test' } as const;
const Name = Type.Object({ name: Type.String() }, { additionalProperties: false });
const served = [
  serve(defineRoute({ ...get, path: '/t/fails/:how', params: Type.Object({ how: Type.String() }) }), ({ params }) => {
    throw thrown[params.how]!();
  }),
  serve(defineRoute({ ...get, path: '/t/fine' }), () => ({ fine: 'é王' })),
  serve(defineRoute({ ...get, path: '/t/page', replyType: 'text/html' }), () => '<p>page</p>'),
  serve(defineRoute({ ...get, path: '/t/nothing' }), () => undefined),
  serve(defineRoute({ ...get, path: '/t/moved' }), () => new Reply('', { status: 303, headers: { Location: '/' } })),
  serve(defineRoute({ ...get, path: '/t/people', scope: 'users:read' }), () => ({ data: [] })),
  serve(defineRoute({ ...get, path: '/t/staff', scope: 'staff' }), () => ({ data: [] })),
  serve(
    defineRoute({ ...get, method: 'POST', path: '/t/things', status: 201, maxBody: 100, body: Name }),
    ({ body }) => new Reply(body, { headers: { Location: '/api/v1/t/things/1', ETag: '"1"' } }),
  ),
];

const app: {
  on?: TestDatabase;
  platform?: TestPlatform;
  close: (() => Promise<unknown>)[];
  url: string;
  safe: string;
} = { close: [], url: '', safe: '' };
const logged: { fields: Record<string, unknown>; message: string }[] = [];

beforeAll(async () => {
  app.on = await createTestDatabase('sqlite', { migrated: true });
  app.platform = await testPlatform(app.on);
  const { database, clock, ids, metrics } = app.platform;
  const note = (fields: object, message: string) => void logged.push({ fields: { ...fields }, message });
  const quiet = () => {};
  const log = { debug: quiet, info: quiet, warn: quiet, error: note, child: () => log };
  const listen = async (production: boolean, rateLimit: number): Promise<string> => {
    const idempotency = createIdempotency({ database, clock, faults: createFaults(undefined) });
    const koa = createApp({
      ...{ log, clock, ids, metrics, idempotency, served, production, rateLimit, trustedProxies: 0 },
      // The test says who is asking.
      authenticate: (ctx, next) => {
        const [kind, ...scopes] = ctx.get('x-test-actor').split(' ');
        if (kind) ctx.state.actor = { kind, id: 'a', name: 'A', scopes: new Set(scopes as Scope[]) } as Actor;
        return next();
      },
    });
    const server = koa.listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    app.close.push(() => new Promise((resolve) => server.close(resolve) && server.closeAllConnections()));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  app.url = await listen(false, 0);
  app.safe = await listen(true, 1);
});

afterAll(async () => {
  for (const close of app.close) await close();
  await app.platform?.[Symbol.asyncDispose]();
  await app.on?.[Symbol.asyncDispose]();
});

const ask = async (path: string, init: RequestInit = {}, root = app.url) => {
  const reply = await fetch(`${root}${path}`, { redirect: 'manual', ...init });
  return { status: reply.status, headers: reply.headers, text: await reply.text() };
};
const asJson = (value: unknown) => ({
  method: 'POST',
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify(value),
});

describe('whatever a handler throws is a problem', () => {
  test('a failure says its code, pointer, headers and further members; its cause stays inside', async () => {
    const { status, headers, text } = await ask('/api/v1/t/fails/failure');
    expect(status).toBe(409);
    expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(headers.get('retry-after')).toBe('7');
    expect(JSON.parse(text)).toEqual({
      type: 'https://rapport.dev/errors/conflict',
      title: 'conflict',
      status: 409,
      code: 'CONFLICT',
      detail: 'It is taken.',
      pointer: '/names/0',
      holder: 'ada',
    });
    const gone = JSON.parse((await ask('/api/v1/t/fails/gone')).text);
    expect(gone).toMatchObject({ type: 'https://rapport.dev/errors/link-invalid', title: 'link invalid', status: 410 });
    expect(gone).not.toHaveProperty('pointer');
  });

  const mistakes = [
    'error',
    'text',
    'number',
    'nothing',
    'null',
    'symbol',
    'bare',
    'exposed',
    'rejected',
    'constraint',
  ];
  test.each(mistakes)('a thrown %s is INTERNAL, logged with the request id and told nobody', async (how) => {
    const { status, headers, text } = await ask(`/api/v1/t/fails/${how}`);
    expect(JSON.parse(text)).toEqual({
      type: 'https://rapport.dev/errors/internal',
      title: 'internal',
      status: 500,
      code: 'INTERNAL',
      detail: 'Something failed on our side. Quote the request id.',
    });
    expect(status).toBe(500);
    expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(`${text}${JSON.stringify([...headers])}`).not.toContain(secret);
    const { fields } = logged.findLast(({ message }) => message === 'request failed')!;
    expect(fields).toMatchObject({ requestId: headers.get('x-request-id'), code: 'INTERNAL' });
  });

  const waits = [...passing.split(' '), 'ECONNREFUSED', 'ECONNRESET', 'timeout'];
  test.each(waits)('%s of the database is UNAVAILABLE, to be tried again', async (how) => {
    const { status, headers, text } = await ask(`/api/v1/t/fails/${how}`);
    expect(JSON.parse(text)).toMatchObject({ status: 503, code: 'UNAVAILABLE' });
    expect([status, headers.get('retry-after')]).toEqual([503, '2']);
    expect(text).not.toContain(secret);
  });

  test('a failure below 500 is no error of the log', async () => {
    const before = logged.length;
    await ask('/api/v1/t/fails/failure');
    await ask('/api/v1/t/nowhere');
    expect(logged).toHaveLength(before);
  });
});

describe('the request id', () => {
  test.each(['12345678', 'a'.repeat(64), 'trace-DEF_123', '0198c1de-7000-7abc-8def-000000000000'])(
    '%s is taken',
    async (given) => {
      for (const path of ['/api/v1/t/fine', '/api/v1/t/fails/error', '/nowhere'])
        expect((await ask(path, { headers: { 'X-Request-Id': given } })).headers.get('x-request-id')).toBe(given);
    },
  );

  test.each([
    '',
    '1234567',
    'a'.repeat(65),
    'two words',
    '<script>alert(1)</script>',
    'größe-123',
    'abcdefgh.1',
    'abcdefgh, ijklmnop',
  ])('"%s" is not: the reply has a new one each time', async (given) => {
    const ids = await Promise.all(
      [1, 2].map(async () =>
        (await ask('/api/v1/t/fine', { headers: { 'X-Request-Id': given } })).headers.get('x-request-id'),
      ),
    );
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/);
    expect(ids[0]).not.toBe(ids[1]);
  });
});

describe('the methods that nobody writes a handler for', () => {
  test.each(['/api/v1/t/fine', '/api/v1/t/page', '/api/v1/t/fails/error', '/api/v1/nowhere', '/nowhere'])(
    'HEAD of %s is GET without the body',
    async (path) => {
      const [head, whole] = [await ask(path, { method: 'HEAD' }), await ask(path)];
      expect(head.text).toBe('');
      expect(head.status).toBe(whole.status);
      for (const name of ['content-type', 'content-length', 'content-security-policy'])
        expect(head.headers.get(name), name).toBe(whole.headers.get(name));
      expect(Number(head.headers.get('content-length'))).toBe(Buffer.byteLength(whole.text));
    },
  );

  test.each([
    ['OPTIONS', '/api/v1/t/fine', ['GET', 'HEAD']],
    ['DELETE', '/api/v1/t/fine', ['GET', 'HEAD']],
    ['OPTIONS', '/api/v1/t/things', ['POST']],
    ['PUT', '/api/v1/t/things', ['POST']],
    ['GET', '/api/v1/t/things', ['POST']],
    ['HEAD', '/api/v1/t/things', ['POST']],
  ])('%s of %s says what is allowed', async (method, path, allowed) => {
    const { status, headers, text } = await ask(path, { method });
    expect(status).toBe(405);
    expect(headers.get('allow')!.split(', ').toSorted()).toEqual(allowed);
    if (method !== 'HEAD') expect(JSON.parse(text).code).toBe('METHOD_NOT_ALLOWED');
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });
});

const everyKind: [status: number, path: string, init?: RequestInit][] = [
  [200, '/api/v1/t/fine'],
  [200, '/api/v1/t/page'],
  [200, '/api/v1/t/fine', { method: 'HEAD' }],
  [201, '/api/v1/t/things', asJson({ name: 'tea' })],
  [204, '/api/v1/t/nothing'],
  [303, '/api/v1/t/moved'],
  [400, '/api/v1/t/things', asJson({ name: 5 })],
  [400, '/api/v1/t/fine?%00'],
  [400, '/api/v1/t/fails/%ff'],
  [401, '/api/v1/t/people'],
  [403, '/api/v1/t/people', { headers: { 'x-test-actor': 'client orders:read' } }],
  [404, '/api/v1/t/nowhere'],
  [404, '/nowhere'],
  [405, '/api/v1/t/fine', { method: 'OPTIONS' }],
  [409, '/api/v1/t/fails/failure'],
  [413, '/api/v1/t/things', asJson({ name: 'x'.repeat(100) })],
  [415, '/api/v1/t/things', { method: 'POST', headers: { 'Content-Type': 'text/csv' }, body: 'a,b' }],
  [500, '/api/v1/t/fails/nothing'],
  [503, '/api/v1/t/fails/SQLITE_BUSY'],
];
const guarded = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
};

test.each(everyKind)(
  'a reply of %i (%s) lets no other site frame it, run in it or guess its type',
  async (status, path, init) => {
    const reply = await ask(path, init);
    expect(reply.status).toBe(status);
    for (const [name, value] of Object.entries(guarded)) expect(reply.headers.get(name), name).toBe(value);
    const policy = reply.headers.get('content-security-policy')!.split('; ');
    for (const part of [
      "default-src 'self'",
      "script-src 'self'",
      "object-src 'none'",
      "base-uri 'none'",
      "frame-ancestors 'none'",
    ])
      expect(policy).toContain(part);
    expect(reply.headers.get('strict-transport-security')).toBeNull();
    expect(reply.headers.get('x-powered-by')).toBeNull();
  },
);

test('in production browsers are told to stay with https, also in a refusal for asking too much', async () => {
  const statuses = new Set<number>();
  for (let n = 0; n < 60 && !statuses.has(429); n++) {
    const { status, headers } = await ask('/api/v1/t/fine', { headers: { 'x-test-actor': 'client' } }, app.safe);
    statuses.add(status);
    expect(headers.get('strict-transport-security')).toBe('max-age=31536000');
    expect(headers.get('x-frame-options')).toBe('DENY');
  }
  expect([...statuses]).toEqual([200, 429]);
});

test('who may not is refused before anything of the request is read', async () => {
  const broken = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{' };
  expect(JSON.parse((await ask('/api/v1/t/things', broken)).text).code).toBe('MALFORMED_JSON');
  const as = (actor: string) => ({ headers: { 'x-test-actor': actor } });
  const code = async (path: string, actor: string) => JSON.parse((await ask(path, as(actor))).text).code as unknown;
  expect(await code('/api/v1/t/people?unknown=1', '')).toBe('UNAUTHENTICATED');
  expect(await code('/api/v1/t/people?unknown=1', 'client')).toBe('INSUFFICIENT_SCOPE');
  expect(await code('/api/v1/t/people?unknown=1', 'client users:read')).toBe(new InvalidRequest('').code);
  expect(await code('/api/v1/t/staff', 'client users:read')).toBe('FORBIDDEN');
  expect((await ask('/api/v1/t/staff', as('user'))).status).toBe(200);
});

test('a reply has the status and headers that its handler or contract says, in UTF-8', async () => {
  const made = await ask('/api/v1/t/things', asJson({ name: 'tea' }));
  expect([made.status, made.headers.get('location'), made.headers.get('etag')]).toEqual([
    201,
    '/api/v1/t/things/1',
    '"1"',
  ]);
  const fine = await ask('/api/v1/t/fine');
  expect(fine.headers.get('content-type')).toMatch(/^application\/json/);
  expect(fine.text).toBe('{"fine":"é王"}');
  expect((await ask('/api/v1/t/page')).headers.get('content-type')).toMatch(/^text\/html/);
  const nothing = await ask('/api/v1/t/nothing');
  expect([nothing.text, nothing.headers.get('content-type')]).toEqual(['', null]);
});
