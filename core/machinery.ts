// What the machinery keeps for itself: jobs, outbox, audit, leases, settings, idempotency keys. Declared like any module's tables.
import { dayMs } from './declared.ts';
import { requestSeconds } from './http/app.ts';
import { jobsTotal } from './jobs/jobs.ts';
import { defineModule } from './module.ts';

export const machineryModule = defineModule({
  name: 'machinery',
  create: (platform, _deps: object) => platform,
  metrics: [
    requestSeconds,
    jobsTotal,
    {
      kind: 'gauge',
      name: 'rapport_queue_jobs',
      help: 'Jobs in the database by queue and status, the same on every node.',
      labels: ['queue', 'status'],
      collect: async ({ jobs }) =>
        (await jobs.counts()).map(({ queue, status, count }) => ({ value: Number(count), labels: { queue, status } })),
    },
  ],
  // Whose data a payload holds is said by each queue (`subject`).
  forget: ({ jobs }) => jobs.forget,
  tables: [
    {
      table: 'jobs',
      owner: 'machinery',
      personal: ['payload', 'progress', 'result', 'last_error'],
      onErase: 'heard',
      grows: 'with time',
      keepFor: [
        { column: 'finished_at', ms: 7 * dayMs, where: { status: 'done' } },
        { column: 'finished_at', ms: 30 * dayMs, where: { status: 'dead' } },
        // Of a queue that is no longer there: nobody would ever work it.
        { column: 'run_at', ms: 90 * dayMs, where: { status: 'waiting' } },
      ],
    },
    // A notice becomes the jobs of its consumers within seconds; the age is for one that never does.
    {
      table: 'outbox',
      owner: 'machinery',
      customerColumns: ['customer_id'],
      personal: ['payload'],
      onErase: 'delete',
      onMerge: 'stay',
      grows: 'with time',
      keepFor: { column: 'created_at', ms: 30 * dayMs },
    },
    // Ids only; what was in a changed field is never in the details.
    {
      table: 'audit',
      owner: 'machinery',
      grows: 'with time',
      keptBecause: 'the chain is verified from its first row',
    },
    { table: 'generations', owner: 'machinery', grows: 'with settings' },
    { table: 'leases', owner: 'machinery', grows: 'with settings' },
    { table: 'settings', owner: 'shop', grows: 'with settings' },
    {
      table: 'idempotency_keys',
      owner: 'machinery',
      personal: ['reply', 'headers'],
      onErase: 'search',
      grows: 'with time',
      keepFor: { column: 'created_at', ms: dayMs },
    },
    { table: 'knex_migrations', owner: 'machinery', grows: 'with settings' },
    { table: 'knex_migrations_lock', owner: 'machinery', grows: 'with settings' },
  ],
});
