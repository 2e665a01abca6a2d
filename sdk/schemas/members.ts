// Membership: levels and the append-only points ledger.
import { type Static, Type } from 'typebox';
import { Closed, Id, Key, Nullable, pageOf, Time } from './shared.ts';

export const Level = Closed({
  key: Key,
  title: Type.String({ minLength: 1, maxLength: 100 }),
  titleZh: Nullable(Type.String({ maxLength: 100 })),
  rank: Type.Integer({ minimum: 0, maximum: 1000, description: 'Higher is better' }),
});
export type Level = Static<typeof Level>;
export const Levels = Closed({ data: Type.Array(Level) });
/** Replaces the level as a whole. */
export const LevelBody = Closed({
  title: Type.String({ minLength: 1, maxLength: 100 }),
  titleZh: Type.Optional(Type.String({ maxLength: 100 })),
  rank: Type.Integer({ minimum: 0, maximum: 1000 }),
});

/** Balances in points, none below zero. */
export const Member = Closed({
  customerId: Id,
  level: Nullable(Type.String()),
  pointsAvailable: Type.Integer(),
  pointsPending: Type.Integer(),
  pointsOwed: Type.Integer({
    description: 'Asked back with an order after they were spent; the next points that become available pay it',
  }),
  joinedAt: Time,
});
export type Member = Static<typeof Member>;
/** Null takes the level away. */
export const LevelChange = Closed({
  level: Nullable(Key),
  reason: Type.String({ minLength: 1, maxLength: 200 }),
});

const Points = Type.Integer({ minimum: 1, maximum: 1_000_000_000 });
/** `earn` adds, at once or from `availableAt`, until `expiresAt`; `spend` takes what is available and never more. */
export const PointsPosting = Closed({
  kind: Type.Union([Type.Literal('earn'), Type.Literal('spend')]),
  points: Points,
  availableAt: Type.Optional(Time),
  expiresAt: Type.Optional(Time),
  orderId: Type.Optional(Id),
  promotion: Type.Optional(Type.String({ maxLength: 100 })),
  reason: Type.Optional(Type.String({ maxLength: 200 })),
});
export type PointsPosting = Static<typeof PointsPosting>;
export const PointsEntry = Closed({
  id: Id,
  kind: Type.String({
    description:
      'earn, release, spend, return (of what was spent on an order), expire, reverse, settle (of what is owed)',
  }),
  points: Type.Integer({
    description: 'Signed: what it did to the balance; 0 for a release, which moves pending to available',
  }),
  owed: Type.Integer({ description: 'Signed: what it did to what is owed' }),
  availableAt: Time,
  expiresAt: Nullable(Time),
  promotion: Nullable(Type.String()),
  orderId: Nullable(Type.String()),
  reason: Nullable(Type.String()),
  at: Time,
});
export type PointsEntry = Static<typeof PointsEntry>;
export const PointsPage = pageOf(PointsEntry);
export const PointsReply = Closed({ entry: PointsEntry, member: Member });
