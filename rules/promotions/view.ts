// Resolutions and rows as the API shows them.
import type { AppliedPromotion, Cart, PromotionCode, PromotionEffect, Quote, Redemption } from '@rapport/sdk/schemas';
import { toIso, toIsoOrNull } from '../../core/index.ts';
import type { Zone } from '../language/index.ts';
import { sum } from './arithmetic.ts';
import { addDays, pointsDates } from './calendar.ts';
import type { CodeRow } from './codes-store.ts';
import type { Applied } from './grant.ts';
import type { RedemptionRow } from './redemptions-store.ts';
import type { Resolution } from './resolver.ts';

export const toQuote = (cart: Cart, resolution: Resolution, zone: Zone, now: number): Quote => {
  const applied = resolution.applied.map((entry) => toApplied(entry, zone, now));
  const pending = applied.filter((entry) => entry.availableAt !== undefined && entry.availableAt > toIso(now));
  return {
    currency: cart.currency,
    lines: cart.lines.map(({ sku, quantity }, index) => ({ sku, quantity, ...resolution.lines[index]! })),
    subtotal: resolution.subtotal,
    discount: resolution.discount,
    shipping: resolution.shipping,
    shippingDiscount: resolution.shippingDiscount,
    total: resolution.total,
    points: resolution.points,
    pointsAvailable: resolution.points - sum(pending.map((entry) => entry.points ?? 0)),
    pointsPending: pending.map(({ points = 0, availableAt = '' }) => ({ points, availableAt })),
    applied,
    effects: applied.flatMap(toEffect),
    skipped: resolution.skipped,
  };
};

const toApplied = ({ grant, amount, lines, shipping, points }: Applied, zone: Zone, now: number): AppliedPromotion => {
  const { params } = grant;
  return {
    key: grant.key,
    version: grant.version,
    name: grant.name,
    target: params.target,
    amount,
    lines,
    shipping,
    ...(grant.code !== undefined && { code: grant.code }),
    ...(params.points && { points, ...dates(params.points, zone, now) }),
    ...(params.tier && { tier: params.tier.level }),
    ...(params.coupon && {
      coupon: {
        promotion: params.coupon.promotion,
        expiresAt: toIsoOrNull(couponExpiry(params.coupon.validDays, zone, now)),
      },
    }),
    ...(params.onReturn && { onReturn: params.onReturn }),
  };
};

const toEffect = ({ key, tier, coupon }: AppliedPromotion): PromotionEffect[] => {
  if (tier) return [{ key, kind: 'tier', level: tier }];
  return coupon ? [{ key, kind: 'coupon', promotion: coupon.promotion }] : [];
};

const dates = (points: Parameters<typeof pointsDates>[0], zone: Zone, now: number) => {
  const { availableAt, expiresAt } = pointsDates(points, zone, now);
  return { availableAt: toIso(availableAt), expiresAt: toIsoOrNull(expiresAt) };
};

/** The coupon holds through the last of its days in the shop's zone. */
export const couponExpiry = (validDays: number | undefined, zone: Zone, now: number): number | null =>
  validDays === undefined ? null : zone.startOf(addDays(zone.dayOf(now), validDays + 1));

export const toRedemption = (row: RedemptionRow): Redemption => ({
  id: row.id,
  promotion: row.promotion,
  version: row.version,
  orderId: row.order_id,
  customerId: row.customer_id,
  status: row.status,
  amount: row.amount,
  currency: row.currency,
  points: row.points,
  amountReturned: row.amount_returned,
  pointsReturned: row.points_returned,
  onReturn: row.terms === null ? 'keep' : 'recalculate',
  amountKept: row.amount_kept,
  pointsKept: row.points_kept,
  amountWithheld: row.amount_withheld,
  code: row.code,
  redeemedAt: toIso(row.redeemed_at),
  cancelledAt: toIsoOrNull(row.cancelled_at),
});

export const toCode = (row: CodeRow): PromotionCode => ({
  code: row.code,
  uses: row.uses,
  used: row.used,
  customerId: row.customer_id,
  createdAt: toIso(row.created_at),
  expiresAt: toIsoOrNull(row.expires_at),
});
