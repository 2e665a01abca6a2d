// The channel `email`: hands a message to the administrator's mail server. The server's answer decides between "again later" and
// "never": a 5xx of SMTP is final, anything else may pass.
import { definePlugin } from '@rapport/sdk';
import type { OutgoingMessage } from '@rapport/sdk/hooks';

export default definePlugin({
  send: {
    email: async (message: OutgoingMessage, ctx) => {
      if (message.to === null) return { status: 'failed', reason: 'The message has no address.', permanent: true };
      if (!message.text && !message.html)
        return { status: 'failed', reason: 'The message has no text and no html.', permanent: true };
      try {
        const { id } = await ctx.smtp.send({
          to: message.to,
          subject: message.subject ?? '',
          text: message.text,
          html: message.html,
          headers: message.headers,
          from: textOf(ctx.settings.from),
          replyTo: textOf(ctx.settings.replyTo),
          idempotencyKey: message.idempotencyKey,
        });
        return { status: 'sent', id };
      } catch (error) {
        const { message, code } = error as Error & { code?: string };
        return {
          status: 'failed',
          reason: message.slice(0, 1000),
          permanent: code === 'REJECTED' || code === 'INVALID',
        };
      }
    },
  },
});

const textOf = (setting: unknown): string | undefined =>
  typeof setting === 'string' && setting !== '' ? setting : undefined;
