// The core's features, made from the platform: each gives its services and its routes. The list below is the whole core.
import type { Middleware } from 'koa';
import type { Served } from './http/serve.ts';
import type { Platform } from './platform.ts';

export type Core = {
  authenticate: Middleware;
  served: Served[];
  start: () => Promise<void>;
  stop: () => Promise<void>;
};

export const createCore = async (_platform: Platform): Promise<Core> => ({
  authenticate: (_ctx, next) => next(),
  served: [],
  start: async () => {},
  stop: async () => {},
});
