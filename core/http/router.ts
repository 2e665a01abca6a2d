// Finds the handler of a request with @koa/router. Where several paths fit, the one with the fewest parameters answers:
// `/customers/upsert` is not a customer called "upsert". A slash at the end is forgiven; letters' case is not; GET answers HEAD.
import Router, { type Layer } from '@koa/router';
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
 * its own. It says which routes fit; the handler is called from here, since the library would first compose a middleware and write
 * eight members on the context, which costs more than finding the route. A path of the API that exists without this method is
 * refused with METHOD_NOT_ALLOWED and `Allow`; whatever else is not found goes on to the next middleware. Throws where two
 * endpoints are the same.
 */
export const createRouting = (endpoints: Endpoint[]): Middleware => {
  const areas = new Map<string, Router>();
  const handlers = new Map<Layer, Endpoint['handle']>();
  const known = new Set<string>();
  for (const { method, path, handle } of endpoints) {
    if (known.has(`${method} ${path}`)) throw new Error(`Two routes are ${method} ${path}.`);
    known.add(`${method} ${path}`);
    const area = areaOf(path);
    const router = areas.get(area) ?? new Router({ sensitive: true });
    areas.set(area, router);
    handlers.set(router.register(path, [method], () => {}) as Layer, handle);
  }
  return (ctx, next) => {
    const { path } = ctx;
    const found = areas.get(areaOf(path))?.match(path, ctx.method);
    if (!found) return next();
    const layer = mostSpecific(found.pathAndMethod);
    if (layer) return handlers.get(layer)!(ctx, layer.params(path, layer.captures(path)));
    refuseMethod(path, found.path);
    return next();
  };
};

/** The layer with the fewest parameters; of those with as many, the one that was registered first. */
const mostSpecific = (layers: readonly Layer[]): Layer | undefined => {
  let best = layers[0];
  for (const layer of layers) if (layer.paramNames.length < best!.paramNames.length) best = layer;
  return best;
};

const refuseMethod = (path: string, layers: readonly Layer[]): void => {
  const allowed = [...new Set(layers.flatMap(({ methods }) => methods))].join(', ');
  if (allowed !== '' && path.startsWith('/api/'))
    throw new MethodNotAllowed(`Use ${allowed}.`, { headers: { Allow: allowed } });
};
