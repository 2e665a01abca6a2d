// Plugins as a module: packages that are installed, the sandbox they run in, what they may ask, the calls to them.
import { defineModule } from '../module.ts';
import { pluginsGeneration } from './calls/registry.ts';
import { pluginCalls } from './calls/runs.ts';
import { createPlugins, type PluginsDeps } from './plugins.ts';
import { pluginTables } from './tables.ts';

export type { Plugins } from './plugins.ts';

export const pluginsModule = defineModule({
  name: 'plugins',
  create: (platform, deps: PluginsDeps) => createPlugins(platform, deps),
  generations: [pluginsGeneration],
  tables: pluginTables,
  metrics: [pluginCalls],
  routes: ({ served }) => served,
  dependents: ({ partsOf }) => ({ parts: partsOf }),
  jobs: ({ jobs }) => jobs,
  schedules: ({ capRuns }) => [{ name: 'plugins-cap', cron: '23 * * * *', run: ({ signal }) => capRuns(signal) }],
  subscriptions: ({ consumer }) => [{ notices: consumer }],
  capabilities: ({ capabilities }) => capabilities,
  start: ({ start }) => start(),
  stop: ({ stop }) => stop(),
});
