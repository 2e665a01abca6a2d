// Operations: health, metrics, the API's description, and what whoever runs an installation needs on the command line.
import type { AnyRoute } from '@rapport/sdk';
import { defineModule } from '../../core/index.ts';
import { platformRoutes } from './api/routes.ts';
import { auditCommand } from './audit-command.ts';
import { backupCommand, restoreCommand } from './backups/commands.ts';
import { doctorCommand } from './doctor/commands.ts';
import { createRetention } from './retention.ts';

export { describeApi } from './api/openapi.ts';
export { createConsole } from './console.ts';

export const operationsModule = defineModule({
  name: 'operations',
  create: (platform, deps: { version: string; isReady: () => boolean; routes: () => AnyRoute[] }) => ({
    ...platform,
    ...deps,
    retention: createRetention(platform),
  }),
  tables: [],
  routes: platformRoutes,
  schedules: ({ retention }) => [
    { name: 'retention', cron: '41 * * * *', run: ({ signal }) => retention.sweep(signal) },
  ],
  commands: [backupCommand, restoreCommand, auditCommand, doctorCommand],
});
