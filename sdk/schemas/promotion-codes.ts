// Codes of a promotion: what an admin hands out and looks back on.
import { type Static, Type } from 'typebox';
import { Closed, Nullable, pageOf, Time } from './shared.ts';

/** Codes given, or `count` generated. In a pattern `#` is a digit, `?` a letter, `*` either; never 0, O, 1 or I. */
export const NewCodes = Closed({
  codes: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 100 }), { minItems: 1, maxItems: 10_000 })),
  count: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000 })),
  pattern: Type.Optional(Type.String({ minLength: 1, maxLength: 60 })),
  uses: Type.Optional(
    Nullable(Type.Integer({ minimum: 1, maximum: 1_000_000_000, description: 'Uses of each code; null has no limit' })),
  ),
  expiresAt: Type.Optional(Nullable(Time)),
});
export type NewCodes = Static<typeof NewCodes>;

export const CodesReply = Closed({
  pool: Type.String(),
  added: Type.Integer(),
  codes: Type.Array(Type.String(), { description: 'Added now, as customers will read them' }),
  duplicates: Type.Array(Type.String(), { description: 'Left as they are: the pool had them' }),
});
export type CodesReply = Static<typeof CodesReply>;

/** `uses` null has no limit; with `customerId` only that customer can use it. */
export const PromotionCode = Closed({
  code: Type.String(),
  uses: Nullable(Type.Integer()),
  used: Type.Integer(),
  customerId: Nullable(Type.String()),
  createdAt: Time,
  expiresAt: Nullable(Time),
});
export type PromotionCode = Static<typeof PromotionCode>;
export const PromotionCodePage = pageOf(PromotionCode);
