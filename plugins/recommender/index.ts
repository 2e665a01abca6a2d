// The bundled recommender: three shelves over what customers bought. Models are rebuilt at night and kept in kv.
import { type Ctx, definePlugin } from '@rapport/sdk';
import type { RecommendInput, RecommendOutput } from '@rapport/sdk/hooks';
import {
  type Bought,
  countCustomer,
  emptyCounts,
  type Item,
  type Neighbour,
  neighbours,
  rankAlsoBought,
  rankBuyAgain,
} from './model.ts';

const dayMs = 86_400_000;
const popularDays = 90;
const popularKept = 300;

type Popular = { sku: string; customers: number };

export default definePlugin({
  recommend: {
    popular: async (input, ctx) => {
      const sellable = await readSellable(ctx);
      const popular = ((await ctx.kv.get('popular')) ?? []) as Popular[];
      const items = popular
        .filter(({ sku }) => sellable(sku))
        .slice(0, input.limit)
        .map(({ sku, customers }) => ({
          sku,
          score: customers,
          reason: `${customers} customers bought it in the last ${popularDays} days`,
        }));
      return customersOf(input).map((customer) => ({ customer, items }));
    },
    'buy-again': (input, ctx) =>
      forEach(input, ctx, async (bought, keep) => keep(rankBuyAgain(bought, input.limit * 2))),
    'also-bought': (input, ctx) =>
      forEach(input, ctx, async (bought, keep) => {
        const skus = [...new Set([...bought.map((line) => line.sku), ...(input.skus ?? [])])];
        const near = await readNeighbours(skus, ctx);
        return keep(rankAlsoBought([...bought, ...seenOnly(input.skus ?? [], bought)], near, input.limit * 2));
      }),
  },
  train: {
    popular: async ({ at }, ctx) => {
      const buyers = new Map<string, Set<string>>();
      const since = new Date(Date.parse(at) - popularDays * dayMs).toISOString();
      await eachOrder({ since, until: at }, ctx, (customer, lines) => {
        for (const { sku } of lines) {
          const set = buyers.get(sku) ?? new Set<string>();
          set.add(customer);
          buyers.set(sku, set);
        }
      });
      const popular = [...buyers].map(([sku, set]): Popular => ({ sku, customers: set.size }));
      popular.sort((a, b) => b.customers - a.customers || (a.sku < b.sku ? -1 : 1));
      await ctx.kv.set('popular', popular.slice(0, popularKept));
      return { version: at, facts: { products: popular.length } };
    },
    'also-bought': async ({ at }, ctx) => {
      const baskets = new Map<string, Map<string, string | null>>();
      await eachOrder({ until: at }, ctx, (customer, lines) => {
        const basket = baskets.get(customer) ?? new Map<string, string | null>();
        for (const { sku, name } of lines) basket.set(sku, name);
        baskets.set(customer, basket);
      });
      const counts = emptyCounts();
      for (const basket of baskets.values())
        countCustomer(
          counts,
          [...basket].map(([sku, name]) => ({ sku, name })),
        );
      const near = [...neighbours(counts)];
      for (let i = 0; i < near.length; i += 200)
        await ctx.kv.setMany(near.slice(i, i + 200).map(([sku, value]) => ({ key: `near:${sku}`, value })));
      return { version: at, facts: { products: near.length, customers: baskets.size } };
    },
  },
});

const customersOf = (input: RecommendInput): (string | null)[] =>
  input.customers.length > 0 ? input.customers.map(({ id }) => id) : [null];

/** Answers for each customer from what they bought; `keep` drops what cannot be sold and cuts to the limit. */
const forEach = async (
  input: RecommendInput,
  ctx: Ctx,
  rank: (bought: Bought[], keep: (items: Item[]) => Item[]) => Promise<Item[]>,
): Promise<RecommendOutput> => {
  const sellable = await readSellable(ctx);
  const keep = (items: Item[]): Item[] => items.filter(({ sku }) => sellable(sku)).slice(0, input.limit);
  const answers: RecommendOutput = [];
  for (const customer of customersOf(input)) {
    const bought = customer === null ? [] : await readBought(customer, input.at, ctx);
    answers.push({ customer, items: await rank(bought, keep) });
  }
  return answers;
};

const readBought = async (customerId: string, until: string, ctx: Ctx): Promise<Bought[]> => {
  const bought: Bought[] = [];
  await eachOrder({ customerId, until }, ctx, (_, lines) => bought.push(...lines));
  return bought;
};

const eachOrder = async (
  of: { customerId?: string; since?: string; until: string },
  ctx: Ctx,
  visit: (customer: string, lines: Bought[]) => void,
): Promise<void> => {
  let cursor: string | undefined;
  do {
    const page = await ctx.orders.list({ ...of, limit: 500, cursor });
    for (const { customerId, orderedAt, lines } of page.data)
      visit(
        customerId,
        lines.map(({ sku, name, quantity }) => ({ sku, name, quantity, orderedAt })),
      );
    cursor = page.next ?? undefined;
  } while (cursor);
};

// Unknown products pass: a shop need not keep its catalogue in Rapport.
const readSellable = async (ctx: Ctx): Promise<(sku: string) => boolean> => {
  const closed = new Set<string>();
  let cursor: string | undefined;
  do {
    const page = await ctx.products.list({ limit: 1000, cursor });
    for (const { sku, status, stock } of page.data) if (status !== 'active' || stock === 0) closed.add(sku);
    cursor = page.next ?? undefined;
  } while (cursor);
  return (sku) => !closed.has(sku);
};

const readNeighbours = async (skus: string[], ctx: Ctx): Promise<Map<string, Neighbour[]>> => {
  const values = skus.length > 0 ? await ctx.kv.getMany(skus.map((sku) => `near:${sku}`)) : [];
  return new Map(skus.map((sku, i) => [sku, (values[i] ?? []) as Neighbour[]]));
};

const seenOnly = (skus: string[], bought: Bought[]): Bought[] =>
  skus
    .filter((sku) => !bought.some((line) => line.sku === sku))
    .map((sku) => ({ sku, name: null, quantity: 0, orderedAt: '' }));
