// Takes a backup apart into an empty installation: everything is checked beside its place first, then moved. It overwrites nothing.

import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import type { Config, TablePolicy } from '../../../core/index.ts';
import { countRows, demandSound, sqliteFileOf } from './backup.ts';
import { type BackupManifest, BackupRefused, flush, isKnownName, names } from './format.ts';

/**
 * Throws BackupRefused for what is damaged, cut off, not listed or does not count as the manifest says,
 * before anything is in its place. When the process stops between two of the last moves, some files are in
 * place and the next attempt is refused. It applies no migration: the next start does.
 */
export const readBackup = async (
  config: Config,
  source: string,
  declared: { tables: readonly TablePolicy[]; folders: readonly string[] },
): Promise<BackupManifest> => {
  const placeOf = (name: string): string =>
    name === names.database ? sqliteFileOf(config) : join(config.dataDir, name);
  for (const name of [names.database, names.key])
    if (existsSync(placeOf(name)))
      throw new BackupRefused(`${placeOf(name)} exists. Restore into an empty data folder, or move it away first.`);
  const beside: string[] = [];
  try {
    const manifest = await unpack(source, declared.folders, async (name) => {
      const path = `${placeOf(name)}.restoring`;
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      beside.push(path);
      return path;
    });
    const database = `${placeOf(names.database)}.restoring`;
    await demandSound(database, 'The database in the backup');
    const rows = await countRows(database, declared.tables);
    for (const [table, count] of Object.entries(manifest.rows ?? {}))
      if (rows[table] !== undefined && rows[table] !== count)
        throw new BackupRefused(`The backup should hold ${count} rows of ${table} and holds ${rows[table]}.`);
    // A journal left by another database would be taken for this one's.
    for (const suffix of ['-wal', '-shm']) await rm(`${placeOf(names.database)}${suffix}`, { force: true });
    for (const path of beside) await flush(path);
    for (const path of beside) await rename(path, path.slice(0, -'.restoring'.length));
    return manifest;
  } finally {
    for (const path of beside) for (const suffix of ['', '-wal', '-shm']) await rm(`${path}${suffix}`, { force: true });
  }
};

const unpack = async (
  archive: string,
  folders: readonly string[],
  placeFor: (name: string) => Promise<string>,
): Promise<BackupManifest> => {
  const tar = extract();
  const feeding = pipeline(createReadStream(archive), createGunzip(), tar);
  // The loop below meets the same failure, in its own words.
  feeding.catch(() => {});
  let manifest: BackupManifest | undefined;
  const seen = new Set<string>();
  try {
    for await (const source of tar) {
      const entry = source as unknown as Readable & typeof source;
      const { name, type } = entry.header;
      if (manifest === undefined) {
        manifest = await readManifest(name, entry);
        continue;
      }
      const listed = manifest.files.find((file) => file.name === name);
      if (!listed || type !== 'file' || !isKnownName(name, folders) || seen.has(name))
        throw new BackupRefused(`The backup holds "${name}", which its manifest does not list.`);
      seen.add(name);
      if ((await store(entry, await placeFor(name))) !== listed.sha256)
        throw new BackupRefused(`"${name}" in the backup is damaged.`);
    }
    await feeding;
  } catch (error) {
    if (error instanceof BackupRefused) throw error;
    throw new BackupRefused(`${archive} cannot be read as a backup: ${(error as Error).message}`, { cause: error });
  }
  const missing = manifest?.files.find((file) => !seen.has(file.name));
  if (!manifest || missing)
    throw new BackupRefused(`The backup is cut off: ${missing?.name ?? names.manifest} is missing.`);
  if (!seen.has(names.database)) throw new BackupRefused('The backup holds no database.');
  return manifest;
};

const manifestBytes = 4 * 1024 * 1024;

const readManifest = async (name: string, entry: Readable): Promise<BackupManifest> => {
  const refused = new BackupRefused('This is not a backup of Rapport: its first file is no manifest.');
  if (name !== names.manifest) throw refused;
  let text = '';
  for await (const chunk of entry) {
    text += String(chunk);
    if (text.length > manifestBytes) throw refused;
  }
  const manifest = JSON.parse(text) as BackupManifest;
  if (manifest.format !== 1)
    throw new BackupRefused('The backup was made by a newer Rapport. Restore it with that one.');
  if (!Array.isArray(manifest.files)) throw refused;
  return manifest;
};

/** Answers the hash of what was written. */
const store = async (entry: Readable, path: string): Promise<string> => {
  const hash = createHash('sha256');
  const tee = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  await pipeline(entry, tee, createWriteStream(path, { mode: 0o600 }));
  return hash.digest('hex');
};
