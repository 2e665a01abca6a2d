// Segments: who belongs, since when and why. A dynamic one is a rule, a static one a list, a snapshot a dynamic one frozen.
import { type Static, Type } from 'typebox';
import { ConditionTree, RuleDescription, RuleName, RuleStatus, RuleTests, VersionNumber } from './rule-documents.ts';
import { Explanation } from './rules.ts';
import { Closed, Id, Key, Nullable, Time } from './shared.ts';

export const SegmentType = Type.Union([Type.Literal('dynamic'), Type.Literal('static'), Type.Literal('snapshot')]);
export type SegmentType = Static<typeof SegmentType>;

export const Segment = Closed({
  key: Key,
  name: RuleName,
  description: Nullable(Type.String()),
  type: SegmentType,
  status: RuleStatus,
  /** Of the newest version; null for lists and snapshots. */
  conditions: Nullable(ConditionTree),
  tests: RuleTests,
  version: VersionNumber,
  activeVersion: Nullable(VersionNumber),
  /** Grows with every change; `If-Match` compares it. */
  revision: Type.Integer(),
  members: Type.Integer(),
  /** The job that is bringing membership up to date, if there is one. */
  buildJob: Nullable(Id),
  /** Why the active version can no longer be worked out, such as a fact that is gone; null where it can. */
  broken: Nullable(Type.String()),
  source: Nullable(Key),
  createdAt: Time,
  updatedAt: Time,
});
export type Segment = Static<typeof Segment>;

const confirmEveryone = Type.Optional(
  Type.Boolean({ description: 'Needed when the conditions hold for every customer (an empty `all`)' }),
);

/** A dynamic one needs conditions, a static one has none. */
export const NewSegment = Closed({
  key: Key,
  name: RuleName,
  description: Type.Optional(Nullable(RuleDescription)),
  type: Type.Optional(Type.Union([Type.Literal('dynamic'), Type.Literal('static')], { default: 'dynamic' })),
  conditions: Type.Optional(ConditionTree),
  tests: Type.Optional(RuleTests),
  confirmEveryone,
});
export type NewSegment = Static<typeof NewSegment>;

/** A value sets, an absent member keeps. Members change only when the new version is activated. */
export const SegmentChange = Closed({
  name: Type.Optional(RuleName),
  description: Type.Optional(Nullable(RuleDescription)),
  conditions: Type.Optional(ConditionTree),
  tests: Type.Optional(RuleTests),
  confirmEveryone,
});
export type SegmentChange = Static<typeof SegmentChange>;

export const SampleCustomer = Closed({
  id: Id,
  name: Nullable(Type.String()),
  city: Nullable(Type.String()),
  country: Nullable(Type.String()),
});
export type SampleCustomer = Static<typeof SampleCustomer>;

export const SegmentPreviewRequest = Closed({
  conditions: ConditionTree,
  /** Who is typing: a newer preview of the same editor stops the older one. */
  editor: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
  sample: Type.Optional(Type.Integer({ minimum: 0, maximum: 50, default: 10 })),
  confirmEveryone,
});
export type SegmentPreviewRequest = Static<typeof SegmentPreviewRequest>;

export const SegmentPreview = Closed({
  count: Type.Integer(),
  sample: Type.Array(SampleCustomer),
  tookMs: Type.Number(),
});
export type SegmentPreview = Static<typeof SegmentPreview>;

const Moved = Closed({ count: Type.Integer(), sample: Type.Array(SampleCustomer) });

/** What activating the version would change, as of now. */
export const SegmentImpact = Closed({
  version: VersionNumber,
  before: Type.Integer(),
  after: Type.Integer(),
  entering: Moved,
  leaving: Moved,
  tookMs: Type.Number(),
});
export type SegmentImpact = Static<typeof SegmentImpact>;

export const SegmentMember = Closed({
  customerId: Id,
  name: Nullable(Type.String()),
  city: Nullable(Type.String()),
  country: Nullable(Type.String()),
  enteredAt: Time,
  version: Type.Integer(),
  reason: Type.String(),
});
export type SegmentMember = Static<typeof SegmentMember>;

/** Of lists only; at most 1,000 each way. */
export const SegmentMemberChange = Closed({
  add: Type.Optional(Type.Array(Id, { maxItems: 1000 })),
  remove: Type.Optional(Type.Array(Id, { maxItems: 1000 })),
});
export type SegmentMemberChange = Static<typeof SegmentMemberChange>;

/** A segment a customer is in, or was in. */
export const CustomerSegment = Closed({
  key: Key,
  name: RuleName,
  enteredAt: Time,
  leftAt: Nullable(Time),
  version: Type.Integer(),
  reason: Type.String(),
});
export type CustomerSegment = Static<typeof CustomerSegment>;

export const SegmentExplanation = Closed({
  segment: Key,
  customerId: Id,
  at: Time,
  version: VersionNumber,
  /** Whether the rule holds at that time; null when what was then is not kept. */
  matches: Nullable(Type.Boolean()),
  /** Whether the customer is a member at that time, and since when. */
  member: Type.Boolean(),
  enteredAt: Nullable(Time),
  /** The tree with every condition's actual and needed value, the near miss, and the rows behind an aggregate. */
  explanation: Explanation,
});
export type SegmentExplanation = Static<typeof SegmentExplanation>;

export const SegmentTemplate = Closed({
  key: Key,
  title: Type.String(),
  titleZh: Type.String(),
  summary: Type.String(),
  group: Type.String(),
  conditions: ConditionTree,
});
export type SegmentTemplate = Static<typeof SegmentTemplate>;
