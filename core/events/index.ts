// Events as a module: what customers do.
import type { Customers } from '../customers/index.ts';
import { defineModule } from '../module.ts';
import { eventCapabilities } from './capabilities.ts';
import { eventRoutes } from './routes.ts';
import { createEvents } from './service.ts';

export const eventsModule = defineModule({
  name: 'events',
  create: (platform, { customers }: { customers: Customers }) => ({
    ...createEvents({ platform, customers }),
    capabilities: eventCapabilities(platform),
  }),
  tables: [
    {
      table: 'events',
      owner: 'customer',
      customerColumns: ['customer_id'],
      personal: ['properties'],
      onErase: 'delete',
      onMerge: 'rekey',
      inExport: true,
      grows: 'with time',
      keptBecause: 'rules look back over all of it',
    },
  ],
  routes: eventRoutes,
  capabilities: ({ capabilities }) => capabilities,
});
