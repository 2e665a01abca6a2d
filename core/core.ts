// The core's own modules, in the order of their dependencies. Each is a declaration of its folder; the list below is the whole core.
import type { Middleware } from 'koa';
import { type Auth, authModule } from './auth/index.ts';
import { type Attributes, type Customers, customersModule } from './customers/index.ts';
import { eventsModule } from './events/index.ts';
import type { Events } from './events/service.ts';
import { createHooks, type Hooks } from './hooks/bus.ts';
import { machineryModule } from './machinery.ts';
import { createModules, type Modules } from './module.ts';
import type { Platform } from './platform.ts';
import { type Plugins, pluginsModule } from './plugins/index.ts';
import { recordsModule } from './records/index.ts';
import type { Records } from './records/service.ts';

export type Core = {
  auth: Auth;
  attributes: Attributes;
  customers: Customers;
  events: Events;
  records: Records;
  plugins: Plugins;
  hooks: Hooks;
  authenticate: Middleware;
  modules: Modules;
};

export const coreModules = [
  machineryModule,
  authModule,
  customersModule,
  eventsModule,
  recordsModule,
  pluginsModule,
] as const;

export const createCore = (platform: Platform): Core => {
  const modules = createModules(platform);
  const { install } = modules;
  install(machineryModule, {});
  const auth = install(authModule, {});
  const { attributes, customers } = install(customersModule, {});
  const events = install(eventsModule, { customers });
  const records = install(recordsModule, { customers });
  const plugins = install(pluginsModule, { events, records, capabilities: () => modules.capabilities });
  const hooks = createHooks({ runner: plugins.runner, outbox: platform.outbox });
  return {
    auth,
    attributes,
    customers,
    events,
    records,
    plugins,
    hooks,
    authenticate: auth.authenticate,
    modules,
  };
};
