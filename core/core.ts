// The core's features, made from the platform: each gives its services and its routes. The list below is the whole core.
import type { Middleware } from 'koa';
import { type Auth, createAuth } from './auth/auth.ts';
import type { Served } from './http/serve.ts';
import type { Platform } from './platform.ts';

export type Core = {
  auth: Auth;
  authenticate: Middleware;
  served: Served[];
  start: () => Promise<void>;
  stop: () => Promise<void>;
};

export const createCore = async (platform: Platform): Promise<Core> => {
  const auth = createAuth(platform);
  return {
    auth,
    authenticate: auth.authenticate,
    served: [...auth.served],
    start: async () => {
      await auth.start();
    },
    stop: async () => {},
  };
};
