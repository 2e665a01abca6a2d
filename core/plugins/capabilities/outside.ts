// The capabilities that reach out: requests to granted hosts, mail through the admin's server, secrets, events.
import { createHash } from 'node:crypto';
import { createTransport, type Transporter } from 'nodemailer';
import { Type } from 'typebox';
import { type Capability, type CapabilityCall, capability, Refusal } from '../../capability.ts';
import type { Config } from '../../config.ts';
import type { Events } from '../../events/service.ts';
import type { Actor } from '../../http/actor.ts';
import { grantedHost } from '../packages/hosts.ts';
import type { Vault } from '../packages/settings.ts';
import { createOutgoing, OutgoingRefused } from './outgoing.ts';

const closed = { additionalProperties: false };
const Headers = Type.Record(Type.String({ maxLength: 200 }), Type.String({ maxLength: 8000 }), { maxProperties: 50 });
const notTheirs = /^(host|connection|content-length|transfer-encoding|upgrade|te|trailer|expect|proxy-.*)$/i;
/** Milliseconds; bytes. */
export const fetchLimits = { timeoutMs: 10_000, most: 30_000, reply: 2 * 1024 ** 2 };

export const outsideCapabilities = (deps: {
  config: Pick<Config, 'smtpUrl' | 'mailFrom' | 'allowPrivateHosts'>;
  vault: Vault;
  events: Pick<Events, 'record'> | undefined;
}): { capabilities: Capability[]; close: () => void } => {
  const { config, vault } = deps;
  const outgoing = createOutgoing(config);
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

  const fetch = capability({
    name: 'fetch',
    read: ([url, more]) => ({ url, ...(more as object) }),
    input: Type.Object(
      {
        url: Type.String({ maxLength: 4000 }),
        method: Type.Optional(Type.String({ pattern: '^[A-Za-z]{3,7}$', default: 'GET' })),
        headers: Type.Optional(Headers),
        body: Type.Optional(Type.String({ maxLength: 5 * 1024 ** 2 })),
        timeoutMs: Type.Optional(Type.Integer({ minimum: 1, maximum: fetchLimits.most })),
      },
      closed,
    ),
    acts: ({ method = 'GET' }) => !/^(get|head)$/i.test(method),
    run: async (
      { url, method = 'GET', headers = {}, body, timeoutMs = fetchLimits.timeoutMs },
      { plugin, signal, spend },
    ) => {
      const parsed = URL.parse(url);
      if (!parsed) throw new Refusal('INVALID', 'That is not an address.');
      await spend('fetches', 1);
      await spend('bytesOut', url.length + (body ? Buffer.byteLength(body) : 0));
      const allow = (target: URL, by: string): void => {
        if (!grantedHost(plugin, target, by))
          throw new Refusal('DENIED', `${by} ${target.origin} is not among the plugin's hosts.`);
      };
      try {
        const {
          status,
          headers: answered,
          body: text,
        } = await outgoing.request({
          url: parsed,
          method: method.toUpperCase(),
          headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !notTheirs.test(name))),
          body: /^(get|head)$/i.test(method) ? undefined : body,
          timeoutMs,
          maxBytes: fetchLimits.reply,
          signal,
          allow,
        });
        return { status, headers: answered, body: text };
      } catch (error) {
        if (error instanceof Refusal) throw error;
        if (error instanceof OutgoingRefused) throw new Refusal('DENIED', error.message);
        const { name, message, code } = error as Error & { code?: string };
        const late = name === 'TimeoutError' || name === 'AbortError';
        throw new Refusal('FAILED', late ? `No answer within ${timeoutMs} ms.` : (code ?? message));
      }
    },
  });

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
      closed,
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
        const { message, response } = error as Error & { response?: string };
        throw new Refusal('FAILED', (response ?? message).slice(0, 500));
      }
    },
  });

  const secret = capability({
    name: 'secrets.get',
    read: ([name]) => ({ name }),
    input: Type.Object({ name: Type.String({ maxLength: 64 }) }, closed),
    run: async ({ name }, { plugin }) => secretOf(vault, plugin, name),
  });

  const emit = capability({
    name: 'emit',
    scope: 'events:write',
    read: ([event]) => event,
    input: Type.Object(
      {
        type: Type.String({ pattern: '^[a-z][a-z0-9_.-]{0,99}$' }),
        customerId: Type.String({ minLength: 1, maxLength: 64 }),
        occurredAt: Type.Optional(Type.String({ format: 'date-time' })),
        properties: Type.Optional(Type.Record(Type.String({ maxLength: 100 }), Type.Unknown(), { maxProperties: 100 })),
        id: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
      },
      closed,
    ),
    acts: ({ id }) => id === undefined,
    run: async ({ id, type, customerId, occurredAt, properties = {} }, { plugin, spend }) => {
      if (!deps.events) throw new Refusal('FAILED', 'Events are not taken here.');
      await spend('events', 1);
      const by: Actor = { kind: 'plugin', id: plugin.id, name: plugin.id, scopes: new Set(['events:write']) };
      const source = `plugin:${plugin.id.replace('/', '.')}`.slice(0, 64);
      const event = { type, customer: { id: customerId }, occurredAt, properties, id, source };
      const [receipt] = await deps.events.record(event, by);
      return { id: receipt!.id };
    },
  });

  return { capabilities: [fetch, send, secret, emit], close: () => mailer?.close() };
};

const allowedMailHeader = /^(list-[a-z-]+|x-[a-z0-9-]+|auto-submitted|precedence|in-reply-to|references|reply-to)$/i;

const secretOf = (vault: Vault, plugin: CapabilityCall['plugin'], name: string): string | null => {
  if (!plugin.manifest.settings?.properties[name]?.secret)
    throw new Refusal('DENIED', `"${name}" is not a secret setting of this plugin.`);
  const sealed = plugin.settings[name];
  return typeof sealed === 'string' ? vault.open(plugin.id, name, sealed) : null;
};
