// Plugins over HTTP, and the plugins' own endpoints: those get no cookie and no Authorization, and answer in a box.
import { hooks, httpRequest } from '@rapport/sdk/hooks';
import {
  changePluginSettings,
  consentToPlugin,
  disablePlugin,
  enablePlugin,
  getPlugin,
  installPlugin,
  listPluginLogs,
  listPluginRuns,
  listPlugins,
  listServices,
  pluginEndpoints,
  removePlugin,
} from '@rapport/sdk/routes';
import type { Service } from '@rapport/sdk/schemas';
import type { Context } from 'koa';
import rawBody from 'raw-body';
import type { Database } from '../data/database.ts';
import { BodyTooLarge, InvalidRequest } from '../errors.ts';
import { Reply, type Served, serve } from '../http/serve.ts';
import type { Breaker } from './calls/breaker.ts';
import type { Calls } from './calls/calls.ts';
import { presentLog, presentRun } from './calls/present.ts';
import type { Registry } from './calls/registry.ts';
import type { Runs } from './calls/runs.ts';
import { createRunsStore } from './calls/runs-store.ts';
import { archiveLimits } from './packages/archive.ts';
import { PluginEndpointNotFound, PluginFailed, PluginUnavailable } from './packages/errors.ts';
import type { PluginService } from './packages/service.ts';

type Deps = {
  database: Database;
  service: PluginService;
  registry: Registry;
  calls: Calls;
  runs: Runs;
  breaker: Breaker;
  now: () => number;
};

export const pluginRoutes = ({ database, service, registry, calls, runs, breaker, now }: Deps): Served[] => {
  const history = createRunsStore(database.reader);

  const describeServices = async (): Promise<Service[]> => {
    await registry.current();
    return hooks.map(({ name, kind, summary, wallMs, input, output }) => ({
      hook: name,
      kind,
      summary,
      timeoutMs: wallMs,
      input,
      output,
      providers: registry.providersOf(name).map(({ plugin, provider, title }) => {
        const circuit = breaker.circuit(plugin, name);
        return {
          plugin,
          provider,
          title,
          healthy: circuit === 'closed' && registry.find(plugin) !== undefined,
          circuit,
          ...runs.statsOf(plugin, name, provider),
        };
      }),
    }));
  };

  const endpoint = async (id: string, ctx: Context): Promise<Reply> => {
    const path = ctx.path.slice(ctx.path.indexOf('/http/') + '/http'.length);
    const provider = `${ctx.method} ${path}`;
    await registry.current();
    const offer = registry.offerOf(httpRequest.name, id, provider);
    if (offer === undefined || offer === 'off')
      throw new PluginEndpointNotFound(`${id} has no endpoint ${provider}, or is off.`);
    const body = (await readBytes(ctx, endpointBytes)).toString('utf8');
    const outcome = await calls.ask(
      offer,
      httpRequest,
      { method: ctx.method, path, query: queryOf(ctx), headers: headersOf(ctx), body },
      { plugin: id, provider },
    );
    if (outcome.kind === 'unavailable') {
      const seconds = Math.max(1, Math.ceil((outcome.until - now()) / 1000));
      throw new PluginUnavailable(`${id} takes no requests now.`, { headers: { 'Retry-After': String(seconds) } });
    }
    if (outcome.kind !== 'ok') throw new PluginFailed(`${id} did not answer: ${outcome.kind}.`);
    const { status = 200, headers = {}, body: answer = '' } = outcome.value;
    const isText = typeof answer === 'string';
    return new Reply(isText ? answer : JSON.stringify(answer), {
      status,
      headers: {
        ...boxed,
        'Content-Type': isText ? 'text/plain; charset=utf-8' : 'application/json',
        ...allowed(headers),
      },
    });
  };

  return [
    serve(listPlugins, async () => ({ data: await service.list() })),
    serve(getPlugin, ({ params }) => service.get(idOf(params.id))),
    serve(installPlugin, async ({ ctx, actor }) =>
      service.installArchive(await readBytes(ctx, archiveLimits.packed), actor),
    ),
    serve(consentToPlugin, ({ params, body, actor }) => service.consent(idOf(params.id), body, actor)),
    serve(enablePlugin, ({ params, actor }) => service.enable(idOf(params.id), actor)),
    serve(disablePlugin, ({ params, actor }) => service.disable(idOf(params.id), actor)),
    serve(removePlugin, ({ params, query, actor }) => service.remove(idOf(params.id), actor, query)),
    serve(changePluginSettings, ({ params, body, actor }) => service.changeSettings(idOf(params.id), body, actor)),
    serve(listPluginRuns, async ({ params, query }) => {
      const { id } = await service.get(idOf(params.id));
      await runs.flush();
      const found = await history.listRuns(id, query.limit ?? 50, query.cursor);
      return { data: found.data.map(presentRun), next: found.next };
    }),
    serve(listPluginLogs, async ({ params, query }) => {
      const { id } = await service.get(idOf(params.id));
      await runs.flush();
      const found = await history.listLogs(id, query.limit ?? 50, query.cursor);
      return { data: found.data.map(presentLog), next: found.next };
    }),
    serve(listServices, async () => ({ data: await describeServices() })),
    ...pluginEndpoints.map((route) => serve(route, ({ params, ctx }) => endpoint(idOf(params.id), ctx))),
  ];
};

/** `publisher~name`, or with its slash encoded. */
const idOf = (written: string): string => written.replace('~', '/');

const endpointBytes = 256 * 1024;

const readBytes = async (ctx: Context, limit: number): Promise<Buffer> => {
  try {
    return await rawBody(ctx.req, { limit, length: ctx.get('content-length') || null });
  } catch (error) {
    if ((error as { type?: string }).type === 'entity.too.large') throw new BodyTooLarge(limit);
    throw new InvalidRequest('The body ended before its length.', { cause: error });
  }
};

const queryOf = (ctx: Context): Record<string, string> =>
  Object.fromEntries(Object.entries(ctx.query).map(([name, value]) => [name, String([value].flat()[0] ?? '')]));

// What a request may tell a plugin: never who is signed in.
const heard =
  /^(accept|accept-language|content-type|user-agent|x-hub-signature.*|x-twilio-.*|x-signature.*|webhook-.*|x-webhook-.*)$/;
const headersOf = (ctx: Context): Record<string, string> =>
  Object.fromEntries(
    Object.entries(ctx.headers).flatMap(([name, value]) =>
      heard.test(name) && typeof value === 'string' ? [[name, value]] : [],
    ),
  );

const boxed = {
  'Content-Security-Policy':
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data: https:; form-action 'self'",
  'X-Content-Type-Options': 'nosniff',
  'Cache-Control': 'no-store',
};
const spoken: Record<string, string> = {
  'content-type': 'Content-Type',
  'content-language': 'Content-Language',
  'cache-control': 'Cache-Control',
  'retry-after': 'Retry-After',
};
const allowed = (headers: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => {
      const known = spoken[name.toLowerCase()];
      return known && /^[\x20-\x7e]*$/.test(value) ? [[known, value]] : [];
    }),
  );
