import { expect, test } from 'vitest';
import { type Buyer, buildModel, fifthsOf, wholeDaysSince } from './rfm.ts';

const at = '2026-06-01T00:00:00.000Z';
const buyer = (n: number, over: Partial<Buyer> = {}): Buyer => ({
  key: `c${String(n).padStart(3, '0')}`,
  recency: n,
  frequency: n,
  monetary: n * 100,
  ...over,
});
const cell = (b: Buyer, buyers: Buyer[]): string => Object.values(fifthsOf(b, buildModel(buyers, at))).join('');

test('ten buyers fall into fifths of two', () => {
  const buyers = Array.from({ length: 10 }, (_, i) => buyer(i + 1));
  expect(buyers.map((b) => fifthsOf(b, buildModel(buyers, at)).f)).toEqual([1, 1, 2, 2, 3, 3, 4, 4, 5, 5]);
  expect(buyers.map((b) => fifthsOf(b, buildModel(buyers, at)).r)).toEqual([5, 5, 4, 4, 3, 3, 2, 2, 1, 1]);
});

test('equals are ranked by key, so fifths stay fifths', () => {
  const buyers = Array.from({ length: 25 }, (_, i) => buyer(i + 1, { recency: 7, frequency: 1, monetary: 500 }));
  const counts = Map.groupBy(buyers, (b) => fifthsOf(b, buildModel(buyers, at)).m);
  expect([...counts.values()].map((group) => group.length)).toEqual([5, 5, 5, 5, 5]);
});

test('the order in which buyers are read changes nothing', () => {
  const buyers = Array.from({ length: 33 }, (_, i) => buyer(i + 1, { monetary: (i * 37) % 11 }));
  expect(buyers.map((b) => cell(b, buyers))).toEqual(buyers.map((b) => cell(b, buyers.toReversed())));
});

test('days are whole: a purchase this morning is zero days ago', () => {
  expect(wholeDaysSince('2026-05-31T00:00:01Z', at)).toBe(0);
  expect(wholeDaysSince('2026-05-31T00:00:00Z', at)).toBe(1);
});
