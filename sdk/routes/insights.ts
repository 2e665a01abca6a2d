// Scores and recommendations, and running a scorer over everybody.
import { Type } from 'typebox';
import { defineRoute } from '../contract.ts';
import {
  NewScorerSchedule,
  Recommendation,
  Score,
  Scorer,
  ScorerReport,
  ScorerSchedule,
  Shelf,
} from '../schemas/insights.ts';
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
  summary: 'Scorers of the plugins that run here, each with the plugin that is asked',
  reply: Closed({ data: Type.Array(Scorer) }),
});
export const scheduleScorer = defineRoute({
  method: 'PUT',
  path: '/scorers/:id/schedule',
  scope: 'insights:write',
  tag,
  summary: 'When a scorer trains and scores, whom it tells, and which plugin is asked',
  params: IdParams,
  body: NewScorerSchedule,
  reply: ScorerSchedule,
});
export const runScorer = defineRoute({
  method: 'POST',
  path: '/scorers/:id/run',
  scope: 'insights:write',
  tag,
  summary: 'Score all customers; follow the job, or the run in the report',
  params: IdParams,
  body: Closed({
    /** The instant the snapshot is taken at; when absent, purchases count up to the moment a customer is scored. */
    at: Type.Optional(Time),
    /** Build the model first, where the scorer has one. */
    train: Type.Optional(Type.Boolean({ default: true })),
    /** False: segments are right afterwards, and nobody is told of the changes one by one. */
    tell: Type.Optional(Type.Boolean({ default: true })),
  }),
  reply: Closed({ job: Id }),
  status: 202,
});
export const getScorerReport = defineRoute({
  method: 'GET',
  path: '/scorers/:id/report',
  scope: 'insights:read',
  tag,
  summary: 'What a scorer found: range, labels, runs; when it ran and runs next',
  params: IdParams,
  reply: ScorerReport,
});
