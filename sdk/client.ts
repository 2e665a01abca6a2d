// The typed REST client, for browsers and Node: a route contract goes in, its reply comes out.
// It holds a bearer token, or rides on the console's cookie with a CSRF token. It is not a cache and never retries.
import type { AnyRoute, BodyOf, ParamsOf, QueryOf, ReplyOf, RouteSpec } from './contract.ts';

export type ClientOptions = {
  /** Where Rapport is, such as `https://crm.example.com`; empty in the console, which is on the same origin. */
  baseUrl?: string;
  fetch?: (input: string, init: RequestInit) => Promise<Response>;
  /** A bearer token, or how to get a current one. */
  token?: string | (() => string | undefined | Promise<string | undefined>);
  /** The CSRF token of `GET /me`, sent with writes when the session cookie signs in. */
  csrf?: () => string | undefined;
};

type RawBody = NonNullable<RequestInit['body']>;
type Given<K extends string, T> = T extends undefined | Record<string, never> ? { [P in K]?: T } : { [P in K]: T };
type Input<T> = T extends { rawBody: true } ? { body: RawBody } : Given<'body', BodyOf<T>>;

/** What a call takes by its contract: `params` and `body` are needed exactly where the route has them. */
export type CallOptions<T> = Given<'params', ParamsOf<T>> &
  Input<T> & { query?: Partial<QueryOf<T>>; headers?: Record<string, string>; signal?: AbortSignal };

/** `etag` is what `If-Match` of the next write takes. */
export type Answer<T> = { body: T; status: number; etag: string | undefined; headers: Headers };

/** What the API said instead of a reply: problem+json as an error. `pointer` is a JSON pointer to the member at fault. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly pointer: string | undefined;
  readonly requestId: string | undefined;
  readonly problem: Record<string, unknown>;
  constructor(status: number, problem: Record<string, unknown>, requestId: string | undefined) {
    super(typeof problem.detail === 'string' ? problem.detail : `The server answered ${status}.`);
    this.name = 'ApiError';
    this.status = status;
    this.code = typeof problem.code === 'string' ? problem.code : `HTTP_${status}`;
    this.pointer = typeof problem.pointer === 'string' ? problem.pointer : undefined;
    this.requestId = requestId;
    this.problem = problem;
  }
}

export type Client = ReturnType<typeof createClient>;

/** `await createClient({ baseUrl, token }).call(getCustomer, { params: { id } })` */
export const createClient = (options: ClientOptions = {}) => {
  const send = options.fetch ?? ((input: string, init: RequestInit) => fetch(input, init));
  const base = (options.baseUrl ?? '').replace(/\/$/, '');

  /** The reply with its status, ETag and headers. Throws `ApiError` on anything but 2xx. */
  const request = async <T extends RouteSpec>(route: T, call: CallOptions<T>): Promise<Answer<ReplyOf<T>>> => {
    const { params, query, body, headers = {}, signal } = call as LooseCall;
    const token = typeof options.token === 'function' ? await options.token() : options.token;
    const csrf = route.method === 'GET' ? undefined : options.csrf?.();
    const response = await send(`${base}${addressOf(route, params, query)}`, {
      method: route.method,
      credentials: token ? 'omit' : 'same-origin',
      signal: signal ?? null,
      headers: {
        Accept: 'application/json',
        ...(body !== undefined && !route.rawBody && { 'Content-Type': 'application/json' }),
        ...(token && { Authorization: `Bearer ${token}` }),
        ...(csrf && { 'X-CSRF-Token': csrf }),
        ...headers,
      },
      ...(body !== undefined && { body: route.rawBody ? (body as RawBody) : JSON.stringify(body) }),
    });
    const content = await contentOf(response);
    if (!response.ok)
      throw new ApiError(response.status, problemOf(content), response.headers.get('x-request-id') ?? undefined);
    return {
      body: content as ReplyOf<T>,
      status: response.status,
      etag: response.headers.get('etag') ?? undefined,
      headers: response.headers,
    };
  };

  return {
    request,
    /** The reply's body. */
    call: async <T extends RouteSpec>(route: T, call: CallOptions<T>): Promise<ReplyOf<T>> =>
      (await request(route, call)).body,
  };
};

type LooseCall = {
  params?: Record<string, unknown>;
  query?: Record<string, unknown>;
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
};

type Address = Pick<AnyRoute, 'path' | 'root'>;

/** The address of a call: parameters and query filled in and escaped, absent members left out. */
export const addressOf = (
  route: Address,
  params: Record<string, unknown> = {},
  query: Record<string, unknown> = {},
): string => {
  const path = route.path.replace(/:(\w+)/g, (_match, name: string) => {
    if (params[name] === undefined || params[name] === '')
      throw new TypeError(`${route.path} needs the parameter "${name}".`);
    return encodeURIComponent(String(params[name]));
  });
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === null) continue;
    for (const item of Array.isArray(value) ? value : [value]) search.append(name, String(item));
  }
  const text = search.toString();
  return `${route.root ? '' : '/api/v1'}${path}${text && `?${text}`}`;
};

const contentOf = async (response: Response): Promise<unknown> => {
  const text = await response.text();
  if (text === '') return undefined;
  if (!/\bjson\b/.test(response.headers.get('content-type') ?? '')) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
};

const problemOf = (content: unknown): Record<string, unknown> =>
  typeof content === 'object' && content !== null ? (content as Record<string, unknown>) : {};
