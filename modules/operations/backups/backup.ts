// Writes a backup of an installation on SQLite while it runs: one committed state of the database, and the files it cannot do
// without. The backup holds the key to its secrets, so it is readable by its owner only.

import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { pack } from 'tar-stream';
import { type Config, openDatabase, type TablePolicy } from '../../../core/index.ts';
import {
  type BackedUpFile,
  type BackupManifest,
  BackupRefused,
  flush,
  hashFile,
  isKnownName,
  names,
} from './format.ts';
import { createBackupStore } from './store.ts';

export const sqliteFileOf = (config: Config): string => config.databaseUrl.slice('sqlite:'.length);

/**
 * `target` must not exist and appears only when it is whole; beside it there must be room for a copy of
 * the database meanwhile. Throws BackupRefused. Readable by its owner only. Files of modules are copied
 * after the database, one by one, and not with it in one state.
 */
export const writeBackup = async (
  config: Config,
  target: string,
  made: { version: string; at: string },
  declared: { tables: readonly TablePolicy[]; folders: readonly string[] },
): Promise<BackupManifest> => {
  const database = sqliteFileOf(config);
  if (!existsSync(database)) throw new BackupRefused(`There is no database at ${database}.`);
  if (existsSync(target)) throw new BackupRefused(`${target} exists. Give a name that does not.`);
  const copy = `${target}.database`;
  const partial = `${target}.partial`;
  try {
    await copyDatabase(config, copy);
    // Also writes the journal mode into the copy, so that opening what is restored changes no byte of it.
    await demandSound(copy, 'The copy of the database');
    const rows = await countRows(copy, declared.tables);
    const files = new Map([[names.database, copy], ...(await filesOf(config.dataDir, declared.folders))]);
    const listed: BackedUpFile[] = [];
    for (const [name, path] of files)
      listed.push({ name, size: (await stat(path)).size, sha256: await hashFile(path) });
    const manifest: BackupManifest = { format: 1, ...made, files: listed, rows };
    await writeArchive(partial, manifest, files);
    await rename(partial, target);
    return manifest;
  } finally {
    for (const suffix of ['', '-wal', '-shm']) await rm(`${copy}${suffix}`, { force: true });
    await rm(partial, { force: true });
  }
};

const copyDatabase = async (config: Config, copy: string): Promise<void> => {
  await rm(copy, { force: true });
  const database = await openDatabase(config.databaseUrl, { readers: 1 });
  try {
    // Not a reader: those are set to refuse every statement that writes, even into another file.
    await createBackupStore(database.writer).copyTo(copy);
  } finally {
    await database.close();
  }
};

/** Rows of each declared table that the file has, by table. */
export const countRows = async (file: string, tables: readonly TablePolicy[]): Promise<Record<string, number>> => {
  const database = await openDatabase(`sqlite:${file}`, { readers: 1 });
  try {
    return await createBackupStore(database.writer).countRows(tables.map(({ table }) => table));
  } finally {
    await database.close();
  }
};

/** Throws unless SQLite finds the file whole. */
export const demandSound = async (file: string, what: string): Promise<void> => {
  const database = await openDatabase(`sqlite:${file}`, { readers: 1 });
  try {
    const [found] = await createBackupStore(database.writer).checkIntegrity();
    if (found !== 'ok') throw new BackupRefused(`${what} is broken: ${found}`);
  } finally {
    await database.close();
  }
};

const filesOf = async (dataDir: string, folders: readonly string[]): Promise<[string, string][]> => {
  const wanted: string[] = [names.key];
  for (const folder of folders)
    wanted.push(...(await readdir(join(dataDir, folder)).catch(() => [])).map((name) => `${folder}/${name}`));
  const found: [string, string][] = [];
  for (const name of wanted.filter((each) => isKnownName(each, folders))) {
    const path = join(dataDir, name);
    if ((await stat(path).catch(() => undefined))?.isFile()) found.push([name, path]);
  }
  return found;
};

const writeArchive = async (
  path: string,
  manifest: BackupManifest,
  files: ReadonlyMap<string, string>,
): Promise<void> => {
  const tar = pack();
  const written = pipeline(tar, createGzip({ level: 3 }), createWriteStream(path, { mode: 0o600 }));
  const fill = async (): Promise<void> => {
    tar.entry({ name: names.manifest }, JSON.stringify(manifest, null, 2));
    for (const { name, size } of manifest.files) {
      // A file of an import may grow meanwhile: what was there when it was listed is what is kept.
      if (size === 0) tar.entry({ name }, '');
      else await pipeline(createReadStream(files.get(name)!, { end: size - 1 }), tar.entry({ name, size }));
    }
    tar.finalize();
  };
  await Promise.all([written, fill()]);
  await flush(path);
};
