// Plugins as the API shows them. Secrets never leave.
import type { Plugin } from '@rapport/sdk/schemas';
import { toIso } from '../../data/column.ts';
import type { Db } from '../../data/database.ts';
import { canSendPersonalDataOut, scopesAsked } from './scopes.ts';
import { shownSettings } from './settings.ts';
import type { Installed } from './store.ts';

/** Notices on their way to one plugin: how many, and when the oldest was written (ms). */
export type Waiting = { count: number; oldest: number };
/** `resume`: it is on, and what waits is due. `drop`: part of the transaction that removes it. */
export type WaitingNotices = {
  resume: (trx: Db, plugin: string) => Promise<void>;
  drop: (trx: Db, plugin: string) => Promise<void>;
  /** By plugin; those without any are left out. */
  count: (db: Db) => Promise<Map<string, Waiting>>;
};

/** What of a plugin is not in its rows. */
type Standing = { circuit: Plugin['circuit']; waiting: Waiting | undefined };

export const presentPlugin = (plugin: Installed, { circuit, waiting }: Standing): Plugin => {
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
    waitingNotices: waiting?.count ?? 0,
    oldestNoticeAt: waiting ? toIso(waiting.oldest) : null,
    installedAt: toIso(plugin.installedAt),
    updatedAt: toIso(plugin.updatedAt),
  };
};
