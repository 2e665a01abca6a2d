// Operations: what whoever runs an installation needs on the command line.
import { defineModule } from '../../core/index.ts';
import { auditCommand } from './audit-command.ts';
import { backupCommand, restoreCommand } from './backups/commands.ts';
import { doctorCommand } from './doctor/commands.ts';

export const operationsModule = defineModule({
  name: 'operations',
  create: (_platform, _deps: object) => ({}),
  tables: [],
  commands: [backupCommand, restoreCommand, auditCommand, doctorCommand],
});
