// Templates and messages. Content is Handlebars: known helpers only, no raw output of customer data.
import { type Static, Type } from 'typebox';
import { Closed, Id, Key, Nullable, Time } from './shared.ts';

export const Channel = Type.String({
  pattern: '^[a-z][a-z0-9-]{0,30}$',
  description: 'As a channel plugin declares it: email, webhook, sms …',
});

/** `marketing` needs consent for the channel; `service` goes unless it was denied; `staff` is for our own people. */
export const Purpose = Type.Union([Type.Literal('marketing'), Type.Literal('service'), Type.Literal('staff')]);

/** Templates by part, in characters; a text or an html part is needed. Only `html` is escaped for HTML. */
export const MessageContent = Closed({
  subject: Type.Optional(Type.String({ maxLength: 998 })),
  text: Type.Optional(Type.String({ maxLength: 100_000 })),
  html: Type.Optional(Type.String({ maxLength: 500_000 })),
});
export type MessageContent = Static<typeof MessageContent>;

/** By language, as `en` or `en-GB`. */
const contents = Type.Record(Type.String({ pattern: '^[a-z]{2}(-[A-Z]{2})?$' }), MessageContent, {
  minProperties: 1,
  maxProperties: 20,
});

export const Template = Closed({
  key: Key,
  channel: Channel,
  title: Type.String(),
  contents,
  defaultLanguage: Type.String(),
  version: Type.Integer(),
  createdAt: Time,
  updatedAt: Time,
});
export type Template = Static<typeof Template>;

export const NewTemplate = Closed({
  key: Key,
  channel: Channel,
  title: Type.String({ minLength: 1, maxLength: 200 }),
  contents,
  defaultLanguage: Type.String({ pattern: '^[a-z]{2}(-[A-Z]{2})?$', default: 'en' }),
});
export type NewTemplate = Static<typeof NewTemplate>;

/** An absent member keeps; `contents` replaces all languages. The key and the channel are for good. */
export const TemplateChange = Closed({
  title: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
  contents: Type.Optional(contents),
  defaultLanguage: Type.Optional(Type.String({ pattern: '^[a-z]{2}(-[A-Z]{2})?$' })),
});
export type TemplateChange = Static<typeof TemplateChange>;

/**
 * A template or a content, one of them. Without a customer, or the right to see them, it is shown for an
 * invented one.
 */
export const TemplatePreview = Closed({
  template: Type.Optional(Key),
  content: Type.Optional(MessageContent),
  customerId: Type.Optional(Id),
  language: Type.Optional(Type.String()),
  variables: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
});

/**
 * A customer or an address, a template or a content, one of each. The same `sendKey` again sends nothing
 * and answers the first message.
 */
export const NewMessage = Closed({
  channel: Channel,
  customerId: Type.Optional(Id),
  /** A fixed address instead of a customer; purpose must be `staff`. */
  to: Type.Optional(Type.String({ minLength: 3, maxLength: 320 })),
  template: Type.Optional(Key),
  content: Type.Optional(MessageContent),
  purpose: Purpose,
  variables: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  sendKey: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
});
export type NewMessage = Static<typeof NewMessage>;

/** `sent`: a channel took it; `failed`: none will; `dropped`: it was not tried, for the reason that stands beside it. */
export const MessageStatus = Type.Union([
  Type.Literal('queued'),
  Type.Literal('sent'),
  Type.Literal('failed'),
  Type.Literal('dropped'),
]);
export type MessageStatus = Static<typeof MessageStatus>;

/** `to` and `subject` are null for callers who may not see personal data, and until they are known. */
export const Message = Closed({
  id: Id,
  customerId: Nullable(Id),
  channel: Channel,
  purpose: Purpose,
  to: Nullable(Type.String()),
  template: Nullable(Type.String()),
  subject: Nullable(Type.String()),
  status: MessageStatus,
  reason: Nullable(Type.String()),
  source: Nullable(Type.String()),
  plugin: Nullable(Type.String()),
  providerId: Nullable(Type.String()),
  createdAt: Time,
  sentAt: Nullable(Time),
});
export type Message = Static<typeof Message>;
