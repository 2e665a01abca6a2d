// The plugins that come with Rapport: found in /plugins, installed like any other, granted what they ask for and switched on once.
// What an admin then does to them stays.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { system } from '../../http/actor.ts';
import type { Log } from '../../log.ts';
import { readFolder } from './archive.ts';
import { readManifest } from './manifest.ts';
import { scopesAsked } from './scopes.ts';
import type { PluginService } from './service.ts';

const home = fileURLToPath(new URL('../../../plugins', import.meta.url));

/** Ids of the plugins installed or brought up to date. One that cannot be installed is logged and left out. */
export const installBundled = async (service: PluginService, log: Log, folder: string = home): Promise<string[]> => {
  const known = new Map((await service.list()).map((plugin) => [plugin.id, plugin]));
  const installed: string[] = [];
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  for (const entry of entries.filter((candidate) => candidate.isDirectory())) {
    try {
      const files = await readFolder(join(folder, entry.name));
      const text = files.get('plugin.json');
      if (!text) continue;
      const manifest = readManifest(text.toString('utf8'), service.scopes());
      const before = known.get(manifest.id);
      if (before && before.origin !== 'bundled') continue;
      const plugin = await service.installFiles(files, 'bundled', system);
      installed.push(plugin.id);
      if (plugin.status !== 'waiting-for-consent') continue;
      const scopes = scopesAsked(manifest).map(({ scope }) => scope);
      await service.consent(plugin.id, { scopes }, system);
      const wasOn = before === undefined || before.status === 'enabled';
      const ready = (manifest.settings?.required ?? []).every((name) => plugin.settings[name] !== null);
      if (wasOn && ready) await service.enable(plugin.id, system);
    } catch (error) {
      log.error({ err: error, plugin: entry.name }, 'a bundled plugin could not be installed');
    }
  }
  return installed;
};
