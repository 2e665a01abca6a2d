// Promotions: who gets what off a cart. Documents, codes, quote, redeem and cancel, put together.
import { type Core, CustomerNotFound, type Platform, type Served, systemRandom } from '../../core/index.ts';
import type { VocabularySource } from '../language.ts';
import { createCodeMaker } from './codes.ts';
import { createLivePromotions } from './live.ts';
import { createPools } from './pools.ts';
import { createPromotionDocuments } from './promotions.ts';
import { createQuotes, type FindCustomer } from './quotes.ts';
import { createRedemptions } from './redemptions.ts';
import { promotionRoutes } from './routes.ts';
import { createTill } from './till.ts';
import { createUsageStore } from './usage-store.ts';

export type PromotionDeps = { platform: Platform; core: Core; vocabulary: VocabularySource };

export const createPromotions = ({ platform, core, vocabulary }: PromotionDeps) => {
  const { database, log } = platform;
  // Redemptions go with the person when two customers become one, and so does what they have used.
  platform.changes.subscribe(async (trx, changes) => {
    for (const { kind, customerId } of changes)
      if (kind === 'merged') await createUsageStore(trx).recountOfCustomer(customerId);
  });
  const codeMaker = createCodeMaker(systemRandom);
  const live = createLivePromotions({ database, vocabulary, log });
  const documents = createPromotionDocuments({ platform, core, vocabulary });
  const quotes = createQuotes({ database, live, findCustomer: findCustomerOf(platform, core) });
  return {
    documents,
    pools: createPools({ platform, codeMaker, get: documents.get }),
    till: createTill({ platform, documents, quotes }),
    redemptions: createRedemptions({ platform, live, quotes, members: core.members, codeMaker }),
  };
};

export type Promotions = ReturnType<typeof createPromotions>;

export const servePromotions = (promotions: Promotions): Served[] => promotionRoutes(promotions);

// Only looks: a quote neither makes a customer nor links an anonymous one.
const findCustomerOf =
  (platform: Platform, core: Core): FindCustomer =>
  async (ref) => {
    const [found] = await core.customers.look(platform.database.reader, [ref]);
    if (found?.failure) throw found.failure;
    if (found?.id === undefined) throw new CustomerNotFound(Object.values(ref).join(', '), { pointer: '/customer' });
    return found.id;
  };
