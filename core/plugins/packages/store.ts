// Rows of plugins and plugin_versions.
import type { Manifest } from '@rapport/sdk/schemas';
import { fromJson } from '../../data/column.ts';
import type { Db } from '../../data/database.ts';

export type PluginRow = {
  id: string;
  version: string;
  origin: 'bundled' | 'folder' | 'upload';
  status: 'waiting-for-consent' | 'disabled' | 'enabled';
  disabled_reason: string | null;
  granted: string;
  settings: string;
  fail_closed: string;
  installed_at: number;
  updated_at: number;
  revision: number;
};

export type VersionRow = {
  plugin: string;
  version: string;
  manifest: string;
  code: string;
  readme: string | null;
  icon: string | null;
  sha256: string;
  size: number;
  installed_at: number;
};

/** A plugin with its manifest, without its code. */
export type Installed = {
  id: string;
  version: string;
  origin: PluginRow['origin'];
  status: PluginRow['status'];
  disabledReason: string | null;
  granted: string[];
  settings: Record<string, unknown>;
  failClosed: string[];
  manifest: Manifest;
  installedAt: number;
  updatedAt: number;
  revision: number;
  /** Over the files of its version: names the code, also where a version was removed and uploaded again with other files. */
  sha256: string;
};

type Joined = PluginRow & { manifest: string; sha256: string };

export const createPluginStore = (db: Db) => {
  const joined = () =>
    db('plugins')
      .join('plugin_versions', (on) =>
        on.on('plugin_versions.plugin', 'plugins.id').andOn('plugin_versions.version', 'plugins.version'),
      )
      .select('plugins.*', 'plugin_versions.manifest', 'plugin_versions.sha256');
  return {
    list: async (): Promise<Installed[]> => ((await joined().orderBy('plugins.id')) as Joined[]).map(toInstalled),
    find: async (id: string): Promise<Installed | undefined> => {
      const row = (await joined().where('plugins.id', id).first()) as Joined | undefined;
      return row && toInstalled(row);
    },
    insert: (row: PluginRow) => db('plugins').insert(row),
    change: (id: string, change: Partial<PluginRow>, now: number) =>
      db('plugins')
        .where({ id })
        .update({ ...change, updated_at: now, revision: db.raw('revision + 1') }),
    delete: async (id: string): Promise<void> => {
      for (const table of ['plugin_data', 'plugin_runs', 'plugin_logs', 'plugin_usage', 'plugin_versions'])
        await db(table).where({ plugin: id }).delete();
      await db('plugins').where({ id }).delete();
    },
    findVersion: (plugin: string, version: string): Promise<VersionRow | undefined> =>
      db('plugin_versions').where({ plugin, version }).first(),
    findCode: async (plugin: string, version: string): Promise<string | undefined> => {
      const row = (await db('plugin_versions').where({ plugin, version }).first('code')) as
        | { code: string }
        | undefined;
      return row?.code;
    },
    insertVersion: (row: VersionRow) => db('plugin_versions').insert(row),
    replaceVersion: (row: VersionRow) =>
      db('plugin_versions').where({ plugin: row.plugin, version: row.version }).update(row),
  };
};

export type PluginStore = ReturnType<typeof createPluginStore>;

const toInstalled = (row: Joined): Installed => ({
  id: row.id,
  version: row.version,
  origin: row.origin,
  status: row.status,
  disabledReason: row.disabled_reason,
  granted: fromJson(row.granted),
  settings: fromJson(row.settings),
  failClosed: fromJson(row.fail_closed),
  manifest: fromJson(row.manifest),
  installedAt: Number(row.installed_at),
  updatedAt: Number(row.updated_at),
  revision: Number(row.revision),
  sha256: row.sha256,
});
