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
import { Reply, type Served, serve } from '../../core/index.ts';
import { etagOf, revisionOf } from '../documents/documents.ts';
import type { Promotions } from './index.ts';

const withEtag = <T extends { revision: number }>(body: T): Reply<T> => new Reply(body, { headers: etagOf(body) });

export const promotionRoutes = ({ documents, pools, checkout, redemptions, returns }: Promotions): Served[] => [
  serve(listPromotions, ({ query }) => documents.list(query)),
  serve(createPromotion, async ({ body, actor }) => withEtag(await documents.create(actor, body))),
  serve(getPromotion, async ({ params }) => withEtag(await documents.show(params.key))),
  serve(changePromotion, async ({ params, body, actor, ctx }) =>
    withEtag(await documents.change(actor, params.key, body, revisionOf(ctx.get('if-match')))),
  ),
  serve(archivePromotion, async ({ params, query, actor, ctx }) =>
    documents.archive(actor, params.key, { ifMatch: revisionOf(ctx.get('if-match')), cascade: query.cascade }),
  ),
  serve(activatePromotion, async ({ params, body, actor, ctx }) =>
    withEtag(await documents.activate(actor, params.key, body.version, revisionOf(ctx.get('if-match')))),
  ),
  serve(pausePromotion, async ({ params, actor, ctx }) =>
    withEtag(await documents.pause(actor, params.key, revisionOf(ctx.get('if-match')))),
  ),
  serve(listPromotionVersions, ({ params }) => documents.history(params.key)),
  serve(listPromotionRedemptions, ({ params, query }) => checkout.list(params.key, query)),
  serve(addPromotionCodes, ({ params, body, actor }) => pools.add(actor, params.key, body)),
  serve(listPromotionCodes, ({ params, query }) => pools.list(params.key, query)),
  serve(quoteCart, ({ body, actor }) => checkout.quote(actor, body)),
  serve(redeemCart, ({ body, actor }) => redemptions.redeem(actor, body)),
  serve(cancelRedemption, ({ body, actor }) => returns.cancel(actor, body.orderId)),
];
