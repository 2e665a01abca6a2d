// Insights, put together: which scorers there are, their runs and their clock, who is scored again, what is recommended.
import type { Score, Scorer, ScorerReport } from '@rapport/sdk/schemas';
import { type Hooks, type Installed, type Platform, type Plugins, toIsoOrNull } from '../../core/index.ts';
import { ScorerNotFound } from './errors.ts';
import { createRecommendations } from './recommendations.ts';
import { createRuns } from './runs.ts';
import { createRunStore, type RunRow, toRun } from './runs-store.ts';
import { createScorers, toScorer } from './scorers.ts';
import { createScoring } from './scoring.ts';
import { createInsightStore } from './store.ts';
import { createTimetable } from './timetable.ts';
import { createTouched } from './touched.ts';

const runsShown = 20;

export type InsightDeps = {
  hooks: Hooks;
  /** The plugins that are on. */
  enabled: () => readonly Installed[];
  /** What installed plugins bring, like `scorer:rfm`. */
  listNames: Plugins['listNames'];
};
export type Insights = ReturnType<typeof createInsights>;

/**
 * What plugins say is stored with the plugin that said it; Rapport itself computes no score. `start`
 * begins the clocks of this process, `stop` ends them and waits for the look that is under way.
 */
export const createInsights = (platform: Platform, { hooks, enabled, listNames }: InsightDeps) => {
  const { database, clock, jobs } = platform;
  const scorers = createScorers(platform, { hooks, enabled });
  const scoring = createScoring(platform, hooks);
  const runs = createRuns(platform, { hooks, scorers, scoring });
  const timetable = createTimetable(platform, { scorers, runs });
  const touched = createTouched(platform, { scorers, scoring, runs });

  // A worker that died in every attempt could not write down how its run ended.
  const withFate = async (row: RunRow): Promise<RunRow> => {
    if (row.status === 'done' || row.status === 'failed') return row;
    const job = await jobs.find(row.id);
    if (job && job.status !== 'dead') return row;
    return { ...row, status: 'failed', reason: job?.last_error ?? row.reason };
  };

  /** Throws SCORER_NOT_FOUND when no plugin that is on offers it and nobody has a score of it. */
  const report = async (scorer: string): Promise<ScorerReport> => {
    const store = createInsightStore(database.reader);
    const figures = await store.describe(scorer);
    const chosen = await scorers.find(scorer);
    if (!chosen && Number(figures.customers) === 0) throw new ScorerNotFound(scorer);
    const found = await createRunStore(database.reader).list(scorer, runsShown);
    const recent = await Promise.all(found.map(withFate));
    return {
      scorer,
      plugin: chosen?.plugin ?? null,
      state: recent[0]?.status ?? 'idle',
      schedule: chosen?.schedule ?? null,
      customers: Number(figures.customers),
      lastRunAt: toIsoOrNull(recent.find(({ started_at }) => started_at !== null)?.started_at ?? null),
      nextRunAt: chosen ? toIsoOrNull(await timetable.findNext(scorer)) : null,
      minimum: figures.minimum,
      average: figures.average === null ? null : Number(figures.average),
      maximum: figures.maximum,
      labels: (await store.countLabels(scorer)).map(({ label, customers }) => ({
        label,
        customers: Number(customers),
      })),
      runs: recent.map((row) => toRun(row, clock.now())),
    };
  };

  return {
    ...createRecommendations(platform, hooks),
    scorers: async (): Promise<Scorer[]> => (await scorers.list()).map(toScorer),
    listNames,
    schedule: async (...given: Parameters<typeof scorers.schedule>) => {
      const schedule = await scorers.schedule(...given);
      await timetable.look();
      return schedule;
    },
    startRun: runs.start,
    report,
    /** By scorer; empty for an unknown customer. */
    scoresOf: (customerId: string): Promise<Score[]> => createInsightStore(database.reader).listScores(customerId),
    timetable,
    touched,
    jobs: [runs.job, touched.job],
    start: async (): Promise<void> => {
      await timetable.start();
      touched.start();
    },
    stop: async (): Promise<void> => {
      touched.stop();
      await timetable.stop();
    },
  };
};
