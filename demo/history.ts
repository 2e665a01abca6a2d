// What a customer of the demo shop did: orders with repeat buying, seasons and churn, and the visits around them.
import type { DemoProduct } from './catalogue.ts';
import type { DemoCustomer } from './people.ts';
import type { Chance } from './random.ts';

export type DemoLine = { sku: string; name: string; category: string; quantity: number; unitPrice: number };
export type DemoOrder = {
  externalId: string;
  customer: string;
  orderedAt: number;
  currency: 'EUR';
  shipping: number;
  lines: DemoLine[];
};
export type DemoEvent = {
  id: string;
  customer: string;
  type: string;
  occurredAt: number;
  properties: Record<string, string | number | boolean>;
};
export type DemoHistory = { orders: DemoOrder[]; events: DemoEvent[] };

const dayMs = 86_400_000;
// January to December: quiet after the holidays, busy before them.
const season = [0.8, 0.78, 0.88, 0.95, 1.0, 0.92, 0.84, 0.82, 0.98, 1.08, 1.42, 1.6];
const busiest = Math.max(...season);

/** Goods from 50 EUR ship free; below that shipping is 4.90. */
export const shippingOf = (goods: number): number => (goods >= 5000 ? 0 : 490);

export const makeHistory = (
  chance: Chance,
  customer: DemoCustomer,
  shelves: Map<string, DemoProduct[]>,
  until: number,
): DemoHistory => {
  const orders: DemoOrder[] = [];
  const events: DemoEvent[] = [];
  const event = (type: string, occurredAt: number, properties: DemoEvent['properties']): void => {
    if (occurredAt < until)
      events.push({
        id: `${customer.externalId}-e${events.length + 1}`,
        customer: customer.externalId,
        type,
        occurredAt: Math.floor(occurredAt),
        properties,
      });
  };
  const owned: DemoProduct[] = [];
  const { habits } = customer;

  event('account.created', customer.createdAt, { source: customer.source });
  let at = customer.createdAt + chance.exponential(4 * dayMs);
  let active = habits.buys;
  while (active && at < until) {
    // Thinning: in a quiet month some of the visits stay visits.
    const bought = chance.next() < season[new Date(at).getUTCMonth()]! / busiest;
    const looked = chooseProducts(chance, customer, shelves, owned, at, orders);
    for (const product of looked)
      event('product.viewed', at - chance.whole(60_000, 3_600_000), { sku: product.sku, category: product.category });
    if (bought) {
      const order = makeOrder(chance, customer, looked, at, orders.length + 1);
      orders.push(order);
      owned.push(...looked);
      if (chance.chance(0.12))
        event('review.written', at + chance.whole(5, 20) * dayMs, {
          sku: looked[0]!.sku,
          rating: chance.weighted([
            [5, 52],
            [4, 28],
            [3, 11],
            [2, 5],
            [1, 4],
          ] as const),
        });
      if (chance.chance(0.05))
        event('support.contacted', at + chance.whole(1, 8) * dayMs, {
          topic: chance.pick(['delivery', 'damaged', 'return', 'question']),
        });
      active = !chance.chance(habits.dropout);
    } else {
      event('cart.abandoned', at, {
        value: Math.round(looked.reduce((sum, product) => sum + product.price, 0)),
        items: looked.length,
      });
    }
    at += chance.exponential((365 / habits.perYear) * dayMs) * 0.75 + dayMs;
  }
  if (customer.newsletter) {
    for (let mail = customer.createdAt; mail < until; mail += 45 * dayMs)
      if (chance.chance(active ? 0.3 : 0.07))
        event('newsletter.opened', mail + chance.whole(1, 40) * 3_600_000, {
          campaign: new Date(mail).toISOString().slice(0, 7),
        });
  }
  return { orders, events: events.sort((a, b) => a.occurredAt - b.occurredAt) };
};

// What is used up comes first when it is due; the rest is a favourite category and a popular thing in it.
const chooseProducts = (
  chance: Chance,
  customer: DemoCustomer,
  shelves: Map<string, DemoProduct[]>,
  owned: DemoProduct[],
  at: number,
  orders: DemoOrder[],
): DemoProduct[] => {
  const last = orders.at(-1)?.orderedAt ?? 0;
  const due = owned.filter((product) => product.lastsDays !== null && at - last > product.lastsDays * 0.6 * dayMs);
  const count = chance.weighted([
    [1, 46],
    [2, 28],
    [3, 15],
    [4, 8],
    [6, 3],
  ] as const);
  const chosen = new Map<string, DemoProduct>();
  while (chosen.size < count) {
    const product =
      due.length > 0 && chance.chance(0.55)
        ? chance.pick(due)
        : pickFrom(chance, shelves.get(chance.pick(customer.habits.categories))!);
    if (chosen.has(product.sku) && chance.chance(0.5)) break;
    chosen.set(product.sku, product);
  }
  return [...chosen.values()];
};

const pickFrom = (chance: Chance, shelf: DemoProduct[]): DemoProduct => {
  // Two tries by weight is close enough to the popularity wanted, and cheap.
  const a = chance.pick(shelf);
  const b = chance.pick(shelf);
  return chance.next() * (a.weight + b.weight) < a.weight ? a : b;
};

const makeOrder = (
  chance: Chance,
  customer: DemoCustomer,
  products: DemoProduct[],
  at: number,
  number: number,
): DemoOrder => {
  const lines = products.map((product): DemoLine => {
    const more = product.price < 2000 && chance.chance(0.3 * Math.min(2, customer.habits.spends));
    return {
      sku: product.sku,
      name: product.name,
      category: product.category,
      quantity: more ? chance.whole(2, 4) : 1,
      unitPrice: product.price,
    };
  });
  const goods = lines.reduce((sum, line) => sum + line.quantity * line.unitPrice, 0);
  return {
    externalId: `${customer.externalId}-${String(number).padStart(3, '0')}`,
    customer: customer.externalId,
    orderedAt: Math.floor(at),
    currency: 'EUR',
    shipping: shippingOf(goods),
    lines,
  };
};
