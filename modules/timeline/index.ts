// The timeline of a customer: a read over what other modules stored, with no table of its own.
import { type Customers, defineModule, type Platform } from '../../core/index.ts';
import { timelineRoutes } from './routes.ts';

export const timelineModule = defineModule({
  name: 'timeline',
  create: (platform: Platform, { customers }: { customers: Customers }) => ({ customers, database: platform.database }),
  tables: [],
  routes: timelineRoutes,
});
