// Rules: one language, three executions, and what is built of it: segments, promotions, alerts.
import type { Core, Platform, Served } from '../core/index.ts';

export type Rules = { served: Served[]; start: () => Promise<void>; stop: () => Promise<void> };

export const createRules = async (_platform: Platform, _core: Core): Promise<Rules> => ({
  served: [],
  start: async () => {},
  stop: async () => {},
});
