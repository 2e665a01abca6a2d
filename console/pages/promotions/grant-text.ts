// What a promotion gives, in a few words: "10 % off the order, at most €50".
import type { PromotionParams } from '@rapport/sdk/schemas';
import { useFormat } from '../../words/format.ts';
import { useWords } from '../../words/words.ts';

export type GrantParams = PromotionParams;

export const useGrantText = (): ((params: GrantParams) => string) => {
  const { t } = useWords();
  const format = useFormat();
  return (params) => {
    const { target, bp, amount, currency, maxAmount, buy, get, points, tier, coupon, match, code } = params;
    const off =
      bp !== undefined ? format.percent(bp / 10_000) : amount !== undefined ? format.money(amount, currency) : '';
    const main = {
      order: t('promotions.text.order', { off }),
      line: t('promotions.text.line', { off }),
      shipping: off ? t('promotions.text.shipping', { off }) : t('promotions.text.freeShipping'),
      freeItem: t('promotions.text.freeItem', { buy: buy ?? 1, get: get ?? 1 }),
      points: points
        ? t('promotions.text.points', { points: points.per, unit: format.money(points.unit, currency) })
        : t('promotions.targets.points'),
      tier: t('promotions.text.tier', { level: tier?.level ?? '' }),
      coupon: t('promotions.text.coupon', { promotion: coupon?.promotion ?? '' }),
    }[target];
    const goods = [...(match?.skus ?? []), ...(match?.categories ?? [])];
    return [
      main,
      maxAmount !== undefined && t('promotions.text.max', { amount: format.money(maxAmount, currency) }),
      goods.length > 0 && goods.slice(0, 3).join(', '),
      code?.required && t('promotions.text.code'),
    ]
      .filter(Boolean)
      .join(' · ');
  };
};
