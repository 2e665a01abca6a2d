// The map of the server: config → database → core → rules → routes → listen. Read it in a minute.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import {
  type Clock,
  type Config,
  coreModules,
  createApp,
  createCore,
  createFaults,
  createIdempotency,
  createPlatform,
  type Log,
  type Platform,
} from './core/index.ts';
import { commerceModule } from './modules/commerce/index.ts';
import { exportsModule } from './modules/exports/index.ts';
import { importsModule } from './modules/imports/index.ts';
import { insightsModule } from './modules/insights/index.ts';
import { loyaltyModule } from './modules/loyalty/index.ts';
import { messagesModule } from './modules/messages/index.ts';
import { createConsole, operationsModule } from './modules/operations/index.ts';
import { timelineModule } from './modules/timeline/index.ts';
import { webhooksModule } from './modules/webhooks/index.ts';
import manifest from './package.json' with { type: 'json' };
import { rulesModule } from './rules/index.ts';

export const version = manifest.version;

/** Every module of the server, in the order in which it is installed: the command line and the docs read this list. */
export const modules = [
  ...coreModules,
  commerceModule,
  loyaltyModule,
  messagesModule,
  insightsModule,
  webhooksModule,
  importsModule,
  exportsModule,
  timelineModule,
  operationsModule,
  rulesModule,
] as const;

export type Rapport = Awaited<ReturnType<typeof createRapport>>;

/** Everything on its data, not started. After an error the database is closed again. */
export const createRapport = async (config: Config, log: Log, clock?: Clock) => {
  const platform = await createPlatform(config, log, clock);
  return orStop(async () => assemble(platform, config), platform.close);
};

/** Runs `work`; when it fails, `stop` first, so that nothing stays running without a word, then the error of `work`. */
export const orStop = async <T>(work: () => Promise<T>, stop: () => Promise<unknown>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    await stop().catch(() => {});
    throw error;
  }
};

const assemble = (platform: Platform, config: Config) => {
  const core = createCore(platform);
  const { modules, hooks, customers, attributes } = core;
  const commerce = modules.install(commerceModule, { customers });
  const members = modules.install(loyaltyModule, { customers });
  const messages = modules.install(messagesModule, core);
  const insights = modules.install(insightsModule, { hooks, ...core.plugins });
  modules.install(webhooksModule, {});
  const imports = modules.install(importsModule, { ...core, commerce });
  const exports = modules.install(exportsModule, { attributes });
  const rules = modules.install(rulesModule, {
    core,
    members,
    orders: commerce.orders,
    actions: modules.actions,
  });
  let ready = false;

  const { served } = modules;
  modules.install(timelineModule, { customers });
  modules.install(operationsModule, {
    version,
    auth: core.auth,
    plugins: core.plugins,
    isReady: () => ready,
    routes: () => served.map(({ route }) => route),
  });
  const app = createApp({
    ...platform,
    served,
    authenticate: core.authenticate,
    idempotency: createIdempotency({ ...platform, faults: createFaults(config.fault) }),
    fallback: createConsole(join(import.meta.dirname, 'console', 'dist')),
    production: config.production,
    rateLimit: config.rateLimit,
    trustedProxies: config.trustedProxies,
  });

  let server: Server | undefined;
  const stop = async (): Promise<void> => {
    ready = false;
    const failures: unknown[] = [];
    // One that cannot stop keeps none of the others running.
    for (const end of [
      async () => server && drain(server),
      async () => platform.scheduler.stop(),
      platform.outbox.stop,
      platform.jobs.stop,
      modules.stop,
      platform.close,
    ])
      await end().catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw failures[0];
  };
  const start = async (): Promise<{ url: string }> => {
    await platform.generations.start();
    await modules.start();
    await platform.jobs.start();
    platform.outbox.start();
    const listening = createServer(app.callback());
    await listen(listening, config.port, config.host);
    server = listening;
    ready = true;
    const { port, family, address } = server.address() as AddressInfo;
    return { url: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}` };
  };
  return {
    platform,
    core,
    messages,
    insights,
    imports,
    exports,
    rules,
    served,
    /** Starts the workers and listens; resolves with the address when requests are taken. What fails on the way stops everything. */
    start: (): Promise<{ url: string }> => orStop(start, stop),
    /** Drains: no new requests, running ones end, jobs are put back, then everything closes. */
    stop,
  };
};

/** The address cannot be listened on; the message says what to do. */
class CannotListen extends Error {
  readonly code = 'CANNOT_LISTEN';
}

const listen = (server: Server, port: number, host: string): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', (cause: Error & { code?: string }) => {
      const taken = `Port ${port} on ${host} is in use. Set PORT to another one, or to 0 for any that is free.`;
      const why = cause.code === 'EADDRINUSE' ? taken : `Cannot listen on ${host}, port ${port}: ${cause.message}.`;
      reject(new CannotListen(why, { cause }));
    });
    server.listen(port, host, () => {
      server.removeAllListeners('error');
      resolve();
    });
  });

const drainMs = 10_000;

const drain = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    // Clients that keep their connections busy would never let it close.
    server.prependListener('request', (_request, response) => response.setHeader('Connection', 'close'));
    const closing = setInterval(() => server.closeIdleConnections(), 50);
    const giveUp = setTimeout(() => server.closeAllConnections(), drainMs);
    server.close(() => {
      clearInterval(closing);
      clearTimeout(giveUp);
      resolve();
    });
    server.closeIdleConnections();
  });
