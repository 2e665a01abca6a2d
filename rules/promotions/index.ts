// Promotions: who gets what off a cart. Documents, codes, quote, redeem and cancel, put together.
import { type Platform, type Served, systemRandom } from '../../core/index.ts';
import type { VocabularySource } from '../language.ts';
import { createCodeMaker } from './codes.ts';
import { createLivePromotions } from './live.ts';
import type { Members } from './members.ts';
import { createPools } from './pools.ts';
import { createPromotionDocuments } from './promotions.ts';
import { createQuotes, type FindCustomer } from './quotes.ts';
import { createRedemptions } from './redemptions.ts';
import { promotionRoutes } from './routes.ts';
import { createTill } from './till.ts';

export type { Members } from './members.ts';

export type PromotionDeps = {
  platform: Platform;
  vocabulary: VocabularySource;
  findCustomer: FindCustomer;
  members: Members;
};

export const createPromotions = (deps: PromotionDeps) => {
  const { platform, vocabulary, findCustomer, members } = deps;
  const { database, log } = platform;
  const codeMaker = createCodeMaker(systemRandom);
  const live = createLivePromotions({ database, vocabulary, log });
  const documents = createPromotionDocuments({ platform, vocabulary });
  const quotes = createQuotes({ database, live, findCustomer });
  return {
    documents,
    pools: createPools({ platform, codeMaker, get: documents.get }),
    till: createTill({ platform, documents, quotes }),
    redemptions: createRedemptions({ platform, live, quotes, members, codeMaker }),
  };
};

export type Promotions = ReturnType<typeof createPromotions>;

export const servePromotions = (promotions: Promotions): Served[] => promotionRoutes(promotions);
