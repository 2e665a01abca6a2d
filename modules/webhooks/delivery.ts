// Sends webhooks: one delivery per webhook and notice, signed, in order per customer, retried for about a day, no redirects,
// 410 switches the webhook off.
import {
  type Consumer,
  defineJob,
  fromJson,
  GiveUp,
  type Notice,
  type Platform,
  toIso,
  transact,
} from '../../core/index.ts';
import { sign } from './signature.ts';
import { createWebhookStore, type WebhookRow } from './store.ts';
import { deliveryAttempts, secretPlace, type Webhooks, webhookQueue, webhooksGeneration } from './webhooks.ts';

/** A POST that refuses private addresses and follows no redirect; throws when no answer came. */
export type Post = (
  url: string,
  request: { headers: Record<string, string>; body: string; signal: AbortSignal },
) => Promise<{ status: number }>;

const answerWithinMs = 15_000;

/**
 * The consumer writes a delivery for each webhook and notice, once however often the notice comes; the job sends it, at least once. Deliveries
 * about one customer go in order: one that is tried again holds up those behind it. The order between customers is not promised.
 */
export const createDelivery = (platform: Platform, deps: { webhooks: Webhooks; post: Post }) => {
  const { database, clock, ids, jobs, secrets } = platform;

  const consumer: Consumer = {
    name: 'webhooks',
    topics: {
      generation: webhooksGeneration,
      read: async (db) =>
        (await createWebhookStore(db).listActive()).flatMap(({ topics }) => fromJson<string[]>(topics)),
    },
    handle: (notice) =>
      transact(database.writer, async (trx) => {
        const store = createWebhookStore(trx);
        for (const webhook of await store.listActive()) {
          if (!fromJson<string[]>(webhook.topics).includes(notice.topic)) continue;
          const row = {
            ...emptyDelivery,
            id: ids.next(),
            webhook_id: webhook.id,
            notice_id: notice.id,
            topic: notice.topic,
            customer_id: notice.customerId,
            body: bodyOf(notice),
            created_at: clock.now(),
          };
          if (!(await store.insertDelivery(row))) continue;
          const key = `${webhook.id}:${notice.customerId ?? ''}`;
          await jobs.enqueue(trx, {
            queue: webhookQueue,
            key,
            uniqueKey: row.id,
            maxAttempts: deliveryAttempts,
            payload: { deliveryId: row.id },
          });
        }
      }),
  };

  const job = defineJob<{ deliveryId: string }>({
    queue: webhookQueue,
    concurrency: 8,
    handle: async ({ deliveryId }, context) => {
      const store = createWebhookStore(database.writer);
      const delivery = await store.findDelivery(deliveryId);
      const webhook = delivery && (await store.find(delivery.webhook_id));
      if (!delivery || !webhook || delivery.status === 'delivered') return;
      if (webhook.status !== 'active')
        return void (await store.updateDelivery(delivery.id, {
          status: 'failed',
          reason: `the webhook is ${webhook.status}`,
        }));
      const outcome = await post(webhook, delivery.notice_id, delivery.body, context.signal);
      const seen = { attempts: delivery.attempts + 1, response_status: outcome.status, reason: outcome.reason };
      if (outcome.reason === null)
        return void (await store.updateDelivery(delivery.id, {
          ...seen,
          status: 'delivered',
          delivered_at: clock.now(),
        }));
      const over = context.job.lastAttempt || outcome.status === 410;
      await store.updateDelivery(delivery.id, { ...seen, status: over ? 'failed' : 'waiting' });
      if (outcome.status === 410) {
        await deps.webhooks.retire(webhook.id);
        throw new GiveUp('the receiver answered 410');
      }
      throw new Error(outcome.reason);
    },
  });

  const post = async (
    webhook: WebhookRow,
    id: string,
    body: string,
    signal: AbortSignal,
  ): Promise<{ status: number | null; reason: string | null }> => {
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'Rapport-Webhooks',
      ...sign(secrets.open(webhook.sealed_secret, secretPlace(webhook.id)), { id, at: clock.now(), body }),
    };
    try {
      const { status } = await deps.post(webhook.url, {
        headers,
        body,
        signal: AbortSignal.any([signal, AbortSignal.timeout(answerWithinMs)]),
      });
      return { status, reason: status >= 200 && status < 300 ? null : `the receiver answered ${status}` };
    } catch (error) {
      return { status: null, reason: (error as Error).message.slice(0, 500) };
    }
  };

  return { consumer, job };
};

const emptyDelivery = {
  status: 'waiting' as const,
  attempts: 0,
  response_status: null,
  reason: null,
  delivered_at: null,
};

const bodyOf = (notice: Notice): string =>
  JSON.stringify({ type: notice.topic, timestamp: toIso(notice.at), data: notice.payload });
