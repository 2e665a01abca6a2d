// Files of people's data do not stay: an upload a day after its import ended, refused rows a month, what a killed process left a day.
import { existsSync } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ImportStore } from './store.ts';

const dayMs = 86_400_000;
const atOnce = 10_000;

/**
 * Only files in the data folder: one that somebody imported from the command line is theirs, and so is a
 * file of refused rows they named. A file may be gone already.
 */
export const sweepFiles = async ({
  store,
  folder,
  now,
}: {
  store: Pick<ImportStore, 'listFinishedBefore' | 'find'>;
  folder: string;
  now: number;
}): Promise<void> => {
  for (const row of await store.listFinishedBefore(now - dayMs, atOnce))
    if (row.file_path.startsWith(folder)) await rm(row.file_path, { force: true });
  for (const row of await store.listFinishedBefore(now - 30 * dayMs, atOnce))
    if (row.rejects_path.startsWith(folder)) await rm(row.rejects_path, { force: true });
  if (!existsSync(folder)) return;
  for (const name of await readdir(folder)) {
    const [id = '', kind] = name.split('.');
    const orphan = kind === 'stdin' || (kind === 'upload' && (await store.find(id)) === undefined);
    if (orphan && now - (await stat(join(folder, name))).mtimeMs > dayMs) await rm(join(folder, name), { force: true });
  }
};
