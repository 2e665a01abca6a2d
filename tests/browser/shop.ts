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

/** One of everything that has a page of its own, running: the addresses of those pages. */
export const makeEverything = async (api: TestClient, shop: Shop): Promise<string[]> => {
  const ada = shop.customers[0]!.id;
  const atLeast = (fact: string, value: unknown) => ({ all: [{ fact, operator: 'greaterThanInclusive', value }] });
  const buyers = {
    any: [
      {
        all: [
          { fact: 'orders', operator: 'greaterThanInclusive', value: 2, params: { within: 'P90D', measure: 'count' } },
        ],
      },
      { not: { fact: 'customer.country', operator: 'notIn', value: ['GB', 'DE'] } },
    ],
  };
  must(
    await api.post('/segments', {
      key: 'regulars',
      name: 'Regulars',
      description: 'Two orders in 90 days',
      conditions: buyers,
    }),
  );
  must(await api.post('/segments/regulars/activate', {}));
  must(
    await api.post('/promotions', {
      key: 'ten-percent',
      name: 'Ten percent from fifty',
      status: 'active',
      conditions: atLeast('cart.subtotal', 5000),
      event: {
        type: 'grant',
        params: { target: 'order', bp: 1000, currency: 'EUR', maxAmount: 5000, limits: { total: 100 } },
      },
    }),
  );
  must(
    await api.post('/alerts', {
      key: 'complaints',
      name: 'Complaints',
      trigger: { kind: 'event', types: ['complaint'] },
      cooldown: null,
      actions: [{ kind: 'tag', tag: 'unhappy' }],
    }),
  );
  must(await api.post('/alerts/complaints/activate', {}));
  must(
    await api.post('/conditions', {
      key: 'londoners',
      name: 'Londoners',
      conditions: { all: [{ fact: 'customer.city', operator: 'equal', value: 'London' }] },
    }),
  );
  must(await api.post('/conditions/londoners/activate', {}));
  must(await api.post('/events', { type: 'complaint', customer: { id: ada }, properties: { about: 'delivery' } }));
  const file = 'name,email,city\nAlan Turing,alan@example.org, Wilmslow\nNobody,not-an-address,Nowhere\n';
  const made = must(
    await api.post('/imports/customers?dryRun=true&fileName=people.csv', file, { 'Content-Type': 'text/csv' }),
  );
  for (let n = 0; n < 100 && must(await api.get(`/imports/${made.id}`)).status !== 'done'; n++)
    await new Promise((resolve) => setTimeout(resolve, 50));
  return [
    '/',
    '/setup',
    '/customers',
    `/customers/${ada}`,
    `/customers/${shop.customers[4]!.id}?tab=orders`,
    '/imports',
    '/imports/new',
    `/imports/${made.id}`,
    '/segments',
    '/segments/new',
    '/segments/regulars',
    `/segments/regulars?tab=explain&customer=${ada}`,
    '/segments/regulars?tab=members',
    '/segments/regulars?tab=versions',
    '/promotions',
    '/promotions/new',
    '/promotions/ten-percent',
    '/promotions/ten-percent?tab=codes',
    '/alerts',
    '/alerts/new',
    '/alerts/complaints',
    '/alerts/complaints?tab=rule',
    '/conditions',
    '/conditions/new',
    '/conditions/londoners',
    '/conditions/londoners?tab=users',
    '/plugins',
    '/plugins/rapport~channel-email',
    '/plugins/rapport~channel-email?tab=settings',
    '/developers',
    '/settings',
    '/settings?tab=attributes',
    '/nowhere',
  ];
};
