// Cron patterns of five fields in UTC, as numbers: whether one is right, and when it is due next.
import { Cron } from 'croner';

const read = (pattern: string): Cron => new Cron(pattern, { paused: true, mode: '5-part', timezone: 'UTC' });

export const isCron = (pattern: string): boolean => {
  try {
    read(pattern);
    return true;
  } catch {
    return false;
  }
};

/** The first moment after `after` (ms); null when the pattern never comes true, as on 30 February. */
export const nextDue = (pattern: string, after: number): number | null =>
  read(pattern).nextRun(new Date(after))?.getTime() ?? null;

/** The moment for which a clock ticks now: the same on every node, also on one that is late. */
export const dueNow = (clock: Cron): string =>
  (clock.previousRuns(1, new Date(Date.now() + 1))[0] ?? new Date()).toISOString();
