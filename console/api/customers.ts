// Queries about customers that more than one part of a page asks.
import { getCustomer, listAttributes, listCustomers, listLevels } from '@rapport/sdk/routes';
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { call, request } from './client.ts';
import { useMay } from './session.ts';

export type CustomerFilters = { [K in 'q' | 'sort' | 'country' | 'city' | 'level' | 'stage' | 'tag']?: string };

/** Pages of the list by cursor; the rows of the last filter stay while the next ones load. */
export const useCustomers = (filters: CustomerFilters) =>
  useInfiniteQuery({
    queryKey: ['customers', 'list', filters],
    queryFn: ({ pageParam, signal }) =>
      call(listCustomers, {
        query: { ...(filters as object), limit: 100, ...(pageParam && { cursor: pageParam }) },
        signal,
      }),
    initialPageParam: '',
    getNextPageParam: (last) => last.next,
    placeholderData: keepPreviousData,
  });

/** With its ETag, which guards an edit against somebody else's. */
export const useCustomer = (id: string) =>
  useQuery({
    queryKey: ['customers', id, 'whole'],
    queryFn: async ({ signal }) => {
      const { body, etag } = await request(getCustomer, { params: { id }, signal });
      return { customer: body, etag };
    },
  });

export const useAttributes = () => {
  const may = useMay();
  return useQuery({
    queryKey: ['attributes'],
    queryFn: ({ signal }) => call(listAttributes, { signal }),
    enabled: may('attributes:read'),
    staleTime: 60_000,
  });
};

export const useLevels = () =>
  useQuery({ queryKey: ['levels'], queryFn: ({ signal }) => call(listLevels, { signal }), staleTime: 60_000 });
