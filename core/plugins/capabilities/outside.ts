// The capabilities that reach out: requests to granted hosts, secrets, events.
import { Type } from 'typebox';
import { type Capability, type CapabilityCall, capability, Refusal } from '../../capability.ts';
import type { Config } from '../../config.ts';
import type { Events } from '../../events/service.ts';
import { grantedHost } from '../packages/hosts.ts';
import type { Vault } from '../packages/settings.ts';
import { createOutgoing, OutgoingRefused } from './outgoing.ts';

const closed = { additionalProperties: false };
const Headers = Type.Record(Type.String({ maxLength: 200 }), Type.String({ maxLength: 8000 }), { maxProperties: 50 });
const notTheirs = /^(host|connection|content-length|transfer-encoding|upgrade|te|trailer|expect|proxy-.*)$/i;
/** Milliseconds; bytes. */
export const fetchLimits = { timeoutMs: 10_000, most: 30_000, reply: 2 * 1024 ** 2 };

export const outsideCapabilities = (deps: {
  config: Pick<Config, 'allowPrivateHosts'>;
  vault: Vault;
  events: Pick<Events, 'record'>;
}): Capability[] => {
  const { config, vault } = deps;
  const outgoing = createOutgoing(config);
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
    run: async ({ id, type, customerId, occurredAt, properties = {} }, { plugin, actor, spend }) => {
      await spend('events', 1);
      const source = `plugin:${plugin.id.replace('/', '.')}`.slice(0, 64);
      const event = { type, customer: { id: customerId }, occurredAt, properties, id, source };
      const [receipt] = await deps.events.record(event, actor);
      return { id: receipt!.id };
    },
  });

  return [fetch, secret, emit];
};

const secretOf = (vault: Vault, plugin: CapabilityCall['plugin'], name: string): string | null => {
  if (!plugin.manifest.settings?.properties[name]?.secret)
    throw new Refusal('DENIED', `"${name}" is not a secret setting of this plugin.`);
  const sealed = plugin.settings[name];
  return typeof sealed === 'string' ? vault.open(plugin.id, name, sealed) : null;
};
