// The shop as files, as another system would hand them over: what `rapport import` then reads.
import { once } from 'node:events';
import { createWriteStream, mkdirSync, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import type { Shop } from './shop.ts';

export type ShopFiles = { products: string; customers: string; orders: string; events: string };
export type Subscriber = { externalId: string; since: string };

const headers = {
  products: ['sku', 'name', 'category', 'price', 'currency', 'stock'],
  customers: [
    'externalId',
    'name',
    'firstName',
    'lastName',
    'email',
    'phone',
    'birthday',
    'gender',
    'city',
    'country',
    'language',
    'timeZone',
    'source',
    'createdAt',
    'plan',
  ],
  orders: [
    'orderId',
    'customerId',
    'orderedAt',
    'currency',
    'shipping',
    'sku',
    'name',
    'category',
    'quantity',
    'unitPrice',
  ],
  events: [
    'id',
    'customerId',
    'type',
    'occurredAt',
    'properties.sku',
    'properties.category',
    'properties.value',
    'properties.items',
    'properties.rating',
    'properties.topic',
    'properties.source',
    'properties.campaign',
  ],
};

/** Column to field, where the names do not say it themselves. */
export const mappings = {
  products: {},
  customers: { plan: 'attribute.plan' },
  orders: { orderId: 'externalId', customerId: 'customer.externalId' },
  events: { customerId: 'customer.externalId' },
};

/** Writes four CSV files; answers who subscribed to the newsletter, because consent is not a column of a customer. */
export const writeShop = async (
  shop: Shop,
  folder: string,
): Promise<{ files: ShopFiles; subscribers: Subscriber[]; counts: Record<keyof ShopFiles, number> }> => {
  mkdirSync(folder, { recursive: true });
  const files = Object.fromEntries(
    Object.keys(headers).map((name) => [name, join(folder, `${name}.csv`)]),
  ) as ShopFiles;
  const out = Object.fromEntries(
    Object.entries(files).map(([name, path]) => [name, createWriteStream(path)]),
  ) as Record<keyof ShopFiles, WriteStream>;
  const counts = { products: 0, customers: 0, orders: 0, events: 0 };
  const subscribers: Subscriber[] = [];

  const write = async (name: keyof ShopFiles, cells: (string | number | null | undefined)[]): Promise<void> => {
    if (!out[name].write(`${cells.map(cell).join(',')}\n`)) await once(out[name], 'drain');
  };
  for (const name of Object.keys(headers) as (keyof ShopFiles)[]) await write(name, headers[name]);
  for (const product of shop.products) {
    counts.products++;
    await write('products', [
      product.sku,
      product.name,
      product.category,
      decimal(product.price),
      product.currency,
      product.stock,
    ]);
  }
  for (const { customer, history } of shop.people()) {
    counts.customers++;
    if (customer.newsletter) subscribers.push({ externalId: customer.externalId, since: iso(customer.createdAt) });
    const {
      externalId,
      name,
      firstName,
      lastName,
      email,
      phone,
      birthday,
      gender,
      city,
      country,
      language,
      timeZone,
      source,
      plan,
    } = customer;
    await write('customers', [
      externalId,
      name,
      firstName,
      lastName,
      email,
      phone,
      birthday,
      gender,
      city,
      country,
      language,
      timeZone,
      source,
      iso(customer.createdAt),
      plan,
    ]);
    for (const order of history.orders) {
      counts.orders++;
      const start = [order.externalId, order.customer, iso(order.orderedAt), order.currency, decimal(order.shipping)];
      for (const line of order.lines)
        await write('orders', [...start, line.sku, line.name, line.category, line.quantity, decimal(line.unitPrice)]);
    }
    for (const event of history.events) {
      counts.events++;
      const {
        sku,
        category,
        value,
        items,
        rating,
        topic,
        source: from,
        campaign,
      } = event.properties as Record<string, string | number>;
      await write('events', [
        event.id,
        event.customer,
        event.type,
        iso(event.occurredAt),
        sku,
        category,
        value,
        items,
        rating,
        topic,
        from,
        campaign,
      ]);
    }
  }
  await Promise.all(Object.values(out).map((stream) => new Promise((resolve) => stream.end(resolve))));
  return { files, subscribers, counts };
};

const iso = (at: number): string => new Date(at).toISOString();
const decimal = (minor: number): string => (minor / 100).toFixed(2);
const cell = (value: string | number | null | undefined): string => {
  const text = value === null || value === undefined ? '' : String(value);
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};
