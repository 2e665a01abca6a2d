// When scorers are due. The next moment of each is a row, so that what was missed while the server was off is made up for once,
// and one of several nodes queues the run. A look takes one small read; nothing here runs plugins.
import type { ScorerRunKind } from '@rapport/sdk/schemas';
import { nextDue, type Platform, transact } from '../../core/index.ts';
import type { Runs } from './runs.ts';
import type { Chosen, Scorers } from './scorers.ts';
import { type ClockRow, createScorerStore } from './scorers-store.ts';

const lookMs = 5000;
const kinds: readonly ScorerRunKind[] = ['train', 'score'];

export type Timetable = ReturnType<typeof createTimetable>;

/**
 * Looks every 5 s: a run begins up to that much late. However often a moment was missed, it is made up for
 * by one run. `look` never throws; what went wrong is in the log and tried at the next look.
 */
export const createTimetable = (platform: Platform, deps: { scorers: Scorers; runs: Pick<Runs, 'request'> }) => {
  const { database, clock, log } = platform;
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<void> = Promise.resolve();

  /** Sets clocks that are new or changed, answers those that are due. */
  const findDue = async (chosen: Chosen, rows: readonly ClockRow[], now: number): Promise<ClockRow[]> => {
    const due: ClockRow[] = [];
    const store = createScorerStore(database.writer);
    for (const kind of kinds) {
      const cron = chosen.schedule[kind];
      const row = rows.find((one) => one.kind === kind);
      if (cron === null) {
        if (row) await store.removeClock(chosen.scorer, kind);
      } else if (row?.cron !== cron) {
        await store.putClock({ scorer: chosen.scorer, kind, cron, due_at: nextDue(cron, now) });
      } else if (row.due_at !== null && row.due_at <= now) due.push(row);
    }
    return due;
  };

  const queue = ({ scorer, schedule }: Chosen, due: readonly ClockRow[], now: number): Promise<void> =>
    transact(database.writer, async (trx) => {
      const store = createScorerStore(trx);
      const moved: ScorerRunKind[] = [];
      for (const row of due) if (await store.moveClock(row, nextDue(row.cron, now))) moved.push(row.kind);
      // Training ends with scoring everybody: one run for both.
      const kind = moved.includes('train') ? 'train' : moved[0];
      if (kind) await deps.runs.request(trx, { scorer, kind, tell: schedule.tell });
    });

  const tick = async (): Promise<void> => {
    const now = clock.now();
    const rows = Map.groupBy(await createScorerStore(database.reader).listClocks(), ({ scorer }) => scorer);
    for (const chosen of await deps.scorers.list()) {
      const due = await findDue(chosen, rows.get(chosen.scorer) ?? [], now);
      if (due.length > 0) await queue(chosen, due, now);
    }
  };
  /** One look at a time. */
  const look = (): Promise<void> => {
    looking = looking.then(tick).catch((error: unknown) => {
      log.warn({ err: error }, 'scorers that are due could not be queued');
    });
    return looking;
  };

  return {
    look,
    /** The next moment of a scorer (ms); null when no clock runs for it. */
    findNext: async (scorer: string): Promise<number | null> => {
      const dues = (await createScorerStore(database.reader).listClocks()).flatMap((row) =>
        row.scorer === scorer && row.due_at !== null ? [row.due_at] : [],
      );
      return dues.length > 0 ? Math.min(...dues) : null;
    },
    start: async (): Promise<void> => {
      await look();
      timer = setInterval(() => void look(), lookMs);
      timer.unref();
    },
    stop: async (): Promise<void> => {
      clearInterval(timer);
      await looking;
    },
  };
};
