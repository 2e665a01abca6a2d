// What customers do: ingestion and reading of events.
import { type Static, Type } from 'typebox';
import { CustomerRef } from './customers.ts';
import { Closed, Id, Nullable, PageQuery, pageOf, Time } from './shared.ts';

export const EventType = Type.String({
  pattern: '^[A-Za-z][A-Za-z0-9_.-]{0,99}$',
  description: 'For example page_viewed, cart.abandoned',
});

export const EventProperties = Type.Record(Type.String({ maxLength: 100 }), Type.Unknown(), {
  maxProperties: 100,
  description: 'At most 100 members, names of 100 characters, 16,384 bytes as JSON, 8 levels deep',
});
export const eventPropertyBounds = { members: 100, bytes: 16_384, depth: 8 } as const;

export const NewEvent = Closed({
  type: EventType,
  customer: CustomerRef,
  occurredAt: Type.Optional(Time),
  properties: Type.Optional(EventProperties),
  id: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 200,
      description: "The sender's own id: a second delivery from the same source is recognised and not stored again",
    }),
  ),
  source: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9_.:-]{1,64}$' })),
});
export type NewEvent = Static<typeof NewEvent>;
export const NewEvents = Type.Union([NewEvent, Type.Array(NewEvent, { minItems: 1, maxItems: 1000 })]);

/** With `duplicate` the id is that of the event stored before. */
export const EventReceipt = Closed({ id: Id, customerId: Id, duplicate: Type.Boolean() });
export type EventReceipt = Static<typeof EventReceipt>;
export const EventReceipts = Closed({
  accepted: Type.Integer(),
  duplicates: Type.Integer(),
  data: Type.Array(EventReceipt),
});

export const CustomerEvent = Closed({
  id: Id,
  customerId: Id,
  type: Type.String(),
  occurredAt: Time,
  receivedAt: Time,
  source: Type.String(),
  properties: Type.Record(Type.String(), Type.Unknown()),
});
export type CustomerEvent = Static<typeof CustomerEvent>;
export const EventPage = pageOf(CustomerEvent);
export const EventQuery = Closed({
  ...PageQuery.properties,
  customerId: Type.Optional(Id),
  type: Type.Optional(EventType),
  from: Type.Optional(Time),
  to: Type.Optional(Time),
});
export const EventTypes = Closed({
  data: Type.Array(Closed({ type: Type.String(), lastAt: Nullable(Time) })),
});
