// The demo's generator without a server: one seed, one shop; figures that add up; people and goods that an import takes as they are.
import { describe, expect, test } from 'vitest';
import { shippingOf } from './history.ts';
import { createChance } from './random.ts';
import { makeShop } from './shop.ts';

const until = Date.parse('2026-03-01T00:00:00Z');
const options = { seed: 5, customers: 400, days: 365 };
const shop = makeShop(until, options);
const people = [...shop.people()];
const orders = people.flatMap(({ history }) => history.orders);
const events = people.flatMap(({ history }) => history.events);

describe('a seed', () => {
  test('is the whole shop: more customers change nobody’s history', () => {
    const more = [...makeShop(until, { ...options, customers: 600 }).people()];
    expect(more.slice(0, 400)).toEqual(people);
    expect([...makeShop(until, { ...options, seed: 6 }).people()]).not.toEqual(people);
  });

  test('gives the same numbers whoever asks, none twice as often as chance allows', () => {
    const [a, b] = [createChance(1), createChance(1)];
    expect(Array.from({ length: 50 }, a.next)).toEqual(Array.from({ length: 50 }, b.next));
    const chance = createChance(99);
    const counts = Array.from({ length: 6 }, () => 0);
    for (let n = 0; n < 6000; n++) counts[chance.whole(0, 5)]!++;
    // 1000 each; six standard deviations are 173.
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(173);
  });

  test.each([
    ['normal', (c: ReturnType<typeof createChance>) => c.normal(), 0, 1],
    ['gamma of shape 0.9', (c: ReturnType<typeof createChance>) => c.gamma(0.9), 0.9, 0.9],
    ['gamma of shape 4', (c: ReturnType<typeof createChance>) => c.gamma(4), 4, 4],
    ['exponential of mean 3', (c: ReturnType<typeof createChance>) => c.exponential(3), 3, 9],
    // p/(p+q) and pq/((p+q)²(p+q+1)).
    ['beta of 0.9 and 3.2', (c: ReturnType<typeof createChance>) => c.beta(0.9, 3.2), 0.219_512, 0.033_593],
  ])('a variable that is %s has the mean and variance of the books', (_name, draw, mean, variance) => {
    const chance = createChance(7);
    const values = Array.from({ length: 20_000 }, () => draw(chance));
    const average = values.reduce((sum, value) => sum + value, 0) / values.length;
    const spread = values.reduce((sum, value) => sum + (value - average) ** 2, 0) / values.length;
    expect(Math.abs(average - mean)).toBeLessThan(6 * Math.sqrt(variance / values.length));
    expect(Math.abs(spread / variance - 1)).toBeLessThan(0.1);
  });
});

test('goods: five hundred, each under a name and a number of its own, priced on ten cents', () => {
  expect(shop.products).toHaveLength(500);
  expect(new Set(shop.products.map(({ sku }) => sku)).size).toBe(500);
  expect(new Set(shop.products.map(({ name, category }) => `${category} ${name}`)).size).toBe(500);
  for (const { price, stock } of shop.products) {
    expect(price % 10).toBe(0);
    expect(price).toBeGreaterThanOrEqual(290);
    expect(stock).toBeGreaterThanOrEqual(0);
  }
});

test('people: reachable under an address of their own that is nobody’s, born and signed up in the past', () => {
  expect(new Set(people.map(({ customer }) => customer.email)).size).toBe(400);
  for (const { customer } of people) {
    expect(customer.email).toMatch(/^[a-z0-9]+\.[a-z0-9]+\.\d+@example\.(com|org|net)$/);
    if (customer.phone !== null) expect(customer.phone).toMatch(/^\+\d{9,14}$/);
    if (customer.birthday !== null) expect(Date.parse(customer.birthday)).toBeLessThan(until);
    expect(customer.createdAt).toBeGreaterThanOrEqual(until - 365 * 86_400_000);
    expect(customer.createdAt).toBeLessThan(until);
    expect(() => new Intl.DateTimeFormat(customer.language, { timeZone: customer.timeZone })).not.toThrow();
  }
  expect(new Set(people.map(({ customer }) => customer.country))).toEqual(
    new Set(['DE', 'GB', 'FR', 'NL', 'CN', 'US']),
  );
});

test.each([
  [0, 490],
  [4999, 490],
  [5000, 0],
  [12_000, 0],
])('goods for %i cents ship for %i', (goods, shipping) => {
  expect(shippingOf(goods)).toBe(shipping);
});

describe('history', () => {
  const products = new Map(shop.products.map((product) => [product.sku, product]));

  test('every line is a product of the shop at its price, every order ships for what its goods say', () => {
    expect(orders.length).toBeGreaterThan(400);
    for (const { lines, shipping } of orders) {
      for (const line of lines) {
        expect(products.get(line.sku)).toMatchObject({
          price: line.unitPrice,
          name: line.name,
          category: line.category,
        });
        expect(line.quantity).toBeGreaterThanOrEqual(1);
      }
      const goods = lines.reduce((sum, { quantity, unitPrice }) => sum + quantity * unitPrice, 0);
      expect(shipping).toBe(goods >= 5000 ? 0 : 490);
      expect(new Set(lines.map(({ sku }) => sku)).size).toBe(lines.length);
    }
  });

  test('nothing happened before its customer was there, nothing after the end, and each under a number of its own', () => {
    expect(new Set(orders.map(({ externalId }) => externalId)).size).toBe(orders.length);
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
    for (const { customer, history } of people) {
      const times = history.orders.map(({ orderedAt }) => orderedAt);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
      for (const at of times) expect(at).toBeGreaterThanOrEqual(customer.createdAt);
      const seen = history.events.map(({ occurredAt }) => occurredAt);
      expect(seen).toEqual(seen.toSorted((a, b) => a - b));
      for (const at of [...times, ...seen]) expect(at).toBeLessThan(until);
      expect(history.events.filter(({ type }) => type === 'account.created')).toHaveLength(1);
    }
  });

  test('reviews speak of what was bought, with one to five stars', () => {
    const reviews = people.flatMap(({ history }) =>
      history.events.filter(({ type }) => type === 'review.written').map((event) => ({ event, history })),
    );
    expect(reviews.length).toBeGreaterThan(20);
    for (const { event, history } of reviews) {
      const bought = history.orders.flatMap(({ lines, orderedAt }) => lines.map(({ sku }) => ({ sku, orderedAt })));
      expect(bought.some(({ sku, orderedAt }) => sku === event.properties.sku && orderedAt < event.occurredAt)).toBe(
        true,
      );
      expect([1, 2, 3, 4, 5]).toContain(event.properties.rating);
    }
  });

  test('some never buy, some once, few again and again: the shape that churn and lifetime are read from', () => {
    const counts = people.map(({ history }) => history.orders.length);
    const share = (of: (n: number) => boolean) => counts.filter(of).length / counts.length;
    expect(share((n) => n === 0)).toBeGreaterThan(0.1);
    expect(share((n) => n === 1)).toBeGreaterThan(0.08);
    expect(share((n) => n >= 2)).toBeGreaterThan(0.15);
    expect(share((n) => n >= 5)).toBeLessThan(share((n) => n >= 2) / 2);
  });
});
