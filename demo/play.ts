// Plays an hour of the shop as it would come in from its web site: visits, carts with quotes, orders, reviews, over the API.
import {
  createOrder,
  listCustomers,
  listProducts,
  listSegmentMembers,
  quoteCart,
  recordEvents,
  redeemCart,
} from '@rapport/sdk/routes';
import type { Api } from './api.ts';
import { shippingOf } from './history.ts';
import { createChance } from './random.ts';

export type Played = { visits: number; orders: number; revenue: number; discount: number; reviews: number };

const hourMs = 3_600_000;

/** A product of the shop with what is left of it: nobody is sold what is not there. */
type Shelved = { sku: string; category: string; price: number; left: number };

/** The hour before `now`: the same moment plays the same hour in the same shop. */
export const playHour = async (api: Api, now: number, orders = 120): Promise<Played> => {
  const chance = createChance(Math.floor(now / hourMs));
  const products = await onSale(api);
  const customers = await someCustomers(api);
  const played: Played = { visits: 0, orders: 0, revenue: 0, discount: 0, reviews: 0 };
  const run = now.toString(36);
  for (let n = 0; n < orders; n++) {
    const at = new Date(now - hourMs + ((n + chance.next()) / orders) * hourMs).toISOString();
    const customer = { id: chance.pick(customers) };
    const chosen = chooseCart(
      products.filter(({ left }) => left > 0),
      chance,
    );
    if (chosen.length === 0) break;
    const events = chosen.flatMap(({ sku, category }, i) => [
      { id: `live-${run}-${n}-v${i}`, type: 'product.viewed', customer, occurredAt: at, properties: { sku, category } },
      { id: `live-${run}-${n}-c${i}`, type: 'cart.added', customer, occurredAt: at, properties: { sku, category } },
    ]);
    if (chance.chance(0.12)) {
      events.push({
        id: `live-${run}-${n}-r`,
        type: 'review.written',
        customer,
        occurredAt: at,
        properties: {
          sku: chosen[0]!.sku,
          rating: chance.weighted([
            [5, 5],
            [4, 3],
            [2, 1],
            [1, 1],
          ] as const),
        } as never,
      });
      played.reviews++;
    }
    await api.call(recordEvents, { body: events });
    played.visits += chosen.length;
    await buy(api, played, {
      customer,
      at,
      products: chosen,
      id: `LIVE-${run}-${n}`,
      codes: chance.chance(0.3) ? ['WELCOME'] : [],
      chance,
    });
  }
  return played;
};

type Purchase = {
  customer: { id: string };
  at: string;
  products: Shelved[];
  id: string;
  codes: string[];
  chance: ReturnType<typeof createChance>;
};

const buy = async (
  api: Api,
  played: Played,
  { customer, at, products, id, codes, chance }: Purchase,
): Promise<void> => {
  const lines = products.map(({ sku, category, price, left }) => ({
    sku,
    category,
    quantity: Math.min(
      left,
      chance.weighted([
        [1, 7],
        [2, 2],
        [3, 1],
      ] as const),
    ),
    unitPrice: price,
  }));
  const goods = lines.reduce((sum, line) => sum + line.quantity * line.unitPrice, 0);
  const cart = { currency: 'EUR', lines, shipping: shippingOf(goods), codes };
  const quote = await api.call(quoteCart, { body: { customer, cart } });
  if (chance.chance(0.2)) return;
  const redeemed = await api.call(redeemCart, { body: { orderId: id, customer, cart } });
  const discount = redeemed.discount;
  await api.call(createOrder, {
    body: { externalId: id, customer, currency: 'EUR', orderedAt: at, lines, discount, shipping: redeemed.shipping },
  });
  for (const [n, product] of products.entries()) product.left -= lines[n]!.quantity;
  played.orders++;
  played.revenue += quote.total;
  played.discount += discount;
};

const onSale = async (api: Api): Promise<Shelved[]> => {
  const found: Shelved[] = [];
  let cursor: string | undefined;
  do {
    const page = await api.call(listProducts, { query: { limit: 200, cursor } });
    for (const { sku, category, price, stock, status } of page.data)
      if (status === 'active' && price !== null && category !== null)
        found.push({ sku, category, price, left: stock ?? Number.MAX_SAFE_INTEGER });
    cursor = page.next ?? undefined;
  } while (cursor);
  return found.sort((a, b) => (a.sku < b.sku ? -1 : 1));
};

const chooseCart = (products: Shelved[], chance: ReturnType<typeof createChance>): Shelved[] => {
  const count = chance.weighted([
    [1, 5],
    [2, 4],
    [3, 3],
    [5, 1],
  ] as const);
  const chosen = new Map<string, Shelved>();
  while (chosen.size < Math.min(count, products.length)) {
    const product = chance.pick(products);
    chosen.set(product.sku, product);
  }
  return [...chosen.values()];
};

// Those who are likely to come back come back most: members of a few segments, and some who are new.
const returning = ['loyal', 'coffee-lovers', 'uk-regulars', 'one-time-buyers', 'lapsing'];

const someCustomers = async (api: Api): Promise<string[]> => {
  const members = await Promise.all(
    returning.map((key) => api.call(listSegmentMembers, { params: { key }, query: { limit: 100 } })),
  );
  const newest = await api.call(listCustomers, { query: { limit: 100 } });
  return [
    ...members.flatMap(({ data }) => data.map(({ customerId }) => customerId)),
    ...newest.data.map(({ id }) => id),
  ];
};
