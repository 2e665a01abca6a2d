// Asks recommenders for the products of one customer. What a plugin fails to answer is left out, with the outcome in the plugin's
// runs: a customer's page never waits for a broken plugin.
import { customersRecommend } from '@rapport/sdk/hooks';
import type { Recommendation } from '@rapport/sdk/schemas';
import { CustomerNotFound, type Hooks, type Platform, presentCustomers, toIso } from '../../core/index.ts';
import { createInsightStore } from './store.ts';

export type Recommendations = ReturnType<typeof createRecommendations>;

/**
 * No recommendation is stored: each call asks the plugins. Throws CustomerNotFound, also of a customer
 * merged away or erased.
 */
export const createRecommendations = ({ database, clock }: Platform, hooks: Hooks) => ({
  /** Best first within a shelf; of one shelf when `shelf` says which. */
  recommendationsFor: async (
    customerId: string,
    options: { shelf?: string; limit: number },
  ): Promise<Recommendation[]> => {
    const store = createInsightStore(database.reader);
    const found = await store.findCustomer(customerId);
    if (!found) throw new CustomerNotFound(customerId);
    const customers = await presentCustomers(database.reader, [found], clock.now());
    await hooks.current();
    const providers = hooks.providersOf(customersRecommend.name, options.shelf ? { provider: options.shelf } : {});
    const answers = await Promise.all(
      [...new Set(providers.map(({ provider }) => provider))].map((shelf) =>
        hooks.collect(
          customersRecommend,
          { shelf, limit: options.limit, at: toIso(clock.now()), customers },
          { provider: shelf },
        ),
      ),
    );
    const items = answers
      .flat()
      .flatMap((answer) =>
        answer.kind === 'ok'
          ? answer.value
              .filter((one) => one.customer === customerId)
              .flatMap((one) => one.items.map((item) => ({ ...item, shelf: answer.provider, plugin: answer.plugin })))
          : [],
      );
    const products = await store.findProducts([...new Set(items.map(({ sku }) => sku))]);
    return items.map((item) => {
      const product = products.get(item.sku);
      return {
        ...item,
        name: product?.name ?? null,
        category: product?.category ?? null,
        price: product?.price ?? null,
        currency: product?.currency ?? null,
      };
    });
  },
});
