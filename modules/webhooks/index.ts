// Webhooks, put together: who is subscribed, and the sending.
import type { Topic } from '@rapport/sdk/schemas';
import { createOutgoing, dayMs, defineAction, defineModule, type Platform } from '../../core/index.ts';
import { createDelivery, type Post } from './delivery.ts';
import { webhookRoutes } from './routes.ts';
import { createWebhooks, webhooksGeneration } from './webhooks.ts';

/** What the action `webhook` emits, to whoever subscribed. */
const firedTopic = 'alert.fired' satisfies Topic;
const answerWithinMs = 15_000;
const largestAnswer = 64 * 1024;

const createWebhooking = (platform: Platform) => {
  const webhooks = createWebhooks(platform);
  const delivery = createDelivery(platform, { webhooks, post: poster(platform.config.allowPrivateHosts) });
  return { webhooks, emit: platform.outbox.emit, ...delivery };
};

/**
 * Deliveries that ended (`delivered` or `failed`) are kept for 30 days; one that still waits is kept until
 * it ends. Erasing a customer deletes the deliveries about them, also those that wait; merging leaves them
 * with the old customer.
 */
export const webhooksModule = defineModule({
  name: 'webhooks',
  create: (platform, _: object) => createWebhooking(platform),
  generations: [webhooksGeneration],
  tables: [
    { table: 'webhooks', owner: 'shop', grows: 'with settings' },
    {
      table: 'deliveries',
      owner: 'customer',
      customerColumns: ['customer_id'],
      personal: ['body'],
      onErase: 'delete',
      onMerge: 'stay',
      inExport: true,
      grows: 'with time',
      keepFor: { column: 'created_at', ms: 30 * dayMs, where: { status: ['delivered', 'failed'] } },
    },
  ],
  routes: ({ webhooks }) => webhookRoutes(webhooks),
  actions: ({ emit }) => [
    defineAction({
      kind: 'webhook',
      run: async (trx, _action, { customerId, firing }) => {
        await emit(trx, { topic: firedTopic, customerId, payload: firing });
        return firedTopic;
      },
    }),
  ],
  jobs: ({ job }) => [job],
  subscriptions: ({ consumer }) => [{ notices: consumer }],
});

// No redirects: a webhook goes where its owner said, or fails. Connections are kept: an attempt that meets one being closed is made again
// by the queue, with the same id.
const poster = (allowPrivateHosts: boolean): Post => {
  const outgoing = createOutgoing({ allowPrivateHosts, keepsConnections: true });
  return (url, { headers, body, signal }) =>
    outgoing.request({
      url: new URL(url),
      method: 'POST',
      headers,
      body,
      signal,
      timeoutMs: answerWithinMs,
      maxBytes: largestAnswer,
      follow: false,
      allow: () => {},
    });
};
