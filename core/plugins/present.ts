// Plugins, runs and log lines as the API shows them. Secrets never leave.
import type { Plugin, PluginLogLine, PluginRun } from '@rapport/sdk/schemas';
import { fromJson, toIso } from '../data/column.ts';
import type { Circuit } from './breaker.ts';
import type { LogRow, RunRow } from './runs-store.ts';
import { canSendPersonalDataOut, scopesAsked } from './scopes.ts';
import { shownSettings } from './settings.ts';
import type { Installed } from './store.ts';

export const presentPlugin = (plugin: Installed, circuit: Circuit): Plugin => {
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

export const presentRun = (row: RunRow): PluginRun => ({
  id: row.id,
  version: row.version,
  hook: row.hook,
  provider: row.provider,
  outcome: row.outcome as PluginRun['outcome'],
  count: Number(row.count),
  wallMs: row.wall_ms,
  slowestMs: row.slowest_ms,
  cpuMs: row.cpu_ms,
  reason: row.reason,
  at: toIso(Number(row.at)),
});

export const presentLog = (row: LogRow): PluginLogLine => ({
  id: row.id,
  level: row.level,
  message: row.message,
  fields: row.fields === null ? null : fieldsOf(row.fields),
  at: toIso(Number(row.at)),
});

// Long fields are cut where they are kept, and then are no JSON any more.
const fieldsOf = (text: string): unknown => {
  try {
    return fromJson(text);
  } catch {
    return text;
  }
};
