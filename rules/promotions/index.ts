// Promotions: who gets what off a cart. Documents, codes, quote, redeem and cancel, put together.
import {
  type ChangeListener,
  type Core,
  CustomerNotFound,
  type Db,
  type Platform,
  systemRandom,
} from '../../core/index.ts';
import type { VocabularySource } from '../language/index.ts';
import { createCheckout } from './checkout.ts';
import { createCodeMaker } from './codes.ts';
import type { Membership } from './effects.ts';
import { createLivePromotions } from './live.ts';
import { createPools } from './pools.ts';
import { createPromotionDocuments } from './promotions.ts';
import { createQuotes, type FindCustomer } from './quotes.ts';
import { createRedemptions } from './redemptions.ts';
import { createReturns } from './returns.ts';
import { createSettling, type ReturnedGoods } from './settling.ts';
import { createUsageStore } from './usage-store.ts';

type CoreServices = Pick<Core, 'customers'>;
export type PromotionDeps = {
  platform: Platform;
  core: CoreServices;
  members: Membership;
  vocabulary: VocabularySource;
  /** Whoever refunds goods asks what promotions withhold. */
  orders: RefundingOrders;
};
export type RefundingOrders = { withholdBy: (ask: (trx: Db, goods: ReturnedGoods) => Promise<number>) => void };

/**
 * Its services for routes, and what others must be told of: `onChanges` in the transaction of a change,
 * the withholding of refunds through `orders`.
 */
export const createPromotions = ({ platform, core, members, vocabulary, orders }: PromotionDeps) => {
  const { database, clock } = platform;
  // Redemptions go with the person when two customers become one, and so does what they have used.
  const onChanges: ChangeListener = async (trx, changes) => {
    for (const { kind, customerId } of changes)
      if (kind === 'merged') await createUsageStore(trx).recountOfCustomer(customerId);
    await returns.onOrders(trx, changes);
  };
  const returns = createReturns({ platform, members });
  orders.withholdBy(createSettling({ vocabulary, now: clock.now }));
  const codeMaker = createCodeMaker(systemRandom);
  const live = createLivePromotions({ ...platform, vocabulary });
  const documents = createPromotionDocuments({ platform, members, vocabulary });
  const quotes = createQuotes({ database, live, findCustomer: findCustomerOf(platform, core) });
  return {
    onChanges,
    documents,
    pools: createPools({ platform, codeMaker, get: documents.get }),
    checkout: createCheckout({ platform, documents, quotes }),
    returns,
    redemptions: createRedemptions({ platform, live, quotes, members, codeMaker }),
  };
};

export type Promotions = ReturnType<typeof createPromotions>;

// Only looks: a quote neither makes a customer nor links an anonymous one.
const findCustomerOf =
  (platform: Platform, core: CoreServices): FindCustomer =>
  async (ref) => {
    const [found] = await core.customers.findByRefs(platform.database.reader, [ref]);
    if (found?.failure) throw found.failure;
    if (found?.id === undefined) throw new CustomerNotFound(Object.values(ref).join(', '), { pointer: '/customer' });
    return found.id;
  };
