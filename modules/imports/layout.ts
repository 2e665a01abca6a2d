// What one kind of import is: how a row of it is read and how many rows are written at once. Implemented by the files beside.

import type { ImportKind } from '@rapport/sdk/schemas';
import type { Db } from '../../core/index.ts';
import type { Cleaner, Problem } from './cleaning.ts';

/** Rows changed, by table. */
export type Counts = Record<string, number>;
/** `refused` is by the index of the item; an item that is neither refused nor counted was there already. */
export type Written = { refused: Map<number, Problem>; created: Counts; updated: Counts };

export type Layout<Item = unknown> = {
  kind: ImportKind;
  /** Facts of the rules vocabulary that rows of this kind may change. */
  facts: (fields: readonly string[]) => string[];
  /**
   * Reads one row; faults and corrections are left with the cleaner. Called for every row of the file in its order, also
   * for rows that a former process has already written, so that what is counted over rows comes out the same.
   */
  read(cleaner: Cleaner): Item | undefined;
  /** Writes rows set by set inside the caller's transaction. May be run again after a lost race, so it keeps no state. */
  write(trx: Db, items: Item[]): Promise<Written>;
};
