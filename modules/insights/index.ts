// Insights: what scorers and recommenders of plugins say of customers.
import { defineModule, type Hooks } from '../../core/index.ts';
import { createInsights } from './insights.ts';
import { insightRoutes } from './routes.ts';

export type { Insights } from './insights.ts';

export const insightsModule = defineModule({
  name: 'insights',
  create: (platform, { hooks }: { hooks: Hooks }) => createInsights(platform, hooks),
  tables: [],
  routes: insightRoutes,
  jobs: (insights) => insights.jobs,
});
