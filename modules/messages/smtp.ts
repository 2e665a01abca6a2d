// Mail of plugins through the admin's server: `ctx.smtp.send`, and the connections it keeps.
import { createHash } from 'node:crypto';
import { createTransport, type Transporter } from 'nodemailer';
import { Type } from 'typebox';
import { type Capability, type Config, capability, given, Refusal } from '../../core/index.ts';

const Headers = Type.Record(Type.String({ maxLength: 200 }), Type.String({ maxLength: 8000 }), { maxProperties: 50 });

/**
 * At most 8 connections, kept open. One `to` address a mail, and no attachments; of the headers only those
 * for lists, threads and automatic mail and `x-…` pass. A plugin's `idempotencyKey` becomes the Message-
 * ID, so a repeat can be recognized by the receiver: the server is not asked whether it sent it before.
 * REJECTED is final, FAILED may be tried again.
 */
export const createSmtp = (
  config: Pick<Config, 'smtpUrl' | 'mailFrom'>,
): { capabilities: readonly Capability[]; stop: () => void } => {
  const mailer: Transporter | undefined = config.smtpUrl
    ? createTransport(
        {
          url: config.smtpUrl,
          // Kept connections: greeting, TLS and login cost a mail server far more than one mail does.
          pool: true,
          maxConnections: 8,
          disableFileAccess: true,
          disableUrlAccess: true,
        },
        { from: config.mailFrom },
      )
    : undefined;

  const send = capability({
    name: 'smtp.send',
    scope: 'messages:write',
    read: ([mail]) => mail,
    input: Type.Object(
      {
        to: Type.String({ minLength: 3, maxLength: 320, pattern: '^[^\\s,;<>]+@[^\\s,;<>]+$' }),
        subject: Type.String({ maxLength: 998 }),
        text: Type.Optional(Type.String({ maxLength: 500_000 })),
        html: Type.Optional(Type.String({ maxLength: 1_000_000 })),
        from: Type.Optional(Type.String({ maxLength: 320 })),
        replyTo: Type.Optional(Type.String({ maxLength: 320 })),
        headers: Type.Optional(Headers),
        idempotencyKey: Type.Optional(Type.String({ maxLength: 200 })),
      },
      given.closed,
    ),
    acts: () => true,
    run: async ({ idempotencyKey, headers = {}, ...mail }, { spend }) => {
      if (!mailer) throw new Refusal('FAILED', 'No mail server is configured (SMTP_URL).');
      await spend('mails', 1);
      await spend('bytesOut', (mail.text?.length ?? 0) + (mail.html?.length ?? 0));
      const domain = /@([^\s>]+)/.exec(mail.from ?? config.mailFrom)?.[1] ?? 'localhost';
      const messageId = idempotencyKey
        ? `<${createHash('sha256').update(idempotencyKey).digest('hex').slice(0, 40)}@${domain}>`
        : undefined;
      try {
        const sent = (await mailer.sendMail({
          ...mail,
          from: mail.from ?? config.mailFrom,
          headers: Object.fromEntries(Object.entries(headers).filter(([name]) => allowedMailHeader.test(name))),
          messageId,
        })) as { messageId: string };
        return { id: sent.messageId };
      } catch (error) {
        const { message, response, responseCode = 0 } = error as Error & { response?: string; responseCode?: number };
        // A reply of 500 and more is final in SMTP (RFC 5321, 4.2.1).
        throw new Refusal(responseCode >= 500 ? 'REJECTED' : 'FAILED', (response ?? message).slice(0, 500));
      }
    },
  });

  return { capabilities: [send], stop: () => mailer?.close() };
};

const allowedMailHeader = /^(list-[a-z-]+|x-[a-z0-9-]+|auto-submitted|precedence|in-reply-to|references|reply-to)$/i;
