// The RFM scorer: `train` finds the limits of the fifths over all buyers, `score` places each customer between them.
import { type Ctx, definePlugin } from '@rapport/sdk';
import type { PluginCustomer } from '@rapport/sdk/hooks';
import { type Buyer, buildModel, fifthsOf, type Model, wholeDaysSince } from './rfm.ts';

const minimumBuyers = 5;

export default definePlugin({
  train: async ({ at }, ctx) => {
    const model = buildModel(await readBuyers(at, ctx), at);
    await ctx.kv.set('model', model);
    return { version: at, facts: { buyers: model.buyers } };
  },
  score: async (customers, ctx) => {
    const model = (await ctx.kv.get('model')) as Model | null;
    if (!model || model.buyers < minimumBuyers) return [];
    return customers.flatMap((customer) => {
      const buyer = toBuyer(customer, model.at);
      return buyer ? [scoreOf(customer, buyer, model)] : [];
    });
  },
});

const readBuyers = async (at: string, ctx: Ctx): Promise<Buyer[]> => {
  const buyers: Buyer[] = [];
  let cursor: string | undefined;
  do {
    const page = await ctx.customers.list({ limit: 1000, cursor, purchases: true, at });
    for (const customer of page.data) {
      const buyer = toBuyer(customer, at);
      if (buyer) buyers.push(buyer);
    }
    cursor = page.next ?? undefined;
  } while (cursor);
  return buyers;
};

// Among equals the company's own customer number decides, so that anybody can check a cell by hand.
const toBuyer = ({ id, externalId, purchases }: PluginCustomer, at: string): Buyer | undefined =>
  purchases && purchases.orders > 0 && purchases.lastAt !== null
    ? {
        key: externalId ?? id,
        recency: wholeDaysSince(purchases.lastAt, at),
        frequency: purchases.orders,
        monetary: purchases.total,
      }
    : undefined;

// Between two trainings an order may be newer than the limits: it counts as the most recent there is.
const recencyOf = (r: number, lastAt: string, buyer: Buyer, model: Model): string => {
  const day = model.at.slice(0, 10);
  return buyer.recency < 0
    ? `Recency ${r} of 5: last order on ${lastAt.slice(0, 10)}, after the limits of ${day} were drawn`
    : `Recency ${r} of 5: last order ${buyer.recency} days before ${day}`;
};

const scoreOf = (customer: PluginCustomer, buyer: Buyer, model: Model) => {
  const { r, f, m } = fifthsOf(buyer, model);
  const currency = customer.purchases?.currency ?? '';
  return {
    customer: customer.id,
    value: r + f + m,
    label: `${r}${f}${m}`,
    reasons: [
      recencyOf(r, customer.purchases!.lastAt!, buyer, model),
      `Frequency ${f} of 5: ${buyer.frequency} order${buyer.frequency === 1 ? '' : 's'}`,
      `Monetary ${m} of 5: ${(buyer.monetary / 100).toFixed(2)} ${currency}`.trim(),
    ],
  };
};
