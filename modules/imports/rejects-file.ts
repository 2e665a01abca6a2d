// The file of refused rows. It is written before the chunk that counts them commits, at the place the last checkpoint names:
// whatever a killed process left beyond that place is cut off when the import goes on.
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { csvLine } from '../../core/index.ts';
import type { Problem } from './cleaning.ts';

/**
 * `row` counts from 1, the header of a CSV included; `original` is the record as it stood in the file, cut
 * when it was too long.
 */
export type Reject = Problem & { row: number; original: string };
export type RejectsFile = {
  /** Writes at `position` and gives the length of the file then; safe on disk before it returns. */
  write: (position: number, rejects: readonly Reject[]) => Promise<number>;
  close: () => Promise<void>;
};

const head = csvLine(['row', 'field', 'code', 'reason', 'original']);

/**
 * CSV, readable by its owner only when it is made here. Throws when the file is shorter than `position`:
 * what the checkpoint counted is lost then, and going on would hide it.
 */
export const openRejects = async (path: string, position: number): Promise<RejectsFile> => {
  await mkdir(dirname(path), { recursive: true });
  const file = await open(path, position === 0 ? 'w' : 'r+', 0o600);
  const { size } = await file.stat();
  if (size < position) throw new Error(`The file of refused rows ${path} is shorter than it was.`);
  await file.truncate(position);
  return {
    write: async (at, rejects) => {
      const text = (at === 0 ? head : '') + rejects.map(lineOf).join('');
      if (text === '') return at;
      const bytes = Buffer.from(text);
      await file.write(bytes, 0, bytes.length, at);
      // A chunk that is written again after a lost race may refuse fewer rows.
      await file.truncate(at + bytes.length);
      await file.datasync();
      return at + bytes.length;
    },
    close: () => file.close(),
  };
};

const lineOf = ({ row, field, code, reason, original }: Reject): string =>
  csvLine([row, field, code, reason, original.trimEnd()]);
