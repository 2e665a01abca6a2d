// What rules may speak of, and the currency amounts are typed in: that of the newest order.
import { getVocabulary, listOrders } from '@rapport/sdk/routes';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { call } from './client.ts';
import { useMay } from './session.ts';
import { indexVocabulary, type Vocabulary } from './vocabulary-words.ts';

export const useVocabulary = () => {
  const query = useQuery({
    queryKey: ['rules', 'vocabulary'],
    queryFn: ({ signal }) => call(getVocabulary, { signal }),
    staleTime: 60_000,
  });
  const vocabulary = useMemo((): Vocabulary | undefined => query.data && indexVocabulary(query.data), [query.data]);
  return { ...query, data: vocabulary };
};

export const useCurrency = (): string => {
  const may = useMay();
  const { data } = useQuery({
    queryKey: ['orders', 'currency'],
    queryFn: ({ signal }) => call(listOrders, { query: { limit: 1 }, signal }),
    enabled: may('orders:read'),
    staleTime: 600_000,
  });
  return data?.data[0]?.currency ?? 'EUR';
};
