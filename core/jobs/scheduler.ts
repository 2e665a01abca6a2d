// Cron schedules over the job queue: every node ticks, the job's unique key lets exactly one of them run it.
import { Cron } from 'croner';
import type { Database } from '../data/database.ts';
import type { Log } from '../log.ts';
import { dueNow } from './cron.ts';
import type { JobContext, Jobs } from './jobs.ts';

export type Schedule = {
  name: string;
  /** Five fields, in UTC: a day on which clocks are changed has neither a missing nor a second run. */
  cron: string;
  run: (context: JobContext) => Promise<unknown>;
};

export const createScheduler = (deps: { database: Database; jobs: Jobs; log: Log }) => {
  const crons: Cron[] = [];
  const tick = (name: string) => (cron: Cron) => {
    const at = dueNow(cron);
    deps.jobs
      .enqueue(deps.database.writer, { queue: `schedule:${name}`, uniqueKey: at, payload: { at }, maxAttempts: 3 })
      .catch((error: unknown) => deps.log.error({ err: error, schedule: name }, 'schedule could not be enqueued'));
  };
  return {
    add: (schedule: Schedule): { stop: () => void } => {
      deps.jobs.work({
        queue: `schedule:${schedule.name}`,
        // A schedule of every minute has 1,440 a day.
        keep: 24 * 3600_000,
        handle: (_: unknown, context) => schedule.run(context),
      });
      const cron = new Cron(schedule.cron, { timezone: 'UTC', unref: true }, tick(schedule.name));
      crons.push(cron);
      return { stop: () => cron.stop() };
    },
    stop: (): void => {
      for (const cron of crons) cron.stop();
    },
  };
};

export type Scheduler = ReturnType<typeof createScheduler>;
