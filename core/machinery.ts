// What the machinery keeps for itself: jobs, outbox, audit, leases, settings, idempotency keys. Declared like any module's tables.
import { defineModule } from './module.ts';

export const machineryModule = defineModule({
  name: 'machinery',
  create: (_platform, _deps: object) => ({}),
  tables: [],
});
