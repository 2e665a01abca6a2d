// `rapport backup` and `rapport restore`: one file that holds an installation on SQLite. On PostgreSQL they say what to run instead.

import { parseArgs } from 'node:util';
import type { CommandSpec, Config } from '../../../core/index.ts';
import { writeBackup } from './backup.ts';
import type { BackupManifest } from './format.ts';
import { readBackup } from './restore.ts';

/** Exit code 2 and nothing done for PostgreSQL, with the command to run instead. */
export const backupCommand: CommandSpec = {
  name: 'backup',
  summary: 'Write a consistent backup into one file, also while the server runs.',
  run: (args, { readConfig, version, now, ...declared }) =>
    perform('backup', args, readConfig, declared.folders, {
      run: (config, file) => writeBackup(config, file, { version, at: new Date(now()).toISOString() }, declared),
      say: (file, manifest) =>
        `Wrote ${file}: ${describe(manifest)}. It holds the key to its secrets: keep it as safe.`,
      postgres: (file) => `pg_dump --format=custom --file=${quoted(file)} "$DATABASE_URL"`,
    }),
};

/** Only into a place without a database and a key; a server must not run there meanwhile. */
export const restoreCommand: CommandSpec = {
  name: 'restore',
  summary: 'Take a backup into an empty data folder.',
  run: (args, { readConfig, ...declared }) =>
    perform('restore', args, readConfig, declared.folders, {
      run: (config, file) => readBackup(config, file, declared),
      say: (file, manifest) =>
        `Restored ${file} of ${manifest.at}: ${describe(manifest)}. Start Rapport when you are ready.`,
      postgres: (file) => `pg_restore --clean --if-exists --exit-on-error --dbname="$DATABASE_URL" ${quoted(file)}`,
    }),
};

type Action = {
  run: (config: Config, file: string) => Promise<BackupManifest>;
  say: (file: string, manifest: BackupManifest) => string;
  postgres: (file: string) => string;
};

const perform = async (
  name: string,
  args: string[],
  read: () => Config,
  folders: readonly string[],
  action: Action,
): Promise<number> => {
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options: { json: { type: 'boolean' } } });
  const [file] = positionals;
  if (file === undefined || positionals.length !== 1) {
    console.error(`Usage: rapport ${name} <file> [--json]`);
    return 2;
  }
  const config = read();
  if (!config.databaseUrl.startsWith('sqlite:')) {
    // Rapport starts no programs of others: a backup of PostgreSQL is that program's own.
    console.error(`This database is PostgreSQL, so nothing was done. Use its own tool, which works while the server runs:
  ${action.postgres(file)}
Beside the database, keep the key that opens its secrets (${config.dataDir}/secret.key, or RAPPORT_SECRET_KEY) and the folders of modules beside it (${folders.map((name) => `${config.dataDir}/${name}`).join(', ')}).`);
    return 2;
  }
  const manifest = await action.run(config, file);
  console.log(values.json ? JSON.stringify({ file, ...manifest }, null, 2) : action.say(file, manifest));
  return 0;
};

const describe = ({ files, rows }: BackupManifest): string => {
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  const counted = Object.values(rows ?? {}).reduce((sum, count) => sum + count, 0);
  return `${files.length} files, ${(bytes / 1024 ** 2).toFixed(1)} MB unpacked, ${counted.toLocaleString('en')} rows`;
};

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
