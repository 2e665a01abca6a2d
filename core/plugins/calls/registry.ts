// The plugins that are on, in memory, with their code and grants. Follows the database, so that every node runs the same ones.

import type { LocalText } from '@rapport/sdk/schemas';
import type { Grant } from '../../capability.ts';
import type { Database } from '../../data/database.ts';
import type { Provider } from '../../hooks/bus.ts';
import type { Log } from '../../log.ts';
import { grantOf, hooksProvided } from '../packages/scopes.ts';
import { createPluginStore, type Installed } from '../packages/store.ts';

export type Enabled = { plugin: Installed; grant: Grant; code: string };

const pollMs = 2000;

export const createRegistry = (deps: { database: Database; log: Log; changed: (enabled: Enabled[]) => void }) => {
  const store = createPluginStore(deps.database.reader);
  let enabled = new Map<string, Enabled>();
  let providers = new Map<string, Provider[]>();
  let seen = '';
  let timer: NodeJS.Timeout | undefined;
  let refreshing: Promise<void> = Promise.resolve();

  const load = async (): Promise<void> => {
    const fingerprint = await store.fingerprint();
    if (fingerprint === seen) return;
    const next = new Map<string, Enabled>();
    for (const plugin of await store.list()) {
      if (plugin.status !== 'enabled') continue;
      const known = enabled.get(plugin.id);
      const code =
        known?.plugin.version === plugin.version && known.plugin.updatedAt === plugin.updatedAt
          ? known.code
          : await store.findCode(plugin.id, plugin.version);
      if (code !== undefined) next.set(plugin.id, { plugin, grant: grantOf(plugin.granted), code });
    }
    enabled = next;
    providers = Map.groupBy(
      [...next.values()].flatMap((entry) => providersIn(entry)),
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

const providersIn = ({ plugin, grant }: Enabled): (Provider & { hook: string })[] =>
  hooksProvided(plugin.manifest)
    .filter((hook) => grant.has(`hook:${hook}`))
    .flatMap((hook) =>
      keysOf(plugin, hook).map((provider) => ({
        hook,
        plugin: plugin.id,
        provider,
        failClosed: plugin.failClosed.includes(hook),
      })),
    );

/** Keys under which a plugin provides a hook; one empty key where the hook has none. */
export const keysOf = ({ manifest: { provides } }: Pick<Installed, 'manifest'>, hook: string): string[] => {
  const keys = (list: readonly { key: string }[] = []): string[] => list.map(({ key }) => key);
  if (hook === 'message.send') return keys(provides.channels);
  if (hook === 'customers.recommend') return keys(provides.recommenders);
  if (hook === 'customers.score') return keys(provides.scorers);
  if (hook === 'model.train')
    return keys([...(provides.recommenders ?? []), ...(provides.scorers ?? [])].filter(({ train }) => train));
  if (hook === 'schedule.run') return keys(provides.schedules);
  if (hook === 'http.request') return (provides.http ?? []).map(({ method, path }) => `${method} ${path}`);
  return [''];
};

/** The title a provider has in its manifest. */
export const titleOf = ({ manifest: { provides } }: Pick<Installed, 'manifest'>, hook: string, key: string) => {
  const lists = {
    'message.send': provides.channels,
    'customers.recommend': provides.recommenders,
    'customers.score': provides.scorers,
    'model.train': [...(provides.recommenders ?? []), ...(provides.scorers ?? [])],
    'schedule.run': provides.schedules,
  } as Record<string, { key: string; title: LocalText }[] | undefined>;
  return lists[hook]?.find((entry) => entry.key === key)?.title ?? null;
};
