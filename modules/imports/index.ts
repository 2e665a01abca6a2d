// Imports: files in, row by row, resumed after a crash, every row accounted for.
import {
  type Attributes,
  type Customers,
  createFaults,
  dayMs,
  defineModule,
  type Events,
  system,
} from '../../core/index.ts';
import { importCommand } from './commands.ts';
import type { Commerce } from './order-rows.ts';
import { importRoutes } from './routes.ts';
import { createImportService, type ImportService } from './service.ts';
import { createTools } from './tools.ts';

export type Imports = ImportService;

type ImportDeps = { customers: Customers; attributes: Attributes; commerce: Commerce; events: Events };

/** An import's row is kept for a year after its end, its files far shorter (sweep.ts). */
export const importsModule = defineModule({
  name: 'imports',
  folders: ['imports'],
  create: (platform, { customers, attributes, commerce, events }: ImportDeps) => {
    const tools = createTools({
      platform,
      commerce,
      events,
      attributes: async () => {
        const { definitions, defaultCountry } = await attributes.context();
        const all = [...definitions.values()].map((row) => ({ ...row, titleZh: row.title_zh }));
        return { definitions: all, defaultCountry };
      },
      writeCustomers: (trx, given) => customers.upsertMany(trx, given, { actor: system, quiet: true }),
    });
    return createImportService({ platform, commerce, tools, faults: createFaults(platform.config.fault) });
  },
  tables: [
    {
      table: 'imports',
      owner: 'shop',
      personal: ['tally'],
      onErase: 'heard',
      grows: 'with time',
      keepFor: { column: 'finished_at', ms: 365 * dayMs },
    },
  ],
  routes: importRoutes,
  jobs: (imports) => imports.jobs,
  forget: (imports) => imports.forget,
  schedules: (imports) => [{ name: 'imports-sweep', cron: '17 3 * * *', run: () => imports.sweep() }],
  commands: [importCommand],
});
