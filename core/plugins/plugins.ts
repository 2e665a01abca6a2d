// The plugin platform, put together: who is installed, who is on, how they are asked, what they may do, what came of it.
import type { HookSpec, InputOf, Outcome, OutputOf } from '@rapport/sdk';
import { hookNamed } from '@rapport/sdk/hooks';
import type { Capability } from '../capability.ts';
import { systemRandom } from '../clock.ts';
import type { Events } from '../events/service.ts';
import type { Runner } from '../hooks/bus.ts';
import { system } from '../http/actor.ts';
import type { Served } from '../http/serve.ts';
import type { Platform } from '../platform.ts';
import { createBreaker } from './calls/breaker.ts';
import { createCalls } from './calls/calls.ts';
import { createDeliveries } from './calls/deliveries.ts';
import { presentLog } from './calls/present.ts';
import { createRegistry } from './calls/registry.ts';
import { createResultReader } from './calls/results.ts';
import { createRuns } from './calls/runs.ts';
import { createRunsStore } from './calls/runs-store.ts';
import { kvCapabilities } from './capabilities/kv.ts';
import { outsideCapabilities } from './capabilities/outside.ts';
import { createUsage } from './capabilities/usage.ts';
import { readFolder } from './packages/archive.ts';
import { installBundled } from './packages/bundled.ts';
import { createPluginService, type PluginService, type RecordTypes } from './packages/service.ts';
import { createVault } from './packages/settings.ts';
import type { Installed } from './packages/store.ts';
import { pluginRoutes } from './routes.ts';
import { createHost } from './sandbox/host.ts';

export type Plugins = ReturnType<typeof createPlugins>;

export type PluginsDeps = {
  /** Takes the events that plugins emit. */
  events: Pick<Events, 'record'>;
  records: RecordTypes;
  /** Of every module, read when a plugin is installed or called. */
  capabilities: () => readonly Capability[];
};

export const createPlugins = (platform: Platform, deps: PluginsDeps) => {
  const { config, database, clock, log, generations } = platform;
  const host = createHost({ workers: config.pluginWorkers, log });
  const vault = createVault(platform.secrets);
  const runs = createRuns(platform);
  const usage = createUsage(platform);
  const revisions = new Map<string, number>();
  const registry = createRegistry({
    database,
    generations,
    log,
    changed: (enabled) => {
      // On every node: whoever installed, set or switched on a plugin, here or elsewhere, gave it a new chance.
      for (const { plugin } of enabled) {
        if (revisions.get(plugin.id) !== plugin.revision) breaker.reset(plugin.id);
        revisions.set(plugin.id, plugin.revision);
      }
      deliveries.schedule(enabled);
      if (enabled.length > 0) host.warm();
    },
  });
  const breaker = createBreaker({
    clock,
    opened: (plugin, hook, until) =>
      log.warn({ plugin, hook, until: new Date(until).toISOString() }, 'circuit of a plugin opened'),
    giveUp: (plugin, hook) => {
      if (hookNamed(hook)?.isPublic) return;
      log.error({ plugin, hook }, 'a plugin was switched off');
      service
        .disable(plugin, system, `It failed again and again in ${hook}.`)
        .catch((error: unknown) => log.error({ err: error, plugin }, 'it stays on'));
    },
  });
  const service: PluginService = createPluginService({
    platform,
    vault,
    breaker,
    notices: () => deliveries.waitingNotices,
    changed: registry.current,
    ...deps,
  });
  const calls = createCalls({
    host,
    registry,
    breaker,
    runs,
    usage,
    clock,
    log,
    random: systemRandom,
    readResult: createResultReader(),
    capabilities: deps.capabilities,
  });
  const deliveries = createDeliveries({ platform, registry, runs, calls: () => calls });
  const runner: Runner = { current: registry.current, providersOf: registry.providersOf, run: calls.run };
  const served: Served[] = pluginRoutes({ database, service, registry, calls, runs, breaker, now: clock.now });

  return {
    ...service,
    runner,
    served,
    capabilities: [...kvCapabilities(platform), ...outsideCapabilities({ config, vault, events: deps.events })],
    jobs: deliveries.jobs,
    consumer: deliveries.consumer,
    capRuns: runs.cap,
    /** One provider of one plugin, past the bus: for schedules, tests, measurements. */
    call: <H extends HookSpec>(
      hook: H,
      input: InputOf<H>,
      target: { plugin: string; provider?: string; timeoutMs?: number; seed?: number },
    ): Promise<Outcome<OutputOf<H>>> => calls.run(hook, input, { provider: '', ...target }),
    installFolder: async (folder: string, actor = system) =>
      service.installFiles(await readFolder(folder), 'folder', actor),
    installBundled: (folder?: string) => installBundled(service, log, folder),
    /** The plugins that are on, with their manifests, as this node knows them. */
    enabled: (): readonly Installed[] => registry.list().map(({ plugin }) => plugin),
    flushRuns: runs.flush,
    /** What a plugin logged, newest first. */
    listLogs: async (id: string, limit: number) => {
      await service.get(id);
      return (await createRunsStore(database.reader).listLogs(id, limit)).data.map(presentLog);
    },
    state: host.state,
    start: (): Promise<void> => registry.start(),
    stop: async (): Promise<void> => {
      deliveries.stop();
      await registry.stop();
      host.stop();
      await runs.stop();
      await usage.stop();
    },
  };
};
