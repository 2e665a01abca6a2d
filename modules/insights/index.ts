// Insights: what scorers and recommenders of plugins say of customers, when they are asked, and who is told of it.
import { dayMs, defineModule } from '../../core/index.ts';
import { insightFacts, scorersGeneration } from './facts.ts';
import { createInsights, type InsightDeps } from './insights.ts';
import { insightRoutes } from './routes.ts';

export type { Insights } from './insights.ts';

/**
 * Scores go with the erasure of their customer and are joined on a merge; runs are shown for 90 days after
 * their end, and a request to score somebody again is given up after 7.
 */
export const insightsModule = defineModule({
  name: 'insights',
  create: (platform, deps: InsightDeps) => createInsights(platform, deps),
  tables: [
    {
      table: 'scores',
      owner: 'customer',
      customerColumns: ['customer_id'],
      personal: ['reasons'],
      onErase: 'delete',
      onMerge: 'union',
      inExport: true,
      grows: 'with customers',
    },
    { table: 'scorer_settings', owner: 'shop', grows: 'with settings' },
    { table: 'scorer_clocks', owner: 'machinery', grows: 'with settings' },
    {
      table: 'scorer_runs',
      owner: 'machinery',
      grows: 'with time',
      keepFor: { column: 'finished_at', ms: 90 * dayMs },
    },
    {
      table: 'score_requests',
      owner: 'customer',
      customerColumns: ['customer_id'],
      onErase: 'delete',
      onMerge: 'rekey',
      grows: 'with time',
      keepFor: { column: 'created_at', ms: 7 * dayMs },
    },
  ],
  generations: [scorersGeneration],
  facts: insightFacts,
  routes: insightRoutes,
  jobs: (insights) => insights.jobs,
  subscriptions: ({ touched }) => [{ changes: touched.note }, { notices: touched.afterImport }],
  start: (insights) => insights.start(),
  stop: (insights) => insights.stop(),
});
