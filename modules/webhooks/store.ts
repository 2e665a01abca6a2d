// Rows of webhooks and their deliveries.

import type { Topic } from '@rapport/sdk/hooks';
import type { Delivery, Webhook } from '@rapport/sdk/schemas';
import { type Db, fromJson, type Page, page, toIso, toIsoOrNull } from '../../core/index.ts';

/** `topics` is a JSON array of topic names, `sealed_secret` the encrypted secret; times are in ms since 1970. */
export type WebhookRow = {
  id: string;
  url: string;
  description: string | null;
  topics: string;
  sealed_secret: string;
  status: Webhook['status'];
  created_at: number;
  updated_at: number;
};

/**
 * One notice for one webhook. `body` is the JSON that is sent, the same at every attempt; `attempts`
 * counts those since the delivery was made or replayed; `response_status` is null when no answer came.
 * Times are in ms.
 */
export type DeliveryRow = {
  id: string;
  webhook_id: string;
  notice_id: string;
  topic: string;
  customer_id: string | null;
  body: string;
  status: Delivery['status'];
  attempts: number;
  response_status: number | null;
  reason: string | null;
  created_at: number;
  delivered_at: number | null;
};

export const createWebhookStore = (db: Db) => ({
  insert: (row: WebhookRow) => db('webhooks').insert(row),
  find: (id: string): Promise<WebhookRow | undefined> => db('webhooks').where({ id }).first(),
  update: (id: string, change: Partial<WebhookRow>): Promise<number> => db('webhooks').where({ id }).update(change),
  remove: (id: string): Promise<number> => db('webhooks').where({ id }).delete(),
  listActive: (): Promise<WebhookRow[]> => db('webhooks').where({ status: 'active' }).orderBy('id'),
  list: async (options: { limit: number; cursor?: string }): Promise<Page<Webhook>> => {
    const found = await page<WebhookRow>(db('webhooks'), { ...options, sort: { column: 'id', direction: 'desc' } });
    return { data: found.data.map(toWebhook), next: found.next };
  },
  /** False when this webhook has a delivery of the notice already: that one stands. */
  insertDelivery: async (row: DeliveryRow): Promise<boolean> =>
    (await db('deliveries').insert(row).onConflict(['webhook_id', 'notice_id']).ignore().returning('id')).length > 0,
  findDelivery: (id: string): Promise<DeliveryRow | undefined> => db('deliveries').where({ id }).first(),
  updateDelivery: (id: string, change: Partial<DeliveryRow>): Promise<number> =>
    db('deliveries').where({ id }).update(change),
  listDeliveries: async (webhookId: string, options: { limit: number; cursor?: string }): Promise<Page<Delivery>> => {
    const found = await page<DeliveryRow>(db('deliveries').where({ webhook_id: webhookId }), {
      ...options,
      sort: { column: 'id', direction: 'desc' },
    });
    return { data: found.data.map(toDelivery), next: found.next };
  },
  /** `since` is a time in ms, inclusive, of when the delivery was made, not of its last attempt. Oldest first. */
  listFailed: (webhookId: string, since: number, limit: number): Promise<DeliveryRow[]> =>
    db('deliveries')
      .where({ webhook_id: webhookId, status: 'failed' })
      .where('created_at', '>=', since)
      .orderBy('id')
      .limit(limit),
});

/** As the API shows it: without the secret, times in ISO-8601. */
export const toWebhook = (row: WebhookRow): Webhook => ({
  id: row.id,
  url: row.url,
  description: row.description,
  topics: fromJson<Topic[]>(row.topics),
  status: row.status,
  createdAt: toIso(Number(row.created_at)),
  updatedAt: toIso(Number(row.updated_at)),
});

const toDelivery = (row: DeliveryRow): Delivery => ({
  id: row.id,
  topic: row.topic,
  status: row.status,
  attempts: row.attempts,
  responseStatus: row.response_status,
  reason: row.reason,
  createdAt: toIso(Number(row.created_at)),
  deliveredAt: toIsoOrNull(row.delivered_at === null ? null : Number(row.delivered_at)),
});
