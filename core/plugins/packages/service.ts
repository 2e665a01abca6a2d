// Installed plugins as people manage them: install, consent, settings, on, off, remove. Running them is calls.ts.
import { offersOf } from '@rapport/sdk';
import { hookNamed } from '@rapport/sdk/hooks';
import type { Plugin } from '@rapport/sdk/schemas';
import type { Capability } from '../../capability.ts';
import type { Db } from '../../data/database.ts';
import { transactRetrying } from '../../data/retry.ts';
import { transact } from '../../data/transact.ts';
import type { Actor } from '../../http/actor.ts';
import type { Platform } from '../../platform.ts';
import { faultsOf } from '../../records/given-schema.ts';
import type { Records } from '../../records/service.ts';
import { type PackageFiles, readArchive } from './archive.ts';
import { bundle, hashFiles } from './bundle.ts';
import {
  ArchiveInvalid,
  ConsentMissing,
  PluginNotFound,
  PluginSettingsInvalid,
  PluginVersionTaken,
  PublisherReserved,
} from './errors.ts';
import { hostsOf, type Manifest, namesOf, readManifest } from './manifest.ts';
import { presentPlugin, type WaitingNotices } from './present.ts';
import { chooseScopes, scopesAsked, scopesOf } from './scopes.ts';
import { splitSettings, type Vault } from './settings.ts';
import { createPluginStore, type Installed, type PluginRow, type PluginStore } from './store.ts';

// Ids of what comes with Rapport: nobody else may install under them.
const reservedPublisher = 'rapport/';

/** What of the circuit breaker the service uses. */
type Circuits = { circuit: (plugin: string) => Plugin['circuit']; reset: (plugin: string) => void };

/** What of the records service the packages use. */
export type RecordTypes = Pick<Records, 'checkOwner' | 'defineType'>;

type Deps = {
  platform: Platform;
  vault: Vault;
  breaker: Circuits;
  records: RecordTypes;
  capabilities: () => readonly Capability[];
  notices: () => WaitingNotices;
  /** Called after every committed change. */
  changed: () => Promise<void>;
};

export const createPluginService = (deps: Deps) => {
  const { platform, vault, breaker, records, capabilities, changed, notices } = deps;
  const { database, clock, audit, dependents, generations } = platform;

  /** One change of one plugin with its audit row; then everybody who runs plugins hears of it. */
  const change = async (
    id: string,
    actor: Actor,
    action: string,
    work: (store: PluginStore, plugin: Installed, trx: Db) => Promise<Record<string, unknown> | undefined>,
  ): Promise<Plugin> => {
    let wasOn = false;
    await transact(database.writer, async (trx) => {
      const store = createPluginStore(trx);
      const plugin = await store.find(id);
      if (!plugin) throw new PluginNotFound(id);
      wasOn = plugin.status === 'enabled';
      const details = await work(store, plugin, trx);
      await audit.record(trx, { actor, action, subject: { kind: 'plugin', id }, details });
      await generations.raise(trx, 'plugins');
    });
    await changed();
    const plugin = await get(id);
    // Not before everybody here knows that it is on: who finds it off puts its notices off.
    if (!wasOn && plugin.status === 'enabled') await transact(database.writer, (trx) => notices().resume(trx, id));
    return plugin;
  };

  const get = async (id: string): Promise<Plugin> => {
    const plugin = await createPluginStore(database.writer).find(id);
    if (!plugin) throw new PluginNotFound(id);
    const waiting = (await notices().count(database.writer)).get(id);
    return presentPlugin(plugin, { circuit: breaker.circuit(id), waiting });
  };

  const installFiles = async (files: PackageFiles, origin: PluginRow['origin'], actor: Actor): Promise<Plugin> => {
    const text = files.get('plugin.json');
    if (!text) throw new ArchiveInvalid('There is no plugin.json at the top.', { pointer: '/plugin.json' });
    const manifest = readManifest(text.toString('utf8'), scopesOf(capabilities()));
    if (manifest.id.startsWith(reservedPublisher) && origin !== 'bundled')
      throw new PublisherReserved(manifest.id, { pointer: '/id' });
    const sha256 = hashFiles(files);
    if (await isInstalled(manifest, sha256)) return get(manifest.id);
    const code = await bundle(files, manifest.entry);
    await transact(database.writer, async (trx) => {
      const store = createPluginStore(trx);
      const known = await store.find(manifest.id);
      for (const { key } of manifest.provides.recordTypes ?? []) await records.checkOwner(trx, key, manifest.id);
      await writeVersion(store, { manifest, files, sha256, code, origin });
      if (known) {
        await upgrade(store, known, manifest, origin);
        if ((await store.find(manifest.id))?.status === 'enabled') await defineTypes(trx, manifest.id, manifest);
      } else await add(store, manifest, origin);
      const details = { version: manifest.version, origin, sha256 };
      await audit.record(trx, {
        actor,
        action: 'plugin.installed',
        subject: { kind: 'plugin', id: manifest.id },
        details,
      });
      await generations.raise(trx, 'plugins');
    });
    breaker.reset(manifest.id);
    await changed();
    return get(manifest.id);
  };

  type NewVersion = {
    manifest: Manifest;
    files: PackageFiles;
    sha256: string;
    code: string;
    origin: PluginRow['origin'];
  };

  const isInstalled = async (manifest: Manifest, sha256: string): Promise<boolean> => {
    const store = createPluginStore(database.writer);
    const known = await store.find(manifest.id);
    return (
      known?.version === manifest.version && (await store.findVersion(manifest.id, manifest.version))?.sha256 === sha256
    );
  };

  /** What is uploaded under a known version must be the same; a folder under development may change. */
  const writeVersion = async (store: PluginStore, made: NewVersion): Promise<void> => {
    const { manifest, files, sha256, code, origin } = made;
    const before = await store.findVersion(manifest.id, manifest.version);
    if (before && before.sha256 !== sha256 && origin === 'upload')
      throw new PluginVersionTaken(manifest.id, manifest.version, { pointer: '/version' });
    const row = {
      plugin: manifest.id,
      version: manifest.version,
      manifest: JSON.stringify(manifest),
      code,
      readme: files.get('README.md')?.toString('utf8').slice(0, 100_000) ?? null,
      icon: null,
      sha256,
      size: [...files.values()].reduce((sum, bytes) => sum + bytes.length, 0),
      installed_at: clock.now(),
    };
    await (before ? store.replaceVersion(row) : store.insertVersion(row));
  };

  const add = (store: PluginStore, manifest: Manifest, origin: PluginRow['origin']) =>
    store.insert({
      id: manifest.id,
      version: manifest.version,
      origin,
      status: 'waiting-for-consent',
      disabled_reason: null,
      granted: '[]',
      settings: '{}',
      fail_closed: '[]',
      installed_at: clock.now(),
      updated_at: clock.now(),
      revision: 1,
    });

  // A version that asks for more than was granted, or reaches other hosts, waits for a new consent.
  const upgrade = (store: PluginStore, known: Installed, manifest: Manifest, origin: PluginRow['origin']) => {
    const granted = new Set(known.granted);
    const wider =
      scopesAsked(manifest).some(({ scope, required }) => required && !granted.has(scope)) ||
      hostsOf(manifest).some((host) => !hostsOf(known.manifest).includes(host));
    const asked = scopesAsked(manifest).map(({ scope }) => scope);
    return store.change(
      known.id,
      {
        version: manifest.version,
        origin,
        status: wider ? 'waiting-for-consent' : known.status,
        granted: JSON.stringify(known.granted.filter((scope) => asked.includes(scope))),
        disabled_reason: wider ? 'The new version asks for more.' : known.disabledReason,
      },
      clock.now(),
    );
  };

  const defineTypes = async (trx: Db, plugin: string, { provides }: Manifest): Promise<void> => {
    for (const { key, title, schema } of provides.recordTypes ?? [])
      await records.defineType(trx, { type: key, plugin, title, schema });
  };

  const enableIn = async (trx: Db, store: PluginStore, plugin: Installed): Promise<void> => {
    if (plugin.status === 'waiting-for-consent') throw new ConsentMissing(plugin.id);
    const { settings: schema } = plugin.manifest;
    const missing = (schema?.required ?? []).find((name) => {
      const value = plugin.settings[name] ?? schema!.properties[name]?.default ?? '';
      return value === '';
    });
    if (missing !== undefined)
      throw new PluginSettingsInvalid(`"${missing}" is required.`, { pointer: `/settings/${missing}` });
    await defineTypes(trx, plugin.id, plugin.manifest);
    await store.change(plugin.id, { status: 'enabled', disabled_reason: null }, clock.now());
  };

  const consentIn = async (store: PluginStore, plugin: Installed, scopes: string[] | undefined): Promise<string[]> => {
    const granted = chooseScopes(plugin.manifest, scopes);
    const status = plugin.status === 'waiting-for-consent' ? 'disabled' : plugin.status;
    await store.change(plugin.id, { granted: JSON.stringify(granted), status, disabled_reason: null }, clock.now());
    return granted;
  };

  return {
    /** What rules may name of a plugin, and what of that nobody else provides. */
    partsOf: async (db: Db, name: string): Promise<string[]> => {
      const plugins = name.startsWith('plugin:') ? await createPluginStore(db).list() : [];
      const own = plugins.find(({ id }) => `plugin:${id}` === name);
      const others = new Set(plugins.filter((plugin) => plugin !== own).flatMap(({ manifest }) => namesOf(manifest)));
      return own ? namesOf(own.manifest).filter((part) => !others.has(part)) : [];
    },
    /** What installed packages provide that others may name, like `channel:email`; also of those that are switched off. */
    listNames: async (db: Db): Promise<ReadonlySet<string>> =>
      new Set((await createPluginStore(db).list()).flatMap(({ manifest }) => namesOf(manifest))),
    /** Scopes a manifest may ask for. */
    scopes: () => scopesOf(capabilities()),
    list: async (): Promise<Plugin[]> => {
      const waiting = await notices().count(database.reader);
      return (await createPluginStore(database.reader).list()).map((plugin) =>
        presentPlugin(plugin, { circuit: breaker.circuit(plugin.id), waiting: waiting.get(plugin.id) }),
      );
    },
    get,
    installFiles,
    installArchive: async (packed: Buffer, actor: Actor) => installFiles(await readArchive(packed), 'upload', actor),
    consent: (id: string, choice: { scopes?: string[]; enable?: boolean }, actor: Actor) =>
      change(id, actor, 'plugin.consented', async (store, plugin, trx) => {
        const granted = await consentIn(store, plugin, choice.scopes);
        if (choice.enable) await enableIn(trx, store, (await store.find(id))!);
        return { granted, enabled: choice.enable ?? false };
      }),
    enable: (id: string, actor: Actor) => {
      breaker.reset(id);
      return change(
        id,
        actor,
        'plugin.enabled',
        async (store, plugin, trx) => void (await enableIn(trx, store, plugin)),
      );
    },
    disable: (id: string, actor: Actor, reason: string | null = null) =>
      change(id, actor, 'plugin.disabled', async (store, plugin) => {
        const status = plugin.status === 'enabled' ? 'disabled' : plugin.status;
        await store.change(id, { status, disabled_reason: reason }, clock.now());
        return reason ? { reason } : undefined;
      }),
    /** Refused with RULE_IN_USE while rules name what it provides, unless `cascade` pauses them. */
    remove: async (id: string, actor: Actor, { cascade }: { cascade?: boolean } = {}): Promise<void> => {
      await transactRetrying(database.writer, async (trx) => {
        const store = createPluginStore(trx);
        if (!(await store.find(id))) throw new PluginNotFound(id);
        await dependents.release(trx, [`plugin:${id}`], { actor, cascade });
        await store.delete(id);
        await notices().drop(trx, id);
        await audit.record(trx, { actor, action: 'plugin.removed', subject: { kind: 'plugin', id } });
        await generations.raise(trx, 'plugins');
      });
      await changed();
    },
    changeSettings: (id: string, given: { settings: Record<string, unknown>; failClosed?: string[] }, actor: Actor) =>
      change(id, actor, 'plugin.settings-changed', async (store, plugin) => {
        const schema = plugin.manifest.settings;
        const { kept, fresh } = splitSettings(schema, plugin.settings, given.settings);
        const empty = { type: 'object' as const, properties: {} };
        const [fault] = faultsOf(schema ?? empty, { ...kept, ...fresh }).filter(
          ({ pointer }) => !(pointer.slice(1) in kept),
        );
        if (fault) throw new PluginSettingsInvalid(fault.detail, { pointer: `/settings${fault.pointer}` });
        (given.failClosed ?? []).forEach((name, at) => {
          const hook = hookNamed(name);
          if (hook?.kind !== 'filter' || offersOf(hook, plugin.manifest.provides).length === 0)
            throw new PluginSettingsInvalid(`${id} has no filter "${name}".`, { pointer: `/failClosed/${at}` });
        });
        const settings = { ...kept, ...vault.seal(id, schema, fresh) };
        await store.change(
          id,
          {
            settings: JSON.stringify(settings),
            ...(given.failClosed && { fail_closed: JSON.stringify(given.failClosed) }),
          },
          clock.now(),
        );
        return { members: Object.keys(fresh), failClosed: given.failClosed };
      }),
  };
};

export type PluginService = ReturnType<typeof createPluginService>;
