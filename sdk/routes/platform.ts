// Health, metrics, the API's own description, jobs.
import { Type } from 'typebox';
import { defineRoute } from '../contract.ts';
import { Closed, IdParams, Nullable, Time } from '../schemas/shared.ts';

export const getHealth = defineRoute({
  method: 'GET',
  path: '/healthz',
  root: true,
  cost: 0,
  scope: 'public',
  tag: 'operations',
  summary: 'The process is alive',
  reply: Closed({ status: Type.String() }),
});
export const getReadiness = defineRoute({
  method: 'GET',
  path: '/readyz',
  root: true,
  cost: 0,
  scope: 'public',
  tag: 'operations',
  summary: 'It takes requests: the database answers and the schema is current',
  reply: Closed({ status: Type.String() }),
});
export const getMetrics = defineRoute({
  method: 'GET',
  path: '/metrics',
  root: true,
  cost: 0,
  scope: 'public',
  tag: 'operations',
  summary: 'Figures for Prometheus',
  replyType: 'text/plain; version=0.0.4',
});
export const getOpenApi = defineRoute({
  method: 'GET',
  path: '/api/openapi.json',
  root: true,
  scope: 'public',
  tag: 'operations',
  summary: 'This API as OpenAPI 3.1',
  reply: Type.Unknown(),
});
export const getApiReference = defineRoute({
  method: 'GET',
  path: '/api/docs',
  root: true,
  scope: 'public',
  tag: 'operations',
  summary: 'This API as a page',
  replyType: 'text/html; charset=utf-8',
});

export const Job = Closed({
  id: Type.String(),
  queue: Type.String(),
  status: Type.Union([Type.Literal('waiting'), Type.Literal('running'), Type.Literal('done'), Type.Literal('dead')]),
  attempts: Type.Integer(),
  progress: Type.Unknown(),
  result: Type.Unknown(),
  lastError: Nullable(Type.String()),
  createdAt: Time,
  finishedAt: Nullable(Time),
});

export const getJob = defineRoute({
  method: 'GET',
  path: '/jobs/:id',
  scope: 'signed-in',
  tag: 'operations',
  summary: "A long job's progress and result",
  params: IdParams,
  reply: Job,
});
