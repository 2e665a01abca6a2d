// HTTP of scores and recommendations.

import { getScorerReport, listRecommendations, listScorers, listScores, runScorer } from '@rapport/sdk/routes';
import { type Served, serve } from '../../core/index.ts';
import type { Insights } from './insights.ts';

export const insightRoutes = (insights: Insights): Served[] => [
  serve(listScores, async ({ params }) => ({ data: await insights.scoresOf(params.id) })),
  serve(listRecommendations, async ({ params, query }) => ({
    data: await insights.recommendationsFor(params.id, { shelf: query.shelf, limit: query.limit ?? 10 }),
  })),
  serve(listScorers, () => ({ data: insights.scorers() })),
  serve(runScorer, async ({ params, body, actor }) => ({
    job: await insights.startRun(params.id, body.at ? Date.parse(body.at) : undefined, actor),
  })),
  serve(getScorerReport, ({ params }) => insights.report(params.id)),
];
