// How many rows a chunk has, so that the database is held for a moment only, and how fast rows go.
import type { Dialect } from '../../core/index.ts';

/** A chunk's transaction should take about this long. On SQLite every other writer waits for it; on PostgreSQL hardly anybody does. */
const targetMs = { sqlite: 40, postgres: 150 };
const smallest = 50;
const largest = 2000;

/** Between 50 and 2,000 rows a chunk, 250 at first. `now` is a monotonic clock in ms. */
export const createPace = (dialect: Dialect, now: () => number = () => performance.now()) => {
  const started = now();
  let size = 250;
  let rows = 0;
  return {
    size: (): number => size,
    /** `ms` of the whole transaction with its `count` rows. */
    chunkTook: (count: number, ms: number): void => {
      rows += count;
      const fitting = (count * targetMs[dialect]) / Math.max(ms, 1);
      // Half-way to what would have fitted, so that one slow write does not make it lurch.
      size = Math.round(Math.min(largest, Math.max(smallest, (size + fitting) / 2)));
    },
    /** Rows per second since this run began, with those that are being written. */
    rate: (writing: number): number => Math.round(((rows + writing) * 1000) / Math.max(now() - started, 1)),
  };
};
