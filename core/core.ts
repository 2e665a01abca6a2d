// The core's features, made from the platform: each gives its services and its routes. The list below is the whole core.
import type { Middleware } from 'koa';
import { type Auth, createAuth } from './auth/auth.ts';
import { type Commerce, createCommerce } from './commerce/index.ts';
import { type Attributes, type Customers, createCustomers, type Members } from './customers/index.ts';
import { eventRoutes } from './events/routes.ts';
import { createEvents, type Events } from './events/service.ts';
import { createHooks, type Hooks, type Runner } from './hooks/bus.ts';
import type { Served } from './http/serve.ts';
import { createImports, type Exports, type Imports } from './imports/index.ts';
import { createInsights, type Insights } from './insights/insights.ts';
import { insightRoutes } from './insights/routes.ts';
import { createMessaging, type Messaging } from './messages/index.ts';
import type { Platform } from './platform.ts';

export type Core = {
  auth: Auth;
  attributes: Attributes;
  customers: Customers;
  members: Members;
  events: Events;
  commerce: Commerce;
  hooks: Hooks;
  messages: Messaging;
  insights: Insights;
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
  const hooks = createHooks({ runner: nobody, outbox: platform.outbox });
  const messages = createMessaging(platform, hooks);
  const insights = createInsights(platform, hooks);
  const { imports, exports, ...files } = createImports(platform, { customers, attributes });
  return {
    auth,
    attributes,
    customers,
    members,
    events,
    commerce,
    hooks,
    messages,
    insights,
    imports,
    exports,
    authenticate: auth.authenticate,
    served: [
      ...auth.served,
      ...people.served,
      ...eventRoutes(events),
      ...shop.served,
      ...messages.served,
      ...insightRoutes(insights),
      ...files.served,
    ],
    start: async () => {
      await auth.start();
    },
    stop: async () => {
      await messages.stop();
    },
  };
};

// Until the plugin host takes its place.
const nobody: Runner = {
  providersOf: () => [],
  run: async (_hook, _input, { plugin }) => ({ kind: 'denied', plugin, reason: 'there are no plugins', wallMs: 0 }),
};
