// Alerts: a rule over an event, a customer's change or a move into or out of a segment, with a cooldown, actions and a history of firings.
import { type Static, Type } from 'typebox';
import { Channel, MessageContent, Purpose } from './messages.ts';
import {
  ConditionTree,
  Duration,
  RuleDescription,
  RuleName,
  RulePriority,
  RuleStatus,
  RuleTests,
  VersionNumber,
} from './rule-documents.ts';
import { Closed, Id, Key, Nullable, Time } from './shared.ts';

/** What makes the conditions be asked: they are not asked at any other time. */
export const AlertTrigger = Type.Union([
  Closed(
    {
      kind: Type.Literal('event'),
      types: Type.Array(Type.String({ minLength: 1, maxLength: 100 }), { minItems: 1, maxItems: 50 }),
    },
    { description: 'Each event of these types; `order.placed`, `order.paid` … are what happens to orders, as events' },
  ),
  Closed({ kind: Type.Literal('change') }, { description: 'The moment the conditions become true for a customer' }),
  Closed(
    {
      kind: Type.Literal('segment'),
      segment: Key,
      moment: Type.Union([Type.Literal('entered'), Type.Literal('left')]),
    },
    { description: 'A customer enters or leaves a segment' },
  ),
]);
export type AlertTrigger = Static<typeof AlertTrigger>;

/** Actions of one firing are done in their order; one that cannot be done stands in the firing with its problem. */
export const AlertAction = Type.Union([
  Closed({
    kind: Type.Literal('message'),
    channel: Channel,
    /** A fixed address of our own people; without it the message goes to the customer. */
    to: Type.Optional(Type.String({ minLength: 3, maxLength: 320 })),
    template: Type.Optional(Key),
    content: Type.Optional(MessageContent),
    purpose: Type.Optional(Purpose),
  }),
  Closed({ kind: Type.Literal('webhook') }, { description: 'The topic `alert.fired`, to whoever subscribed' }),
  Closed({ kind: Type.Literal('tag'), tag: Type.String({ minLength: 1, maxLength: 100 }) }),
]);
export type AlertAction = Static<typeof AlertAction>;

const actions = Type.Array(AlertAction, { minItems: 1, maxItems: 20 });

export const Alert = Closed({
  key: Key,
  name: RuleName,
  description: Nullable(Type.String()),
  status: RuleStatus,
  priority: Type.Integer(),
  trigger: AlertTrigger,
  conditions: Nullable(ConditionTree),
  cooldown: Nullable(Duration),
  actions,
  tests: RuleTests,
  version: VersionNumber,
  activeVersion: Nullable(VersionNumber),
  revision: Type.Integer(),
  buildJob: Nullable(Id),
  /** Why the active version can no longer be worked out, such as a fact that is gone; null where it can. */
  broken: Nullable(Type.String()),
  createdAt: Time,
  updatedAt: Time,
});
export type Alert = Static<typeof Alert>;

/**
 * Made as a draft. At most 20 actions; refused with a pointer where an action cannot be done, such as a
 * channel no plugin brings.
 */
export const NewAlert = Closed({
  key: Key,
  name: RuleName,
  description: Type.Optional(Nullable(RuleDescription)),
  priority: Type.Optional(RulePriority),
  trigger: AlertTrigger,
  /** May be absent where the trigger alone decides (events, segments). */
  conditions: Type.Optional(Nullable(ConditionTree)),
  cooldown: Type.Optional(Nullable(Duration)),
  actions,
  tests: Type.Optional(RuleTests),
});
export type NewAlert = Static<typeof NewAlert>;

/** A value sets, an absent member keeps; a list replaces the whole list. */
export const AlertChange = Closed({
  name: Type.Optional(RuleName),
  description: Type.Optional(Nullable(RuleDescription)),
  priority: Type.Optional(RulePriority),
  trigger: Type.Optional(AlertTrigger),
  conditions: Type.Optional(Nullable(ConditionTree)),
  cooldown: Type.Optional(Nullable(Duration)),
  actions: Type.Optional(actions),
  tests: Type.Optional(RuleTests),
});
export type AlertChange = Static<typeof AlertChange>;

/** One comparison as it stood when the alert fired. */
export const SeenFact = Closed({
  fact: Type.String(),
  params: Type.Optional(Type.Unknown()),
  operator: Type.String(),
  needed: Type.Unknown(),
  actual: Type.Unknown(),
});
export type SeenFact = Static<typeof SeenFact>;

export const Firing = Closed({
  id: Id,
  alert: Key,
  version: VersionNumber,
  customerId: Id,
  at: Time,
  /** What set it off: the event, or the segment passed, or the change. */
  cause: Closed({
    kind: Type.String(),
    event: Type.Optional(Type.Unknown()),
    segment: Type.Optional(Type.String()),
    moment: Type.Optional(Type.String()),
  }),
  facts: Type.Array(SeenFact),
  actions: Type.Array(
    Closed({
      kind: Type.String(),
      /** The message's id, the tag, or the topic. */
      reference: Nullable(Type.String()),
      problem: Nullable(Type.String()),
    }),
  ),
});
export type Firing = Static<typeof Firing>;
