// The channel `email`: hands a message to the administrator's mail server. The server's answer decides between "again later" and
// "never": a 5xx of SMTP is final, anything else may pass.
import { definePlugin } from '@rapport/sdk';
import type { OutgoingMessage } from '@rapport/sdk/hooks';

export default definePlugin({
  send: {
    email: async (message: OutgoingMessage, ctx) => {
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
        const reason = error instanceof Error ? error.message : String(error);
        return { status: 'failed', reason: reason.slice(0, 1000), permanent: isFinal(reason) };
      }
    },
  },
});

const textOf = (setting: unknown): string | undefined =>
  typeof setting === 'string' && setting !== '' ? setting : undefined;

const isFinal = (reason: string): boolean => /\b5\d\d[ -]/.test(reason);
