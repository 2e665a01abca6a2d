// The Koa application: request ids, security headers, failures, metrics, sign-in, then the routes, each from its contract.
import type { AnyRoute } from '@rapport/sdk';
import Koa, { type Context, type Middleware } from 'koa';
import type { Clock, Ids } from '../clock.ts';
import { Forbidden, InsufficientScope, InvalidRequest, RouteNotFound, Unauthenticated } from '../errors.ts';
import type { Log } from '../log.ts';
import { defineHistogram, type Metrics } from '../metrics.ts';
import { type Actor, anonymous } from './actor.ts';
import { failures } from './failures.ts';
import type { Idempotency } from './idempotency.ts';
import { bodyLimits, readJson } from './limits.ts';
import { createRouting, type Endpoint } from './router.ts';
import { Reply, type Served } from './serve.ts';
import { createThrottle, type Throttle } from './throttle.ts';
import { type Check, createValidator, type Validator } from './validate.ts';

export type AppDeps = {
  log: Log;
  clock: Clock;
  ids: Ids;
  metrics: Metrics;
  idempotency: Idempotency;
  /** Sets `ctx.state.actor`; refuses bad credentials, leaves anonymous alone. */
  authenticate: Middleware;
  served: Served[];
  /** Serves the console and its assets; runs when no route matched. */
  fallback?: Middleware;
  production: boolean;
  /** Cost units a second for each actor; 0 for no limit. */
  rateLimit: number;
  /** Proxies in front whose X-Forwarded-* headers are believed. */
  trustedProxies: number;
};

/** `route` is the path of a contract, or `other`. */
export const requestSeconds = defineHistogram({
  name: 'rapport_http_request_seconds',
  help: 'Time of HTTP requests.',
  labels: ['method', 'route', 'status'],
  buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
});

export const createApp = (deps: AppDeps): Koa => {
  const app = new Koa();
  app.proxy = deps.trustedProxies > 0;
  app.maxIpsCount = deps.trustedProxies;
  app.silent = true;
  app.on('error', (error: unknown) => deps.log.warn({ err: error }, 'connection failed'));
  app.use(identify(deps));
  app.use(secure(deps.production));
  app.use(failures(deps.log));
  app.use(deps.authenticate);
  app.use(routes(deps));
  if (deps.fallback) app.use(deps.fallback);
  app.use((ctx) => {
    throw new RouteNotFound(ctx.path);
  });
  return app;
};

export const pathOf = (route: AnyRoute): string => (route.root ? route.path : `/api/v1${route.path}`);

const identify =
  ({ ids, log, clock, metrics }: AppDeps): Middleware =>
  async (ctx, next) => {
    const given = ctx.get('x-request-id');
    const requestId = /^[\w-]{8,64}$/.test(given) ? given : ids.next();
    ctx.state.requestId = requestId;
    ctx.state.actor = anonymous;
    ctx.set('X-Request-Id', requestId);
    const started = clock.now();
    const begun = performance.now();
    await next();
    const route = (ctx.state.route as AnyRoute | undefined)?.path ?? 'other';
    const labels = { method: ctx.method, route, status: String(ctx.status) };
    metrics.observe(requestSeconds, labels, (performance.now() - begun) / 1000);
    log.debug(
      { requestId, method: ctx.method, path: ctx.path, status: ctx.status, ms: clock.now() - started },
      'request',
    );
  };

const policy =
  "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: https:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

const secure = (production: boolean): Middleware => {
  const headers = {
    'Content-Security-Policy': policy,
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'same-origin',
    'X-Frame-Options': 'DENY',
    'Cross-Origin-Opener-Policy': 'same-origin',
    ...(production && { 'Strict-Transport-Security': 'max-age=31536000' }),
  };
  return (ctx, next) => {
    ctx.set(headers);
    return next();
  };
};

const routes = (deps: AppDeps): Middleware => {
  const validator = createValidator();
  const throttle = createThrottle({ clock: deps.clock, rate: deps.rateLimit });
  return createRouting(
    deps.served.map((served) => ({
      method: served.route.method,
      path: pathOf(served.route),
      handle: handler(served, validator, throttle, deps),
    })),
  );
};

const handler = (served: Served, validator: Validator, throttle: Throttle, deps: AppDeps): Endpoint['handle'] => {
  const { route } = served;
  const checks = {
    params: route.params && validator.text(route.params),
    query: validator.text(route.query ?? noQuery),
    body: route.body && !route.rawBody ? validator.body(route.body) : undefined,
  };
  return async (ctx, given) => {
    ctx.state.route = route;
    const actor = ctx.state.actor as Actor;
    throttle(ctx, route, actor);
    if (ctx.state.refusal && route.scope !== 'public') throw ctx.state.refusal;
    allow(route, actor);
    // PostgreSQL has no text with this character; nobody has a use for it.
    if (/%00/.test(ctx.url)) throw new InvalidRequest('The address holds a character that is not allowed.');
    if (!isDecodable(ctx.path)) throw new InvalidRequest('The address holds an escape that is no UTF-8.');
    const params = checked(given, checks.params, '/params');
    const query = checked(plainQuery(ctx), checks.query, '/query');
    const body = checks.body
      ? checked(await readJson(ctx.req, route.maxBody ?? bodyLimits.bytes), checks.body, '')
      : undefined;
    const call = { params, query, body, actor, requestId: ctx.state.requestId as string, ctx } as never;
    const key = route.idempotent ? ctx.get('idempotency-key') : '';
    const result = key
      ? await deps.idempotency.run({ key, actor, route, path: ctx.path, query, body }, () => served.handle(call))
      : await served.handle(call);
    answer(ctx, route, result);
  };
};

const isDecodable = (path: string): boolean => {
  if (!path.includes('%')) return true;
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
};

const noQuery = { type: 'object', properties: {}, additionalProperties: false } as never;

const checked = (value: unknown, check: Check | undefined, at: string): unknown => {
  check?.(value, at);
  return value;
};

// A parameter given twice is an array only where the schema wants one; ajv refuses it otherwise.
const plainQuery = (ctx: Context): Record<string, unknown> => ({ ...ctx.query });

/** The one place where access is decided: from the contract, before anything of the request is read. */
export const allow = (route: AnyRoute, actor: Actor): void => {
  if (route.scope === 'public') return;
  if (actor.kind === 'anonymous') {
    throw new Unauthenticated('Sign in, or send a bearer token.', {
      headers: { 'WWW-Authenticate': 'Bearer realm="rapport"' },
    });
  }
  if (route.scope === 'signed-in') return;
  if (route.scope === 'staff') {
    if (actor.kind !== 'user') throw new Forbidden('This is for signed-in staff.');
    return;
  }
  if (!actor.scopes.has(route.scope)) {
    throw new InsufficientScope(route.scope, {
      headers: { 'WWW-Authenticate': `Bearer realm="rapport", error="insufficient_scope", scope="${route.scope}"` },
    });
  }
};

const answer = (ctx: Context, route: AnyRoute, result: unknown): void => {
  const reply = result instanceof Reply ? result : new Reply(result);
  if (ctx.respond === false) return;
  ctx.status = reply.status ?? route.status ?? 200;
  ctx.set(reply.headers);
  if (reply.body === undefined) {
    if (ctx.body === undefined || ctx.body === null) ctx.status = reply.status ?? 204;
    return;
  }
  if (route.replyType || reply.headers['Content-Type']) {
    if (route.replyType && !reply.headers['Content-Type']) ctx.type = route.replyType;
    ctx.body = reply.body;
    return;
  }
  ctx.type = 'application/json';
  ctx.body = JSON.stringify(reply.body);
};
