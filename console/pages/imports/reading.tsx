// How to read what the file does not say: countries of phones, zones of times, currencies, the order of dates.
import { Checkbox, NativeSelect, TextInput } from '@mantine/core';
import type { ImportKind } from '@rapport/sdk/schemas';
import { fieldError } from '../../parts/form.tsx';
import { useWords } from '../../words/words.ts';

export type Reading = {
  country: string;
  timeZone: string;
  currency: string;
  dateOrder: '' | 'dmy' | 'mdy';
  createCustomers: boolean;
};

export const emptyReading: Reading = { country: '', timeZone: '', currency: '', dateOrder: '', createCustomers: false };

export const readingQuery = ({ country, timeZone, currency, dateOrder }: Reading) => ({
  ...(country && { country: country.toUpperCase() }),
  ...(timeZone && { timeZone }),
  ...(currency && { currency: currency.toUpperCase() }),
  ...(dateOrder && { dateOrder }),
});

type ReadingProps = { what: ImportKind; value: Reading; onChange: (value: Reading) => void; error: unknown };

export const ReadingFields = ({ what, value, onChange, error }: ReadingProps) => {
  const { t } = useWords();
  const set = (change: Partial<Reading>) => onChange({ ...value, ...change });
  return (
    <div className="two-fields">
      {what === 'customers' && (
        <TextInput
          label={t('imports.country')}
          description={t('imports.countryHint')}
          value={value.country}
          maxLength={2}
          onChange={(event) => set({ country: event.currentTarget.value })}
          error={fieldError(error, '/query/country')}
        />
      )}
      {what !== 'customers' && (
        <TextInput
          label={t('imports.currency')}
          placeholder="EUR"
          value={value.currency}
          maxLength={3}
          onChange={(event) => set({ currency: event.currentTarget.value })}
          error={fieldError(error, '/query/currency')}
        />
      )}
      <TextInput
        label={t('imports.timeZone')}
        placeholder="UTC"
        value={value.timeZone}
        onChange={(event) => set({ timeZone: event.currentTarget.value })}
        error={fieldError(error, '/query/timeZone')}
      />
      <NativeSelect
        label={t('imports.dateOrder')}
        value={value.dateOrder}
        onChange={(event) => set({ dateOrder: event.currentTarget.value as Reading['dateOrder'] })}
        data={[
          { value: '', label: t('say.none') },
          { value: 'dmy', label: t('imports.dmy') },
          { value: 'mdy', label: t('imports.mdy') },
        ]}
      />
      {(what === 'orders' || what === 'events') && (
        <Checkbox
          mb={8}
          label={t('imports.createCustomers')}
          checked={value.createCustomers}
          onChange={(event) => set({ createCustomers: event.currentTarget.checked })}
        />
      )}
    </div>
  );
};
