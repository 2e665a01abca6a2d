// Measures over a customer's history in memory, shared by orders and events: the rows of a window, what is taken of each, one value.
import type { FactValue } from './fact.ts';
import { endAt, startAt, type Window } from './window.ts';

export const measures = ['count', 'sum', 'min', 'max', 'avg', 'last', 'first', 'distinct'] as const;
export type Measure = (typeof measures)[number];

type Timed = { at: number };

/** Rows inside the window that pass `keep`, oldest first. `rows` are sorted by time, then id. */
export const rowsIn = <T extends Timed>(
  rows: readonly T[],
  window: Window,
  now: number,
  keep: (row: T) => boolean,
): T[] => {
  const from = startAt(window, now);
  const to = endAt(window, now);
  const found: T[] = [];
  for (let i = firstAt(rows, from); i < rows.length; i++) {
    const row = rows[i]!;
    if (row.at >= to) break;
    if (keep(row)) found.push(row);
  }
  return found;
};

/** As `rowsIn`, without the list. */
export const countIn = <T extends Timed>(
  rows: readonly T[],
  window: Window,
  now: number,
  keep: (row: T) => boolean,
): number => {
  const from = startAt(window, now);
  const to = endAt(window, now);
  let count = 0;
  // From the newest back: a short window looks at few rows of a long history.
  for (let i = rows.length - 1; i >= 0; i--) {
    const row = rows[i]!;
    if (row.at < from) break;
    if (row.at < to && keep(row)) count++;
  }
  return count;
};

const firstAt = (rows: readonly Timed[], from: number): number => {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rows[middle]!.at < from) low = middle + 1;
    else high = middle;
  }
  return low;
};

/** Smallest or largest, null of nothing. */
export const extreme = (values: readonly number[], which: 'min' | 'max'): number | null => {
  let found: number | null = null;
  for (const each of values) if (found === null || (which === 'min' ? each < found : each > found)) found = each;
  return found;
};

/** The last or first row's value, null of nothing. Rows are oldest first, ties by id. */
export const edge = <T>(rows: readonly T[], which: 'first' | 'last', of: (row: T) => FactValue): FactValue => {
  const row = which === 'first' ? rows[0] : rows.at(-1);
  return row === undefined ? null : of(row);
};
