// Messages leave through plugins: a channel sends them, a filter may change or refuse them before that.
import { type Static, Type } from 'typebox';
import { defineHook } from '../hook.ts';
import { Closed, Nullable } from '../schemas/shared.ts';

export const OutgoingMessage = Type.Object({
  id: Type.String(),
  channel: Type.String(),
  /** As the channel's `address` says: an e-mail address, a phone number (E.164), null for `none`; or what staff gave for one message. */
  to: Nullable(Type.String()),
  /** The same at every attempt: a second delivery with it must not reach the person twice. */
  idempotencyKey: Type.String(),
  customerId: Nullable(Type.String()),
  subject: Type.Optional(Type.String()),
  text: Type.Optional(Type.String()),
  html: Type.Optional(Type.String()),
  headers: Type.Optional(Type.Record(Type.String(), Type.String())),
});
export type OutgoingMessage = Static<typeof OutgoingMessage>;

const exampleMessage: OutgoingMessage = {
  id: '0197a3b2-0000-7000-8000-000000000002',
  channel: 'email',
  to: 'ada@example.com',
  idempotencyKey: '0197a3b2-0000-7000-8000-000000000002',
  customerId: '0197a3b2-0000-7000-8000-000000000001',
  subject: 'Your order',
  text: 'It is on its way.',
};
const personal = ['to', 'subject', 'text', 'html', 'headers'] as const;

/**
 * `sent` means that the provider took it, not that it was read; `id` is the provider's. `retryAfterMs` at
 * most a week.
 */
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
  handler: 'send',
  providedBy: ['channels'],
  wallMs: 30_000,
  cpuMs: 2000,
  personal,
  summary: 'Send one message through a channel; the provider is the key of the channel.',
  input: OutgoingMessage,
  output: DeliveryResult,
  examples: [
    { input: exampleMessage, output: { status: 'sent', id: 'smtp-1' } },
    { input: exampleMessage, output: { status: 'failed', reason: 'No such mailbox.', permanent: true } },
    { input: exampleMessage, output: { status: 'failed', reason: 'Busy.', retryAfterMs: 60_000 } },
    { input: exampleMessage, output: { status: 'declined', reason: 'Not a number of this country.' } },
  ],
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
  handler: 'filter',
  providedBy: ['hooks'],
  wallMs: 1000,
  cpuMs: 500,
  limits: { hostCalls: 50, resultChars: 2_000_000 },
  personal,
  summary:
    'Change a message before it is sent, or refuse it. Members given in the answer replace those of the message.',
  input: OutgoingMessage,
  output: FilterResult,
  examples: [
    { input: exampleMessage, output: { text: 'It is on its way. Unsubscribe: …' } },
    { input: exampleMessage, output: { refuse: 'Quiet hours.' } },
  ],
});
