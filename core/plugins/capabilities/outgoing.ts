// Requests to the outside on somebody else's behalf (plugins, webhooks), by undici. Promises: no connection to a private address,
// whatever name, spelling, redirect or changed DNS answer leads there; time, size, redirects and unpacked size are limited; no cookie is
// kept, no proxy of the environment used. Who may call what is decided by the caller. Not for addresses that an admin configured.
import { lookup } from 'node:dns/promises';
import type { IncomingHttpHeaders } from 'node:http';
import { isIP, type LookupFunction } from 'node:net';
import type { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import ipaddr from 'ipaddr.js';
import { Agent, buildConnector } from 'undici';

export type OutgoingRequest = {
  url: URL;
  method: string;
  headers: Record<string, string>;
  body: string | undefined;
  /** For everything together: names, connections, redirects and reading the reply. */
  timeoutMs: number;
  /** Of the reply's body, as sent and unpacked. */
  maxBytes: number;
  signal: AbortSignal;
  /** False: a redirect is the answer. */
  follow?: boolean;
  /** Throws when this address and method are not allowed; asked again for every redirect. */
  allow: (url: URL, method: string) => void;
};
export type OutgoingReply = { status: number; headers: Record<string, string>; body: string };

/** Nothing was sent, or the reply was given up: private address, scheme, too many redirects, too many bytes. */
export class OutgoingRefused extends Error {}

const redirects = 5;
// Of one connection attempt; undici does not stop it when the request's own time is over.
const connectMs = 10_000;
// Shorter than the five seconds after which servers on Node close a connection that is idle.
const idleMs = 4000;
const globalUnicast: [ipaddr.IPv6, number] = [ipaddr.IPv6.parse('2000::'), 3];

/**
 * True for addresses of this machine, this network, and those that are nobody's. Of IPv6 only what is assigned for the public counts as
 * public, so that forms that carry an IPv4 address (mapped, compatible, NAT64, 6to4, Teredo) are private whatever they carry.
 */
export const isPrivateAddress = (address: string): boolean => {
  if (isIP(address) === 0) return true;
  const parsed = ipaddr.parse(address);
  if (parsed.range() !== 'unicast') return true;
  return parsed instanceof ipaddr.IPv6 && !parsed.match(globalUnicast);
};

type Address = { address: string; family: number };
export type Resolve = (host: string) => Promise<Address[]>;

const resolveByNode: Resolve = (host) => lookup(host, { all: true, verbatim: true });

/**
 * `keepsConnections`: a connection serves further requests to its origin until it has been idle for four seconds; its address was checked
 * when it was made, and no name is looked up again while it lasts. Only for callers that may send a request twice: one that meets a
 * receiver closing its idle connection fails. `resolve` and `isPrivate` are for tests, which have no public network.
 */
export const createOutgoing = (deps: {
  allowPrivateHosts: boolean;
  keepsConnections?: boolean;
  resolve?: Resolve;
  isPrivate?: (address: string) => boolean;
}) => {
  const { resolve = resolveByNode, isPrivate = isPrivateAddress } = deps;

  // One private address among several is enough to refuse: which of them is connected to is not ours to say.
  const check = (host: string, addresses: Address[]): Address[] => {
    if (addresses.length === 0) throw new OutgoingRefused(`${host} has no address.`);
    if (!deps.allowPrivateHosts && addresses.some(({ address }) => isPrivate(address)))
      throw new OutgoingRefused(`${host} is a private address.`);
    return addresses;
  };
  const checkedAddresses = async (host: string): Promise<Address[]> =>
    check(
      host,
      await resolve(host).catch(() => {
        throw new OutgoingRefused(`${host} has no address.`);
      }),
    );

  // The socket's own look-up: the addresses checked are the addresses connected to, there is no second answer.
  const pinned: LookupFunction = (host, options, done) => {
    checkedAddresses(host).then(
      (all) => (options.all ? done(null, all) : done(null, all[0]!.address, all[0]!.family)),
      (error: Error) => done(error, ''),
    );
  };
  const connect = buildConnector({ timeout: connectMs, allowH2: false, lookup: pinned });
  const agent = new Agent({
    // Without `keepsConnections` none is used twice: every request is checked, and no plugin meets another's connection.
    pipelining: deps.keepsConnections ? 1 : 0,
    keepAliveTimeout: idleMs,
    keepAliveMaxTimeout: idleMs,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: (options, done) => {
      // A socket asks nobody for an address that is one already.
      const host = options.hostname.replace(/^\[|\]$/g, '');
      try {
        if (isIP(host)) check(host, [{ address: host, family: isIP(host) }]);
      } catch (error) {
        return done(error as Error, null);
      }
      connect(options, done);
    },
  });

  const once = async (request: OutgoingRequest, left: number): Promise<OutgoingReply & { location?: string }> => {
    const { url, method, headers, body, maxBytes } = request;
    if (url.protocol !== 'https:' && url.protocol !== 'http:')
      throw new OutgoingRefused('Only http and https are spoken.');
    if (url.username || url.password) throw new OutgoingRefused('An address may not carry a password.');
    request.allow(url, method);
    const signal = AbortSignal.any([request.signal, AbortSignal.timeout(Math.max(1, Math.ceil(left)))]);
    const reply = await agent.request({
      origin: url.origin,
      path: url.pathname + url.search,
      method: method as 'GET',
      headers,
      body: body ?? null,
      signal,
    });
    const read = await readText(
      reply.body,
      method === 'HEAD' ? undefined : reply.headers['content-encoding'],
      maxBytes,
    );
    return {
      status: reply.statusCode,
      headers: plain(reply.headers, read.unpacked),
      body: read.text,
      location: [reply.headers.location].flat()[0],
    };
  };

  return {
    /** Throws OutgoingRefused, what `allow` throws, a TimeoutError or AbortError, or the network's error with its `code`. */
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

const unpackers: Record<string, () => Transform> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

/** The body as text, unpacked where it is packed once; given up as soon as one side of the unpacking is too large. */
const readText = async (
  body: Readable,
  encoding: string | string[] | undefined,
  maxBytes: number,
): Promise<{ text: string; unpacked: boolean }> => {
  const name = [encoding ?? []].flat().join(',').trim().toLowerCase();
  const unpack = Object.hasOwn(unpackers, name) ? unpackers[name] : undefined;
  const limited = async function* (source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    let bytes = 0;
    for await (const chunk of source) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw new OutgoingRefused(`The reply has more than ${maxBytes} bytes.`);
      yield chunk;
    }
  };
  const chunks: Buffer[] = [];
  const collect = async (source: AsyncIterable<Buffer>): Promise<void> => {
    for await (const chunk of source) chunks.push(chunk);
  };
  if (unpack) await pipeline(body, limited, unpack(), limited, collect);
  else await pipeline(body, limited, collect);
  return { text: Buffer.concat(chunks).toString('utf8'), unpacked: unpack !== undefined };
};

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

// Cookies are kept from the caller, and lengths that are no longer true.
const plain = (headers: IncomingHttpHeaders, unpacked: boolean): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined || name === 'set-cookie' || (unpacked && /^content-(encoding|length)$/.test(name))
        ? []
        : [[name, Array.isArray(value) ? value.join(', ') : value]],
    ),
  );
