// Requests to the outside on a plugin's behalf. The address is resolved once, checked, and pinned for the connection; redirects are
// followed here, each checked as the first; time, size and number are limited. Who may call what is decided by the caller.
import { lookup } from 'node:dns/promises';
import { type IncomingHttpHeaders, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { BlockList, isIP } from 'node:net';

export type OutgoingRequest = {
  url: URL;
  method: string;
  headers: Record<string, string>;
  body: string | undefined;
  timeoutMs: number;
  maxBytes: number;
  signal: AbortSignal;
  /** False: a redirect is the answer. */
  follow?: boolean;
  /** Throws when this address and method are not allowed; asked again for every redirect. */
  allow: (url: URL, method: string) => void;
};
export type OutgoingReply = { status: number; headers: Record<string, string>; body: string; bytes: number };

export class OutgoingRefused extends Error {}

const redirects = 5;
const closed = new BlockList();
for (const [net, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const)
  closed.addSubnet(net, prefix, 'ipv4');
// Everything that is not global unicast, and of that what leads back to IPv4 or nowhere.
const open6 = new BlockList();
open6.addSubnet('2000::', 3, 'ipv6');
for (const [net, prefix] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const)
  closed.addSubnet(net, prefix, 'ipv6');

/** True for addresses of this machine, this network, and those that are nobody's. */
export const isPrivateAddress = (address: string): boolean => {
  const family = isIP(address);
  if (family === 4) return closed.check(address, 'ipv4');
  if (family === 6) return !open6.check(address, 'ipv6') || closed.check(address, 'ipv6');
  return true;
};

export const createOutgoing = (deps: { allowPrivateHosts: boolean; isPrivate?: (address: string) => boolean }) => {
  const isPrivate = deps.isPrivate ?? isPrivateAddress;
  const resolve = async (url: URL): Promise<{ address: string; family: number }> => {
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const addresses = isIP(host)
      ? [{ address: host, family: isIP(host) }]
      : await lookup(host, { all: true, verbatim: true }).catch(() => {
          throw new OutgoingRefused(`${host} has no address.`);
        });
    if (!deps.allowPrivateHosts && addresses.some(({ address }) => isPrivate(address)))
      throw new OutgoingRefused(`${host} is a private address.`);
    return addresses[0]!;
  };

  const once = async (request: OutgoingRequest, left: number): Promise<OutgoingReply & { location?: string }> => {
    const { url, method, headers, body, maxBytes, signal } = request;
    if (url.protocol !== 'https:' && url.protocol !== 'http:')
      throw new OutgoingRefused('Only http and https are spoken.');
    if (url.username || url.password) throw new OutgoingRefused('An address may not carry a password.');
    request.allow(url, method);
    const pinned = await resolve(url);
    const { promise, resolve: give, reject } = Promise.withResolvers<OutgoingReply & { location?: string }>();
    const send = url.protocol === 'https:' ? requestHttps : requestHttp;
    const outgoing = send(
      url,
      {
        method,
        headers: { ...headers, ...(body !== undefined && { 'content-length': String(Buffer.byteLength(body)) }) },
        agent: false,
        signal: AbortSignal.any([signal, AbortSignal.timeout(Math.max(1, Math.ceil(left)))]),
        lookup: (_host, options, done) =>
          options.all
            ? done(null, [pinned])
            : (done as (error: null, address: string, family: number) => void)(null, pinned.address, pinned.family),
      },
      (incoming) => {
        const chunks: Buffer[] = [];
        let bytes = 0;
        incoming.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          chunks.push(chunk);
          if (bytes > maxBytes) incoming.destroy(new OutgoingRefused(`The reply has more than ${maxBytes} bytes.`));
        });
        incoming.on('error', reject);
        incoming.on('end', () =>
          give({
            status: incoming.statusCode ?? 0,
            headers: plain(incoming.headers),
            body: Buffer.concat(chunks).toString('utf8'),
            bytes,
            location: incoming.headers.location,
          }),
        );
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
    return promise;
  };

  return {
    request: async (request: OutgoingRequest): Promise<OutgoingReply> => {
      const end = performance.now() + request.timeoutMs;
      let current = request;
      for (let hop = 0; hop <= redirects; hop++) {
        const { location, ...reply } = await once(current, end - performance.now());
        if (request.follow === false || location === undefined || ![301, 302, 303, 307, 308].includes(reply.status))
          return reply;
        current = follow(current, location, reply.status);
      }
      throw new OutgoingRefused(`More than ${redirects} redirects.`);
    },
  };
};

export type Outgoing = ReturnType<typeof createOutgoing>;

// As browsers do: 303, and 301/302 after POST, go on as GET; another origin gets no credentials.
const follow = (request: OutgoingRequest, location: string, status: number): OutgoingRequest => {
  const url = URL.parse(location, request.url);
  if (!url) throw new OutgoingRefused('It redirects to something that is no address.');
  const toGet = status === 303 || (status < 303 && request.method === 'POST');
  const headers = Object.entries(request.headers).filter(
    ([name]) =>
      (url.origin === request.url.origin || !/^(authorization|cookie|x-api-key)$/i.test(name)) &&
      !(toGet && /^content-/i.test(name)),
  );
  return {
    ...request,
    url,
    headers: Object.fromEntries(headers),
    ...(toGet && { method: 'GET', body: undefined }),
  };
};

const plain = (headers: IncomingHttpHeaders): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined || name === 'set-cookie' ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]],
    ),
  );
