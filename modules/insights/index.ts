// Insights: what scorers and recommenders of plugins say of customers.
import { defineModule, type Hooks } from '../../core/index.ts';
import { createInsights } from './insights.ts';
import { insightRoutes } from './routes.ts';

export type { Insights } from './insights.ts';

export const insightsModule = defineModule({
  name: 'insights',
  create: (platform, { hooks }: { hooks: Hooks }) => createInsights(platform, hooks),
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
  ],
  routes: insightRoutes,
  jobs: (insights) => insights.jobs,
});
