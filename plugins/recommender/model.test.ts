import { describe, expect, test } from 'vitest';
import { type Bought, countCustomer, emptyCounts, neighbours, rankAlsoBought, rankBuyAgain } from './model.ts';

const bought = (sku: string, orderedAt: string): Bought => ({ sku, name: sku.toUpperCase(), quantity: 1, orderedAt });
const countsOf = (...baskets: string[][]) => {
  const counts = emptyCounts();
  for (const basket of baskets)
    countCustomer(
      counts,
      basket.map((sku) => ({ sku, name: sku.toUpperCase() })),
    );
  return counts;
};

describe('buy again', () => {
  test('ranks by how many orders, then by how recently, and says so', () => {
    const lines = [
      bought('tea', '2026-01-05'),
      bought('tea', '2026-02-05'),
      bought('mug', '2026-03-01'),
      bought('pan', '2026-01-01'),
      bought('tea', '2026-02-05'),
    ];
    expect(rankBuyAgain(lines, 2)).toEqual([
      { sku: 'tea', score: 2, reason: 'Bought 2 times, last on 2026-02-05' },
      { sku: 'mug', score: 1, reason: 'Bought once, last on 2026-03-01' },
    ]);
  });
});

describe('also bought', () => {
  test('one shared customer is no pattern, two are', () => {
    expect(neighbours(countsOf(['a', 'b'])).size).toBe(0);
    expect(neighbours(countsOf(['a', 'b'], ['a', 'b'])).get('a')).toMatchObject([
      { sku: 'b', name: 'B', similarity: 0.4 },
    ]);
  });

  test('offers what goes with what they have, never what they have', () => {
    const near = neighbours(
      countsOf(['tea', 'mug', 'pot'], ['tea', 'mug', 'pot'], ['tea', 'mug'], ['pan', 'lid'], ['pan', 'lid']),
    );
    const items = rankAlsoBought([bought('tea', '2026-01-01'), bought('mug', '2026-01-01')], near, 5);
    expect(items.map((item) => item.sku)).toEqual(['pot']);
    expect(items[0]?.reason).toMatch(/^Often bought with (TEA|MUG)$/);
  });

  test('the order in which customers are counted changes nothing', () => {
    const baskets = [
      ['a', 'b', 'c'],
      ['b', 'c'],
      ['a', 'c'],
      ['a', 'b'],
    ];
    expect(neighbours(countsOf(...baskets))).toEqual(neighbours(countsOf(...baskets.toReversed())));
  });
});
