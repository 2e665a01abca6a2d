import { checkScorer, checkTraining, createTestContext, testCustomer } from '@rapport/sdk/testing';
import { expect, test } from 'vitest';
import plugin from './index.ts';

const at = '2026-06-01T00:00:00.000Z';
const buyer = (n: number, lastAt: string) =>
  testCustomer({
    id: `c${n}`,
    purchases: { orders: n, quantity: n, total: n * 100, currency: 'EUR', firstAt: lastAt, lastAt },
  });
const buyers = Array.from({ length: 10 }, (_, i) => buyer(i + 1, `2026-05-${10 + i}T09:00:00.000Z`));

test('an order after the limits were drawn is the most recent there is, and the reason says so', async () => {
  const ctx = createTestContext({ provider: 'rfm', at, customers: buyers });
  await checkTraining(plugin, ctx, { at });
  const [before] = await checkScorer(plugin, ctx, [buyers[0]!]);
  expect(before!.label).toBe('111');
  expect(before!.reasons![0]).toBe('Recency 1 of 5: last order 21 days before 2026-06-01');
  const [after] = await checkScorer(plugin, ctx, [buyer(1, '2026-06-02T12:00:00.000Z')]);
  expect(after).toMatchObject({ label: '511' });
  expect(after!.reasons![0]).toBe(
    'Recency 5 of 5: last order on 2026-06-02, after the limits of 2026-06-01 were drawn',
  );
});
