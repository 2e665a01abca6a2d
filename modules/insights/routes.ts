// HTTP of scores and recommendations.

import {
  getScorerReport,
  listRecommendations,
  listScorers,
  listScores,
  runScorer,
  scheduleScorer,
} from '@rapport/sdk/routes';
import { type Served, serve } from '../../core/index.ts';
import type { Insights } from './insights.ts';

/**
 * 10 recommendations a shelf when no `limit` is given. A run that somebody starts trains and tells unless
 * they say otherwise; its answer is the id of the job, not the scores.
 */
export const insightRoutes = (insights: Insights): Served[] => [
  serve(listScores, async ({ params }) => ({ data: await insights.scoresOf(params.id) })),
  serve(listRecommendations, async ({ params, query }) => ({
    data: await insights.recommendationsFor(params.id, { shelf: query.shelf, limit: query.limit ?? 10 }),
  })),
  serve(listScorers, async () => ({ data: await insights.scorers() })),
  serve(scheduleScorer, ({ params, body, actor }) => insights.schedule(params.id, body, actor)),
  serve(runScorer, async ({ params, body: { at, train = true, tell = true }, actor }) => ({
    job: await insights.startRun(
      { scorer: params.id, train, tell, at: at === undefined ? undefined : Date.parse(at) },
      actor,
    ),
  })),
  serve(getScorerReport, ({ params }) => insights.report(params.id)),
];
