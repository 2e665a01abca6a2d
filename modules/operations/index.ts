// Operations: health, metrics, the API's description, and what whoever runs an installation needs on the command line.
import type { AnyRoute } from '@rapport/sdk';
import { type Auth, defineModule, type Platform, type Plugins } from '../../core/index.ts';
import { platformRoutes } from './api/routes.ts';
import { auditCommand } from './audit-command.ts';
import { backupCommand, restoreCommand } from './backups/commands.ts';
import { machineChecks } from './doctor/checks.ts';
import { doctorCommand } from './doctor/commands.ts';
import { coreChecks } from './doctor/core-checks.ts';
import { pluginCommand } from './plugin-command.ts';
import { createRetention } from './retention.ts';
import { clientCommand, userCommand } from './staff-commands.ts';
import { statisticsAfterImports } from './statistics-store.ts';

export { describeApi } from './api/openapi.ts';
export { createConsole } from './console.ts';

/**
 * `isReady` is false while the process starts or stops; `routes` are asked for at each call, since modules
 * add theirs until the start.
 */
export type OperationsDeps = {
  version: string;
  isReady: () => boolean;
  routes: () => AnyRoute[];
  auth: Auth;
  plugins: Plugins;
};

export const operationsModule = defineModule({
  name: 'operations',
  create: (platform: Platform, deps: OperationsDeps) => ({
    ...platform,
    ...deps,
    retention: createRetention(platform),
  }),
  tables: [],
  doctor: [...machineChecks, ...coreChecks],
  routes: (operations) => platformRoutes(operations),
  subscriptions: (platform) => [{ notices: statisticsAfterImports(platform) }],
  schedules: ({ retention }) => [
    { name: 'retention', cron: '41 * * * *', run: ({ signal }) => retention.sweep(signal) },
  ],
  commands: [backupCommand, restoreCommand, auditCommand, doctorCommand, pluginCommand, userCommand, clientCommand],
});
