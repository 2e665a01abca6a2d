// Exports: tables out, streamed.
import { type Attributes, defineModule } from '../../core/index.ts';
import { exportCommand } from './commands.ts';
import { createExports, type Exports } from './exports.ts';
import { exportRoutes } from './routes.ts';

export type { Exports } from './exports.ts';

export const exportsModule = defineModule({
  name: 'exports',
  create: (platform, { attributes }: { attributes: Attributes }): Exports =>
    createExports({ reader: platform.database.reader, attributes }),
  tables: [],
  routes: exportRoutes,
  commands: [exportCommand],
});
