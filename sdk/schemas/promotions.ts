// Promotions: what an admin writes, what a shop asks (quote, redeem, cancel) and what it is told.
import { type Static, Type } from 'typebox';
import { CustomerRef } from './customers.ts';
import { ConditionTree, RuleStatus, RuleTests } from './rule-documents.ts';
import { Closed, Currency, Id, Key, Money, Nullable, pageOf, Time } from './shared.ts';

const Amount = Type.Integer({ minimum: 1, maximum: 1_000_000_000_000, description: 'Minor units' });
const Count = Type.Integer({ minimum: 1, maximum: 1_000_000_000 });
const Keys = Type.Array(Type.String({ minLength: 1, maxLength: 200 }), { maxItems: 1000 });
const Local = Type.String({
  maxLength: 40,
  description: 'ISO-8601; without an offset it is local time of `timeZone`',
});

/**
 * What is given: money off a line, a free unit, money off the order or its shipping, points, a level, or a
 * code of another promotion.
 */
export const promotionTargets = ['line', 'freeItem', 'order', 'shipping', 'points', 'tier', 'coupon'] as const;
export const PromotionTarget = Type.Enum([...promotionTargets]);
export type PromotionTarget = (typeof promotionTargets)[number];

/**
 * Amounts in minor units of `currency`; `bp` or `amount` says how much, where the target is money. Times
 * without an offset are local to `timeZone`. Which members a target takes is checked when the promotion is
 * saved.
 */
export const PromotionParams = Closed({
  target: PromotionTarget,
  bp: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000, description: 'Basis points: 1000 is 10 %' })),
  amount: Type.Optional(Amount),
  currency: Type.Optional(Currency),
  maxAmount: Type.Optional(Amount),
  match: Type.Optional(Closed({ skus: Type.Optional(Keys), categories: Type.Optional(Keys) })),
  buy: Type.Optional(Count),
  get: Type.Optional(Count),
  maxRounds: Type.Optional(Count),
  stacking: Type.Optional(Type.Enum(['exclusive', 'stackable', 'always'])),
  group: Type.Optional(Type.String({ minLength: 1, maxLength: 63 })),
  code: Type.Optional(Closed({ required: Type.Boolean(), pool: Type.Optional(Key) })),
  limits: Type.Optional(
    Closed({
      total: Type.Optional(Count),
      perCustomer: Type.Optional(Count),
      budget: Type.Optional(Amount),
      budgetMode: Type.Optional(Type.Enum(['refuse', 'partial'])),
    }),
  ),
  schedule: Type.Optional(
    Closed({
      from: Type.Optional(Nullable(Local)),
      to: Type.Optional(Nullable(Local)),
      timeZone: Type.Optional(Type.String({ maxLength: 60, description: 'IANA name, like Europe/Berlin' })),
    }),
  ),
  points: Type.Optional(
    Closed({
      per: Type.Integer({ minimum: 1, maximum: 1_000_000, description: 'Points for each `unit`' }),
      unit: Amount,
      pendingDays: Type.Optional(Type.Integer({ minimum: 0, maximum: 3650 })),
      expireMonths: Type.Optional(Type.Integer({ minimum: 1, maximum: 1200 })),
    }),
  ),
  tier: Type.Optional(Closed({ level: Key })),
  coupon: Type.Optional(
    Closed({ promotion: Key, validDays: Type.Optional(Type.Integer({ minimum: 1, maximum: 3650 })) }),
  ),
  onReturn: Type.Optional(
    Type.Enum(['keep', 'recalculate'], {
      description:
        'When goods come back: `keep` (the default) leaves the discount of the others as it is; `recalculate` works it out again for them and withholds the difference',
    }),
  ),
});
export type PromotionParams = Static<typeof PromotionParams>;

export const PromotionGrant = Closed({
  type: Type.Optional(Type.String({ minLength: 1, maxLength: 63 })),
  params: PromotionParams,
});

const written = {
  name: Type.String({ minLength: 1, maxLength: 200 }),
  description: Type.Optional(Nullable(Type.String({ maxLength: 4000 }))),
  priority: Type.Optional(Type.Integer({ minimum: -1_000_000, maximum: 1_000_000, description: 'Higher goes first' })),
  status: Type.Optional(RuleStatus),
  conditions: ConditionTree,
  event: PromotionGrant,
  tests: Type.Optional(RuleTests),
  confirmEveryone: Type.Optional(Type.Boolean({ description: 'Needed when `all` is empty, which means everybody' })),
};

/** A draft unless `status` says otherwise. */
export const NewPromotion = Closed({ key: Key, kind: Type.Optional(Type.Literal('promotion')), ...written });
export type NewPromotion = Static<typeof NewPromotion>;
/** A value sets, an absent member keeps; conditions and event are replaced as a whole. */
export const PromotionChange = Type.Partial(Closed(written), { additionalProperties: false });
export type PromotionChange = Static<typeof PromotionChange>;

export const PromotionUse = Closed({
  used: Type.Integer(),
  spent: Type.Integer({ description: 'Minor units given away, of the budget' }),
});

export const Promotion = Closed({
  key: Type.String(),
  kind: Type.Literal('promotion'),
  name: Type.String(),
  description: Nullable(Type.String()),
  priority: Type.Integer(),
  status: RuleStatus,
  /** The version shown here; `activeVersion` is the one that runs. */
  version: Type.Integer(),
  activeVersion: Nullable(Type.Integer()),
  /** Grows with every change; `If-Match` compares it. */
  revision: Type.Integer(),
  conditions: Type.Unknown(),
  event: Type.Unknown(),
  tests: Type.Array(Type.Unknown()),
  use: PromotionUse,
  /** Why the active version can no longer be worked out, such as a fact or a level that is gone; null where it can. */
  broken: Nullable(Type.String()),
  createdAt: Time,
  updatedAt: Time,
});
export type Promotion = Static<typeof Promotion>;
export const PromotionPage = pageOf(Promotion);

const Sku = Type.String({ minLength: 1, maxLength: 200 });
export const CartLine = Closed({
  sku: Sku,
  category: Type.Optional(Nullable(Type.String({ maxLength: 200 }))),
  quantity: Type.Integer({ minimum: 1, maximum: 1_000_000_000 }),
  unitPrice: Money,
});
export type CartLine = Static<typeof CartLine>;

/** At most 500 lines and 20 codes. Prices are what the shop asks, without discounts; Rapport does not look them up. */
export const Cart = Closed({
  currency: Currency,
  lines: Type.Array(CartLine, { maxItems: 500 }),
  shipping: Type.Optional(Money),
  codes: Type.Optional(Type.Array(Type.String({ maxLength: 100 }), { maxItems: 20 })),
});
export type Cart = Static<typeof Cart>;

/** A customer's id, or one identity. Unknown is an error; absent is an anonymous cart. */
export const CartCustomer = Type.Union([Id, CustomerRef]);
export type CartCustomer = Static<typeof CartCustomer>;

const asked = {
  customer: Type.Optional(Nullable(CartCustomer)),
  cart: Cart,
  now: Type.Optional(Type.String({ format: 'date-time', description: 'Try another moment; needs promotions:write' })),
};
/** Asks and changes nothing: nothing is reserved until it is redeemed. */
export const QuoteRequest = Closed(asked);
export type QuoteRequest = Static<typeof QuoteRequest>;
const OrderId = Type.String({ minLength: 1, maxLength: 200, description: "The shop's id of the order" });
/** Once for each order: the same request again answers the first reply; another cart or customer for it is refused. */
export const RedeemRequest = Closed({ orderId: OrderId, customer: asked.customer, cart: asked.cart });
export type RedeemRequest = Static<typeof RedeemRequest>;
export const CancelRequest = Closed({ orderId: OrderId });

/** Why a promotion gave nothing, the first that applied. */
export const skipReasons = [
  'condition',
  'excluded',
  'group',
  'threshold',
  'budget',
  'currency',
  'code',
  'schedule',
  'limit',
  'customer_limit',
  'unknown_customer',
  'nothing_left',
  'no_match',
] as const;
export type SkipReason = (typeof skipReasons)[number];

export const SkippedPromotion = Closed({
  key: Type.String(),
  reason: Type.Enum([...skipReasons]),
  detail: Type.Optional(Type.String({ description: 'The figures, like "9450 < 10000"' })),
  by: Type.Optional(Type.String({ description: 'The promotion that caused it' })),
});
export type SkippedPromotion = Static<typeof SkippedPromotion>;

export const AppliedPromotion = Closed({
  key: Type.String(),
  version: Type.Integer(),
  name: Type.String(),
  target: PromotionTarget,
  amount: Type.Integer({ description: 'Minor units off; 0 for points, tier and coupon' }),
  lines: Type.Array(Type.Integer(), { description: 'Its share of each line, in the order of the cart; sums to goods' }),
  shipping: Type.Integer({ description: 'Its share of shipping' }),
  code: Type.Optional(Type.String()),
  points: Type.Optional(Type.Integer()),
  availableAt: Type.Optional(Time),
  expiresAt: Type.Optional(Nullable(Time)),
  tier: Type.Optional(Type.String({ description: 'The level given' })),
  coupon: Type.Optional(
    Closed({
      promotion: Type.String(),
      code: Type.Optional(Type.String({ description: 'The code issued; only after redeem' })),
      expiresAt: Type.Optional(Nullable(Time)),
    }),
  ),
  onReturn: Type.Optional(Type.Enum(['keep', 'recalculate'])),
});
export type AppliedPromotion = Static<typeof AppliedPromotion>;

/** What is given besides money and points. */
export const PromotionEffect = Closed({
  key: Type.String({ description: 'The promotion that gives it' }),
  kind: Type.Enum(['tier', 'coupon']),
  level: Type.Optional(Type.String()),
  promotion: Type.Optional(Type.String({ description: 'The promotion the coupon is for' })),
});
export type PromotionEffect = Static<typeof PromotionEffect>;

const QuotedLine = Closed({
  sku: Sku,
  quantity: Type.Integer(),
  gross: Type.Integer(),
  discount: Type.Integer(),
  net: Type.Integer(),
});

const quoted = {
  currency: Currency,
  lines: Type.Array(QuotedLine),
  subtotal: Type.Integer({ description: 'Goods before discounts' }),
  discount: Type.Integer({ description: 'Off the goods' }),
  shipping: Type.Integer({ description: 'Shipping to pay' }),
  shippingDiscount: Type.Integer(),
  total: Type.Integer({ description: 'Goods and shipping to pay' }),
  points: Type.Integer({ description: 'All points this cart earns' }),
  pointsAvailable: Type.Integer({ description: 'Of them at once' }),
  pointsPending: Type.Array(Closed({ points: Type.Integer(), availableAt: Time })),
  applied: Type.Array(AppliedPromotion),
  effects: Type.Array(PromotionEffect),
  skipped: Type.Array(SkippedPromotion),
};
/** Amounts in minor units of `currency`. Lines are those of the cart, in its order. */
export const Quote = Closed(quoted);
export type Quote = Static<typeof Quote>;

export const RedemptionStatus = Type.Enum(['redeemed', 'cancelled']);
export const RedeemReply = Closed({
  orderId: Type.String(),
  status: RedemptionStatus,
  customerId: Nullable(Type.String()),
  redeemedAt: Time,
  ...quoted,
});
export type RedeemReply = Static<typeof RedeemReply>;

export const CancelReply = Closed({
  orderId: Type.String(),
  status: RedemptionStatus,
  cancelledAt: Time,
  promotions: Type.Array(Type.String(), { description: 'Promotions given back' }),
});
export type CancelReply = Static<typeof CancelReply>;

/** One promotion of one order. Amounts in minor units. */
export const Redemption = Closed({
  id: Type.String(),
  promotion: Type.String(),
  version: Type.Integer(),
  orderId: Type.String(),
  customerId: Nullable(Type.String()),
  status: RedemptionStatus,
  amount: Type.Integer(),
  currency: Currency,
  points: Type.Integer(),
  amountReturned: Type.Integer({ description: 'Of the amount, given back to the budget by refunds' }),
  pointsReturned: Type.Integer({ description: 'Of the points, asked back by refunds' }),
  onReturn: Type.Enum(['keep', 'recalculate']),
  amountKept: Nullable(
    Type.Integer({
      description: 'What it comes to for the goods that were kept; null until goods were returned by line',
    }),
  ),
  pointsKept: Nullable(Type.Integer({ description: 'As `amountKept`, in points' })),
  amountWithheld: Type.Integer({
    description:
      'With `recalculate`: minor units that the kept goods no longer earn, withheld from refunds; negative where they earn more now that another promotion gives less',
  }),
  code: Nullable(Type.String()),
  redeemedAt: Time,
  cancelledAt: Nullable(Time),
});
export type Redemption = Static<typeof Redemption>;
export const RedemptionPage = pageOf(Redemption);
