// What an import has counted so far: part of its checkpoint, so it survives a kill exactly as far as the rows did.
import type { ImportCorrection, ImportReject } from '@rapport/sdk/schemas';
import type { Correction, Problem } from './cleaning.ts';
import type { Counts } from './layout.ts';

/** Counts over all rows; of corrections and refused rows the first 20 as examples, which may quote personal data. */
export type Tally = {
  created: Counts;
  updated: Counts;
  rejectedBy: Counts;
  corrected: Counts;
  corrections: ImportCorrection[];
  rejects: ImportReject[];
};

const examples = 20;

export const emptyTally = (): Tally => ({
  created: {},
  updated: {},
  rejectedBy: {},
  corrected: {},
  corrections: [],
  rejects: [],
});

/** A copy to count the next chunk on; it takes the place of the old one only when the chunk is committed. */
export const copyTally = (tally: Tally): Tally => structuredClone(tally);

export const addCounts = (to: Counts, more: Counts): void => {
  for (const [name, count] of Object.entries(more)) if (count > 0) to[name] = (to[name] ?? 0) + count;
};

/** Values are cut to 200 characters. */
export const addCorrections = (tally: Tally, row: number, corrections: readonly Correction[]): void => {
  for (const { field, kind, from, to } of corrections) {
    const key = `${field}:${kind}`;
    tally.corrected[key] = (tally.corrected[key] ?? 0) + 1;
    if (tally.corrections.length < examples)
      tally.corrections.push({ row, field, kind, from: from.slice(0, 200), to: to.slice(0, 200) });
  }
};

export const addReject = (tally: Tally, row: number, { field, code, reason }: Problem): void => {
  tally.rejectedBy[code] = (tally.rejectedBy[code] ?? 0) + 1;
  if (tally.rejects.length < examples) tally.rejects.push({ row, field, code, reason });
};
