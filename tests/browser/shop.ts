// A small shop made over the API, the same each time: what the browser tests look at. Not the demo's generator.
import type { TestClient, TestReply } from '../support/app.ts';

const people = [
  ['Ada', 'Lovelace', 'London', 'GB'],
  ['Grace', 'Hopper', 'New York', 'US'],
  ['Katherine', 'Johnson', 'Hampton', 'US'],
  ['Mary', 'Jackson', 'Hampton', 'US'],
  ['Hedy', 'Lamarr', 'Vienna', 'AT'],
  ['Emmy', 'Noether', 'Göttingen', 'DE'],
  ['Lise', 'Meitner', 'Berlin', 'DE'],
  ['Sofia', 'Kovalevskaya', 'Stockholm', 'SE'],
  ['Chien-Shiung', 'Wu', 'Suzhou', 'CN'],
  ['Rosalind', 'Franklin', 'London', 'GB'],
  ['Barbara', 'Liskov', 'Boston', 'US'],
  ['Margaret', 'Hamilton', 'Boston', 'US'],
] as const;

const products = [
  ['TEA-1', 'Earl Grey, 250 g', 'tea', 1250],
  ['TEA-2', 'Jasmine pearls, 100 g', 'tea', 1890],
  ['POT-1', 'Cast-iron pot', 'pots', 5900],
  ['CUP-1', 'Porcelain cup', 'cups', 1400],
] as const;

const day = 86_400_000;

const must = (reply: TestReply): TestReply['body'] => {
  if (reply.status >= 300) throw new Error(`${reply.status} ${JSON.stringify(reply.body)}`);
  return reply.body;
};

export type Shop = { customers: { id: string; name: string; email: string }[] };

/** Customers 0 and 9 are in London; everybody has as many orders as their place in the list modulo 5. */
export const makeShop = async (api: TestClient, now: number): Promise<Shop> => {
  const at = (daysAgo: number): string => new Date(now - daysAgo * day).toISOString();
  must(
    await api.post('/attributes', {
      key: 'plan',
      title: 'Plan',
      titleZh: '套餐',
      type: 'text',
      options: ['free', 'pro'],
    }),
  );
  for (const [sku, name, category, price] of products)
    must(await api.post('/products', { sku, name, category, price, currency: 'EUR' }));
  const customers: Shop['customers'] = [];
  for (const [i, [firstName, lastName, city, country]] of people.entries()) {
    const email = `${firstName.toLowerCase()}@example.org`;
    const customer = must(
      await api.post('/customers', {
        firstName,
        lastName,
        name: `${firstName} ${lastName}`,
        email,
        city,
        country,
        externalId: `C-${1000 + i}`,
        attributes: { plan: i % 2 === 0 ? 'pro' : 'free' },
        tags: i % 3 === 0 ? ['newsletter'] : [],
        consents: [
          { channel: 'email', purpose: 'marketing', status: i % 4 === 3 ? 'denied' : 'granted', source: 'sign-up' },
        ],
      }),
    );
    customers.push({ id: customer.id, name: customer.name, email });
    for (let n = 0; n < i % 5; n++) {
      const [sku, , , price] = products[(i + n) % products.length]!;
      must(
        await api.post('/orders', {
          externalId: `O-${i}-${n}`,
          customer: { id: customer.id },
          currency: 'EUR',
          orderedAt: at(5 + n * 20),
          lines: [{ sku, quantity: 1 + (n % 2), unitPrice: price }],
          shipping: 490,
        }),
      );
    }
    must(
      await api.post('/events', {
        type: 'page_viewed',
        customer: { id: customer.id },
        occurredAt: at(i + 1),
        properties: { path: '/tea', device: i % 2 === 0 ? 'phone' : 'desktop' },
      }),
    );
  }
  return { customers };
};
