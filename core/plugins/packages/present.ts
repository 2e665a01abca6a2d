// Plugins as the API shows them. Secrets never leave.
import type { Plugin } from '@rapport/sdk/schemas';
import { toIso } from '../../data/column.ts';
import { canSendPersonalDataOut, scopesAsked } from './scopes.ts';
import { shownSettings } from './settings.ts';
import type { Installed } from './store.ts';

export const presentPlugin = (plugin: Installed, circuit: Plugin['circuit']): Plugin => {
  const { manifest } = plugin;
  return {
    id: plugin.id,
    version: plugin.version,
    title: manifest.title,
    description: manifest.description,
    publisher: plugin.id.split('/')[0]!,
    license: manifest.license,
    origin: plugin.origin,
    status: plugin.status,
    disabledReason: plugin.disabledReason,
    provides: manifest.provides,
    hosts: manifest.hosts ?? [],
    scopes: scopesAsked(manifest).map((asked) => ({ ...asked, granted: plugin.granted.includes(asked.scope) })),
    canSendPersonalDataOut: canSendPersonalDataOut(manifest),
    settingsSchema: manifest.settings ?? null,
    settings: shownSettings(manifest.settings, plugin.settings),
    failClosed: plugin.failClosed,
    circuit,
    installedAt: toIso(plugin.installedAt),
    updatedAt: toIso(plugin.updatedAt),
  };
};
