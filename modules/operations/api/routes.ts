// Health, readiness, metrics, the API's description, and the progress of jobs.

import type { AnyRoute } from '@rapport/sdk';
import { getApiReference, getHealth, getJob, getMetrics, getOpenApi, getReadiness } from '@rapport/sdk/routes';
import {
  type Database,
  defineError,
  fromJson,
  type Jobs,
  type Metrics,
  Reply,
  type Served,
  serve,
  toIso,
  toIsoOrNull,
  Unavailable,
} from '../../../core/index.ts';
import { describeApi } from './openapi.ts';
import { referencePage } from './reference.ts';

export const JobNotFound = defineError(
  'JOB_NOT_FOUND',
  404,
  'No such job, or it finished long ago.',
  (id: string) => `No job ${id}.`,
);

type Deps = {
  database: Database;
  jobs: Jobs;
  metrics: Metrics;
  version: string;
  isReady: () => boolean;
  routes: () => AnyRoute[];
};

/**
 * Health says that the process answers, readiness that it also reaches its database and is neither
 * starting nor stopping (503 otherwise). A job is shown for as long as its queue keeps it.
 */
export const platformRoutes = ({ database, jobs, metrics, version, isReady, routes }: Deps): Served[] => [
  serve(getHealth, () => ({ status: 'ok' })),
  serve(getReadiness, async () => {
    if (!isReady()) throw new Unavailable('Rapport is starting or shutting down.', { headers: { 'Retry-After': '1' } });
    await database.reader.raw('select 1');
    return { status: 'ready' };
  }),
  serve(getMetrics, async () => new Reply(await metrics.text(), { headers: { 'Content-Type': metrics.contentType } })),
  serve(getOpenApi, () => describeApi(routes(), version)),
  serve(getApiReference, () => referencePage(routes(), version)),
  serve(getJob, async ({ params }) => {
    const job = await jobs.find(params.id);
    if (!job) throw new JobNotFound(params.id);
    return {
      id: job.id,
      queue: job.queue,
      status: job.status,
      attempts: job.attempts,
      progress: job.progress === null ? null : fromJson<unknown>(job.progress),
      result: job.result === null ? null : fromJson<unknown>(job.result),
      lastError: job.last_error,
      createdAt: toIso(Number(job.created_at)),
      finishedAt: toIsoOrNull(job.finished_at === null ? null : Number(job.finished_at)),
    };
  }),
];
