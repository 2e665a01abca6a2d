// Webhooks after the Standard Webhooks specification: signed, retried, replayable.
import { type Static, Type } from 'typebox';
import { Closed, Id, Nullable, Time } from './shared.ts';
import { topics } from './topics.ts';

export const Topics = Type.Array(Type.Enum([...topics]), { minItems: 1, maxItems: topics.length, uniqueItems: true });

const status = Type.Union([Type.Literal('active'), Type.Literal('paused'), Type.Literal('gone')]);

export const Webhook = Closed({
  id: Id,
  url: Type.String(),
  description: Nullable(Type.String()),
  topics: Topics,
  status,
  createdAt: Time,
  updatedAt: Time,
});
export type Webhook = Static<typeof Webhook>;

/** The secret is shown once, when the webhook is made. */
export const WebhookWithSecret = Closed({ ...Webhook.properties, secret: Type.String() });

/**
 * The address is not called when it is saved. Private addresses are refused when it is sent to, unless the
 * installation allows them.
 */
export const NewWebhook = Closed({
  url: Type.String({ maxLength: 2000, pattern: '^https?://' }),
  description: Type.Optional(Type.String({ maxLength: 500 })),
  topics: Topics,
});
export type NewWebhook = Static<typeof NewWebhook>;

/** A value sets, an absent member keeps. `active` also brings back one that is `gone`. */
export const WebhookChange = Closed({
  url: Type.Optional(Type.String({ maxLength: 2000, pattern: '^https?://' })),
  description: Type.Optional(Nullable(Type.String({ maxLength: 500 }))),
  topics: Type.Optional(Topics),
  status: Type.Optional(Type.Union([Type.Literal('active'), Type.Literal('paused')])),
});
export type WebhookChange = Static<typeof WebhookChange>;

/** `reason` says why the last attempt failed; `responseStatus` is null when no answer came. */
export const Delivery = Closed({
  id: Id,
  topic: Type.String(),
  status: Type.Union([Type.Literal('waiting'), Type.Literal('delivered'), Type.Literal('failed')]),
  attempts: Type.Integer(),
  responseStatus: Nullable(Type.Integer()),
  reason: Nullable(Type.String()),
  createdAt: Time,
  deliveredAt: Nullable(Time),
});
export type Delivery = Static<typeof Delivery>;
