// The map of the server: config → database → core → rules → routes → listen. Read it in a minute.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import {
  type Clock,
  type Config,
  createApp,
  createConsole,
  createCore,
  createIdempotency,
  createPlatform,
  type Log,
  platformRoutes,
  type Served,
} from './core/index.ts';
import manifest from './package.json' with { type: 'json' };
import { createRules } from './rules/index.ts';

export const version = manifest.version;

export type Rapport = Awaited<ReturnType<typeof createRapport>>;

export const createRapport = async (config: Config, log: Log, clock?: Clock) => {
  const platform = await createPlatform(config, log, clock);
  const core = await createCore(platform);
  const rules = await createRules(platform, core);
  let ready = false;

  const served: Served[] = [...core.served, ...rules.served];
  served.push(
    ...platformRoutes({ ...platform, version, isReady: () => ready, routes: () => served.map(({ route }) => route) }),
  );
  const app = createApp({
    ...platform,
    served,
    authenticate: core.authenticate,
    idempotency: createIdempotency({ db: platform.database.writer, clock: platform.clock }),
    fallback: createConsole(join(import.meta.dirname, 'console', 'dist')),
    production: config.production,
    rateLimit: config.rateLimit,
    trustedProxies: config.trustedProxies,
  });

  let server: Server | undefined;
  return {
    platform,
    core,
    rules,
    served,
    /** Starts the workers and listens; resolves with the address when requests are taken. */
    start: async (): Promise<{ url: string }> => {
      await core.start();
      await rules.start();
      await platform.jobs.start();
      platform.outbox.start();
      server = createServer(app.callback());
      await listen(server, config.port, config.host);
      ready = true;
      const { port, family, address } = server.address() as AddressInfo;
      return { url: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}` };
    },
    /** Drains: no new requests, running ones end, jobs are put back, then everything closes. */
    stop: async (): Promise<void> => {
      ready = false;
      if (server) await drain(server);
      platform.scheduler.stop();
      await platform.outbox.stop();
      await rules.stop();
      await platform.jobs.stop();
      await core.stop();
      await platform.close();
    },
  };
};

const listen = (server: Server, port: number, host: string): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });

const drainMs = 10_000;

const drain = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
    setTimeout(() => server.closeAllConnections(), drainMs).unref();
  });
