// The whole demo shop from one seed: products, customers and two years of what they did, one customer at a time.
import { type DemoProduct, makeCatalogue } from './catalogue.ts';
import { type DemoHistory, makeHistory } from './history.ts';
import { type DemoCustomer, makeCustomer } from './people.ts';
import { createChance } from './random.ts';

export type Shop = {
  products: DemoProduct[];
  people: () => Generator<{ customer: DemoCustomer; history: DemoHistory }>;
};

export const shopDefaults = { seed: 20260101, customers: 20_000, days: 730 };
export type ShopOptions = typeof shopDefaults;

/** `until` is where the history ends (ms). Memory stays flat: people are made as they are read. */
export const makeShop = (until: number, options: Partial<ShopOptions> = {}): Shop => {
  const { seed = shopDefaults.seed, customers = shopDefaults.customers, days = shopDefaults.days } = options;
  const products = makeCatalogue(createChance(seed));
  const shelves = new Map<string, DemoProduct[]>();
  for (const product of products) shelves.set(product.category, [...(shelves.get(product.category) ?? []), product]);
  const from = until - days * 86_400_000;
  return {
    products,
    *people() {
      for (let index = 0; index < customers; index++) {
        // A stream of its own for each customer: more customers change nobody's history.
        const chance = createChance(seed + 7919 * (index + 1));
        const customer = makeCustomer(chance, index, from, until);
        yield { customer, history: makeHistory(chance, customer, shelves, until) };
      }
    },
  };
};
