// How a promotion stands beside others, how often it may be used, and when.
import { Checkbox, NativeSelect, TextInput } from '@mantine/core';
import { AmountText, NumberText } from '../../parts/amounts.tsx';
import { useWords } from '../../words/words.ts';
import type { GrantParams } from './grant-text.ts';

type LimitProps = {
  value: GrantParams;
  set: (change: Partial<GrantParams>) => void;
  currency: string;
  at: (member: string) => string | undefined;
};

export const LimitFields = ({ value, set, currency: unit, at }: LimitProps) => {
  const { t } = useWords();
  return (
    <>
      <h3 className="sub">{t('promotions.limits')}</h3>
      <NativeSelect
        label={t('promotions.stacking')}
        value={value.stacking ?? 'stackable'}
        onChange={(event) => set({ stacking: event.currentTarget.value as 'stackable' })}
        data={(['stackable', 'exclusive', 'always'] as const).map((each) => ({
          value: each,
          label: t(`promotions.stackings.${each}`),
        }))}
      />
      {value.target !== 'tier' && value.target !== 'coupon' && (
        <NativeSelect
          label={t('promotions.onReturn')}
          value={value.onReturn ?? 'keep'}
          onChange={(event) => set({ onReturn: event.currentTarget.value as 'keep' })}
          data={(['keep', 'recalculate'] as const).map((each) => ({
            value: each,
            label: t(`promotions.onReturns.${each}`),
          }))}
          error={at('onReturn')}
        />
      )}
      <TextInput
        label={t('promotions.group')}
        description={t('promotions.groupHint')}
        value={value.group ?? ''}
        onChange={(event) => set({ group: event.currentTarget.value || undefined })}
        error={at('group')}
      />
      <NumberText
        label={t('promotions.limitTotal')}
        value={value.limits?.total}
        onChange={(total) => set({ limits: { ...value.limits, total } })}
        error={at('limits/total')}
      />
      <NumberText
        label={t('promotions.limitCustomer')}
        value={value.limits?.perCustomer}
        onChange={(perCustomer) => set({ limits: { ...value.limits, perCustomer } })}
        error={at('limits/perCustomer')}
      />
      <AmountText
        label={t('promotions.budget')}
        currency={unit}
        value={value.limits?.budget}
        onChange={(budget) => set({ limits: { ...value.limits, budget } })}
        error={at('limits/budget')}
      />
      <TextInput
        type="datetime-local"
        label={t('promotions.from')}
        value={(value.schedule?.from ?? '').slice(0, 16)}
        onChange={(event) => set({ schedule: { ...value.schedule, from: event.currentTarget.value || null } })}
        error={at('schedule/from')}
      />
      <TextInput
        type="datetime-local"
        label={t('promotions.to')}
        value={(value.schedule?.to ?? '').slice(0, 16)}
        onChange={(event) => set({ schedule: { ...value.schedule, to: event.currentTarget.value || null } })}
        error={at('schedule/to')}
      />
      <Checkbox
        mb={8}
        label={t('promotions.codeRequired')}
        checked={value.code?.required ?? false}
        onChange={(event) => set({ code: event.currentTarget.checked ? { required: true } : undefined })}
      />
    </>
  );
};
