import { describe, expect, test } from 'vitest';
import { definePlugin } from './plugin.ts';
import { checkChannel, checkRecommender, checkScorer, createTestContext, testCustomer } from './testing.ts';

const ada = testCustomer({ id: 'c1', city: 'Bonn' });
const at = '2026-05-04T12:00:00.000Z';

describe('the checks of a handler', () => {
  test('let a good scorer pass, and a bad one not', async () => {
    const ctx = createTestContext({ provider: 'it', settings: { base: 2 } });
    const score = definePlugin({
      score: (all, { settings }) => all.map(({ id }) => ({ customer: id, value: Number(settings.base) })),
    });
    expect(await checkScorer(score, ctx, [ada])).toEqual([{ customer: 'c1', value: 2 }]);
    const stranger = definePlugin({ score: () => [{ customer: 'nobody', value: 1 }] });
    await expect(checkScorer(stranger, ctx, [ada])).rejects.toThrow('not asked about');
    const shapeless = definePlugin({ score: { it: () => [{ customer: 'c1', value: Number.NaN }] } });
    await expect(checkScorer(shapeless, ctx, [ada])).rejects.toThrow('do not fit');
    await expect(checkScorer(definePlugin({}), ctx, [ada])).rejects.toThrow('no handler');
  });

  test('hold a recommender to its limit and order', async () => {
    const ctx = createTestContext({ provider: 'it' });
    const item = (sku: string, score: number) => ({ sku, score, reason: 'x' });
    const make = (...items: ReturnType<typeof item>[]) =>
      definePlugin({ recommend: () => [{ customer: 'c1', items }] });
    const input = { shelf: 'home', limit: 2, at, customers: [ada] };
    expect(await checkRecommender(make(item('A', 2), item('B', 1)), ctx, input)).toHaveLength(1);
    await expect(checkRecommender(make(item('A', 1), item('B', 2)), ctx, input)).rejects.toThrow('best first');
    await expect(checkRecommender(make(item('A', 3), item('B', 2), item('C', 1)), ctx, input)).rejects.toThrow(
      'more than',
    );
    await expect(checkRecommender(make(item('A', 2), item('A', 1)), ctx, input)).rejects.toThrow('twice');
  });

  test('see what a channel did', async () => {
    const ctx = createTestContext({ provider: 'email', fetch: async () => ({ status: 204 }) });
    const plugin = definePlugin({
      send: {
        email: async ({ to }, { smtp, kv, fetch }) => {
          await fetch('https://a.example');
          await kv.set('last', to);
          return { status: 'sent', id: (await smtp.send({ to: to ?? '', subject: 'x' })).id };
        },
      },
    });
    const message = { id: 'm', channel: 'email', to: 'a@b.example', idempotencyKey: 'm', customerId: null };
    expect(await checkChannel(plugin, ctx, message)).toMatchObject({ status: 'sent' });
    expect(ctx.done.mails).toMatchObject([{ to: 'a@b.example' }]);
    expect(ctx.done.kv.get('last')).toBe('a@b.example');
  });
});

test('lists of the context page as the real ones do', async () => {
  const ctx = createTestContext({ customers: [1, 2, 3].map((n) => testCustomer({ id: `c${n}` })) });
  const first = await ctx.customers.list({ limit: 2 });
  expect(first.next).not.toBeNull();
  const second = await ctx.customers.list({ limit: 2, cursor: first.next! });
  expect([...first.data, ...second.data].map(({ id }) => id)).toEqual(['c1', 'c2', 'c3']);
  expect(second.next).toBeNull();
});
