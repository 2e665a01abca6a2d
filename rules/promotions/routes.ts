// The routes of promotions, each a sentence.
import {
  activatePromotion,
  addPromotionCodes,
  archivePromotion,
  cancelRedemption,
  changePromotion,
  createPromotion,
  getPromotion,
  listPromotionCodes,
  listPromotionRedemptions,
  listPromotions,
  listPromotionVersions,
  pausePromotion,
  quoteCart,
  redeemCart,
} from '@rapport/sdk/routes';
import { type Served, serve } from '../../core/index.ts';
import type { Promotions } from './index.ts';

export const promotionRoutes = ({ documents, pools, till, redemptions }: Promotions): Served[] => [
  serve(listPromotions, ({ query }) => documents.list(query)),
  serve(createPromotion, ({ body, actor }) => documents.create(actor, body)),
  serve(getPromotion, ({ params }) => documents.show(params.key)),
  serve(changePromotion, ({ params, body, actor }) => documents.change(actor, params.key, body)),
  serve(archivePromotion, async ({ params, actor }) => documents.archive(actor, params.key)),
  serve(activatePromotion, ({ params, body, actor }) => documents.activate(actor, params.key, body.version)),
  serve(pausePromotion, ({ params, actor }) => documents.pause(actor, params.key)),
  serve(listPromotionVersions, ({ params }) => documents.history(params.key)),
  serve(listPromotionRedemptions, ({ params, query }) => till.list(params.key, query)),
  serve(addPromotionCodes, ({ params, body, actor }) => pools.add(actor, params.key, body)),
  serve(listPromotionCodes, ({ params, query }) => pools.list(params.key, query)),
  serve(quoteCart, ({ body, actor }) => till.quote(actor, body)),
  serve(redeemCart, ({ body, actor }) => redemptions.redeem(actor, body)),
  serve(cancelRedemption, ({ body, actor }) => redemptions.cancel(actor, body.orderId)),
];
