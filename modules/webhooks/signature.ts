// Standard Webhooks (standardwebhooks.com): id, timestamp and body under HMAC-SHA256. The id is the same at every attempt.
import { createHmac } from 'node:crypto';

/** Stands before the base64 of the key, as receivers' libraries expect it. */
export const secretPrefix = 'whsec_';

/** Headers that prove to the receiver who sent this and when. `secret` is `whsec_` + base64. */
export const sign = (secret: string, message: { id: string; at: number; body: string }): Record<string, string> => {
  const timestamp = String(Math.floor(message.at / 1000));
  const key = Buffer.from(secret.slice(secretPrefix.length), 'base64');
  const signature = createHmac('sha256', key).update(`${message.id}.${timestamp}.${message.body}`).digest('base64');
  return { 'webhook-id': message.id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
};
