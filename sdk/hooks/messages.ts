// Messages leave through plugins: a channel sends them, a filter may change or refuse them before that.
import { type Static, Type } from 'typebox';
import { defineHook } from '../hook.ts';
import { Closed, Nullable } from '../schemas/shared.ts';

export const OutgoingMessage = Type.Object({
  id: Type.String(),
  channel: Type.String(),
  /** The address in the channel's own terms: e-mail, E.164 phone, URL. */
  to: Type.String(),
  /** The same at every attempt: a second delivery with it must not reach the person twice. */
  idempotencyKey: Type.String(),
  customerId: Nullable(Type.String()),
  subject: Type.Optional(Type.String()),
  text: Type.Optional(Type.String()),
  html: Type.Optional(Type.String()),
  headers: Type.Optional(Type.Record(Type.String(), Type.String())),
});
export type OutgoingMessage = Static<typeof OutgoingMessage>;

export const DeliveryResult = Type.Union([
  Closed({ status: Type.Literal('sent'), id: Type.Optional(Type.String({ maxLength: 500 })) }),
  Closed({
    status: Type.Literal('failed'),
    reason: Type.String({ maxLength: 1000 }),
    /** No use trying again: the address does not exist. */
    permanent: Type.Optional(Type.Boolean()),
    retryAfterMs: Type.Optional(Type.Integer({ minimum: 0, maximum: 604_800_000 })),
  }),
  /** Not mine: the next channel of the same kind is asked. */
  Closed({ status: Type.Literal('declined'), reason: Type.Optional(Type.String({ maxLength: 1000 })) }),
]);
export type DeliveryResult = Static<typeof DeliveryResult>;

export const messageSend = defineHook({
  name: 'message.send',
  kind: 'first',
  scope: 'hook:message.send',
  timeoutMs: 30_000,
  summary: 'Send one message through a channel; the provider is the key of the channel.',
  input: OutgoingMessage,
  output: DeliveryResult,
});

export const FilterResult = Closed({
  /** Present: the message is not sent. */
  refuse: Type.Optional(Type.String({ maxLength: 1000 })),
  subject: Type.Optional(Type.String({ maxLength: 2000 })),
  text: Type.Optional(Type.String({ maxLength: 200_000 })),
  html: Type.Optional(Type.String({ maxLength: 1_000_000 })),
});
export type FilterResult = Static<typeof FilterResult>;

export const messageFilter = defineHook({
  name: 'message.filter',
  kind: 'filter',
  scope: 'hook:message.filter',
  timeoutMs: 1000,
  summary:
    'Change a message before it is sent, or refuse it. Members given in the answer replace those of the message.',
  input: OutgoingMessage,
  output: FilterResult,
});
