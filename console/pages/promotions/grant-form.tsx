// What a promotion gives: only the fields its target has. Amounts are typed in the currency and kept in minor units.
import { NativeSelect, TagsInput } from '@mantine/core';
import type { PromotionTarget } from '@rapport/sdk/schemas';
import { useLevels } from '../../api/customers.ts';
import { usePromotions } from '../../api/figures.ts';
import { AmountText, NumberText } from '../../parts/amounts.tsx';
import { fieldError } from '../../parts/form.tsx';
import { useWords } from '../../words/words.ts';
import type { GrantParams } from './grant-text.ts';
import { LimitFields } from './limit-fields.tsx';

const targets: PromotionTarget[] = ['order', 'line', 'shipping', 'freeItem', 'points', 'tier', 'coupon'];
const money = new Set<PromotionTarget>(['order', 'line', 'shipping']);

type GrantProps = {
  value: GrantParams;
  onChange: (value: GrantParams) => void;
  currency: string;
  error: unknown;
  readOnly: boolean;
};

export const GrantForm = ({ value, onChange, currency, error, readOnly }: GrantProps) => {
  const { t } = useWords();
  const levels = useLevels();
  const promotions = usePromotions();
  const unit = value.currency ?? currency;
  const at = (member: string) => fieldError(error, `/event/params/${member}`);
  /** Members that are undefined are left out; the currency stays only while an amount needs it. */
  const set = (change: Partial<GrantParams>) => {
    const next = Object.fromEntries(
      Object.entries({ ...value, ...change }).filter(([, each]) => each !== undefined),
    ) as GrantParams;
    const binds =
      next.amount !== undefined ||
      next.maxAmount !== undefined ||
      next.limits?.budget !== undefined ||
      next.points !== undefined;
    const { currency: _currency, ...rest } = next;
    onChange(binds ? { ...rest, currency: unit } : (rest as GrantParams));
  };
  const turnTo = (target: PromotionTarget) => {
    const { stacking, group, code, limits, schedule } = value;
    const onReturn = target === 'tier' || target === 'coupon' ? undefined : value.onReturn;
    const kept = Object.fromEntries(
      Object.entries({ stacking, group, code, limits, schedule, onReturn }).filter(([, each]) => each !== undefined),
    );
    onChange({ ...kept, ...startOf(target, unit), target } as GrantParams);
  };
  const kind = value.bp !== undefined ? 'percent' : value.amount !== undefined ? 'amount' : 'free';
  return (
    <fieldset className="bare-fieldset two-fields" disabled={readOnly}>
      <NativeSelect
        label={t('promotions.target')}
        value={value.target}
        onChange={(event) => turnTo(event.currentTarget.value as PromotionTarget)}
        data={targets.map((target) => ({ value: target, label: t(`promotions.targets.${target}`) }))}
        error={at('target')}
      />
      {money.has(value.target) && (
        <NativeSelect
          label={t('promotions.how')}
          value={kind}
          onChange={(event) => {
            const how = event.currentTarget.value;
            set({ bp: how === 'percent' ? 1000 : undefined, amount: how === 'amount' ? 500 : undefined });
          }}
          data={[
            { value: 'percent', label: t('promotions.percent') },
            { value: 'amount', label: t('promotions.amount') },
            ...(value.target === 'shipping' ? [{ value: 'free', label: t('promotions.text.freeShipping') }] : []),
          ]}
        />
      )}
      {value.bp !== undefined && (
        <NumberText
          label={t('promotions.percent')}
          suffix="%"
          value={value.bp / 100}
          onChange={(percent) => set({ bp: Math.round((percent ?? 0) * 100) })}
          error={at('bp')}
        />
      )}
      {value.amount !== undefined && (
        <AmountText
          label={t(value.target === 'line' ? 'promotions.amountUnit' : 'promotions.amount')}
          currency={unit}
          value={value.amount}
          onChange={(amount) => set({ amount: amount ?? 0 })}
          error={at('amount')}
        />
      )}
      {money.has(value.target) && (
        <AmountText
          label={t('promotions.maxAmount')}
          currency={unit}
          value={value.maxAmount}
          onChange={(maxAmount) => set({ maxAmount })}
          error={at('maxAmount')}
        />
      )}
      {value.target === 'freeItem' && (
        <>
          <NumberText
            label={t('promotions.buy')}
            value={value.buy}
            onChange={(buy) => set({ buy })}
            error={at('buy')}
          />
          <NumberText
            label={t('promotions.get')}
            value={value.get}
            onChange={(get) => set({ get })}
            error={at('get')}
          />
          <NumberText
            label={t('promotions.maxRounds')}
            value={value.maxRounds}
            onChange={(maxRounds) => set({ maxRounds })}
            error={at('maxRounds')}
          />
        </>
      )}
      {value.target === 'points' && value.points && (
        <>
          <NumberText
            label={t('promotions.pointsPer')}
            value={value.points.per}
            onChange={(per) => set({ points: { ...value.points!, per: per ?? 1 } })}
            error={at('points')}
          />
          <AmountText
            label={t('promotions.pointsUnit')}
            currency={unit}
            value={value.points.unit}
            onChange={(each) => set({ points: { ...value.points!, unit: each ?? 100 } })}
          />
          <NumberText
            label={t('promotions.pendingDays')}
            value={value.points.pendingDays}
            onChange={(pendingDays) =>
              set({
                points: {
                  ...value.points!,
                  ...(pendingDays === undefined ? { pendingDays: undefined } : { pendingDays }),
                },
              })
            }
          />
        </>
      )}
      {value.target === 'tier' && (
        <NativeSelect
          label={t('customers.level')}
          value={value.tier?.level ?? ''}
          onChange={(event) => set({ tier: { level: event.currentTarget.value } })}
          data={[
            { value: '', label: '' },
            ...(levels.data?.data ?? []).map(({ key, title }) => ({ value: key, label: title })),
          ]}
          error={at('tier')}
        />
      )}
      {value.target === 'coupon' && (
        <NativeSelect
          label={t('promotions.couponOf')}
          value={value.coupon?.promotion ?? ''}
          onChange={(event) => set({ coupon: { promotion: event.currentTarget.value } })}
          data={[
            { value: '', label: '' },
            ...(promotions.data?.data ?? []).map(({ key, name }) => ({ value: key, label: name })),
          ]}
          error={at('coupon')}
        />
      )}
      {['order', 'line', 'freeItem'].includes(value.target) && (
        <>
          <TagsInput
            label={t('promotions.skus')}
            value={value.match?.skus ?? []}
            onChange={(skus) => set({ match: matchOf(skus, value.match?.categories) })}
            error={at('match')}
          />
          <TagsInput
            label={t('promotions.categories')}
            value={value.match?.categories ?? []}
            onChange={(categories) => set({ match: matchOf(value.match?.skus, categories) })}
          />
        </>
      )}
      <LimitFields value={value} set={set} currency={unit} at={at} />
    </fieldset>
  );
};

const matchOf = (skus: string[] = [], categories: string[] = []) =>
  skus.length + categories.length === 0
    ? undefined
    : { ...(skus.length > 0 && { skus }), ...(categories.length > 0 && { categories }) };

const startOf = (target: PromotionTarget, currency: string): Partial<GrantParams> => {
  if (target === 'order' || target === 'line') return { bp: 1000 };
  if (target === 'freeItem') return { buy: 2, get: 1 };
  if (target === 'points') return { points: { per: 1, unit: 100 }, currency };
  if (target === 'tier') return { tier: { level: '' } };
  if (target === 'coupon') return { coupon: { promotion: '' } };
  return {};
};
