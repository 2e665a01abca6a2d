// Connections that are kept for webhooks: what is spared, and that keeping them opens no way around the check of addresses.
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { createOutgoing, OutgoingRefused } from './outgoing.ts';

const serve = async (answer: RequestListener) => {
  const sockets = new Set<number | undefined>();
  const server = createServer((request, response) => {
    sockets.add(request.socket.remotePort);
    request.resume();
    request.on('end', () => answer(request, response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    sockets,
    closeIdle: () => server.closeAllConnections(),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
};

const asking = (deps: Omit<Parameters<typeof createOutgoing>[0], 'allowPrivateHosts'>) => {
  const outgoing = createOutgoing({
    allowPrivateHosts: false,
    isPrivate: (address) => address !== '127.0.0.1',
    ...deps,
  });
  return (url: string, method = 'POST') =>
    outgoing.request({
      url: new URL(url),
      method,
      headers: { 'content-type': 'application/json' },
      body: method === 'POST' ? '{"n":1}' : undefined,
      timeoutMs: 2000,
      maxBytes: 1000,
      signal: new AbortController().signal,
      follow: false,
      allow: () => {},
    });
};

test('requests one after another share connections, and a name is looked up once for each connection', async () => {
  await using server = await serve((_request, response) => response.end('ok'));
  const asked: string[] = [];
  const send = asking({
    keepsConnections: true,
    resolve: async (name) => {
      asked.push(name);
      return [{ address: '127.0.0.1', family: 4 }];
    },
  });
  for (let n = 0; n < 12; n++)
    expect(await send(`http://shop.example:${server.port}/hook/${n}`)).toMatchObject({ status: 200, body: 'ok' });
  // The second is made when a connection is not yet given back as the next request comes.
  expect(server.sockets.size).toBeLessThanOrEqual(2);
  expect(asked).toHaveLength(server.sockets.size);
});

test('without it every request is a connection and a check of its own', async () => {
  await using server = await serve((_request, response) => response.end('ok'));
  const asked: string[] = [];
  const send = asking({
    resolve: async (name) => {
      asked.push(name);
      return [{ address: '127.0.0.1', family: 4 }];
    },
  });
  for (let n = 0; n < 3; n++) await send(`http://shop.example:${server.port}/`);
  expect(server.sockets.size).toBe(3);
  expect(asked).toHaveLength(3);
});

test('a name that now answers with a private address is refused as soon as a new connection is needed', async () => {
  await using server = await serve((_request, response) => response.end('ok'));
  const answers = ['127.0.0.1', '10.0.0.7'];
  const send = asking({
    keepsConnections: true,
    resolve: async () => [{ address: answers.shift() ?? '10.0.0.7', family: 4 }],
  });
  const url = `http://rebind.example:${server.port}/`;
  expect(await send(url)).toMatchObject({ status: 200 });
  server.closeIdle();
  await expect
    .poll(
      () =>
        send(url).then(
          () => undefined,
          (error: Error) => error,
        ),
      { timeout: 5000 },
    )
    .toBeInstanceOf(OutgoingRefused);
  expect(server.sockets.size).toBe(1);
});

test('a connection belongs to its origin: another name on the same port is checked for itself', async () => {
  await using server = await serve((_request, response) => response.end('ok'));
  const send = asking({
    keepsConnections: true,
    resolve: async (name) => [{ address: name === 'shop.example' ? '127.0.0.1' : '169.254.169.254', family: 4 }],
  });
  expect(await send(`http://shop.example:${server.port}/`)).toMatchObject({ status: 200 });
  await expect(send(`http://metadata.example:${server.port}/`)).rejects.toThrow(
    'metadata.example is a private address',
  );
  await expect(send(`http://127.0.0.2:${server.port}/`)).rejects.toThrow('127.0.0.2 is a private address');
});

test('requests at the same time do not wait for each other on one connection', async () => {
  const waiting: (() => void)[] = [];
  await using server = await serve((request, response) => {
    if (request.url === '/quick') response.end('quick');
    else waiting.push(() => response.end('slow'));
  });
  const send = asking({ keepsConnections: true });
  const slow = send(`http://127.0.0.1:${server.port}/slow`);
  await expect.poll(() => waiting.length).toBe(1);
  expect(await send(`http://127.0.0.1:${server.port}/quick`)).toMatchObject({ body: 'quick' });
  waiting[0]!();
  expect(await slow).toMatchObject({ body: 'slow' });
  expect(server.sockets.size).toBe(2);
});

test('a reply given up in the middle leaves nothing behind for the next request on that origin', async () => {
  await using server = await serve((request, response) =>
    response.end(request.url === '/big' ? 'x'.repeat(5000) : 'ok'),
  );
  const send = asking({ keepsConnections: true });
  await expect(send(`http://127.0.0.1:${server.port}/big`)).rejects.toThrow('more than 1000 bytes');
  expect(await send(`http://127.0.0.1:${server.port}/`)).toMatchObject({ status: 200, body: 'ok' });
});
