// The core's features, made from the platform: each gives its services and its routes. The list below is the whole core.
import type { Middleware } from 'koa';
import { type Auth, createAuth } from './auth/auth.ts';
import { type Commerce, createCommerce } from './commerce/index.ts';
import { type Attributes, type Customers, createCustomers, type Members } from './customers/index.ts';
import { eventRoutes } from './events/routes.ts';
import { createEvents, type Events } from './events/service.ts';
import { createHooks, type Hooks } from './hooks/bus.ts';
import type { Served } from './http/serve.ts';
import { createImports, type Exports, type Imports } from './imports/index.ts';
import { createInsights, type Insights } from './insights/insights.ts';
import { insightRoutes } from './insights/routes.ts';
import { createMessaging, type Messaging } from './messages/index.ts';
import type { Platform } from './platform.ts';
import { createPlugins, type Plugins } from './plugins/index.ts';
import { recordRoutes } from './records/routes.ts';
import { createRecords, type Records } from './records/service.ts';
import { createWebhooking, type Webhooking } from './webhooks/index.ts';

export type Core = {
  auth: Auth;
  attributes: Attributes;
  customers: Customers;
  members: Members;
  events: Events;
  commerce: Commerce;
  records: Records;
  plugins: Plugins;
  hooks: Hooks;
  messages: Messaging;
  insights: Insights;
  webhooks: Webhooking;
  imports: Imports;
  exports: Exports;
  authenticate: Middleware;
  served: Served[];
  start: () => Promise<void>;
  stop: () => Promise<void>;
};

export const createCore = async (platform: Platform): Promise<Core> => {
  const auth = createAuth(platform);
  const { attributes, customers, members, ...people } = createCustomers(platform);
  const events = createEvents({ platform, customers });
  const { commerce, ...shop } = createCommerce(platform, customers);
  const records = createRecords({ platform, customers });
  const plugins = createPlugins(platform, { events });
  const hooks = createHooks({ runner: plugins.runner, outbox: platform.outbox });
  const messages = createMessaging(platform, hooks);
  const insights = createInsights(platform, hooks);
  const webhooks = createWebhooking(platform);
  const { imports, exports, ...files } = createImports(platform, { customers, attributes });
  return {
    auth,
    attributes,
    customers,
    members,
    events,
    commerce,
    records,
    plugins,
    hooks,
    messages,
    insights,
    webhooks,
    imports,
    exports,
    authenticate: auth.authenticate,
    served: [
      ...auth.served,
      ...people.served,
      ...eventRoutes(events),
      ...shop.served,
      ...recordRoutes(records),
      ...plugins.served,
      ...messages.served,
      ...insightRoutes(insights),
      ...webhooks.served,
      ...files.served,
    ],
    start: async () => {
      await auth.start();
      await plugins.start();
      await webhooks.start();
    },
    stop: async () => {
      webhooks.stop();
      await messages.stop();
      await plugins.stop();
    },
  };
};
