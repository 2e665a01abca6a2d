// Scores and recommendations, and running a scorer over everybody.
import { Type } from 'typebox';
import { defineRoute } from '../contract.ts';
import { Recommendation, Score, ScorerReport, Shelf } from '../schemas/insights.ts';
import { Closed, Id, IdParams, Time } from '../schemas/shared.ts';

const tag = 'insights';

export const listScores = defineRoute({
  method: 'GET',
  path: '/customers/:id/scores',
  scope: 'insights:read',
  tag,
  summary: "A customer's scores with their reasons",
  params: IdParams,
  reply: Closed({ data: Type.Array(Score) }),
});
export const listRecommendations = defineRoute({
  method: 'GET',
  path: '/customers/:id/recommendations',
  scope: 'insights:read',
  tag,
  summary: 'Products for a customer, each with its reason',
  params: IdParams,
  query: Closed({
    shelf: Type.Optional(Shelf),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 50, default: 10 })),
  }),
  reply: Closed({ data: Type.Array(Recommendation) }),
});
export const listScorers = defineRoute({
  method: 'GET',
  path: '/scorers',
  scope: 'insights:read',
  tag,
  summary: 'Scorers of the plugins that run here',
  reply: Closed({ data: Type.Array(Closed({ scorer: Type.String(), plugin: Type.String() })) }),
});
export const runScorer = defineRoute({
  method: 'POST',
  path: '/scorers/:id/run',
  scope: 'insights:write',
  tag,
  summary: 'Score all customers; follow the job',
  params: IdParams,
  /** The instant the snapshot is taken at; now when absent. */
  body: Closed({ at: Type.Optional(Time) }),
  reply: Closed({ job: Id }),
  status: 202,
});
export const getScorerReport = defineRoute({
  method: 'GET',
  path: '/scorers/:id/report',
  scope: 'insights:read',
  tag,
  summary: 'What a scorer found: range, labels, runs',
  params: IdParams,
  reply: ScorerReport,
});
