// Choosing one customer by typing a name, e-mail or phone; the search is the server's.
import { Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { getCustomer, listCustomers } from '@rapport/sdk/routes';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../api/client.ts';
import { useWords } from '../words/words.ts';
import { nameOf } from './customer-name.ts';

type PickerProps = { value: string | null; onChange: (id: string | null) => void; label: string; clearable?: boolean };

export const CustomerPicker = ({ value, onChange, label, clearable = false }: PickerProps) => {
  const { t } = useWords();
  const [text, setText] = useState('');
  const [wanted] = useDebouncedValue(text.trim(), 180);
  const chosen = useQuery({
    queryKey: ['customers', value],
    queryFn: ({ signal }) => call(getCustomer, { params: { id: value ?? '' }, signal }),
    enabled: value !== null,
  });
  const found = useQuery({
    queryKey: ['customers', 'pick', wanted],
    queryFn: ({ signal }) => call(listCustomers, { query: { limit: 12, ...(wanted && { q: wanted }) }, signal }),
    placeholderData: keepPreviousData,
  });
  const rows = [...(chosen.data && value ? [chosen.data] : []), ...(found.data?.data ?? [])];
  const unique = [...new Map(rows.map((row) => [row.id, row])).values()];
  return (
    <Select
      label={label}
      placeholder={t('customers.pick')}
      searchable
      clearable={clearable}
      clearButtonProps={{ 'aria-label': t('do.clear') }}
      value={value}
      onChange={onChange}
      searchValue={text}
      onSearchChange={setText}
      filter={({ options }) => options}
      nothingFoundMessage={t('app.noMatch')}
      data={unique.map((row) => ({ value: row.id, label: nameOf(row) }))}
      maxDropdownHeight={280}
    />
  );
};
