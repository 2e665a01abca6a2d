// The file of a backup: a .tgz of manifest.json, the database, the key file and the files of imports. The manifest comes first
// and lists every file with size and hash; nothing that it does not list is taken out again.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';

/** `size` in bytes, unpacked; `sha256` in hex; `name` relative to the data folder. */
export type BackedUpFile = { name: string; size: number; sha256: string };
/** `version` is that of the Rapport that wrote it, `at` in ISO-8601. */
export type BackupManifest = {
  format: 1;
  version: string;
  at: string;
  files: BackedUpFile[];
  /** Rows of each declared table, counted in the copy; absent in backups of earlier releases. */
  rows?: Record<string, number>;
};

export const names = { manifest: 'manifest.json', database: 'rapport.db', key: 'secret.key' };

/** Names that a backup may hold: the database, the key, and files straight in the folders of modules. */
export const isKnownName = (name: string, folders: readonly string[]): boolean => {
  const [folder, file, ...deeper] = name.split('/');
  if (file === undefined) return name === names.database || name === names.key;
  return folders.includes(folder!) && deeper.length === 0 && /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/.test(file);
};

/** SHA-256 in hex, read as a stream. */
export const hashFile = async (path: string): Promise<string> => {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
};

/** On the disk, not only in the system's memory. */
export const flush = async (path: string): Promise<void> => {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
};

/** What went wrong, in a sentence for the command line. */
export class BackupRefused extends Error {
  readonly code = 'BACKUP_REFUSED';
}
