// The plugins that are on, in memory, with their code and grants. Follows the database, so that every node runs the same ones.

import { offersOf } from '@rapport/sdk';
import { hooks } from '@rapport/sdk/hooks';
import type { Grant } from '../../capability.ts';
import type { Database } from '../../data/database.ts';
import type { Provider } from '../../hooks/bus.ts';
import type { Log } from '../../log.ts';
import { grantOf } from '../packages/scopes.ts';
import { createPluginStore, type Installed } from '../packages/store.ts';

export type Enabled = { plugin: Installed; grant: Grant; code: string };

const pollMs = 2000;

export const createRegistry = (deps: { database: Database; log: Log; changed: (enabled: Enabled[]) => void }) => {
  const store = createPluginStore(deps.database.reader);
  let enabled = new Map<string, Enabled>();
  let off = new Map<string, Installed>();
  let providers = new Map<string, Provider[]>();
  let seen = '';
  let timer: NodeJS.Timeout | undefined;
  let refreshing: Promise<void> = Promise.resolve();

  const load = async (): Promise<void> => {
    const fingerprint = await store.fingerprint();
    if (fingerprint === seen) return;
    const next = new Map<string, Enabled>();
    const resting = new Map<string, Installed>();
    for (const plugin of await store.list()) {
      if (plugin.status !== 'enabled') {
        resting.set(plugin.id, plugin);
        continue;
      }
      const known = enabled.get(plugin.id);
      const code =
        known?.plugin.version === plugin.version && known.plugin.updatedAt === plugin.updatedAt
          ? known.code
          : await store.findCode(plugin.id, plugin.version);
      if (code !== undefined) next.set(plugin.id, { plugin, grant: grantOf(plugin.granted), code });
    }
    enabled = next;
    off = resting;
    const held = [...resting.values()]
      .filter(isHeld)
      .flatMap(offeredBy)
      .filter(({ failClosed }) => failClosed);
    providers = Map.groupBy(
      [...[...next.values()].flatMap(({ plugin }) => offeredBy(plugin)), ...held],
      ({ hook }) => hook,
    );
    seen = fingerprint;
    deps.changed([...next.values()]);
  };
  const refresh = (): Promise<void> => {
    refreshing = refreshing.then(load, load);
    return refreshing;
  };

  return {
    refresh,
    find: (plugin: string): Enabled | undefined => enabled.get(plugin),
    /** Who answers for a provider; `off` while its plugin is switched off or waits; nothing when nobody is there to offer it. */
    offerOf: (hook: string, plugin: string, provider: string): Enabled | 'off' | undefined => {
      if (off.has(plugin)) return 'off';
      return (providers.get(hook) ?? []).some((known) => known.plugin === plugin && known.provider === provider)
        ? enabled.get(plugin)
        : undefined;
    },
    /** Plugins to be told of a topic: those that are on, and those that will be on again without being asked anew. */
    subscribersOf: (topic: string): string[] =>
      [...[...enabled.values()].map(({ plugin }) => plugin), ...[...off.values()].filter(isHeld)]
        .filter((plugin) => offeredBy(plugin).some(({ hook }) => hook === topic))
        .map(({ id }) => id),
    list: (): Enabled[] => [...enabled.values()],
    providersOf: (hook: string): readonly Provider[] => providers.get(hook) ?? [],
    start: async (): Promise<void> => {
      await refresh();
      timer = setInterval(() => {
        refresh().catch((error: unknown) => deps.log.warn({ err: error }, 'plugins could not be read'));
      }, pollMs);
      timer.unref();
    },
    stop: async (): Promise<void> => {
      clearInterval(timer);
      await refreshing.catch(() => {});
    },
  };
};

export type Registry = ReturnType<typeof createRegistry>;

type Offered = Provider & { hook: string };

/** What a plugin offers by its manifest and its grant, whether it is on or not. */
export const offeredBy = (plugin: Installed): Offered[] => {
  const grant = grantOf(plugin.granted);
  return hooks
    .filter(({ scope }) => grant.has(scope))
    .flatMap((hook) =>
      offersOf(hook, plugin.manifest.provides).map(({ key, title }) => ({
        hook: hook.name,
        plugin: plugin.id,
        provider: key,
        title,
        failClosed: hook.kind === 'filter' && plugin.failClosed.includes(hook.name),
      })),
    );
};

/** Switched off by Rapport, not by people: what it was to hold back stays back, and what it is told of waits for it. */
export const isHeld = ({ status, disabledReason }: Installed): boolean =>
  status === 'waiting-for-consent' || disabledReason !== null;
