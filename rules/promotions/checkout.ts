// What a shop and the console's try-out ask: a quote as the API shows it, and what was redeemed so far.
import type { Quote, QuoteRequest, Redemption } from '@rapport/sdk/schemas';
import { type Actor, InsufficientScope, type Page, type Platform } from '../../core/index.ts';
import type { PromotionDocuments } from './promotions.ts';
import type { Quotes } from './quotes.ts';
import { createRedemptionStore } from './redemptions-store.ts';
import { toQuote, toRedemption } from './view.ts';

type Deps = { platform: Platform; documents: PromotionDocuments; quotes: Quotes };

export const createCheckout = ({ platform, documents, quotes }: Deps) => ({
  /**
   * Changes and reserves nothing: another order may use up a limit before it is redeemed. `now` (ISO-8601)
   * needs `promotions:write`, else InsufficientScope; counters and customers are those of today all the
   * same.
   */
  quote: async (actor: Actor, { cart, customer, now }: QuoteRequest): Promise<Quote> => {
    if (now !== undefined && actor.kind !== 'system' && !actor.scopes.has('promotions:write'))
      throw new InsufficientScope('promotions:write', { pointer: '/now' });
    const at = now === undefined ? platform.clock.now() : Date.parse(now);
    const quote = await quotes.of({ cart, customerId: await quotes.customerOf(customer), now: at });
    return toQuote(cart, quote.resolution, quote.live.vocabulary.zone, at);
  },

  /** The newest first, cancelled ones too. Throws when there is no such promotion. */
  list: async (key: string, query: { limit?: number; cursor?: string }): Promise<Page<Redemption>> => {
    await documents.get(key);
    const store = createRedemptionStore(platform.database.reader);
    const { data, next } = await store.listOfPromotion(key, query.limit ?? 50, query.cursor);
    return { data: data.map(toRedemption), next };
  },
});
