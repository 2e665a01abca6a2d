import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Type } from 'typebox';
import { expect, test } from 'vitest';
import { ApiError, addressOf, createClient } from './client.ts';
import { defineRoute } from './contract.ts';

const getThing = defineRoute({
  method: 'GET',
  path: '/things/:id',
  scope: 'signed-in',
  tag: 'test',
  summary: 'A thing',
  params: Type.Object({ id: Type.String() }),
  query: Type.Object({ at: Type.Optional(Type.String()), tag: Type.Optional(Type.Array(Type.String())) }),
  reply: Type.Object({ id: Type.String() }),
});
const makeThing = defineRoute({
  method: 'POST',
  path: '/things',
  scope: 'signed-in',
  tag: 'test',
  summary: 'Make a thing',
  body: Type.Object({ name: Type.String() }),
  reply: Type.Object({ id: Type.String() }),
});
const sendFile = defineRoute({
  method: 'POST',
  path: '/files',
  scope: 'signed-in',
  tag: 'test',
  summary: 'Send a file',
  rawBody: true,
});

type Seen = { method: string; url: string; headers: IncomingMessage['headers']; body: string };

const serving = async (answer: (response: ServerResponse) => void) => {
  const seen: Seen[] = [];
  const server = createServer(async (request, response) => {
    seen.push({ method: request.method!, url: request.url!, headers: request.headers, body: await text(request) });
    answer(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { baseUrl, seen, [Symbol.dispose]: () => void server.close() };
};

const json =
  (body: unknown, status = 200, headers: Record<string, string> = {}) =>
  (response: ServerResponse) =>
    response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(body));

test('a call is typed by its contract: parameters escaped, absent members left out, lists repeated', async () => {
  using server = await serving(json({ id: 'a/b' }, 200, { ETag: '"3"' }));
  const client = createClient({ baseUrl: `${server.baseUrl}/`, token: async () => 'secret' });
  const { body, etag } = await client.request(getThing, {
    params: { id: 'a/b' },
    query: { at: undefined, tag: ['x', 'y z'] },
  });
  expect(body.id).toBe('a/b');
  expect(etag).toBe('"3"');
  expect(server.seen[0]).toMatchObject({ method: 'GET', url: '/api/v1/things/a%2Fb?tag=x&tag=y+z' });
  expect(server.seen[0]!.headers).toMatchObject({ authorization: 'Bearer secret', accept: 'application/json' });
});

test('with a session cookie, writes carry the CSRF token and reads do not', async () => {
  using server = await serving(json({ id: '1' }));
  const client = createClient({ baseUrl: server.baseUrl, csrf: () => 'token' });
  await client.call(makeThing, { body: { name: 'Tea' }, headers: { 'If-Match': '"1"' } });
  await client.call(getThing, { params: { id: '1' } });
  expect(server.seen[0]).toMatchObject({
    body: '{"name":"Tea"}',
    headers: { 'x-csrf-token': 'token', 'if-match': '"1"' },
  });
  expect(server.seen[0]!.headers['content-type']).toBe('application/json');
  expect(server.seen[1]!.headers['x-csrf-token']).toBeUndefined();
});

test("a problem is thrown as the server's sentence with its code and pointer", async () => {
  const problem = {
    type: 't',
    title: 'invalid',
    status: 400,
    code: 'INVALID_REQUEST',
    detail: 'It must be a text.',
    pointer: '/name',
  };
  using server = await serving(json(problem, 400, { 'X-Request-Id': 'req-12345678' }));
  const error = await createClient({ baseUrl: server.baseUrl })
    .call(makeThing, { body: { name: '' } })
    .catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(ApiError);
  expect(error).toMatchObject({
    message: 'It must be a text.',
    status: 400,
    code: 'INVALID_REQUEST',
    pointer: '/name',
    requestId: 'req-12345678',
  });
});

test('an answer that is no problem document is still an error one can branch on', async () => {
  using server = await serving((response) =>
    response.writeHead(502, { 'Content-Type': 'text/html' }).end('<h1>Bad gateway</h1>'),
  );
  const call = createClient({ baseUrl: server.baseUrl }).call(getThing, { params: { id: '1' } });
  await expect(call).rejects.toMatchObject({ status: 502, code: 'HTTP_502' });
});

test('a file goes as it is, and an empty answer is undefined', async () => {
  using server = await serving((response) => response.writeHead(204).end());
  const client = createClient({ baseUrl: server.baseUrl });
  expect(await client.call(sendFile, { body: new Blob(['a,b\n1,2'], { type: 'text/csv' }) })).toBeUndefined();
  expect(server.seen[0]).toMatchObject({ body: 'a,b\n1,2', headers: { 'content-type': 'text/csv' } });
});

test('a superseded call can be stopped', async () => {
  using server = await serving(() => {});
  const stop = new AbortController();
  const call = createClient({ baseUrl: server.baseUrl }).call(getThing, { params: { id: '1' }, signal: stop.signal });
  stop.abort();
  await expect(call).rejects.toMatchObject({ name: 'AbortError' });
});

test('an address without its parameter is a mistake of the caller, not a request', () => {
  expect(() => addressOf(getThing, {})).toThrow('"id"');
  expect(addressOf({ path: '/healthz', root: true })).toBe('/healthz');
});
