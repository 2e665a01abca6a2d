// Webhooks, put together: who listens, and the sending.
import type { Platform } from '../platform.ts';
import { createOutgoing } from '../plugins/outgoing.ts';
import { deliverWebhooks, type Post } from './delivery.ts';
import { webhookRoutes } from './routes.ts';
import { createWebhooks } from './webhooks.ts';

const answerWithinMs = 15_000;
const largestAnswer = 64 * 1024;
// Webhooks made on another node are noticed within this time.
const reloadMs = 5000;

export const createWebhooking = (platform: Platform) => {
  const webhooks = createWebhooks(platform);
  deliverWebhooks(platform, { webhooks, post: poster(platform.config.allowPrivateHosts) });
  const served = webhookRoutes(webhooks);
  let timer: NodeJS.Timeout | undefined;
  return {
    served,
    start: async (): Promise<void> => {
      await webhooks.reload();
      timer = setInterval(() => void webhooks.reload().catch(() => {}), reloadMs);
      timer.unref();
    },
    stop: (): void => clearInterval(timer),
  };
};

export type Webhooking = ReturnType<typeof createWebhooking>;

// No redirects: a webhook goes where its owner said, or fails.
const poster = (allowPrivateHosts: boolean): Post => {
  const outgoing = createOutgoing({ allowPrivateHosts });
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
