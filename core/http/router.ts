// Finds the handler of a request with @koa/router. Where several paths fit, the one with the fewest parameters answers:
// `/customers/upsert` is not a customer called "upsert". A slash at the end is forgiven; letters' case is not; GET answers HEAD.
import Router from '@koa/router';
import type { Context, Middleware } from 'koa';
import { MethodNotAllowed } from '../errors.ts';

export type Endpoint = {
  method: string;
  /** `:name` is one segment, `*name` at the end is the rest of the path. */
  path: string;
  /** `params` are decoded once; a broken percent sign leaves its text as it came. */
  handle: (ctx: Context, params: Record<string, string>) => Promise<void>;
};

const apiPrefix = '/api/v1/';

/** The first segment of a path, with the API's prefix where it has one: `/api/v1/customers`, `/healthz`. */
const areaOf = (path: string): string => {
  const end = path.indexOf('/', path.startsWith(apiPrefix) ? apiPrefix.length : 1);
  return end === -1 ? path : path.slice(0, end);
};

/**
 * One middleware for all endpoints. The library tries the expressions of a router one after another, so each area has a router of
 * its own. A path of the API that exists without this method is refused with METHOD_NOT_ALLOWED and `Allow`; whatever else is not
 * found goes on to the next middleware. Throws where two endpoints are the same.
 */
export const createRouting = (endpoints: Endpoint[]): Middleware => {
  const areas = new Map<string, Router>();
  const known = new Set<string>();
  for (const { method, path, handle } of endpoints) {
    if (known.has(`${method} ${path}`)) throw new Error(`Two routes are ${method} ${path}.`);
    known.add(`${method} ${path}`);
    const area = areaOf(path);
    const router = areas.get(area) ?? new Router({ exclusive: 'specificity', sensitive: true });
    areas.set(area, router);
    router.register(path, [method], (ctx) => handle(ctx as unknown as Context, ctx.params));
  }
  const dispatch = new Map([...areas].map(([area, router]) => [area, router.routes() as unknown as Middleware]));
  return (ctx, next) => {
    const routed = dispatch.get(areaOf(ctx.path));
    return routed ? routed(ctx, () => refuseMethod(ctx, next)) : next();
  };
};

// Reached when the area's router had no route for path and method; `matched` holds those of the path alone.
const refuseMethod = (ctx: Context, next: () => Promise<unknown>): Promise<unknown> => {
  const layers = (ctx as Context & { matched?: { methods: string[] }[] }).matched ?? [];
  const allowed = [...new Set(layers.flatMap(({ methods }) => methods))].join(', ');
  if (allowed !== '' && ctx.path.startsWith('/api/'))
    throw new MethodNotAllowed(`Use ${allowed}.`, { headers: { Allow: allowed } });
  return next();
};
