// Messages, put together: templates, the queue, delivery through the channels of plugins.

import { messageFilter, messageSend } from '@rapport/sdk/hooks';
import { defineModule, type Hooks, type Platform } from '../../core/index.ts';
import { type Channel, messageJob } from './delivery.ts';
import { createMessages } from './messages.ts';
import { createRenderer } from './renderer.ts';
import { messageRoutes } from './routes.ts';
import { createTemplates } from './templates.ts';

const createMessaging = (platform: Platform, hooks: Hooks) => {
  const renderer = createRenderer();
  const templates = createTemplates(platform);
  const messages = createMessages(platform, templates);
  return {
    ...messages,
    templates,
    routes: messageRoutes({ database: platform.database, messages, templates, renderer }),
    jobs: [messageJob(platform, { templates, renderer, channel: channelOf(hooks) })],
    stop: () => renderer.stop(),
  };
};

export type Messaging = ReturnType<typeof createMessaging>;

export const messagesModule = defineModule({
  name: 'messages',
  create: (platform, { hooks }: { hooks: Hooks }) => createMessaging(platform, hooks),
  tables: [
    { table: 'templates', owner: 'shop', grows: 'with settings' },
    {
      table: 'messages',
      owner: 'customer',
      customerColumns: ['customer_id'],
      personal: ['address', 'content', 'variables', 'subject', 'reason'],
      onErase: 'delete',
      onMerge: 'rekey',
      inExport: true,
      grows: 'with time',
    },
  ],
  routes: ({ routes }) => routes,
  jobs: ({ jobs }) => jobs,
  stop: ({ stop }) => stop(),
});

/** Filters, then the first channel plugin that takes the message. A plugin that broke is asked again later: nothing is lost by it. */
const channelOf =
  (hooks: Hooks): Channel =>
  async (message) => {
    const filtered = await hooks.filter(messageFilter, message);
    if (filtered.refused)
      return { kind: 'refused', plugin: filtered.refused.plugin, reason: filtered.refused.reason, retry: false };
    const outcome = await hooks.first(messageSend, filtered.value, { provider: message.channel });
    if (!outcome)
      return { kind: 'refused', plugin: null, reason: `no plugin sends through ${message.channel}`, retry: true };
    if (outcome.kind !== 'ok')
      return {
        kind: 'refused',
        plugin: outcome.plugin,
        reason: `${outcome.kind}: ${outcome.reason}`,
        retry: outcome.kind !== 'denied',
      };
    const { plugin, value } = outcome;
    if (value.status === 'sent') return { kind: 'accepted', plugin, providerId: value.id ?? null };
    if (value.status === 'declined')
      return { kind: 'refused', plugin, reason: value.reason ?? 'declined', retry: false };
    return {
      kind: 'refused',
      plugin,
      reason: value.reason,
      retry: value.permanent !== true,
      retryAfterMs: value.retryAfterMs,
    };
  };
