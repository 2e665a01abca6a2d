// HTTP of webhooks.

import {
  changeWebhook,
  createWebhook,
  deleteWebhook,
  getWebhook,
  listDeliveries,
  listWebhooks,
  replayWebhook,
} from '@rapport/sdk/routes';
import { type Served, serve } from '../../core/index.ts';
import type { Webhooks } from './webhooks.ts';

/** Pages are of 50 when no `limit` is given; a replay without `since` takes all that failed and are still kept. */
export const webhookRoutes = (webhooks: Webhooks): Served[] => [
  serve(listWebhooks, ({ query }) => webhooks.list({ limit: query.limit ?? 50, cursor: query.cursor })),
  serve(createWebhook, ({ body, actor }) => webhooks.create(body, actor)),
  serve(getWebhook, ({ params }) => webhooks.get(params.id)),
  serve(changeWebhook, ({ params, body, actor }) => webhooks.change(params.id, body, actor)),
  serve(deleteWebhook, ({ params, actor }) => webhooks.remove(params.id, actor)),
  serve(listDeliveries, ({ params, query }) =>
    webhooks.listDeliveries(params.id, { limit: query.limit ?? 50, cursor: query.cursor }),
  ),
  serve(replayWebhook, async ({ params, body, actor }) => ({
    replayed: await webhooks.replay(params.id, body.since ? Date.parse(body.since) : 0, actor),
  })),
];
