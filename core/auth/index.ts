// Access as a module: people, sessions, OAuth apps and tokens.

import { defineModule } from '../module.ts';
import { createAuth } from './auth.ts';
import { accessGeneration } from './bearer.ts';
import { accessTables } from './tables.ts';

export type { Auth } from './auth.ts';

export const authModule = defineModule({
  name: 'access',
  create: (platform, _deps: object) => createAuth(platform),
  generations: [accessGeneration],
  tables: accessTables,
  routes: ({ served }) => served,
  start: ({ start }) => start(),
});
