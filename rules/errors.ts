// The catalogue's errors of rules: documents, segments, alerts, promotions.
import { defineError } from '../core/index.ts';

const text = (detail: string): string => detail;

export const RuleNotFound = defineError('RULE_NOT_FOUND', 404, 'No rule of this kind and key.', text);
export const RuleVersionNotFound = defineError('RULE_VERSION_NOT_FOUND', 404, 'The rule has no such version.', text);
export const RuleExists = defineError('RULE_EXISTS', 409, 'A rule of this kind has the key already.', text);
export const RuleArchived = defineError('RULE_ARCHIVED', 409, 'The rule is archived and cannot be changed.', text);
export const RuleTestFailed = defineError('RULE_TEST_FAILED', 422, "One of the rule's own tests does not hold.", text);
export const RuleWithoutConditions = defineError(
  'RULE_WITHOUT_CONDITIONS',
  422,
  'This kind of rule needs conditions.',
  text,
);
export const SegmentIsRule = defineError(
  'SEGMENT_IS_RULE',
  409,
  'Members of a dynamic segment come from its rule, those of a snapshot from its moment; only static lists are edited by hand.',
  text,
);
export const SegmentNotDynamic = defineError(
  'SEGMENT_NOT_DYNAMIC',
  409,
  'A list or a snapshot has no rule to preview, explain or build.',
  text,
);
export const PreviewTooLong = defineError('PREVIEW_TOO_LONG', 422, 'The count took longer than a preview may.', text);
export const PreviewSuperseded = defineError(
  'PREVIEW_SUPERSEDED',
  409,
  'A newer preview of the same editor took its place.',
  text,
);

// Promotions
export const PromotionInvalid = defineError(
  'PROMOTION_INVALID',
  400,
  'The grant of the promotion contradicts itself or lacks a member.',
  text,
);
export const CodesInvalid = defineError('CODES_INVALID', 400, 'Codes cannot be made or added like this.', text);
export const CartInvalid = defineError('CART_INVALID', 400, 'The cart cannot be reckoned with.', text);
export const OrderAlreadyRedeemed = defineError(
  'ORDER_ALREADY_REDEEMED',
  409,
  'The order was redeemed before with another cart or customer.',
  (orderId: string) => `The order ${orderId} was redeemed before with another cart or customer.`,
);
export const RedemptionCancelled = defineError(
  'REDEMPTION_CANCELLED',
  409,
  'The order was cancelled; redeem it under a new id.',
  (orderId: string) => `The order ${orderId} was cancelled; redeem it under a new id.`,
);
export const OrderIsOver = defineError(
  'ORDER_IS_OVER',
  409,
  'The order was cancelled or refunded, so it uses no promotions.',
  (orderId: string, status: string) => `The order ${orderId} is ${status}, so it uses no promotions.`,
);
export const RedemptionNotFound = defineError(
  'REDEMPTION_NOT_FOUND',
  404,
  'No redemption of this order.',
  (orderId: string) => `No redemption of the order ${orderId}.`,
);
