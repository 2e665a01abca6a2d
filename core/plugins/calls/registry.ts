// The plugins that are on, in memory, with their code and grants. Promise: after `current`, what the other functions say has every
// change that was answered before, on whatever node it was made.

import { offersOf } from '@rapport/sdk';
import { hookNamed, hooks } from '@rapport/sdk/hooks';
import type { Grant } from '../../capability.ts';
import type { Database } from '../../data/database.ts';
import type { Generations } from '../../data/generations.ts';
import { apart } from '../../data/transact.ts';
import type { Provider } from '../../hooks/bus.ts';
import type { Log } from '../../log.ts';
import { grantOf } from '../packages/scopes.ts';
import { createPluginStore, type Installed } from '../packages/store.ts';

export type Enabled = { plugin: Installed; grant: Grant; code: string };

/** Raised by every change of a plugin. */
export const pluginsGeneration = 'plugins';

export const createRegistry = (deps: {
  database: Database;
  generations: Generations;
  log: Log;
  changed: (enabled: Enabled[]) => void;
}) => {
  const { generations } = deps;
  const store = createPluginStore(deps.database.reader);
  let enabled = new Map<string, Enabled>();
  let off = new Map<string, Installed>();
  let providers = new Map<string, Provider[]>();
  let loaded: number | undefined;
  let loading: Promise<void> | undefined;

  const load = async (): Promise<void> => {
    const generation = generations.valueOf(pluginsGeneration);
    const next = new Map<string, Enabled>();
    const resting = new Map<string, Installed>();
    for (const plugin of await store.list()) {
      if (plugin.status !== 'enabled') {
        resting.set(plugin.id, plugin);
        continue;
      }
      const known = enabled.get(plugin.id);
      const code =
        known?.plugin.sha256 === plugin.sha256 ? known.code : await store.findCode(plugin.id, plugin.version);
      if (code !== undefined) next.set(plugin.id, { plugin, grant: grantOf(plugin.granted), code });
    }
    enabled = next;
    off = resting;
    const held = [...resting.values()]
      .filter(isHeld)
      .flatMap(offeredBy)
      .filter(({ hook, failClosed }) => failClosed || hookNamed(hook)?.kind === 'first');
    providers = Map.groupBy(
      [...[...next.values()].flatMap(({ plugin }) => offeredBy(plugin)), ...held],
      ({ hook }) => hook,
    );
    loaded = generation;
    deps.changed([...next.values()]);
  };

  const current = async (): Promise<void> => {
    await generations.current();
    while (loaded !== generations.valueOf(pluginsGeneration)) {
      loading ??= apart(load).finally(() => {
        loading = undefined;
      });
      await loading;
    }
  };

  return {
    current,
    find: (plugin: string): Enabled | undefined => enabled.get(plugin),
    /** Who answers for a provider; `off` while its plugin is switched off or waits; nothing when nobody is there to offer it. */
    offerOf: (hook: string, plugin: string, provider: string): Enabled | 'off' | undefined => {
      if (off.has(plugin)) return 'off';
      return (providers.get(hook) ?? []).some((known) => known.plugin === plugin && known.provider === provider)
        ? enabled.get(plugin)
        : undefined;
    },
    list: (): Enabled[] => [...enabled.values()],
    providersOf: (hook: string): readonly Provider[] => providers.get(hook) ?? [],
    start: async (): Promise<void> => {
      await current();
      generations.onChange(pluginsGeneration, () => {
        current().catch((error: unknown) => deps.log.warn({ err: error }, 'plugins could not be read'));
      });
    },
    stop: async (): Promise<void> => void (await loading?.catch(() => {})),
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
      offersOf(hook, plugin.manifest.provides).map(({ key, title, address }) => ({
        hook: hook.name,
        plugin: plugin.id,
        provider: key,
        title,
        address,
        failClosed: hook.kind === 'filter' && plugin.failClosed.includes(hook.name),
      })),
    );
};

/**
 * Switched off by Rapport, not by people: what it was to hold back stays back, and what only it can take, such as a message of its
 * channel, waits for it.
 */
export const isHeld = ({ status, disabledReason }: Installed): boolean =>
  status === 'waiting-for-consent' || disabledReason !== null;
