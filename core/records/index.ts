// Records as a module: rows of the types that plugins declare.
import type { Customers } from '../customers/index.ts';
import { defineModule } from '../module.ts';
import { recordCapabilities } from './capabilities.ts';
import { recordRoutes } from './routes.ts';
import { createRecords } from './service.ts';

export const recordsModule = defineModule({
  name: 'records',
  create: (platform, { customers }: { customers: Customers }) => createRecords({ platform, customers }),
  tables: [
    { table: 'record_types', owner: 'shop', grows: 'with settings' },
    {
      table: 'records',
      owner: 'customer',
      customerColumns: ['customer_id'],
      personal: ['data'],
      onErase: 'delete',
      onMerge: 'rekey',
      inExport: true,
      grows: 'with customers',
    },
  ],
  routes: recordRoutes,
  capabilities: recordCapabilities,
});
