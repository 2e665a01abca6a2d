import type { PromotionParams } from '@rapport/sdk/schemas';
import { expect, test } from 'vitest';
import { PromotionInvalid } from '../errors.ts';
import { checkParams } from './document.ts';

const pointerOf = (params: PromotionParams): string | undefined => {
  try {
    checkParams(params);
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(PromotionInvalid);
    return (error as { pointer?: string }).pointer;
  }
};
const eur = { currency: 'EUR' } as const;

const refused: [string, PromotionParams, string][] = [
  ['both bp and amount', { target: 'order', bp: 1000, amount: 100, ...eur }, '/amount'],
  ['neither bp nor amount', { target: 'order' }, ''],
  ['neither, for lines', { target: 'line' }, ''],
  ['both, for shipping', { target: 'shipping', bp: 1000, amount: 100, ...eur }, '/amount'],
  ['an amount without its currency', { target: 'order', amount: 100 }, '/currency'],
  ['a cap without its currency', { target: 'order', bp: 100, maxAmount: 100 }, '/currency'],
  ['a budget without its currency', { target: 'order', bp: 100, limits: { budget: 100 } }, '/currency'],
  [
    'a budget mode without a budget',
    { target: 'order', bp: 100, limits: { budgetMode: 'partial' } },
    '/limits/budgetMode',
  ],
  ['a free item without buy', { target: 'freeItem', get: 1 }, '/buy'],
  ['a free item without get', { target: 'freeItem', buy: 1 }, '/get'],
  ['a free item with an amount', { target: 'freeItem', buy: 1, get: 1, amount: 5, ...eur }, '/amount'],
  ['rounds on an order grant', { target: 'order', bp: 100, maxRounds: 1 }, '/maxRounds'],
  ['points without their rate', { target: 'points' }, '/points'],
  ['money on points', { target: 'points', points: { per: 1, unit: 1 }, bp: 100 }, '/bp'],
  [
    'a budget on points',
    { target: 'points', points: { per: 1, unit: 1 }, limits: { budget: 5 }, ...eur },
    '/limits/budget',
  ],
  ['a rate of points on an order grant', { target: 'order', bp: 1, points: { per: 1, unit: 1 } }, '/points'],
  ['a tier without its level', { target: 'tier' }, '/tier'],
  ['a coupon without its promotion', { target: 'coupon' }, '/coupon'],
];

test.each(refused)('refused at save: %s', (_, params, pointer) => {
  expect(pointerOf(params)).toBe(`/event/params${pointer}`);
});

const accepted: PromotionParams[] = [
  { target: 'shipping' },
  { target: 'shipping', amount: 100, ...eur },
  { target: 'freeItem', buy: 2, get: 1, bp: 5000 },
  { target: 'order', bp: 1000, maxAmount: 500, limits: { budget: 100, budgetMode: 'partial', total: 5 }, ...eur },
  { target: 'points', points: { per: 1, unit: 100, pendingDays: 14 }, limits: { perCustomer: 1 } },
  { target: 'tier', tier: { level: 'gold' } },
];

test.each(accepted)('accepted: %o', (params) => {
  expect(pointerOf(params)).toBeUndefined();
});
