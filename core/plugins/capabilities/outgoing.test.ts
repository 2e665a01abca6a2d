import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, isIP } from 'node:net';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { createOutgoing, isPrivateAddress, OutgoingRefused, type OutgoingRequest } from './outgoing.ts';

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
  '::7f00:1',
  '::ffff:7f00:1',
  '1::1',
  '4000::1',
  '64:ff9b:1::7f00:1',
  '100::1',
  '2001::1',
  '3fff::1',
  'fec0::1',
  'fe80::1%eth0',
  '192.0.0.8',
  '192.88.99.1',
  '203.0.113.7',
  '0177.0.0.1',
  '2130706433',
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

  test('is given back unpacked, without lengths that no longer fit', async () => {
    for (const [encoding, packed] of [
      ['gzip', gzipSync('a word')],
      ['br', brotliCompressSync('a word')],
    ] as const) {
      await using server = await serve((_req, res) =>
        res.writeHead(200, { 'content-encoding': encoding, 'content-length': packed.length }).end(packed),
      );
      const { body, headers } = await request(server.url);
      expect(body).toBe('a word');
      expect(headers).not.toHaveProperty('content-encoding');
      expect(headers).not.toHaveProperty('content-length');
    }
  });

  test('gives up a small reply that unpacks to a large one', async () => {
    const bomb = gzipSync(Buffer.alloc(50 * 1024 ** 2));
    await using server = await serve((_req, res) => res.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb));
    expect(bomb.length).toBeLessThan(100_000);
    await expect(request(server.url, { maxBytes: 100_000 })).rejects.toThrow('more than 100000 bytes');
  });

  test('that ends in the middle is a failure, not a short answer', async () => {
    await using server = await serve((_req, res) => {
      res.writeHead(200, { 'content-length': 100 });
      res.write('half');
      setImmediate(() => res.destroy());
    });
    await expect(request(server.url)).rejects.toMatchObject({ code: expect.stringMatching(/^UND_ERR_/) });
  });

  test('keeps no cookie and shows none', async () => {
    const cookies: unknown[] = [];
    await using server = await serve((req, res) => {
      cookies.push(req.headers.cookie);
      res.setHeader('set-cookie', 'session=1');
      if (req.url === '/') res.writeHead(302, { location: '/next' });
      res.end();
    });
    expect((await request(server.url)).headers).not.toHaveProperty('set-cookie');
    expect(cookies).toEqual([undefined, undefined]);
  });

  test('uses no proxy of the environment, and no connection twice', async () => {
    const ports = new Set<number | undefined>();
    await using server = await serve((req, res) => {
      ports.add(req.socket.remotePort);
      res.end('ok');
    });
    process.env.HTTP_PROXY = 'http://127.0.0.1:1';
    try {
      await request(server.url);
      await request(server.url);
    } finally {
      delete process.env.HTTP_PROXY;
    }
    expect(ports.size).toBe(2);
  });
});

describe('a private address is not connected to', () => {
  // With the real ranges: the server below is on 127.0.0.1, and nothing may reach it.
  const guarded = async (host: string, answers: string[][] = []) => {
    let reached = 0;
    const asked: string[] = [];
    await using server = await serve((_req, res) => {
      reached++;
      res.end('secret');
    });
    const { request: send } = createOutgoing({
      allowPrivateHosts: false,
      resolve: async (name) => {
        asked.push(name);
        return (answers.shift() ?? []).map((address) => ({ address, family: isIP(address) }));
      },
    });
    const outcome = await send({
      url: new URL(`http://${host}:${server.port}/`),
      method: 'GET',
      headers: {},
      body: undefined,
      timeoutMs: 1000,
      maxBytes: 1000,
      signal: new AbortController().signal,
      allow: () => {},
    }).catch((error: Error) => error);
    return { outcome, reached, asked };
  };

  test.each([
    '127.0.0.1',
    '127.1',
    '0',
    '0.0.0.0',
    '0177.0.0.1',
    '0x7f.0.0.1',
    '0x7f000001',
    '017700000001',
    '2130706433',
    '127.0.0.1.',
    '\uff11\uff12\uff17.0.0.1',
    '127\u30020\u30020\u30021',
    '[::1]',
    '[::]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[::7f00:1]',
    '[64:ff9b::7f00:1]',
    '[2002:7f00:1::]',
    '[0:0:0:0:0:ffff:7f00:0001]',
  ])('written as %s', async (host) => {
    const { outcome, reached, asked } = await guarded(host);
    expect(outcome).toBeInstanceOf(OutgoingRefused);
    expect((outcome as Error).message).toContain('is a private address');
    expect({ reached, asked }).toEqual({ reached: 0, asked: [] });
  });

  test.each([
    ['alone', ['127.0.0.1']],
    ['beside a public one', ['93.184.216.34', '127.0.0.1']],
    ['as IPv6', ['2606:4700::1111', '::ffff:127.0.0.1']],
  ])('that a name answers, %s', async (_how, addresses) => {
    const { outcome, reached } = await guarded('rebind.example', [addresses]);
    expect(outcome).toBeInstanceOf(OutgoingRefused);
    expect(reached).toBe(0);
  });

  test('that a name answers only after it was checked: there is one look-up for each connection, and it is the checked one', async () => {
    const asked: string[] = [];
    let reached = 0;
    await using server = await serve((_req, res) => {
      reached++;
      res.end('the first answer');
    });
    // 127.0.0.1 is the world here; 127.0.0.2, where the same server would not be met, is private.
    const answers = ['127.0.0.1', '127.0.0.2'];
    const { request: send } = createOutgoing({
      allowPrivateHosts: false,
      isPrivate: (address) => address !== '127.0.0.1',
      resolve: async (name) => {
        asked.push(name);
        return [{ address: answers.shift()!, family: 4 }];
      },
    });
    const again = () =>
      send({
        url: new URL(`http://rebind.example:${server.port}/`),
        method: 'GET',
        headers: {},
        body: undefined,
        timeoutMs: 1000,
        maxBytes: 1000,
        signal: new AbortController().signal,
        allow: () => {},
      });
    expect((await again()).body).toBe('the first answer');
    expect(asked).toEqual(['rebind.example']);
    await expect(again()).rejects.toThrow('rebind.example is a private address');
    expect({ asked: asked.length, reached }).toEqual({ asked: 2, reached: 1 });
  });

  test('a name without an address is refused', async () => {
    const { outcome } = await guarded('nowhere.example');
    expect((outcome as Error).message).toBe('nowhere.example has no address.');
  });
});
