// Webhooks: who subscribes to what, and the log of what they were sent. Sending is in delivery.ts.

import type { Delivery, NewWebhook, Webhook, WebhookChange } from '@rapport/sdk/schemas';
import { type Actor, defineError, type Page, type Platform, toJson, transact } from '../../core/index.ts';
import { secretPrefix } from './signature.ts';
import { createWebhookStore, toWebhook, type WebhookRow } from './store.ts';

export const WebhookNotFound = defineError(
  'WEBHOOK_NOT_FOUND',
  404,
  'No such webhook.',
  (id: string) => `No webhook ${id}.`,
);

/** Raised when a webhook comes, goes, or changes its topics or status. */
export const webhooksGeneration = 'webhooks';
/**
 * The queue of the sending. A job's key is webhook and customer, which is what keeps deliveries about one
 * customer in order.
 */
export const webhookQueue = 'webhooks';
/** Of one delivery, also of one that is sent again: with the queue's back-off (1 s doubling to an hour) a little over a day. */
export const deliveryAttempts = 35;
const replayAtOnce = 1000;

/** Binds a sealed secret to its row. */
export const secretPlace = (id: string): string => `webhooks:${id}`;

/**
 * The subscriptions of a shop. A change of a subscription goes with its audit row and a raise of
 * `webhooksGeneration` in one transaction, so that every process reads the subscriptions anew. The address
 * is not called when it is saved: whether it answers shows at the first delivery.
 */
export const createWebhooks = (platform: Platform) => {
  const { database, clock, ids, jobs, audit, random, secrets, generations } = platform;
  const store = createWebhookStore(database.writer);
  const getRow = async (id: string): Promise<WebhookRow> => {
    const row = await store.find(id);
    if (!row) throw new WebhookNotFound(id);
    return row;
  };

  return {
    /** Throws WebhookNotFound. Never with the secret. */
    get: async (id: string): Promise<Webhook> => toWebhook(await getRow(id)),
    list: (options: { limit: number; cursor?: string }): Promise<Page<Webhook>> =>
      createWebhookStore(database.reader).list(options),
    /** Newest first. Throws WebhookNotFound; a bad cursor is a Failure of 400. */
    listDeliveries: async (id: string, options: { limit: number; cursor?: string }): Promise<Page<Delivery>> => {
      await getRow(id);
      return createWebhookStore(database.reader).listDeliveries(id, options);
    },
    /** The secret is in this answer and never shown again; the database holds it sealed. */
    create: async (input: NewWebhook, actor: Actor): Promise<Webhook & { secret: string }> => {
      const secret = `${secretPrefix}${random.bytes(32).toString('base64')}`;
      const now = clock.now();
      const id = ids.next();
      const row: WebhookRow = {
        id,
        url: input.url,
        description: input.description ?? null,
        topics: toJson(input.topics),
        sealed_secret: secrets.seal(secret, secretPlace(id)),
        status: 'active',
        created_at: now,
        updated_at: now,
      };
      await transact(database.writer, async (trx) => {
        await createWebhookStore(trx).insert(row);
        await audit.record(trx, {
          actor,
          action: 'webhook.created',
          subject: { kind: 'webhook', id: row.id },
          details: { topics: input.topics },
        });
        await generations.raise(trx, webhooksGeneration);
      });
      return { ...toWebhook(row), secret };
    },
    /**
     * A paused webhook is given no new deliveries; those that wait fail with that reason as their turn comes, and can be replayed. Active
     * again it is told of what happens from then on. Throws WebhookNotFound.
     */
    change: async (id: string, change: WebhookChange, actor: Actor): Promise<Webhook> => {
      await getRow(id);
      const { topics, ...rest } = change;
      await transact(database.writer, async (trx) => {
        await createWebhookStore(trx).update(id, {
          ...rest,
          ...(topics && { topics: toJson(topics) }),
          updated_at: clock.now(),
        });
        await audit.record(trx, {
          actor,
          action: 'webhook.changed',
          subject: { kind: 'webhook', id },
          details: { members: Object.keys(change) },
        });
        await generations.raise(trx, webhooksGeneration);
      });
      return toWebhook(await getRow(id));
    },
    /** With its deliveries, also those that wait. Throws WebhookNotFound. */
    remove: async (id: string, actor: Actor): Promise<void> => {
      await transact(database.writer, async (trx) => {
        if ((await createWebhookStore(trx).remove(id)) === 0) throw new WebhookNotFound(id);
        await audit.record(trx, { actor, action: 'webhook.deleted', subject: { kind: 'webhook', id } });
        await generations.raise(trx, webhooksGeneration);
      });
    },
    /** The receiver said that it is gone for good. */
    retire: (id: string): Promise<void> =>
      transact(database.writer, async (trx) => {
        await createWebhookStore(trx).update(id, { status: 'gone', updated_at: clock.now() });
        await generations.raise(trx, webhooksGeneration);
      }),
    /** Puts failed deliveries back in the queue, oldest first; at most 1,000 a call. */
    replay: async (id: string, since: number, actor: Actor): Promise<number> => {
      await getRow(id);
      return transact(database.writer, async (trx) => {
        const failed = await createWebhookStore(trx).listFailed(id, since, replayAtOnce);
        for (const row of failed)
          await createWebhookStore(trx).updateDelivery(row.id, { status: 'waiting', attempts: 0 });
        await jobs.enqueue(
          trx,
          ...failed.map((row) => ({
            queue: webhookQueue,
            key: `${id}:${row.customer_id ?? ''}`,
            maxAttempts: deliveryAttempts,
            payload: { deliveryId: row.id },
          })),
        );
        await audit.record(trx, {
          actor,
          action: 'webhook.replayed',
          subject: { kind: 'webhook', id },
          details: { deliveries: failed.length },
        });
        return failed.length;
      });
    },
  };
};

export type Webhooks = ReturnType<typeof createWebhooks>;
