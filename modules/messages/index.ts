// Messages, put together: templates, the queue, delivery through the channels of plugins.

import { messageFilter, messageSend } from '@rapport/sdk/hooks';
import { defineModule, type Hooks, type Platform, type Provider } from '../../core/index.ts';
import { messageAction, type Naming } from './action.ts';
import { type Channel, messageJob, messagesTotal, noChannel } from './delivery.ts';
import { mailServerCheck } from './doctor.ts';
import { createMessages } from './messages.ts';
import { createRenderer } from './renderer.ts';
import { messageRoutes } from './routes.ts';
import { createSmtp } from './smtp.ts';
import { createTemplates } from './templates.ts';

const createMessaging = (platform: Platform, { hooks, plugins }: MessagingDeps) => {
  const renderer = createRenderer();
  const templates = createTemplates(platform);
  const messages = createMessages(platform, templates);
  const smtp = createSmtp(platform.config);
  return {
    ...messages,
    templates,
    listNames: plugins.listNames,
    routes: messageRoutes({ database: platform.database, messages, templates, renderer }),
    jobs: [messageJob(platform, { templates, renderer, channel: channelOf(hooks) })],
    capabilities: smtp.capabilities,
    stop: async () => {
      smtp.stop();
      await renderer.stop();
    },
  };
};

type MessagingDeps = { hooks: Hooks; plugins: Naming };
export type Messaging = ReturnType<typeof createMessaging>;

/** Erasing a customer deletes their messages; merging moves them. Messages are kept for as long as the customer is. */
export const messagesModule = defineModule({
  name: 'messages',
  create: (platform, deps: MessagingDeps) => createMessaging(platform, deps),
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
      keptBecause: 'the history of a customer, and the key by which nothing is sent twice',
    },
  ],
  doctor: [mailServerCheck],
  metrics: [messagesTotal],
  routes: ({ routes }) => routes,
  actions: (messages) => [messageAction(messages)],
  jobs: ({ jobs }) => jobs,
  capabilities: ({ capabilities }) => capabilities,
  stop: ({ stop }) => stop(),
});

/**
 * Filters, then the first channel plugin that takes the message. A plugin that broke is asked again later: nothing is lost by it. Of
 * several plugins that offer a channel the first says which address it needs; those that need another one are not asked.
 */
const channelOf = (hooks: Hooks): Channel => {
  const offering = async (channel: string): Promise<readonly Provider[]> => {
    await hooks.current();
    return hooks.providersOf(messageSend.name, { provider: channel });
  };
  return {
    addressOf: async (channel) => (await offering(channel))[0]?.address,
    send: async (message, { address }) => {
      const { value: filtered, refused, held } = await hooks.filter(messageFilter, message);
      if (refused) return { kind: 'refused', ...refused, retry: false };
      if (held) return { kind: 'unavailable', ...held };
      const outcome = await hooks.first(messageSend, filtered, { provider: message.channel, address });
      if (!outcome) return noChannel(message.channel);
      const { plugin } = outcome;
      if (outcome.kind === 'unavailable')
        return { kind: 'unavailable', plugin, reason: outcome.reason, until: outcome.until };
      if (outcome.kind === 'declined') return { kind: 'refused', plugin, reason: outcome.reason, retry: false };
      if (outcome.kind !== 'ok')
        return {
          kind: 'refused',
          plugin,
          reason: `${outcome.kind}: ${outcome.reason}`,
          retry: outcome.kind !== 'denied',
        };
      const { value } = outcome;
      if (value.status === 'sent') return { kind: 'accepted', plugin, providerId: value.id ?? null };
      return {
        kind: 'refused',
        plugin,
        reason: value.reason,
        retry: value.permanent !== true,
        retryAfterMs: value.retryAfterMs,
      };
    },
  };
};
