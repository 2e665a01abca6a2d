// Makes the imports and exports, with their routes.
import type { Attributes, Customers } from '../customers/index.ts';
import { createFaults } from '../faults.ts';
import { system } from '../http/actor.ts';
import type { Served } from '../http/serve.ts';
import type { Platform } from '../platform.ts';
import { createExports, type Exports } from './exports.ts';
import { importRoutes } from './routes.ts';
import { createImportService, type ImportService } from './service.ts';
import { createTools } from './tools.ts';

export type { Exports } from './exports.ts';
export type Imports = ImportService;

export const createImports = (
  platform: Platform,
  { customers, attributes }: { customers: Customers; attributes: Attributes },
): { imports: Imports; exports: Exports; served: Served[] } => {
  const tools = createTools({
    platform,
    attributes: async () => {
      const { definitions, defaultCountry } = await attributes.context();
      const all = [...definitions.values()].map((row) => ({ ...row, titleZh: row.title_zh }));
      return { definitions: all, defaultCountry };
    },
    writeCustomers: (trx, rows) => customers.upsertMany(trx, rows, { actor: system, quiet: true }),
  });
  const imports = createImportService({ platform, tools, faults: createFaults(platform.config.fault) });
  imports.register();
  const exports = createExports({ reader: platform.database.reader, attributes });
  return { imports, exports, served: importRoutes(imports, exports) };
};
