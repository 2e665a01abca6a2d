// The channel `webhook`: posts a message as JSON to the address in its settings. The same `Idempotency-Key` goes with every
// attempt, so the receiver can tell a repeat.
import { definePlugin } from '@rapport/sdk';
import type { OutgoingMessage } from '@rapport/sdk/hooks';

export default definePlugin({
  send: {
    webhook: async (message: OutgoingMessage, ctx) => {
      const url = ctx.settings.url;
      if (typeof url !== 'string' || url === '')
        return { status: 'failed', reason: 'The channel has no address yet.', permanent: true };
      const token = await ctx.secrets.get('token');
      const reply = await ctx.fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'idempotency-key': message.idempotencyKey,
          ...(token ? { authorization: `Bearer ${token}` } : {}),
        },
        body: JSON.stringify({
          id: message.id,
          to: message.to,
          customerId: message.customerId,
          subject: message.subject,
          text: message.text,
          html: message.html,
        }),
      });
      if (reply.ok) return { status: 'sent', id: reply.headers['x-message-id'] };
      return { status: 'failed', reason: `The address answered ${reply.status}.`, permanent: isFinal(reply.status) };
    },
  },
});

// Too many requests and a timeout pass; the other faults of the request do not.
const isFinal = (status: number): boolean => status >= 400 && status < 500 && status !== 408 && status !== 429;
