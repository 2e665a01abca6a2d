// What the world can be told of: topics of webhooks and of the notices that plugins hear, `noun.past`.
export const topics = [
  'customer.created',
  'customer.updated',
  'customer.merged',
  'customer.erased',
  'consent.changed',
  'event.recorded',
  'order.placed',
  'order.refunded',
  'member.level-changed',
  'segment.entered',
  'segment.left',
  'score.changed',
  'scorer.finished',
  'promotion.redeemed',
  'alert.fired',
  'message.sent',
  'message.failed',
  'import.finished',
] as const;
export type Topic = (typeof topics)[number];
