import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { createOutgoing, isPrivateAddress, type OutgoingRequest } from './outgoing.ts';

const serve = async (answer: RequestListener) => {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: new URL(`http://127.0.0.1:${port}/`),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
};
// To these tests 127.0.0.1 is the world and everything else is this machine.
const outgoing = createOutgoing({ allowPrivateHosts: false, isPrivate: (address) => address !== '127.0.0.1' });
const request = (url: URL, more: Partial<OutgoingRequest> = {}) =>
  outgoing.request({
    url,
    method: 'GET',
    headers: {},
    body: undefined,
    timeoutMs: 1000,
    maxBytes: 1000,
    signal: new AbortController().signal,
    allow: () => {},
    ...more,
  });

test.each([
  '0.0.0.0',
  '10.1.2.3',
  '100.64.0.1',
  '127.0.0.1',
  '169.254.169.254',
  '172.31.0.1',
  '192.168.1.1',
  '198.18.0.1',
  '224.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::ffff:127.0.0.1',
  '::ffff:8.8.8.8',
  '64:ff9b::7f00:1',
  '2002:7f00:1::',
  'fc00::1',
  'fe80::1',
  'ff02::1',
  '2001:db8::1',
  'not an address',
])('%s is private', (address) => expect(isPrivateAddress(address)).toBe(true));

test.each(['8.8.8.8', '1.1.1.1', '172.32.0.1', '2606:4700::1111'])('%s is not private', (address) =>
  expect(isPrivateAddress(address)).toBe(false),
);

describe('a request', () => {
  test('that redirects to a private address is refused there', async () => {
    await using server = await serve((_req, res) =>
      res.writeHead(302, { location: 'http://127.0.0.2:1/secret' }).end(),
    );
    await expect(request(server.url)).rejects.toThrow('127.0.0.2 is a private address');
  });

  test('asks for every redirect whether it is allowed', async () => {
    await using server = await serve((_req, res) => res.writeHead(307, { location: 'http://127.0.0.1:1/' }).end());
    const asked: string[] = [];
    const allow = (url: URL, method: string) => {
      asked.push(`${method} ${url.port}`);
      if (url.port === '1') throw new Error('not this one');
    };
    await expect(request(server.url, { allow, method: 'POST', body: 'x' })).rejects.toThrow('not this one');
    expect(asked).toEqual([`POST ${server.port}`, 'POST 1']);
  });

  test('follows a few redirects, and no loop', async () => {
    await using server = await serve((_req, res) => res.writeHead(302, { location: '/again' }).end());
    await expect(request(server.url)).rejects.toThrow('More than 5 redirects');
  });

  test('gives up a reply that is too large', async () => {
    await using server = await serve((_req, res) => res.end('x'.repeat(5000)));
    await expect(request(server.url)).rejects.toThrow('more than 1000 bytes');
  });

  test('gives up a server that does not answer', async () => {
    await using server = await serve(() => {});
    await expect(request(server.url, { timeoutMs: 100 })).rejects.toMatchObject({ name: /Timeout|Abort/ });
  });

  test('gives up a server that drips', async () => {
    await using server = await serve((_req, res) => {
      const timer = setInterval(() => res.write('.'), 20);
      res.on('close', () => clearInterval(timer));
    });
    await expect(request(server.url, { timeoutMs: 200 })).rejects.toMatchObject({ name: /Timeout|Abort/ });
  });

  test('does not carry credentials to another origin', async () => {
    let heard: unknown;
    await using target = await serve((req, res) => {
      heard = req.headers.authorization;
      res.end('ok');
    });
    await using server = await serve((_req, res) => res.writeHead(302, { location: target.url.href }).end());
    expect(await request(server.url, { headers: { authorization: 'Bearer x' } })).toMatchObject({ status: 200 });
    expect(heard).toBeUndefined();
  });

  test.each(['file:///etc/passwd', 'ftp://127.0.0.1/', 'http://user:pw@127.0.0.1/'])(
    'to %s is refused',
    async (url) => {
      await expect(request(new URL(url))).rejects.toThrow();
    },
  );
});
