// Records as a module: rows of the types that plugins declare.
import type { Customers } from '../customers/index.ts';
import { defineModule } from '../module.ts';
import { recordRoutes } from './routes.ts';
import { createRecords } from './service.ts';

export const recordsModule = defineModule({
  name: 'records',
  create: (platform, { customers }: { customers: Customers }) => createRecords({ platform, customers }),
  tables: [],
  routes: recordRoutes,
});
